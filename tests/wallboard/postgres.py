"""A real PostgreSQL for the tests, where Debian's package is installed."""

from __future__ import annotations

import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from wallboard.store.engine import open_engine


def _binaries() -> Path | None:
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    if debian:
        return debian[-1].parent
    found = shutil.which("initdb")
    return Path(found).parent if found else None


@contextmanager
def running() -> Iterator[str]:
    """The URL of a PostgreSQL of its own, in a folder of its own, on a socket in it; the test is
    skipped where there is none."""
    binaries = _binaries()
    if binaries is None:
        pytest.skip("no PostgreSQL here (Debian: apt-get install postgresql)")
    user: dict[str, str | int] = {}
    if os.getuid() == 0:
        # PostgreSQL refuses to run as root.
        names = {entry.pw_name for entry in pwd.getpwall()}
        if "postgres" not in names:
            pytest.skip("PostgreSQL does not run as root, and there is no user postgres")
        user = {"user": "postgres"}
    # Sockets have short paths, and the folder must be open to that user.
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))
    if user:
        shutil.chown(folder, "postgres")
    data = folder / "data"

    def run(*command: str | Path) -> None:
        subprocess.run(
            [str(part) for part in command],
            check=True,
            capture_output=True,
            cwd=folder,
            timeout=120,
            **user,  # type: ignore[call-overload]
        )

    try:
        run(binaries / "initdb", "-D", data, "-U", "hardstop", "-A", "trust", "--no-sync")
        options = f"-c listen_addresses= -c unix_socket_directories={folder} -c fsync=off"
        run(binaries / "pg_ctl", "-D", data, "-w", "-l", folder / "log", "-o", options, "start")
        try:
            yield f"postgresql://hardstop@/postgres?host={folder}"
        finally:
            run(binaries / "pg_ctl", "-D", data, "-w", "-m", "immediate", "stop")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def emptied(url: str) -> None:
    """Without a table, as it was made."""
    engine = open_engine(url)
    with engine.begin() as connection:
        connection.execute(text("DROP SCHEMA public CASCADE"))
        connection.execute(text("CREATE SCHEMA public"))
    engine.dispose()
