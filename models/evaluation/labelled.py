"""Labelled rows, as JSON lines or CSV, to samples (docs/evaluation.md, "Your own calls")."""

from __future__ import annotations

import csv
import difflib
import functools
import io
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import msgspec

from detectors.scoring import Said
from detectors.vocabulary import LABELS, Emotion, Speaker
from models.corpus import Kind
from models.evaluation.samples import LANGUAGE, TURNS_BEFORE, Sample

ALIASES = {"violence_threat": "violence", "none": "", "other": ""}
"""Names that other sets have for our labels; "" is no label."""
AMBIGUOUS = "ambiguous"
"""A kind that only other people's rows have: our own are decided."""
MISSPELT = 0.85
"""How like one of ours a kind is that means it: "hard negative", and not "negative"."""
KINDS = frozenset({*(kind.value for kind in Kind), AMBIGUOUS})
ENCODING = "utf-8-sig"

_SPEAKERS = {speaker.value for speaker in Speaker}
_EMOTIONS = {emotion.value for emotion in Emotion}
_LIKE_LABELS = frozenset({"label", "labels", "lable", "lables"})
_MARKS = frozenset({"labels", "turns", "conversation"})
_DELIMITERS = re.compile(r"[,;\t|]")


class LabelledError(ValueError):
    """A row that cannot be used. Says which file, which line, what is wrong and what to do."""


class _Turn(msgspec.Struct, frozen=True):
    text: str
    speaker: str = "unknown"
    labels: list[str] | str | None = None


class _Row(msgspec.Struct, frozen=True, kw_only=True):
    """A row as it is given. Rows of hardstop's own corpus name their `scenario`: they were read for
    every hard stop, whatever `signals_read` says (models/data/README.md)."""

    text: str | None = None
    labels: list[str] | str | None = None
    speaker: str = "customer"
    language: str = LANGUAGE
    before: list[_Turn] | None = None
    call_id: str | None = None
    conversation: str | None = None
    call: str | None = None
    turns: list[_Turn | tuple[str, str]] | None = None
    id: str | int | None = None
    source: str | None = None
    domain: str | None = None
    group: str | None = None
    writer: str | None = None
    scenario: str | None = None
    split: str | None = None
    kind: str | None = None
    resembles: list[str] = []
    target: list[str] = []
    emotion: str | None = None
    evidence: str | None = None
    signals_read: bool = True


def is_labelled(row: object) -> bool:
    """Whether a line of JSON is one of these, and not a chunk of a transcript.

    A chunk may have a `kind` of its own: only one of ours tells, or what was meant as one.
    """
    if not isinstance(row, dict):
        return False
    kind = row.get("kind")
    return (
        not _MARKS.isdisjoint(row)
        or _meant_as_labels(row) is not None
        or (isinstance(kind, str) and _meant_as_ours(kind))
    )


def is_labelled_table(header: str) -> bool:
    """Whether the first line of a table has a column of labels, or one that was meant as it."""
    columns = {column.strip(" \"'\r") for column in _DELIMITERS.split(header.lower())}
    return "labels" in header.lower() or not _LIKE_LABELS.isdisjoint(columns)


def _meant_as_labels(fields: Iterable[str]) -> str | None:
    """The field that is `labels` in other letters, if any."""
    others = (field for field in fields if field != "labels")
    return next((field for field in others if field.strip().lower() in _LIKE_LABELS), None)


@functools.lru_cache(maxsize=64)
def _meant_as_ours(kind: str, cutoff: float = 0.75) -> bool:
    # "hard negative" and "negative" are near enough, "primary" and "final" are not.
    return bool(difflib.get_close_matches(kind, KINDS, n=1, cutoff=cutoff))


def read_rows(name: str, lines: Iterable[str], split: str | None = None) -> Iterator[Sample]:
    """The samples of JSON lines. `split` keeps the rows of one split, where rows name theirs."""
    calls: dict[str, list[Said]] = {}
    for number, line in enumerate(lines, start=1):
        if not line.strip():
            continue
        where = f"{name}:{number}"
        try:
            fields = msgspec.json.decode(line)
            row = msgspec.convert(fields, _Row)
        except (msgspec.DecodeError, RecursionError) as error:
            raise LabelledError(
                f"{where}: {error}; each line is one JSON object with text and labels"
            ) from error
        if row.labels is None and (field := _meant_as_labels(fields)) is not None:
            raise LabelledError(
                f"{where}: no field '{field}'; did you mean 'labels'? rename it, or leave it out"
            )
        if _asked(row, split):
            yield from _samples(row, name, number, where, calls)


def read_table(name: str, text: str, split: str | None = None) -> Iterator[Sample]:
    """The samples of CSV (or TSV) with a header: text, labels ("a;b"), and what else is known.

    `split` is as for JSON lines.
    """
    delimiter = "\t" if name.lower().removesuffix(".gz").endswith(".tsv") else ","
    # A cell may be as long as the file; strict, so that no open quote swallows rows.
    csv.field_size_limit(max(len(text), csv.field_size_limit()))
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    columns = [column.strip().lower() for column in _header(reader, name)]
    for needed in ("text", "labels"):
        if needed not in columns:
            raise LabelledError(
                f"{name}:1: no column '{needed}' (there are: {', '.join(columns)}); "
                "name the columns text and labels"
            )
    for field in _Row.__struct_fields__:
        if columns.count(field) > 1:
            raise LabelledError(f"{name}:1: several columns are called '{field}'; keep one")
    calls: dict[str, list[Said]] = {}
    for values in _cells(reader, name):
        where = f"{name}:{reader.line_num}"
        cells = {key.strip().lower(): (value or "").strip() for key, value in values.items() if key}
        labels = cells.pop("labels")
        known: dict[str, Any] = {
            key: value for key, value in cells.items() if value and key in _Row.__struct_fields__
        }
        known["labels"] = None if labels == "?" else labels
        for several in ("resembles", "target"):
            if several in known:
                known[several] = _split(known[several])
        if "before" in known:
            known["before"] = [_before(part) for part in known["before"].split("|")]
        try:
            row = msgspec.convert(known, _Row)
        except msgspec.ValidationError as error:
            raise LabelledError(f"{where}: {error}") from error
        if _asked(row, split):
            yield from _samples(row, name, reader.line_num, where, calls)


def _header(reader: csv.DictReader[str], name: str) -> Sequence[str]:
    try:
        return reader.fieldnames or ()
    except csv.Error as error:
        raise LabelledError(f"{name}:1: not valid CSV: {error}") from error


def _cells(reader: csv.DictReader[str], name: str) -> Iterator[dict[str, str]]:
    try:
        for values in reader:
            # DictReader keeps cells beyond the header under None: the rest of words with a comma.
            if any(cell.strip() for cell in values.get(None) or ()):
                where = f"{name}:{reader.line_num}"
                raise LabelledError(f"{where}: more cells than columns; quote words with a comma")
            yield values
    except csv.Error as error:
        raise LabelledError(f"{name}:{reader.line_num}: not valid CSV: {error}") from error


def _asked(row: _Row, split: str | None) -> bool:
    return split is None or row.split is None or row.split == split


def _samples(
    row: _Row, name: str, number: int, where: str, calls: dict[str, list[Said]]
) -> Iterator[Sample]:
    call_id = row.call_id or row.conversation or (row.call if row.turns is not None else None)
    source = row.source or row.domain or name
    if row.turns is not None:
        call_id = call_id or f"{name}:{number}"
        said: list[Said] = []
        for at, turn in enumerate(row.turns):
            one = _Turn(turn[1], turn[0]) if isinstance(turn, tuple) else turn
            yield Sample(
                id=f"{call_id}#{at + 1}",
                text=one.text,
                speaker=_speaker(one.speaker, where, strict=not isinstance(turn, tuple)),
                language=row.language,
                labels=_labels(one.labels, where),
                before=tuple(said[-TURNS_BEFORE:]),
                group=f"{name} {call_id}",
                source=source,
                call_id=call_id,
                call=call_id,
                split=row.split,
            )
            said.append(Said(_speaker(one.speaker, where, strict=False), one.text))
        return
    if not row.text or not row.text.strip():
        raise LabelledError(f"{where}: there is no text; leave the row out or fill it in")
    speaker = _speaker(row.speaker, where)
    if row.before is not None:
        before = tuple(Said(_speaker(t.speaker, where), t.text) for t in row.before)
    else:
        before = tuple(calls.get(call_id, ())[-TURNS_BEFORE:]) if call_id else ()
    if call_id:
        calls.setdefault(call_id, []).append(Said(speaker, row.text))
    _must_be_of_a_kind(row, where)
    labels = _labels(row.labels, where)
    if labels is None and row.kind is not None:
        labels = frozenset()
    if row.evidence is not None and row.evidence not in row.text:
        raise LabelledError(f"{where}: evidence “{row.evidence}” does not stand in the text")
    if row.emotion is not None and row.emotion not in _EMOTIONS:
        raise LabelledError(
            f"{where}: no emotion '{row.emotion}'; {_nearest(row.emotion, _EMOTIONS)}"
        )
    yield Sample(
        id=str(row.id) if row.id is not None else f"{name}:{number}",
        text=row.text,
        speaker=speaker,
        language=row.language,
        labels=labels,
        before=before,
        group=f"{name} {row.group or row.writer or call_id or number}",
        source=source,
        call_id=call_id,
        hard_negative=row.kind == Kind.HARD_NEGATIVE,
        ambiguous=row.kind == AMBIGUOUS,
        about=_labels([*row.resembles, *row.target], where) or frozenset(),
        emotion=row.emotion,
        evidence=row.evidence,
        call=row.group or row.writer or call_id,
        split=row.split,
        signals_read=row.signals_read,
        stops_read=row.signals_read or row.scenario is not None,
    )


def _must_be_of_a_kind(row: _Row, where: str) -> None:
    # Other people's sets have kinds of their own beside their labels: these tell us nothing.
    if row.kind is not None and row.labels is None and row.kind not in KINDS:
        raise LabelledError(f"{where}: no kind '{row.kind}'; {_nearest(row.kind, KINDS)}")
    if row.kind is not None and row.kind not in KINDS and _meant_as_ours(row.kind, MISSPELT):
        raise LabelledError(f"{where}: no kind '{row.kind}'; {_nearest(row.kind, KINDS)}")
    if row.kind == Kind.POSITIVE and not row.labels:
        raise LabelledError(f"{where}: a positive row without labels; say of what it is one")


def _labels(given: list[str] | str | None, where: str) -> frozenset[str] | None:
    if given is None:
        return None
    named = _split(given) if isinstance(given, str) else given
    labels = {ALIASES.get(label, label) for label in named} - {""}
    for label in sorted(labels - set(LABELS)):
        raise LabelledError(f"{where}: no label '{label}'; {_nearest(label, LABELS)}")
    return frozenset(labels)


def _speaker(given: str, where: str, *, strict: bool = True) -> Speaker:
    """Calls of other sets name their speakers A and B: who is who is then unknown."""
    if given.lower() in _SPEAKERS:
        return Speaker(given.lower())
    if strict:
        raise LabelledError(f"{where}: no speaker '{given}'; {_nearest(given, _SPEAKERS)}")
    return Speaker.UNKNOWN


def _before(part: str) -> dict[str, str]:
    """A turn in a CSV cell: "agent: how can I help", the customer's where no speaker stands."""
    speaker, colon, text = part.partition(":")
    if colon and speaker.strip().lower() in _SPEAKERS:
        return {"speaker": speaker.strip().lower(), "text": text.strip()}
    return {"speaker": Speaker.CUSTOMER.value, "text": part.strip()}


def _split(cell: str) -> list[str]:
    return [part.strip() for part in cell.replace(",", ";").split(";") if part.strip()]


def _nearest(word: str, known: Iterable[str]) -> str:
    options = sorted(known)
    near = difflib.get_close_matches(word, options, n=1)
    return f"did you mean '{near[0]}'?" if near else f"there are: {', '.join(options)}"
