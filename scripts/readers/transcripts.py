"""Any transcript file to events: chunk JSON lines, WebVTT or CSV, gzipped or not."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

from scripts.readers.columns import CsvColumns
from scripts.readers.jsonl import read_jsonl
from scripts.readers.source import OnBad, Source, refuse
from scripts.readers.speakers import SpeakerNames
from scripts.readers.table import read_table
from scripts.readers.vtt import read_vtt
from stream.events import TranscriptEvent

_TABLES = frozenset({".csv", ".tsv"})


def read_file(
    path: Path,
    *,
    columns: CsvColumns | None = None,
    call_id: str | None = None,
    speakers: SpeakerNames | None = None,
    on_bad: OnBad = refuse,
    on_bytes: Callable[[int], None] | None = None,
) -> Iterator[TranscriptEvent]:
    """The events of one file, in its order; `-` is standard input.

    The format follows from how the content begins, then from the file's name. In WebVTT and CSV
    files without a column for it, `call_id` is the file's stem unless given. `on_bytes` hears how
    many bytes were read since it was last told. Raises OSError when the file cannot be opened and,
    unless `on_bad` goes on, ReadError (`file:line: problem`).
    """
    name = path.name.removesuffix(".gz")
    stem = call_id or (Path(name).stem if name != "-" else "stdin")
    names = speakers or SpeakerNames()
    with closing(Source(path, on_bytes)) as source:
        suffix, start = Path(name).suffix.lower(), source.start()
        if suffix == ".vtt" or start.startswith("WEBVTT"):
            yield from read_vtt(source, call_id=stem, speakers=names, on_bad=on_bad)
        elif suffix in _TABLES or (columns is not None and not start.startswith("{")):
            yield from read_table(
                source,
                columns=columns or CsvColumns(),
                call_id=stem,
                speakers=names,
                on_bad=on_bad,
            )
        else:
            yield from read_jsonl(source, call_id=call_id, speakers=names, on_bad=on_bad)
