"""The database: SQLite in one file by default, PostgreSQL by URL."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Engine, create_engine, event
from sqlalchemy.orm import Session, sessionmaker

BUSY_MS = 5_000
"""How long a writer of SQLite waits for another before it gives up."""

Sessions = sessionmaker[Session]


def open_engine(url: str) -> Engine:
    """The engine of a database URL. PostgreSQL is reached by psycopg."""
    if url.startswith(("postgres://", "postgresql://")):
        url = "postgresql+psycopg://" + url.partition("://")[2]
    engine = create_engine(url, pool_pre_ping=True, json_deserializer=_read_json)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
    return engine


def sessions_of(engine: Engine) -> Sessions:
    """Makes sessions whose objects stay readable after the commit."""
    return sessionmaker(engine, expire_on_commit=False)


def _read_json(text: str | bytes) -> Any:
    """SQLite keeps JSON as text: one row that is none is to fail alone, not all that are read with
    it. Views show what they cannot read by its id."""
    try:
        return json.loads(text)
    except ValueError:
        return {}


def _prepare_sqlite(connection: Any, _: Any) -> None:
    cursor = connection.cursor()
    # Readers do not wait for the one who writes.
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
    cursor.close()
