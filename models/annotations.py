"""Labels that the project gave to sentences of public sets. The sentences stay where they are."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from importlib.resources import files
from typing import TypeVar

import msgspec

from detectors.vocabulary import LABELS, Emotion


class SourceError(ValueError):
    """A public file is not as expected; the text names file and line."""


class Note(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Labels of one sentence; `sha256` is its digest."""

    sha256: str
    labels: tuple[str, ...] = ()
    resembles: tuple[str, ...] = ()
    unsure: tuple[str, ...] = ()
    """Labels that the annotator could not decide on: nothing is learned of them here."""


class Annotation(Note, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A sentence of a document: characters `start` to `end` of it with its spaces made single.

    `before` is where the sentence before starts and ends, if it is needed to understand this one.
    """

    document: int
    start: int
    end: int
    before: tuple[int, int] | None = None
    emotion: Emotion | None = None


class CommentAnnotation(Note, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One GoEmotions comment, read as if it were said on a call; most carry no hard stop."""

    comment: str


Kind = TypeVar("Kind", bound=Note)


def notes(source: str, kind: type[Kind]) -> Iterator[tuple[str, Kind]]:
    """What was noted of a source, each with its place for error messages. Raises SourceError."""
    file = files("models").joinpath("data", "annotations", f"{source}.jsonl")
    # Of bytes: lines of text would also end at U+2028 and its like, within a row.
    for number, line in enumerate(file.read_bytes().splitlines(), start=1):
        place = f"{file.name}:{number}"
        try:
            noted = msgspec.json.decode(line, type=kind)
        except msgspec.DecodeError as error:
            raise SourceError(f"{place}: {error}") from error
        if unknown := {*noted.labels, *noted.resembles, *noted.unsure} - set(LABELS):
            raise SourceError(f"{place}: no such label: {sorted(unknown)}")
        yield place, noted


def must_match(text: str, noted: Note, place: str, source: str) -> None:
    """Raise SourceError unless the text is the one that was annotated."""
    if digest(text) != noted.sha256:
        raise SourceError(
            f"{place}: the sentence is not where it was; "
            f"this is another edition of {source} than the one annotated"
        )


def digest(sentence: str) -> str:
    """How an annotation knows its sentence again."""
    return hashlib.sha256(sentence.encode()).hexdigest()[:16]
