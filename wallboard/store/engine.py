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
    if engine.dialect.name == "postgresql":
        event.listen(engine, "before_cursor_execute", _without_nul, retval=True)
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


def _without_nul(
    _connection: Any, _cursor: Any, statement: str, given: Any, _context: Any, _many: bool
) -> tuple[str, Any]:
    """PostgreSQL takes no NUL in a text: nothing is lost, and no search fails, for one that stands
    in what a caller was heard to say or in an address somebody typed. JSON keeps it."""
    return statement, _plain(given)


def _plain(given: Any) -> Any:
    match given:
        case str():
            return given.replace("\0", "\ufffd")
        case dict():
            return {name: _plain(value) for name, value in given.items()}
        case list() | tuple():
            return [_plain(value) for value in given]
    return given


def _prepare_sqlite(connection: Any, _: Any) -> None:
    # A value that is torn within a letter fails alone, as one that is torn between two does.
    connection.text_factory = lambda raw: raw.decode("utf-8", "replace")
    cursor = connection.cursor()
    # Readers do not wait for the one who writes.
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=NORMAL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.execute(f"PRAGMA busy_timeout={BUSY_MS}")
    cursor.close()
