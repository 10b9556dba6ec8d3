"""Writing to the feed: what changed, in the order in which it can be read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import insert, text
from sqlalchemy.orm import Session

from wallboard.access import Thing
from wallboard.store.tables import Feed

_TURN = 4_837_002
"""The advisory lock of PostgreSQL that writers of the feed take."""


class Seen(msgspec.Struct, frozen=True, kw_only=True):
    """By whom something may be seen; the columns that many tables share."""

    queue_id: str | None = None
    team_id: str | None = None
    agent_id: str | None = None
    desk: str | None = None
    handling: str = "normal"
    mode: str = "live"


class News(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the feed to be. `at`: when it became known (UTC ms); `body` is what a page needs,
    as JSON, with the times of what it tells."""

    kind: str
    ref: str
    call_id: str | None
    at: int
    body: dict[str, Any]
    seen: Seen
    trigger: str | None = None


def seen_of(thing: Thing, mode: str = "live") -> Seen:
    """The visibility of a thing."""
    return Seen(
        queue_id=thing.queue_id,
        team_id=thing.team_id,
        agent_id=thing.agent_id,
        desk=thing.desk,
        handling=thing.handling,
        mode=mode,
    )


def take_turn(db: Session) -> None:
    """Make this the only transaction that writes, until it ends.

    Numbers are given out before a commit: without turns a reader could see number 8, note it, and
    never learn of number 7. On SQLite this also keeps reading and writing in one transaction from
    failing because somebody else wrote in between.
    """
    connection = db.connection()
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _TURN})
        return
    raw = connection.connection.dbapi_connection
    if raw is not None and not getattr(raw, "in_transaction", True):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def add_to_feed(db: Session, news: Iterable[News]) -> None:
    """Append to the feed; takes the writers' turn. `Hub.notify` makes it heard at once."""
    rows = [
        {
            "kind": one.kind,
            "ref": one.ref,
            "call_id": one.call_id,
            "trigger": one.trigger,
            "at": one.at,
            "body": one.body,
            **{name: getattr(one.seen, name) for name in Seen.__struct_fields__},
        }
        for one in news
    ]
    if rows:
        take_turn(db)
        db.execute(insert(Feed), rows)
