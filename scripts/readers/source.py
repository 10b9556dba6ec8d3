"""A transcript file as numbered lines of text: plain, gzipped or standard input."""

from __future__ import annotations

import gzip
import io
import sys
import zlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, cast

from stream.codec import MAX_EVENT_BYTES

MAX_LINE_BYTES = MAX_EVENT_BYTES
"""A longer line could not be sent as one event either, and a stray binary file is one long line."""

_LINES_PER_REPORT = 512
"""Asking a file for its position costs as much as decoding a line; a bar needs it now and then."""

_GZIP = b"\x1f\x8b"
_UTF8_MARK = b"\xef\xbb\xbf"
_UTF16_MARKS = (b"\xff\xfe", b"\xfe\xff")
_OLD_MAC = "the lines end in CR alone, as on old Macs; save the file with LF or CRLF line ends"


class ReadError(ValueError):
    """A line of a transcript file that cannot be used, with what to do. `line` is 1-based."""

    def __init__(self, source: str, line: int, problem: str) -> None:
        super().__init__(f"{source}:{line}: {problem}")
        self.source = source
        self.line = line
        self.problem = problem


OnBad = Callable[[ReadError], None]
"""Told of each line that cannot be used; it raises to stop there, or returns to go on."""


def refuse(error: ReadError) -> None:
    """Stops at the first bad line."""
    raise error


class Source:
    """One opened file. `-` is standard input. Raises OSError when it cannot be opened."""

    def __init__(self, path: Path, on_bytes: Callable[[int], None] | None = None) -> None:
        self.name = "standard input" if str(path) == "-" else str(path)
        self._raw = _standard_input() if str(path) == "-" else path.open("rb")
        self._on_bytes = on_bytes if self._raw.seekable() else None
        self._reported = 0
        zipped = self._raw.peek(2)[:2] == _GZIP
        self._file = (
            io.BufferedReader(cast(io.RawIOBase, gzip.GzipFile(fileobj=self._raw)))
            if zipped
            else self._raw
        )

    def close(self) -> None:
        """Closes the file; standard input stays open."""
        if self._raw is not sys.stdin.buffer:
            self._raw.close()

    def start(self) -> str:
        """The first characters, to tell formats apart; nothing is consumed."""
        try:
            head = self._file.peek(64)[:64]
        except (OSError, EOFError, zlib.error):
            return ""
        return head.removeprefix(_UTF8_MARK).decode("utf-8", "replace").lstrip()

    def lines(self, on_bad: OnBad) -> Iterator[tuple[int, str]]:
        """Each usable line with its number, line end included; the others go to `on_bad`."""
        number = 0
        while True:
            number += 1
            try:
                raw = self._file.readline(MAX_LINE_BYTES + 1)
            except (EOFError, zlib.error, gzip.BadGzipFile) as error:
                on_bad(ReadError(self.name, number, f"the gzip file is damaged here ({error})"))
                return
            if not raw:
                break
            if self._on_bytes is not None and number % _LINES_PER_REPORT == 0:
                self._report(self._on_bytes)
            if number == 1:
                if raw.startswith(_UTF16_MARKS):
                    on_bad(ReadError(self.name, 1, "this is UTF-16 text; save the file as UTF-8"))
                    return
                raw = raw.removeprefix(_UTF8_MARK)
                if b"\r" in raw.rstrip(b"\r\n"):
                    on_bad(ReadError(self.name, 1, _OLD_MAC))
                    return
            problem = self._problem(raw)
            if problem is None:
                try:
                    yield number, raw.decode("utf-8")
                    continue
                except UnicodeDecodeError as error:
                    problem = f"not UTF-8 text (byte {error.start + 1} of the line); save as UTF-8"
            on_bad(ReadError(self.name, number, problem))
        if self._on_bytes is not None:
            self._report(self._on_bytes)

    def _problem(self, raw: bytes) -> str | None:
        if len(raw) > MAX_LINE_BYTES:
            self._skip_line(raw)
            return f"the line is longer than {MAX_LINE_BYTES} bytes; write one event per line"
        if b"\0" in raw:
            return "the line has NUL bytes; is this a text file? save it as UTF-8"
        return None

    def _skip_line(self, raw: bytes) -> None:
        while raw and not raw.endswith(b"\n"):
            raw = self._file.readline(MAX_LINE_BYTES)

    def _report(self, on_bytes: Callable[[int], None]) -> None:
        position = self._raw.tell()
        on_bytes(position - self._reported)
        self._reported = position


def _standard_input() -> io.BufferedReader:
    buffer: BinaryIO = sys.stdin.buffer
    # Test runners and embedding programs put other binary streams there, without `peek`.
    if isinstance(buffer, io.BufferedReader):
        return buffer
    return io.BufferedReader(cast(io.RawIOBase, buffer))
