"""CSV transcripts: one utterance a row, columns named by the user."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator
from typing import Any

import msgspec

from scripts.readers.columns import CsvColumns
from scripts.readers.numbering import Numbering
from scripts.readers.source import MAX_LINE_BYTES, OnBad, ReadError, Source
from scripts.readers.speakers import SpeakerNames
from stream.events import TranscriptEvent

DELIMITERS = ",;\t|"
_NONE = "\x1f"
"""Of a table with one column: a comma belongs to the words. No keyboard writes this one."""


class _Lines:
    """Feeds the csv module and remembers which line of the file it has come to."""

    def __init__(self, lines: Iterator[tuple[int, str]]) -> None:
        self._lines = lines
        self.number = 0

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        self.number, text = next(self._lines)
        return text


def read_table(
    source: Source, *, columns: CsvColumns, call_id: str, speakers: SpeakerNames, on_bad: OnBad
) -> Iterator[TranscriptEvent]:
    """One final chunk per row; `call_id` is for files without such a column."""
    csv.field_size_limit(MAX_LINE_BYTES)
    lines = _Lines(source.lines(on_bad))
    header = next(lines, None)
    if header is None:
        return
    delimiter = max(DELIMITERS, key=header.count)
    if delimiter not in header:
        delimiter = _NONE
    try:
        names = next(csv.reader([header], delimiter=delimiter), [])
        places = columns.places(names)
    except (ValueError, csv.Error) as error:
        on_bad(ReadError(source.name, lines.number, str(error)))
        return
    numbering = Numbering()
    rows = csv.reader(lines, delimiter=delimiter, strict=True)
    while True:
        begun = lines.number + 1
        try:
            row = next(rows)
        except StopIteration:
            return
        except csv.Error as error:
            problem = f"not valid CSV: {error}"
            if begun < lines.number:
                problem += f"; a quote opened in line {begun}, and took all lines up to here"
            on_bad(ReadError(source.name, lines.number, problem))
            continue
        if not any(row):
            continue
        try:
            _require_room(row, len(names))
            yield numbering.chunk(_fields(row, places, call_id, speakers))
        except (ValueError, msgspec.ValidationError) as error:
            on_bad(ReadError(source.name, lines.number, str(error)))


def _require_room(row: list[str], columns: int) -> None:
    """A cell beyond the header is most often the rest of words with a comma in them."""
    if any(cell.strip() for cell in row[columns:]):
        raise ValueError(
            f"the row has {len(row)} columns, the header {columns}; put words that hold the "
            "separator in quotes"
        )


def _fields(
    row: list[str], places: dict[str, int], call_id: str, speakers: SpeakerNames
) -> dict[str, Any]:
    if len(row) <= places["text"]:
        raise ValueError(
            f"the row has {len(row)} columns; the words should be in column {places['text'] + 1}"
        )
    given = {
        field: row[place].strip()
        for field, place in places.items()
        if place < len(row) and (field == "text" or row[place].strip())
    }
    fields: dict[str, Any] = {"text": given["text"], "call_id": given.get("call_id", call_id)}
    for field in ("spoken_at", "language"):
        if field in given:
            fields[field] = given[field]
    if "speaker" in given:
        fields["speaker"] = speakers.speaker(given["speaker"])
    for field in ("sequence", "start_ms", "end_ms"):
        if field in given:
            fields[field] = _whole(field, given[field])
    for field in ("start", "end"):
        if field in given:
            fields[f"{field}_ms"] = _clock_ms(field, given[field])
    return fields


def _whole(field: str, text: str) -> int:
    try:
        number = float(text)
    except ValueError:
        number = math.nan
    if not number.is_integer():
        raise ValueError(f"{field}: {text[:40]!r} is not a whole number")
    return int(number)


def _clock_ms(field: str, text: str) -> int:
    parts = text.replace(",", ".").split(":")
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        numbers = []
    if not 1 <= len(numbers) <= 3 or not all(math.isfinite(n) and n >= 0 for n in numbers):
        raise ValueError(f"{field}: {text[:40]!r} is neither seconds nor h:mm:ss")
    seconds = 0.0
    for number in numbers:
        seconds = seconds * 60 + number
    return round(seconds * 1000)
