"""`alerts`: the newest revision of each."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import select

from detectors.vocabulary import LIFE_STOPS
from stream.events import AlertEvent
from wallboard.audience import GUIDANCE
from wallboard.intake import callbacks, routes
from wallboard.intake.arrival import Arrival, due, is_news, moment, plain
from wallboard.intake.floor import Floor
from wallboard.intake.restriction import RESTRICTED, handling_of
from wallboard.store.desks import desks_on
from wallboard.store.feeding import seen_of
from wallboard.store.tables import Alert, Call, Callback, Route
from workflow.call import Mode
from workflow.policy import Severity

_RANKS = {severity: rank for rank, severity in enumerate(Severity, start=1)}
_LIFE = frozenset(trigger.value for trigger in LIFE_STOPS)


def project(floor: Floor, arrival: Arrival, event: AlertEvent) -> None:
    """An older revision, or one that is known, changes nothing."""
    known = floor.row(Alert, event.alert_id)
    at = moment(event.updated_at, arrival.at)
    body = plain(event)
    if not is_news(known, event.revision, body, at):
        return
    handling = handling_of(event.trigger, event.subtype, event.handling.value)
    call = floor.call(
        event.call_id,
        at,
        queue_id=event.queue_id,
        team_id=event.team_id,
        agent_id=event.agent_id,
        mode=event.mode.value,
        # What is owed to the caller becomes due, they ring in on others, and people work on what
        # was said, after the call is over: a new alert alone shows that it goes on after all.
        goes_on=event.callback_reference is None
        and (known is None or not _is_over(floor, event.call_id)),
    )
    if event.customer_ref is not None:
        call.customer_ref = event.customer_ref
    if event.deep_link is not None:
        call.deep_link = event.deep_link
    if handling == RESTRICTED:
        floor.restrict(call, event.desk, event.trigger, at)
    before = None if known is None else seen_of(known, known.mode)
    on_it = desks_on(floor.db, [event.call_id])[event.call_id].of_call(call.handling)
    values: dict[str, Any] = {
        "call_id": event.call_id,
        "trigger": event.trigger,
        "status": event.status.value,
        "rank": 0 if event.trigger in _LIFE else _RANKS[event.severity],
        "revision": event.revision,
        "opened_at": moment(event.opened_at, arrival.at),
        "updated_at": at,
        "ack_due_at": due(event.ack_due_at),
        "owner_id": event.owner.id if event.owner else None,
        "closed_reason": event.closed_reason,
        "body": body,
        "queue_id": event.queue_id,
        "team_id": event.team_id,
        "agent_id": event.agent_id,
        "desk": event.desk or _of_its_owner(floor, event),
        "handling": handling,
        "mode": event.mode.value,
    }
    if known is None:
        row = floor.put(Alert(alert_id=event.alert_id, **values), event.alert_id)
    else:
        row = known
        for name, value in values.items():
            setattr(row, name, value)
    closed_off = before is not None and before.handling != handling == RESTRICTED
    if before is not None and closed_off:
        owner = known.owner_id if known is not None else None
        floor.gone("alert", event.alert_id, event.call_id, before, at, owner=owner)
    if row.desk is not None and row.desk not in on_it:
        # Those who see the call for this alert have not heard of it before.
        floor.tell_call(call, at)
    floor.tell(
        "alert",
        event.alert_id,
        row,
        at,
        body,
        call_id=event.call_id,
        trigger=event.trigger,
        mode=row.mode,
    )
    if is_guidance(row):
        told = seen_of(row, row.mode)
        to_agent = msgspec.structs.replace(told, agent_id=row.agent_id or call.agent_id)
        floor.tell(
            GUIDANCE,
            event.alert_id,
            to_agent,
            at,
            guidance_body(row),
            call_id=event.call_id,
            trigger=event.trigger,
            mode=row.mode,
        )
    if known is None or closed_off:
        _tell_what_hangs_on_it(floor, row, call, at)


def _is_over(floor: Floor, call_id: str) -> bool:
    call = floor.row(Call, call_id)
    return call is not None and call.ended_at is not None


def _of_its_owner(floor: Floor, event: AlertEvent) -> str | None:
    """What is owed to a caller is for its owner to know, and no desk was asked for it."""
    if event.callback_reference is None or event.owner is None:
        return None
    return floor.desk_of(event.owner.id)


def is_guidance(alert: Alert) -> bool:
    """Whether the agent on the call is told what to say though the alert is for its desk alone: a
    life may hang on their next sentence. What is alleged of staff is no life stop; in shadow mode,
    and on recordings, agents are told nothing."""
    live = alert.mode == Mode.LIVE.value
    return live and alert.handling == RESTRICTED and alert.trigger in _LIFE


def guidance_body(alert: Alert) -> dict[str, Any]:
    """What to say and not to say, and nothing of why."""
    names = ("alert_id", "call_id", "revision", "status", "say_now", "do_not_say", "yields_to")
    return {name: alert.body.get(name) for name in names}


def _tell_what_hangs_on_it(floor: Floor, alert: Alert, call: Call, at: int) -> None:
    """Topics are read side by side: a route or a callback may have come before its alert, and
    only now is it known who may see it."""
    floor.db.flush()
    for route in floor.db.scalars(select(Route).where(Route.call_id == alert.call_id)):
        if alert.alert_id in route.body.get("alert_ids", ()):
            routes.tell(floor, route, at)
            if route.desk != alert.desk:
                floor.tell_call(call, at)
    for callback in floor.db.scalars(select(Callback).where(Callback.call_id == alert.call_id)):
        if alert.alert_id in callback.body.get("alert_ids", ()):
            before = callbacks.seen_so_far(callback)
            callbacks.settle(floor, callback)
            callbacks.tell(floor, callback, at, before)
