"""Workers and wallboards in processes of their own, that end with the command that started them."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stream.settings import Settings

READY_S = 90.0
"""A cold start imports spaCy and compiles the rules; a loaded laptop may take half a minute."""
STOP_S = 20.0


class WorkerError(RuntimeError):
    """The process did not come up; the text carries the end of its log."""


@contextmanager
def worker_process(
    settings: Settings, record_key: str | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a worker and wait until it reads; it is stopped when the block is left.

    `record_key` is for where none is set. Raises WorkerError.
    """
    more = {}
    if record_key is not None and settings.record_key is None:
        more["HARDSTOP_RECORD_KEY"] = record_key
    with _running(settings, "worker", os.environ | more) as process:
        yield process


@contextmanager
def demo_wallboard(
    settings: Settings, port: int, database: str
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a wallboard for samples on 127.0.0.1 and wait until it serves; it is stopped when the
    block is left. The environment's settings for a real one do not count. Raises WorkerError."""
    from wallboard.settings import PREFIX

    kept = {name: value for name, value in os.environ.items() if not name.startswith(PREFIX)}
    # Samples end, and nobody speaks after them: that is no fault worth a banner.
    kept[f"{PREFIX}STALE_AFTER_S"] = "600"
    options = ("--host", "127.0.0.1", "--port", str(port), "--database", database)
    with _running(settings, "wallboard", kept, *options) as process:
        yield process


@contextmanager
def _running(
    settings: Settings, command: str, environment: Mapping[str, str], *options: str
) -> Iterator[subprocess.Popen[bytes]]:
    """Its standard input is a pipe from here: should this process die, it closes, and it stops."""
    with tempfile.TemporaryDirectory(prefix=f"hardstop-{command}-") as name:
        ready, log = Path(name, "ready"), Path(name, "log")
        for_kafka = {
            "KAFKA_BOOTSTRAP_SERVERS": settings.bootstrap_servers or "",
            "HARDSTOP_TOPIC_PREFIX": settings.topic_prefix,
            "HARDSTOP_LOG_LEVEL": "WARNING",
        }
        start = [sys.executable, "-m", "scripts.cli", command, "--stop-with-stdin"]
        with log.open("wb") as out:
            process = subprocess.Popen(
                [*start, "--ready-file", str(ready), *options],
                env={**environment, **for_kafka},
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=out,
                # Ctrl-C is for us; it is told when everything has been shown.
                start_new_session=True,
            )
        try:
            _wait_ready(process, command, ready, log)
            yield process
        finally:
            _stop(process)


def _wait_ready(process: subprocess.Popen[bytes], name: str, ready: Path, log: Path) -> None:
    end = time.monotonic() + READY_S
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > end:
            lines = log.read_text(errors="replace").splitlines()[-8:]
            what = "stopped" if process.poll() is not None else f"was not ready in {READY_S:.0f} s"
            raise WorkerError("\n".join([f"the {name} {what}; the end of its log:", *lines]))
        time.sleep(0.05)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
