"""Any transcript file to events: chunk JSON lines, WebVTT or CSV, gzipped or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from scripts.readers.columns import CsvColumns
from scripts.readers.jsonl import read_jsonl
from scripts.readers.order import Order, in_order
from scripts.readers.source import OnBad, ReadError, Source, refuse
from scripts.readers.speakers import SpeakerNames
from scripts.readers.table import read_table
from scripts.readers.vtt import read_vtt
from stream.events import TranscriptEvent

OnDisorder = Callable[[int, int], None]
"""Told at the end of a file how many calls stayed out of order, how many have a number twice."""

_TABLES = frozenset({".csv", ".tsv"})


def read_file(
    path: Path,
    *,
    columns: CsvColumns | None = None,
    call_id: str | None = None,
    speakers: SpeakerNames | None = None,
    on_bad: OnBad = refuse,
    on_bytes: Callable[[int], None] | None = None,
    on_disorder: OnDisorder | None = None,
) -> Iterator[TranscriptEvent]:
    """The events of one file, each call in the order of its numbers; `-` is standard input.

    The format follows from how the content begins, then from the file's name. In WebVTT and CSV
    files without a column for it, `call_id` is the file's stem unless given. `on_bytes` hears how
    many bytes were read since it was last told. Standard input is read as it comes, and so is a
    call whose numbers tell no order: `on_disorder` hears how many calls stayed out of order, and
    how many have a number twice.
    Raises OSError when the file cannot be opened and, unless `on_bad` goes on, ReadError
    (`file:line: problem`).
    """
    names, order = speakers or SpeakerNames(), Order()
    if str(path) != "-" and path.is_file():
        for event in _as_it_stands(path, columns, call_id, SpeakerNames(), _pass_over, None):
            order.see(event)
        sortable = order.sortable()
        yield from in_order(
            _as_it_stands(path, columns, call_id, names, on_bad, on_bytes), sortable
        )
    else:
        sortable = frozenset()
        for event in _as_it_stands(path, columns, call_id, names, on_bad, on_bytes):
            order.see(event)
            yield event
    if on_disorder is not None:
        on_disorder(len(order.late - sortable), len(order.repeated))


def _as_it_stands(
    path: Path,
    columns: CsvColumns | None,
    call_id: str | None,
    speakers: SpeakerNames,
    on_bad: OnBad,
    on_bytes: Callable[[int], None] | None,
) -> Iterator[TranscriptEvent]:
    name = path.name.removesuffix(".gz")
    # A name that is no UTF-8 would be an id that cannot be written.
    stem = call_id or (_writable(Path(name).stem) if name != "-" else "stdin")
    with closing(Source(path, on_bytes)) as source:
        suffix, start = Path(name).suffix.lower(), source.start()
        if suffix == ".vtt" or start.startswith("WEBVTT"):
            yield from read_vtt(source, call_id=stem, speakers=speakers, on_bad=on_bad)
        elif suffix in _TABLES or (columns is not None and not start.startswith("{")):
            yield from read_table(
                source,
                columns=columns or CsvColumns(),
                call_id=stem,
                speakers=speakers,
                on_bad=on_bad,
            )
        else:
            yield from read_jsonl(source, call_id=call_id, speakers=speakers, on_bad=on_bad)


def _pass_over(error: ReadError) -> None:
    """Bad lines are told of when the file is read for good."""


def _writable(name: str) -> str:
    return name.encode("utf-8", "replace").decode("utf-8")
