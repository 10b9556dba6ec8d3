"""A report as Markdown. Plots are left to the HTML."""

from __future__ import annotations

from models.evaluation.report.document import (
    Beside,
    Document,
    Examples,
    Figure,
    KeyFigures,
    Part,
    Table,
)


def markdown(document: Document) -> str:
    """The document as GitHub-flavoured Markdown."""
    lines = [f"# {document.title}", "", document.summary, ""]
    for section in document.sections:
        lines += [f"## {section.title}", ""]
        for part in section.parts:
            lines += [*_part(part), ""]
    return "\n".join(lines).rstrip() + "\n"


def _part(part: Part) -> list[str]:
    match part:
        case Table():
            rule = ["---", *["---:"] * (len(part.headers) - 1)]
            rows = [_row(part.headers), _row(rule), *map(_row, part.rows)]
            return [*rows, "", part.note] if part.note else rows
        case Figure():
            return [f"*{part.caption} (The plot is in report.html.)*"]
        case Examples():
            items = [f"- “{_plain(item.text)}”: {_plain(item.about)}" for item in part.items]
            return [f"### {part.heading}", "", *items]
        case Beside():
            return [*_part(part.figure), "", *_part(part.table)]
        case KeyFigures():
            return [
                f"- {_plain(item.name)}: **{_plain(item.value)}** {_plain(item.note)}".rstrip()
                for item in part.items
            ]
        case _:
            return [part]


def _row(cells: tuple[str, ...] | list[str]) -> str:
    return "| " + " | ".join(_plain(cell) for cell in cells) + " |"


def _plain(text: str) -> str:
    """Text that Markdown shows as it stands: callers' words must not become markup or links."""
    flat = " ".join(text.split())
    for mark in "\\`*_[]<>|#":
        flat = flat.replace(mark, "\\" + mark)
    return flat
