"""The transcript files that a command was given, read one after another."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import typer

from scripts.readers import CsvColumns, ReadError, SpeakerNames, read_file, refuse
from scripts.terminal import count, err, printable
from stream.events import Chunk, TranscriptEvent

LINES_SHOWN = 20
"""Skipped lines named one by one; a wrong file has thousands, all for the same reason."""


class Inputs:
    """Files and how to read them. Raises typer.BadParameter for options that make no sense."""

    def __init__(
        self,
        files: list[Path],
        *,
        columns: str | None,
        speakers: str | None,
        call_id: str | None,
        keep_going: bool,
    ) -> None:
        self.files = files
        self.skipped = 0
        self.out_of_order = 0
        self.repeated = 0
        self.empty: list[str] = []
        self._call_id = call_id
        self._keep_going = keep_going
        try:
            self._columns = CsvColumns.parse(columns) if columns else None
            self._speakers = SpeakerNames.parse(speakers or "")
        except ValueError as error:
            raise typer.BadParameter(str(error)) from error

    def events(self, on_bytes: Callable[[int], None] | None = None) -> Iterator[TranscriptEvent]:
        """All events in order. Raises ReadError at a bad line unless told to keep going."""
        for path in self.files:
            words = False
            for event in read_file(
                path,
                columns=self._columns,
                call_id=self._call_id,
                speakers=self._speakers,
                on_bad=self._skip if self._keep_going else refuse,
                on_bytes=on_bytes,
                on_disorder=self._disordered,
            ):
                words = words or isinstance(event, Chunk)
                yield event
            if not words:
                self.empty.append("standard input" if str(path) == "-" else str(path))

    def size(self) -> int | None:
        """Bytes of all files as they lie on disk; None with standard input among them."""
        if any(str(path) == "-" for path in self.files):
            return None
        return sum(path.stat().st_size for path in self.files)

    def remarks(self) -> None:
        """Tells on standard error what was skipped, missing or out of order, and who is unknown."""
        if self.skipped > LINES_SHOWN:
            err().print(f"… and {self.skipped - LINES_SHOWN:,} more", markup=False)
        if self.skipped:
            err().print(f"{count(self.skipped, 'bad line')} skipped", markup=False)
        for name in self.empty[:LINES_SHOWN]:
            err().print(f"nothing to read: no utterance in {printable(name)}", markup=False)
        if len(self.empty) > LINES_SHOWN:
            err().print(f"… nor in {len(self.empty) - LINES_SHOWN:,} more files", markup=False)
        if self.out_of_order:
            told = f"out of order, and read so: {count(self.out_of_order, 'call')}"
            why = "files are sorted where sequence tells an order, standard input never"
            err().print(f"{told}; {why}", markup=False)
        if self.repeated:
            told = f"a sequence number twice: {count(self.repeated, 'call')}"
            err().print(f"{told}; a live worker reads only the first of them", markup=False)
        if names := self._speakers.unrecognised:
            shown = ", ".join(printable(name) for name, _ in names.most_common(8))
            advice = 'say who they are with --speakers "NAME=agent,…"'
            err().print(f"read as the customer: {shown}; {advice}", markup=False)

    def _disordered(self, out_of_order: int, repeated: int) -> None:
        self.out_of_order += out_of_order
        self.repeated += repeated

    def _skip(self, error: ReadError) -> None:
        self.skipped += 1
        if self.skipped <= LINES_SHOWN:
            err().print(f"skipped {printable(str(error))}", markup=False)
