"""What the wallboard has kept of a period, as the ledger that patterns are counted from.

The tables hold the newest state of each thing, the topics its whole story. Where the story counts
it is taken from elsewhere: attempts of a route from the records of hard stops, or, for a call
without one, the first from the desk of its alert; when an alert was due from the policy in force.
How callers felt at the worst is not kept, and not told.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from sqlalchemy import Text, and_, cast, select
from sqlalchemy.orm import Session

from detectors.vocabulary import Signal
from wallboard.access import Viewer, may_see
from wallboard.store.tables import Alert, Call, Callback, Deed, Entry, Hint, Note, Route, Turn
from wallboard.views.visible import visible
from workflow.chain import EntryKind
from workflow.moments import milliseconds, rfc3339
from workflow.patterns import events
from workflow.patterns.ledger import Ledger
from workflow.patterns.scope import Scope
from workflow.policy import Policy

AFTER_MS = 24 * 60 * 60 * 1000
"""How long after the period it is followed what became of its last callbacks and hints."""

_OUTCOMES = {"joined": events.RouteJoined, "completed": events.RouteCompleted}
_ATTEMPTS = {
    "route.requested": events.RouteRequested,
    "route.fallback": events.RouteFallback,
}
_REPORTS = {"route.joined": events.RouteJoined, "route.completed": events.RouteCompleted}


def ledger_of(db: Session, viewer: Viewer, policy: Policy, scope: Scope) -> Ledger:
    """Everything of a period that the viewer may see. Values that cannot be read are left out."""
    ledger = Ledger()
    alerts = dict(_alerts(db, viewer, scope))
    for event in alerts.values():
        ledger.add(event)
        _due(ledger, policy, event)
    for one in _routes(db, alerts):
        ledger.add(one)
    for kind in (_callbacks, _hints, _notes, _calls, _broken):
        for found in kind(db, viewer, scope):
            ledger.add(found)
    return ledger


def _alerts(db: Session, viewer: Viewer, scope: Scope) -> Iterator[tuple[str, events.AlertSeen]]:
    query = select(Alert).where(
        visible(Alert, viewer), Alert.opened_at >= scope.from_ms, Alert.opened_at < scope.to_ms
    )
    for row in db.scalars(query.execution_options(yield_per=500)):
        event = _read(row.body, events.AlertSeen)
        if event is not None and may_see(viewer, row, trigger=row.trigger):
            yield row.alert_id, event


def _due(ledger: Ledger, policy: Policy, event: events.AlertSeen) -> None:
    """An alert that has changed no longer says when it was due as it opened."""
    try:
        handling = policy.handling(event.trigger)
    except ValueError:
        return
    if handling is not None and event.alert_id not in ledger.due_ms:
        opened = milliseconds(event.opened_at)
        ledger.due_ms[event.alert_id] = opened + handling.answer_within_s * 1000


def _routes(db: Session, alerts: dict[str, events.AlertSeen]) -> Iterator[Any]:
    """Attempts and reports of the routes that these alerts asked for."""
    of_call: dict[str, events.AlertSeen] = {}
    for alert in alerts.values():
        of_call.setdefault(alert.call_id, alert)
    for calls in _parts(list(of_call)):
        entries: dict[str, list[Entry]] = {}
        query = select(Entry).where(Entry.call_id.in_(calls), Entry.kind == EntryKind.ROUTE.value)
        for entry in db.scalars(query.order_by(Entry.number)):
            route_id = str((entry.body.get("facts") or {}).get("route"))
            entries.setdefault(route_id, []).append(entry)
        for row in db.scalars(select(Route).where(Route.call_id.in_(calls))):
            newest = _read(row.body, events.RouteSeen)
            ours = newest is not None and not alerts.keys().isdisjoint(newest.alert_ids)
            if newest is None or not ours:
                continue
            yield from _told(newest, entries.get(row.route_id, []))
            if newest.attempt > 1:
                # Where the record has told of it, this changes nothing.
                yield _first(newest, of_call[row.call_id])
            yield newest
            yield from _reported(row)


def _told(newest: events.RouteSeen, entries: list[Entry]) -> Iterator[Any]:
    """What the record says of a route, in its order."""
    for entry in entries:
        facts = entry.body.get("facts") or {}
        action, at = entry.body.get("action"), entry.body.get("at")
        attempt = str(facts.get("attempt", ""))
        if not attempt.isdecimal() or at is None:
            continue
        if action in _ATTEMPTS:
            values = msgspec.structs.asdict(newest) | {
                "attempt": int(attempt),
                "desk": str(facts.get("desk", newest.desk)),
                "requested_at": at,
                "expires_at": _later(at, newest),
                "cancel_reason": None,
            }
            yield _ATTEMPTS[action](**values)
        elif action in _REPORTS:
            named: dict[str, Any] = {"call_id": newest.call_id, "route_id": newest.route_id}
            yield _REPORTS[action](**named, attempt=int(attempt), at=at)
        elif action == "route.failed" and "reason" in facts:
            failed = {
                "type": "route.failed",
                "call_id": newest.call_id,
                "route_id": newest.route_id,
                "attempt": int(attempt),
                "reason": facts["reason"],
                "at": at,
            }
            event = _read(failed, events.RouteFailed)
            if event is not None:
                yield event


def _first(newest: events.RouteSeen, alert: events.AlertSeen) -> events.Seen:
    values = msgspec.structs.asdict(newest) | {
        "attempt": 1,
        "desk": alert.desk or newest.desk,
        "requested_at": alert.opened_at,
        "expires_at": _later(alert.opened_at, newest),
        "cancel_reason": None,
    }
    return events.RouteRequested(**values)


def _later(at: str, newest: events.RouteSeen) -> str:
    """As long after a moment as the newest attempt waits."""
    waits = milliseconds(newest.expires_at) - milliseconds(newest.requested_at)
    return rfc3339(milliseconds(at) + waits)


def _reported(row: Route) -> Iterator[Any]:
    """What the platform said last of the newest attempt."""
    named: dict[str, Any] = {
        "call_id": row.call_id,
        "route_id": row.route_id,
        "attempt": row.attempt,
        "at": rfc3339(row.updated_at),
    }
    if row.state in _OUTCOMES:
        yield _OUTCOMES[row.state](**named)
    elif row.state == "failed" and row.reason is not None:
        event = _read({"type": "route.failed", "reason": row.reason, **named}, events.RouteFailed)
        if event is not None:
            yield event


def _callbacks(db: Session, viewer: Viewer, scope: Scope) -> Iterator[events.Seen]:
    query = select(Callback).where(visible(Callback, viewer), Callback.updated_at >= scope.from_ms)
    for row in db.scalars(query.execution_options(yield_per=500)):
        event = _read(row.body, events.CallbackSeen)
        if event is not None:
            yield event


def _hints(db: Session, viewer: Viewer, scope: Scope) -> Iterator[events.Seen]:
    """Hints, and what agents did with them."""
    within = and_(Hint.at >= scope.from_ms, Hint.at < scope.to_ms)
    query = select(Hint, Call).join(Call, Call.call_id == Hint.call_id).where(within)
    for hint, call in db.execute(query.where(visible(Call, viewer, of_call=True))):
        event = _read(hint.body, events.HintSeen)
        if event is not None:
            yield event
            yield _facts(call)
    acts = Deed.action.in_(("hint_shown", "hint_used", "hint_dismissed"))
    between = and_(Deed.sent_at >= scope.from_ms, Deed.sent_at < scope.to_ms + AFTER_MS)
    for deed in db.scalars(select(Deed).where(acts, between, visible(Deed, viewer, of_call=True))):
        event = _read(deed.body, events.DeedSeen)
        if event is None:
            continue
        yield event
        if deed.applied is False:
            at = rfc3339(deed.answered_at or deed.sent_at)
            yield events.DeedRejected(action_id=deed.action_id, at=at)


def _notes(db: Session, viewer: Viewer, scope: Scope) -> Iterator[events.Seen]:
    within = and_(Note.at >= scope.from_ms, Note.at < scope.to_ms)
    query = select(Note).join(Call, Call.call_id == Note.call_id)
    for note in db.scalars(query.where(within, visible(Call, viewer, of_call=True))):
        at = rfc3339(note.at)
        yield events.NoteSeen(about=note.about, detail=note.detail, at=at, call_id=note.call_id)


def _calls(db: Session, viewer: Viewer, scope: Scope) -> Iterator[events.Seen]:
    """Calls of which anything was read, and whether the rules answered alone on them."""
    within = and_(Call.first_at >= scope.from_ms, Call.first_at < scope.to_ms)
    query = select(Call).where(within, visible(Call, viewer, of_call=True))
    for call in db.scalars(query.execution_options(yield_per=500)):
        if call.not_monitored is None:
            yield _score(call, call.first_at, ())


def _broken(db: Session, viewer: Viewer, scope: Scope) -> Iterator[events.Seen]:
    """What agents should not have said, while the transcript is kept."""
    within = and_(Turn.at >= scope.from_ms, Turn.at < scope.to_ms, Turn.is_final.is_(True))
    said = cast(Turn.findings, Text).contains(Signal.AGENT_GUARDRAIL.value)
    query = select(Turn, Call).join(Call, Call.call_id == Turn.call_id).where(within, said)
    for turn, call in db.execute(query.where(visible(Call, viewer, of_call=True))):
        try:
            findings = msgspec.convert(turn.findings, tuple[events.FindingSeen, ...])
        except msgspec.ValidationError:
            continue
        yield _score(call, turn.at, findings)


def _score(call: Call, at: int, findings: tuple[events.FindingSeen, ...]) -> events.ScoreSeen:
    values = {
        "call_id": call.call_id,
        "sequence": 0,
        "is_final": True,
        "at": rfc3339(at),
        "findings": findings,
        "degraded": call.degraded,
        "queue_id": call.queue_id,
        "team_id": call.team_id,
        "agent_id": call.agent_id,
    }
    return msgspec.convert(values | {"type": "score", "mode": call.mode}, events.ScoreSeen)


def _facts(call: Call) -> events.CallUpdated:
    return events.CallUpdated(
        call_id=call.call_id,
        at=rfc3339(call.first_at),
        queue_id=call.queue_id,
        team_id=call.team_id,
        agent_id=call.agent_id,
    )


def _read(body: dict[str, Any], kind: Any) -> Any:
    try:
        return msgspec.convert(body, kind)
    except (msgspec.ValidationError, ValueError):
        return None


def _parts(names: list[str], size: int = 400) -> Iterator[list[str]]:
    """SQLite takes no more than so many values at once in every build."""
    for start in range(0, len(names), size):
        yield names[start : start + size]
