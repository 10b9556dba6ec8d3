"""A wallboard as a process of its own, with somebody who may look at it."""

from __future__ import annotations

import os
import secrets
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import httpx

if TYPE_CHECKING:
    import psutil

    from stream.settings import Settings

READY_S = 60.0


@contextmanager
def wallboard(settings: Settings, folder: Path) -> Iterator[tuple[psutil.Process, str, str]]:
    """`hardstop wallboard` and a supervisor's session: its process, address and cookie."""
    import psutil

    url = f"sqlite:///{folder / 'board.db'}"
    cookie = _supervisor(url)
    port = _free_port()
    environment = os.environ | {
        "KAFKA_BOOTSTRAP_SERVERS": settings.bootstrap_servers or "",
        "HARDSTOP_TOPIC_PREFIX": settings.topic_prefix,
        "HARDSTOP_LOG_LEVEL": "WARNING",
    }
    command = [sys.executable, "-m", "scripts.cli", "wallboard", "--port", str(port)]
    with (folder / "log").open("wb") as log:
        process = subprocess.Popen(
            [*command, "--database", url], env=environment, stdout=log, stderr=log
        )
    address = f"http://127.0.0.1:{port}"
    try:
        _wait_ready(address, process, folder / "log")
        yield psutil.Process(process.pid), address, cookie
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()


def _supervisor(url: str) -> str:
    from wallboard.auth.gate import digest
    from wallboard.services import now_ms
    from wallboard.store.engine import open_engine, sessions_of
    from wallboard.store.schema import upgrade
    from wallboard.store.tables import Session, User

    engine, cookie, now = open_engine(url), secrets.token_urlsafe(24), now_ms()
    upgrade(engine)
    with sessions_of(engine).begin() as db:
        db.add(User(user_id="alex", name="Alex Morgan", role="supervisor", created_at=now))
        db.flush()
        db.add(
            Session(
                digest=digest(cookie),
                user_id="alex",
                csrf=secrets.token_urlsafe(16),
                created_at=now,
                seen_at=now,
                expires_at=now + 12 * 3_600_000,
            )
        )
    engine.dispose()
    return cookie


def _wait_ready(address: str, process: subprocess.Popen[bytes], log: Path) -> None:
    end = time.monotonic() + READY_S
    while time.monotonic() < end and process.poll() is None:
        try:
            if httpx.get(f"{address}/readyz").status_code == 200:
                return
        except httpx.TransportError:
            pass
        time.sleep(0.2)
    raise RuntimeError(f"the wallboard did not come up: {log.read_text(errors='replace')[-2000:]}")


def _free_port() -> int:
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port
