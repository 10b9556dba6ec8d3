"""What is known of calls and alerts, in the shape in which the event stream tells of them.

A page that begins with these and applies every event after `number` misses nothing: the number is
read first, so that what changes meanwhile comes once more, and ends as it stands here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

import msgspec
from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import Session

from detectors.vocabulary import LIFE_STOPS
from wallboard.access import Role, Viewer, may_see, sees_every_queue
from wallboard.audience import DEED, is_about_call, is_of_record
from wallboard.intake.alerts import told_body
from wallboard.intake.deeds import deed_body
from wallboard.intake.floor import call_body
from wallboard.intake.lateness import late_calls
from wallboard.store.desks import desks_on
from wallboard.store.tables import Alert, Call, Callback, Deed, Feed, Note, Route, User
from wallboard.triggers import triggers_of
from wallboard.views.unreadable import is_alert
from wallboard.views.visible import alerts_for, brought_to, calls_for, visible
from workflow.callbacks import OVER as KEPT
from workflow.moments import rfc3339
from workflow.policy import Policy

Body = dict[str, Any]

TRACE_MS = 60_000
"""How long what has gone is still shown as gone."""
LATE_MS = 180_000
"""How long a call counts as lagging after operators were told so."""
LATE = ("feed_silent", "gap", "chunk_failed")
_GONE = ("closed", "retracted")
_OVER = tuple(state.value for state in KEPT)


class Names(msgspec.Struct, frozen=True, kw_only=True):
    """Names for ids. `triggers`: what an alert can be about; `life`: those that are life stops."""

    people: dict[str, str]
    agents: dict[str, str]
    desks: dict[str, str]
    queues: tuple[str, ...]
    triggers: tuple[str, ...]
    life: tuple[str, ...]


class Earlier(msgspec.Struct, frozen=True, kw_only=True):
    """A caller's calls before this one, as far as the wallboard has kept them."""

    contacts: int = 0
    hard_stops: int = 0
    open_callbacks: int = 0


def feed_number(db: Session) -> int:
    """The number of the newest event; 0 without any. Read it before anything else."""
    return db.scalar(select(func.max(Feed.number))) or 0


def last_event_at(db: Session) -> int | None:
    """When the newest event came."""
    return db.scalar(select(Feed.at).order_by(Feed.number.desc()).limit(1))


def open_alerts(db: Session, viewer: Viewer, now_ms: int) -> list[Alert]:
    """Open alerts, and those that have gone within the last minute."""
    recent = and_(Alert.status.in_(_GONE), Alert.updated_at > now_ms - TRACE_MS)
    query = (
        select(Alert)
        .where(
            or_(visible(Alert, viewer), brought_to(viewer)),
            or_(Alert.status.not_in(_GONE), recent),
        )
        .order_by(Alert.rank, Alert.opened_at)
    )
    return alerts_for(db, viewer, db.scalars(query))


def alert_body(row: Alert) -> Body:
    """An alert as the stream tells of it; where that cannot be read, what its columns say: somebody
    waits for help all the same."""
    if is_alert(row.body):
        return told_body(row)
    names = ("alert_id", "call_id", "trigger", "status", "revision", "desk", "handling", "mode")
    known = {name: getattr(row, name) for name in (*names, "queue_id", "team_id", "agent_id")}
    moments = {name: rfc3339(getattr(row, name)) for name in ("opened_at", "updated_at")}
    return {**known, **moments, "severity": "high", "evidence": [], "unreadable": True}


def routes_of(db: Session, alerts: Iterable[Alert]) -> list[Body]:
    """The routes that stand for alerts, all of which are among `alerts`."""
    seen = {alert.alert_id for alert in alerts}
    calls = {alert.call_id for alert in alerts}
    rows = db.scalars(select(Route).where(Route.call_id.in_(calls))) if calls else ()
    found = []
    for row in rows:
        about = row.body.get("alert_ids") or ()
        if about and seen.issuperset(about):
            found.append(route_body(row))
    return found


def route_body(row: Route) -> Body:
    """A route as the stream tells of it."""
    return {
        **row.body,
        "route_id": row.route_id,
        "attempt": row.attempt,
        "state": row.state,
        "state_reason": row.reason,
        "state_at": row.updated_at,
    }


def live_calls(db: Session, viewer: Viewer, also: Collection[str], now_ms: int) -> list[Body]:
    """Calls that are going on, and those in `also`, as far as the viewer may see them. `late`: that
    their words come late, until they come in time; `lagging`: that some are missing."""
    wanted = or_(Call.ended_at.is_(None), Call.call_id.in_(also))
    seen = or_(visible(Call, viewer, of_call=True), Call.call_id.in_(also))
    query = select(Call).where(seen, wanted).order_by(Call.first_at)
    rows = calls_for(db, viewer, db.scalars(query))
    late, lagging = late_calls(db), _lagging(db, now_ms)
    return [
        call_body(row) | late.get(row.call_id, {}) | lagging.get(row.call_id, {}) for row in rows
    ]


def _lagging(db: Session, now_ms: int) -> dict[str, Body]:
    query = (
        select(Note)
        .where(Note.call_id.is_not(None), Note.about.in_(LATE), Note.at > now_ms - LATE_MS)
        .order_by(Note.at)
    )
    return {
        note.call_id: {"lagging": note.detail, "lagging_at": note.at}
        for note in db.scalars(query)
        if note.call_id is not None
    }


def earlier_of(db: Session, viewer: Viewer, call: Call) -> Earlier:
    """What came before a call from the same caller, as far as the viewer may see it."""
    if call.customer_ref is None:
        return Earlier()
    same = (Call.customer_ref == call.customer_ref, Call.first_at < call.first_at)
    calls = list(db.scalars(select(Call).where(*same)))
    stops = db.scalars(
        select(Alert).where(
            Alert.call_id.in_([one.call_id for one in calls]),
            Alert.status != "retracted",
            or_(Alert.closed_reason.is_(None), Alert.closed_reason.not_like("false alarm%")),
        )
    )
    owed = db.scalars(
        select(Callback).where(
            Callback.customer_ref == call.customer_ref, Callback.state.not_in(_OVER)
        )
    )
    return Earlier(
        contacts=len(calls_for(db, viewer, calls)),
        hard_stops=sum(may_see(viewer, one, trigger=one.trigger) for one in stops),
        open_callbacks=sum(may_see(viewer, one) for one in owed),
    )


def deeds_of(db: Session, viewer: Viewer, call_id: str) -> list[Body]:
    """What people did on a call and the viewer may know of."""
    on = desks_on(db, [call_id], among=viewer.desks)[call_id]
    rows = db.scalars(select(Deed).where(Deed.call_id == call_id).order_by(Deed.sent_at))
    found = []
    for row in rows:
        desks = on.of_call(row.handling) if is_about_call(row.body) else ()
        owners = on.owners if is_about_call(row.body) else ()
        body = deed_body(row)
        kept = viewer.role is Role.AGENT and is_of_record(DEED, body)
        theirs = not kept and may_see(viewer, row, desks=desks, owners=owners)
        if row.user_id == viewer.id or theirs:
            found.append(body)
    return found


def names_of(db: Session, policy: Policy, viewer: Viewer) -> Names:
    """Names of people, agents and desks; the queues that the viewer leads, or all known ones."""
    users = db.execute(select(User.user_id, User.name, User.agent_id)).all()
    led = () if sees_every_queue(viewer) else viewer.queues
    queues = led or tuple(
        db.scalars(select(Call.queue_id).where(Call.queue_id.is_not(None)).distinct())
    )
    return Names(
        people={user_id: name for user_id, name, _ in users}
        | {person: entry.name for person, entry in policy.people.items()},
        agents={agent: name for _, name, agent in users if agent is not None},
        desks={desk: entry.name for desk, entry in policy.desks.items()},
        queues=tuple(sorted(queue for queue in queues if queue)),
        triggers=triggers_of(policy),
        life=tuple(sorted(trigger.value for trigger in LIFE_STOPS)),
    )
