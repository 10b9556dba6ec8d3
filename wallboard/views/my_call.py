"""My call: what an agent needs while they talk, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterator

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from wallboard.access import Viewer
from wallboard.intake.alerts import guidance_body, is_guidance
from wallboard.intake.floor import call_body
from wallboard.store.tables import Alert, Call, Callback, Hint, Note
from wallboard.views.call import alerts_of, messages_of
from wallboard.views.floor import Body, alert_body, deeds_of, feed_number, last_event_at, routes_of
from workflow.alerts import RecordHandling
from workflow.callbacks import OVER as KEPT
from workflow.calling import known_zone
from workflow.policy import Policy

HAS_CALLBACK = "caller_has_callback"
_REFERENCE = re.compile(r"\bCB-[A-Z2-7]{4}-[A-Z2-7]{4}\b|\bCB-\w+")
OVER_MS = 5 * 60_000
"""How long a call that has ended is still the agent's, unless another has begun."""


class CallerZone(msgspec.Struct, frozen=True, kw_only=True):
    """Where a caller's clock is, as it is known for a call. `stated`: the caller said so, and not
    the platform."""

    time_zone: str
    stated: bool


class MyCall(msgspec.Struct, frozen=True, kw_only=True):
    """An agent's call at feed number `number`; `call` is None between calls. `guidance`: what to
    say and not to say in life stops that are for a desk alone. `owed`: what the caller was promised
    on another call. `desks`: those that an agent can ask for, by name. `caller_zone`: None where
    nobody knows it."""

    number: int
    now: int
    last_at: int | None
    call: Body | None
    alerts: tuple[Body, ...] = ()
    guidance: tuple[Body, ...] = ()
    routes: tuple[Body, ...] = ()
    hints: tuple[Body, ...] = ()
    messages: tuple[Body, ...] = ()
    deeds: tuple[Body, ...] = ()
    owed: tuple[Body, ...] = ()
    desks: dict[str, str] = {}
    people: dict[str, str] = {}
    caller_zone: CallerZone | None = None


def my_call(db: Session, policy: Policy, viewer: Viewer, now_ms: int) -> MyCall:
    """The call that an agent is on. Hints and messages are theirs even where the rest of the call
    is for a desk alone."""
    number = feed_number(db)
    call = current_call(db, viewer, now_ms)
    last_at = last_event_at(db)
    if call is None:
        return MyCall(number=number, now=now_ms, last_at=last_at, call=None)
    alerts = alerts_of(db, viewer, call.call_id)
    hints = db.scalars(
        select(Hint)
        .where(Hint.call_id == call.call_id, Hint.agent_id == viewer.agent_id)
        .order_by(Hint.at)
    )
    asked_for = {handling.desk for handling in policy.triggers.values()}
    return MyCall(
        number=number,
        now=now_ms,
        last_at=last_at,
        call=call_body(call),
        alerts=tuple(map(alert_body, alerts)),
        guidance=tuple(guidance_of(db, call.call_id)),
        routes=tuple(routes_of(db, alerts)),
        hints=tuple({**hint.body, "became": hint.became} for hint in hints),
        messages=tuple(messages_of(db, call.call_id)),
        deeds=tuple(deeds_of(db, viewer, call.call_id)),
        owed=tuple(_owed(db, call.call_id)),
        desks={desk: policy.desks[desk].name for desk in policy.desks if desk in asked_for},
        people={person: entry.name for person, entry in policy.people.items()},
        caller_zone=_zone_of(db, call.call_id),
    )


def _zone_of(db: Session, call_id: str) -> CallerZone | None:
    """As the newest callback has it that was promised on the call and is for no desk alone."""
    query = (
        select(Callback)
        .where(Callback.call_id == call_id, Callback.handling != RecordHandling.RESTRICTED.value)
        .order_by(Callback.updated_at.desc())
    )
    for row in db.scalars(query):
        zone = row.body.get("time_zone")
        if isinstance(zone, str) and known_zone(zone):
            stated = row.body.get("time_zone_source") == "caller"
            return CallerZone(time_zone=zone, stated=stated)
    return None


def _owed(db: Session, call_id: str) -> Iterator[Body]:
    """Callbacks that are open while their caller is on this call, as the workers told of it; none
    of what is for a desk alone."""
    told = select(Note.detail).where(Note.call_id == call_id, Note.about == HAS_CALLBACK)
    names = {name for detail in db.scalars(told) for name in _REFERENCE.findall(detail)}
    query = (
        select(Callback)
        .where(Callback.reference.in_(names), Callback.handling != RecordHandling.RESTRICTED.value)
        .order_by(Callback.window_start)
    )
    over = {state.value for state in KEPT}
    for row in db.scalars(query):
        if row.state not in over:
            owner = row.body.get("owner") or {}
            yield {
                "reference": row.reference,
                "owner": owner.get("name"),
                "window_start": row.window_start,
                "state": row.state,
            }


def guidance_of(db: Session, call_id: str) -> list[Body]:
    """What the agent is to say in restricted life stops of the call, over or not."""
    query = select(Alert).where(Alert.call_id == call_id).order_by(Alert.rank, Alert.opened_at)
    return [guidance_body(alert) for alert in db.scalars(query) if is_guidance(alert)]


def current_call(db: Session, viewer: Viewer, now_ms: int) -> Call | None:
    """The agent's newest call that goes on, or has just ended."""
    if viewer.agent_id is None:
        return None
    query = (
        select(Call)
        .where(Call.agent_id == viewer.agent_id)
        .order_by(Call.ended_at.is_not(None), Call.first_at.desc())
        .limit(1)
    )
    found = db.scalar(query)
    if found is None or (found.ended_at is not None and now_ms - found.ended_at > OVER_MS):
        return None
    return found
