"""The utterances that the project wrote itself, to train and test on (models/data/README.md)."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Annotated

import msgspec

from detectors.vocabulary import LABELS, Emotion, Speaker

_LABELS = frozenset(LABELS)


class Kind(StrEnum):
    """Why a row is there."""

    POSITIVE = "positive"
    """Evidence for at least one label."""
    HARD_NEGATIVE = "hard_negative"
    """Sounds like the labels in `resembles`, and is innocent of them."""
    ORDINARY = "ordinary"
    """Talk as it is most of the time."""


class Split(StrEnum):
    """By writer: nobody stands in two."""

    TRAIN = "train"
    DEV = "dev"
    TEST = "test"


class Before(msgspec.Struct, frozen=True, kw_only=True):
    """A turn that has to be known to understand the utterance."""

    speaker: Speaker
    text: str


class Utterance(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One thing one person says on the telephone, and what it is evidence for.

    `emotion` is that of the customer (None for agents), `intensity` 0–1. `writer` and `scenario`
    say which imagined person and call it belongs to: split by writer, never by row.
    """

    id: str
    text: Annotated[str, msgspec.Meta(min_length=1)]
    speaker: Speaker
    labels: tuple[str, ...] = ()
    kind: Kind
    resembles: tuple[str, ...] = ()
    emotion: Emotion | None = None
    intensity: Annotated[float, msgspec.Meta(ge=0.0, le=1.0)] | None = None
    before: tuple[Before, ...] = ()
    signals_read: bool = True
    """False: it was read for the hard stops; of signals that it does not name nothing is known."""
    writer: str
    scenario: str
    industry: str
    region: str
    split: Split


class CorpusError(ValueError):
    """A row is not as it must be; the text names file, line and fault."""


def read_corpus(split: Split | None = None) -> Iterator[Utterance]:
    """Rows of one split, or of all, in the order of the files. Raises CorpusError."""
    folder = files("models").joinpath("data")
    for file in sorted(folder.iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".jsonl"):
            for row in _rows(file):
                if split is None or row.split is split:
                    yield row


def _rows(file: Traversable) -> Iterator[Utterance]:
    # Of bytes: lines of text would also end at U+2028 and its like, within a row.
    for number, line in enumerate(file.read_bytes().splitlines(), start=1):
        try:
            row = msgspec.json.decode(line, type=Utterance)
        except msgspec.DecodeError as error:
            raise CorpusError(f"{file.name}:{number}: {error}") from error
        unknown = {*row.labels, *row.resembles} - _LABELS
        if unknown:
            raise CorpusError(f"{file.name}:{number}: no such label: {', '.join(sorted(unknown))}")
        if (row.kind is Kind.POSITIVE) != bool(row.labels) and row.kind is not Kind.HARD_NEGATIVE:
            raise CorpusError(f"{file.name}:{number}: a {row.kind} row with labels {row.labels}")
        yield row
