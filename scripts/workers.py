"""A worker in a process of its own, that ends with the command that started it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from stream.settings import Settings

READY_S = 90.0
"""A cold start imports spaCy and compiles the rules; a loaded laptop may take half a minute."""
STOP_S = 20.0


class WorkerError(RuntimeError):
    """The worker did not come up; the text carries the end of its log."""


@contextmanager
def worker_process(
    settings: Settings, record_key: str | None = None
) -> Iterator[subprocess.Popen[bytes]]:
    """Start a worker and wait until it reads; it is stopped when the block is left.

    `record_key` is for where none is set.

    Its standard input is a pipe from here: if this process dies, the pipe closes and it stops.
    """
    with tempfile.TemporaryDirectory(prefix="hardstop-worker-") as name:
        ready, log = Path(name, "ready"), Path(name, "log")
        environment = os.environ | {
            "KAFKA_BOOTSTRAP_SERVERS": settings.bootstrap_servers or "",
            "HARDSTOP_TOPIC_PREFIX": settings.topic_prefix,
            "HARDSTOP_LOG_LEVEL": "WARNING",
        }
        if record_key is not None and settings.record_key is None:
            environment["HARDSTOP_RECORD_KEY"] = record_key
        command = [sys.executable, "-m", "scripts.cli", "worker", "--stop-with-stdin"]
        with log.open("wb") as out:
            process = subprocess.Popen(
                [*command, "--ready-file", str(ready)],
                env=environment,
                stdin=subprocess.PIPE,
                stdout=out,
                stderr=out,
                # Ctrl-C is for us; the worker is told when everything has been shown.
                start_new_session=True,
            )
        try:
            _wait_ready(process, ready, log)
            yield process
        finally:
            _stop(process)


def _wait_ready(process: subprocess.Popen[bytes], ready: Path, log: Path) -> None:
    end = time.monotonic() + READY_S
    while not ready.exists():
        if process.poll() is not None or time.monotonic() > end:
            lines = log.read_text(errors="replace").splitlines()[-8:]
            what = "stopped" if process.poll() is not None else f"was not ready in {READY_S:.0f} s"
            raise WorkerError("\n".join([f"the worker {what}; the end of its log:", *lines]))
        time.sleep(0.05)


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(STOP_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
