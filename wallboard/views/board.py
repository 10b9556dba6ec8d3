"""The board: what is open, who comes, which calls are not heard."""

from __future__ import annotations

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from wallboard.access import Viewer
from wallboard.audience import OF_THE_HOUSE
from wallboard.store.tables import Call, Note
from wallboard.views.floor import (
    Body,
    Earlier,
    Names,
    alert_body,
    earlier_of,
    feed_number,
    last_event_at,
    live_calls,
    names_of,
    open_alerts,
    routes_of,
)
from wallboard.words import shown
from workflow.policy import Policy

NOTICE_MS = 3_600_000


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """The board at feed number `number`. Alerts, routes and calls as the stream tells of them;
    `earlier` by call; `notices`: what operators must know of no single call. Moments are UTC ms."""

    number: int
    now: int
    last_at: int | None
    names: Names
    alerts: tuple[Body, ...]
    routes: tuple[Body, ...]
    calls: tuple[Body, ...]
    earlier: dict[str, Earlier]
    notices: tuple[Body, ...] = ()


def board(db: Session, policy: Policy, viewer: Viewer, now_ms: int) -> Board:
    """What a viewer sees of the floor now."""
    number = feed_number(db)
    alerts = open_alerts(db, viewer, now_ms)
    ids = {alert.call_id for alert in alerts}
    known = list(db.scalars(select(Call).where(Call.call_id.in_(ids)))) if ids else []
    return Board(
        number=number,
        now=now_ms,
        last_at=last_event_at(db),
        names=names_of(db, policy, viewer),
        alerts=shown(viewer, "alert", map(alert_body, alerts)),
        routes=shown(viewer, "route", routes_of(db, alerts)),
        calls=tuple(live_calls(db, viewer, ids, now_ms)),
        earlier={call.call_id: earlier_of(db, viewer, call) for call in known},
        notices=tuple(notices(db, viewer, now_ms)),
    )


def notices(db: Session, viewer: Viewer, now_ms: int) -> list[Body]:
    """The newest note of each kind that is about no call: the feed is silent, nothing is put on
    record. Nobody says when such a thing is over; with its time it stands for an hour."""
    if viewer.role not in OF_THE_HOUSE:
        return []
    query = (
        select(Note).where(Note.call_id.is_(None), Note.at > now_ms - NOTICE_MS).order_by(Note.at)
    )
    latest = {note.about: note for note in db.scalars(query)}
    return [
        {"about": note.about, "call_id": None, "at": note.at, "detail": note.detail}
        for note in latest.values()
    ]
