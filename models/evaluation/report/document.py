"""What a report is made of, whichever way it is written down."""

from __future__ import annotations

import msgspec


class Table(msgspec.Struct, frozen=True, tag=True):
    """Cells of plain text. The first column names the row, the others hold figures."""

    headers: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""


class Figure(msgspec.Struct, frozen=True, tag=True):
    """A plot: its SVG, and in words what it shows."""

    svg: str
    caption: str


class Example(msgspec.Struct, frozen=True):
    """An utterance and what became of it."""

    text: str
    about: str


class Examples(msgspec.Struct, frozen=True, tag=True):
    """Utterances of one kind of error."""

    heading: str
    items: tuple[Example, ...]


class Beside(msgspec.Struct, frozen=True, tag=True):
    """A plot and the figures that it shows, side by side where there is room."""

    figure: Figure
    table: Table


class KeyFigure(msgspec.Struct, frozen=True):
    """One figure to be seen first."""

    name: str
    value: str
    note: str = ""


class KeyFigures(msgspec.Struct, frozen=True, tag=True):
    """The few figures that matter most."""

    items: tuple[KeyFigure, ...]


Part = str | Table | Figure | Examples | Beside | KeyFigures


class Section(msgspec.Struct, frozen=True):
    """A chapter of a report; strings among its parts are paragraphs."""

    title: str
    anchor: str
    parts: tuple[Part, ...]


class Document(msgspec.Struct, frozen=True):
    """A whole report."""

    title: str
    summary: str
    sections: tuple[Section, ...]
