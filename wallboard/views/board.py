"""The board: what is open, who comes, which calls are not heard."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from wallboard.access import Viewer
from wallboard.audience import OF_THE_HOUSE
from wallboard.store.tables import Alert, Call, Deed, Note
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
from workflow.actions import ActionKind
from workflow.false_alarms import FALSE_ALARM
from workflow.policy import Policy

NOTICE_MS = 3_600_000


class Board(msgspec.Struct, frozen=True, kw_only=True):
    """The board at feed number `number`. Alerts, routes and calls as the stream tells of them;
    `earlier` by call; `notices`: what operators must know of no single call; `mine`: alerts among
    those that have gone that the viewer called false alarms. Moments are UTC ms."""

    number: int
    now: int
    last_at: int | None
    names: Names
    alerts: tuple[Body, ...]
    routes: tuple[Body, ...]
    calls: tuple[Body, ...]
    earlier: dict[str, Earlier]
    notices: tuple[Body, ...] = ()
    mine: tuple[str, ...] = ()


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
        mine=tuple(called_false(db, viewer, alerts)),
    )


def called_false(db: Session, viewer: Viewer, alerts: Iterable[Alert]) -> list[str]:
    """Those of the alerts that the viewer closed as false alarms: for as long as they are shown as
    gone, that can be taken back."""
    closed = {
        alert.alert_id: alert.call_id
        for alert in alerts
        if alert.status == "closed" and (alert.closed_reason or "").startswith(FALSE_ALARM)
    }
    if not closed or viewer.on_a_wall:
        return []
    done = db.scalars(
        select(Deed).where(
            Deed.call_id.in_(set(closed.values())),
            Deed.action == ActionKind.FALSE_ALARM.value,
            Deed.applied.is_not(False),
        )
    )
    # The verdict on the deed that closed it may be late; where there is one, that deed was it.
    newest = sorted(done, key=lambda deed: (deed.applied is True, deed.sent_at))
    by = {str(deed.body.get("alert_id")): deed.user_id for deed in newest}
    return [alert_id for alert_id in closed if by.get(alert_id) == viewer.id]


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
