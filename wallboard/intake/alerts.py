"""`alerts`: the newest revision of each."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import select

from detectors.vocabulary import LIFE_STOPS
from stream.events import AlertEvent
from wallboard.access import MISCONDUCT
from wallboard.audience import GUIDANCE
from wallboard.intake import callbacks, routes
from wallboard.intake.arrival import Arrival, due, is_news, moment, plain
from wallboard.intake.floor import Floor
from wallboard.intake.passing import WHOSE, has_left, whose
from wallboard.intake.restriction import RESTRICTED, handling_of
from wallboard.store.desks import desks_on
from wallboard.store.feeding import Seen, seen_of
from wallboard.store.tables import Alert, Call, Callback, Route
from workflow.call import Mode
from workflow.policy import Severity
from workflow.work import OVER

_RANKS = {severity: rank for rank, severity in enumerate(Severity, start=1)}
_LIFE = frozenset(trigger.value for trigger in LIFE_STOPS)


def project(floor: Floor, arrival: Arrival, event: AlertEvent) -> None:
    """An older revision, or one that is known, changes nothing."""
    known = floor.row(Alert, event.alert_id)
    at = moment(event.updated_at, arrival.at)
    # Reports count an alert for whose it was when it opened; whose it is now, its columns say.
    body = plain(event) | ({} if known is None else _opened_for(known))
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
        # Later revisions may name who had the call before.
        knows=known is None and event.revision == 1,
    )
    if event.customer_ref is not None:
        call.customer_ref = event.customer_ref
    if event.deep_link is not None:
        call.deep_link = event.deep_link
    if handling == RESTRICTED:
        floor.restrict(call, event.desk, event.trigger, at)
    before = None if known is None else seen_of(known, known.mode)
    owner = None if known is None else known.owner_id
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
        "desk": event.desk or _of_its_owner(floor, event),
        "handling": handling,
        "mode": event.mode.value,
    }
    if known is None:
        row = floor.put(Alert(alert_id=event.alert_id, **whose(event), **values), event.alert_id)
    else:
        row = known
        for name, value in values.items():
            setattr(row, name, value)
    if row.status not in OVER:
        _give_to(row, call)
    if before is not None and before.desk not in (None, row.desk):
        _left_desk(floor, call, before, at)
    if owner not in (None, row.owner_id) and row.handling != RESTRICTED:
        _left_owner(floor, row, call, owner, at)
    if row.desk is not None and row.desk not in on_it:
        # Those who see the call for this alert have not heard of it before.
        floor.tell_call(call, at)
    _tell(floor, row, call, at, before, owner=owner)
    if known is None or (before is not None and before.handling != handling == RESTRICTED):
        _tell_what_hangs_on_it(floor, row, call, at)


def follow(floor: Floor, row: Alert, call: Call, at: int) -> None:
    """Its call has passed to others: an open alert is theirs, too."""
    before = seen_of(row, row.mode)
    _give_to(row, call)
    if seen_of(row, row.mode) != before:
        _tell(floor, row, call, at, before)


def told_body(row: Alert) -> dict[str, Any]:
    """An alert as it is told: the event, with whose it is now."""
    return row.body | whose(row)


def _opened_for(row: Alert) -> dict[str, str]:
    return {name: row.body[name] for name in WHOSE if row.body.get(name) is not None}


def _give_to(row: Alert, call: Call) -> None:
    """It is whose its call is. An allegation stays with those of whom it was heard; what is owed to
    the caller is no agent's."""
    if row.trigger == MISCONDUCT:
        return
    row.queue_id, row.team_id = call.queue_id, call.team_id
    if row.agent_id is not None or row.body.get("callback_reference") is None:
        row.agent_id = call.agent_id


def _left_desk(floor: Floor, call: Call, before: Seen, at: int) -> None:
    """An alert has left a desk: so has its call, unless it is there for another one."""
    floor.db.flush()
    still = desks_on(floor.db, [call.call_id])[call.call_id].of_call(call.handling)
    if before.desk == call.desk or before.desk in still:
        return
    seen = Seen(desk=before.desk, handling=call.handling, mode=call.mode)
    ref = call.call_id
    floor.gone("call", ref, ref, seen, at, trigger=call.trigger, moved=True)
    floor.tell_call(call, at)


def _left_owner(floor: Floor, row: Alert, call: Call, owner: str | None, at: int) -> None:
    """An alert is somebody else's now: gone for whoever had it as its owner alone, with its call,
    unless they own another one on that."""
    nobody = Seen(handling=row.handling, mode=row.mode)
    about: dict[str, Any] = {"trigger": row.trigger, "moved": True, "owner": owner}
    floor.gone("alert", row.alert_id, row.call_id, nobody, at, **about)
    floor.db.flush()
    ref = call.call_id
    if call.handling == RESTRICTED or owner in desks_on(floor.db, [ref])[ref].owners:
        return
    floor.gone("call", ref, ref, nobody, at, moved=True, owner=owner)
    floor.tell_call(call, at)


def _tell(
    floor: Floor,
    row: Alert,
    call: Call,
    at: int,
    before: Seen | None,
    *,
    owner: str | None = None,
) -> None:
    """Those who may see it hear of it, after those who could `before` and may no more. `owner`:
    whose it was."""
    about = {"call_id": row.call_id, "trigger": row.trigger, "mode": row.mode}
    ref, guidance = row.alert_id, is_guidance(row)
    to_agent = msgspec.structs.replace(
        seen_of(row, row.mode), agent_id=call.agent_id or row.agent_id
    )
    if before is not None and before.handling != row.handling == RESTRICTED:
        floor.gone("alert", ref, row.call_id, before, at, owner=owner)
    elif before is not None and has_left(before, row):
        floor.gone("alert", ref, row.call_id, before, at, trigger=row.trigger, moved=True)
    if guidance and before is not None and before.agent_id not in (None, to_agent.agent_id):
        floor.gone(GUIDANCE, ref, row.call_id, before, at, trigger=row.trigger, moved=True)
    floor.tell("alert", ref, row, at, told_body(row), **about)
    if guidance:
        floor.tell(GUIDANCE, ref, to_agent, at, guidance_body(row), **about)


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
