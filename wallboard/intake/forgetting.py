"""Callers who are forgotten: of their calls stay numbers, times, hashes and what the house did; no
word, name or number of a caller.

Topics are read side by side, and from their beginning when a database is made anew: that a call is
forgotten is kept, and whatever comes of it later is taken out again before anybody sees it.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec
from sqlalchemy import delete, select

from stream.events import CallForgotten, IncidentEntry
from wallboard.intake import mentions
from wallboard.intake.arrival import Arrival, moment, plain
from wallboard.intake.floor import Floor
from wallboard.intake.restriction import RESTRICTED
from wallboard.store.feeding import seen_of
from wallboard.store.tables import (
    Alert,
    Call,
    Callback,
    Complaint,
    Deed,
    Delivery,
    Entry,
    Feed,
    Forgotten,
    Hint,
    Message,
    Route,
    Turn,
)
from wallboard.webhooks.recall import call_back
from workflow.actions import ActionKind
from workflow.alerts import AlertStatus
from workflow.chain import KEPT, EntryKind, blank
from workflow.complaints import CLOSED
from workflow.false_alarms import FALSE_ALARM
from workflow.work import OVER

AT_ONCE = 400
"""SQLite takes no more than so many values at once in every build."""


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


# What stays of a body, by name; a field that is not named here goes.
ALERT_KEEPS = _names("""
    type version alert_id call_id episode revision trigger subtype severity status imminent
    probability opened_at updated_at say_now do_not_say policy_version rules_version model_version
    desk owner ack_due_at acknowledged_by acknowledged_at callback_reference queue_id team_id
    agent_id handling mode degraded incident_id chain_head yields_to taken_back
""")
ROUTE_KEEPS = _names("""
    type version route_id attempt call_id alert_ids tier desk mode target requested_at expires_at
    priority owner queue_id team_id agent_id origin cancel_reason person_id asked_before
""")
CALLBACK_KEEPS = _names("""
    type version reference origin_call_id tier state owner deputy revision alert_ids window_start
    window_end agreed_at attempts welfare queue_id
""")
COMPLAINT_KEEPS = _names("""
    type version reference call_id state update_every counted_in jurisdiction test test_basis
    received_at registered_at acknowledge_by answer_by summary_by update_by basis revision
    queue_id team_id handling mode policy_version rules_version
""")
HINT_KEEPS = _names("type version hint_id call_id kind at expires_at agent_id step mode")
DEED_KEEPS = _names("""
    type version action_id call_id action actor at alert_id reference hint_id desk verified
    expected_revision hold
""")
_REASONS_KEPT = frozenset({ActionKind.FORGET.value, ActionKind.LEGAL_HOLD.value})
"""Their grounds are no words of a caller, and are what the erasure itself is judged by."""


def project(floor: Floor, arrival: Arrival, event: CallForgotten) -> None:
    """What was told of the call so far is told to nobody any more."""
    _note(floor, event.call_id, moment(event.at, arrival.at))


def erased(floor: Floor, event: IncidentEntry, at: int) -> None:
    """The record says that its caller was forgotten: for topics written before `call.forgotten`."""
    _note(floor, event.call_id, at)


def let_go(floor: Floor, call_id: str, at: int) -> None:
    """The call's time is over: as if it were forgotten, but for its complaints."""
    _note(floor, call_id, at, asked=False)
    _wipe(floor, call_id, at, complaints=False)


def let_go_of_complaint(floor: Floor, row: Complaint, at: int) -> None:
    """An answered complaint's time is over."""
    _complaint(floor, row, at)


def off_the_log(floor: Floor, arrival: Arrival) -> None:
    """A callback or a complaint was taken off its topic: what is counted stays."""
    reference = arrival.key or ""
    if arrival.topic == "callbacks":
        kind = "callback"
        if (callback := floor.row(Callback, reference)) is not None:
            _callback(floor, callback, arrival.at)
    else:
        kind = "complaint"
        if (complaint := floor.row(Complaint, reference)) is not None:
            _complaint(floor, complaint, arrival.at)
    floor.db.flush()
    told = Delivery.about.startswith(f"{kind}:{reference}:", autoescape=True)
    floor.db.execute(delete(Delivery).where(told))
    floor.db.execute(delete(Feed).where(Feed.kind == kind, Feed.ref == reference))


def settle(floor: Floor, calls: Iterable[str]) -> None:
    """Take out of these calls what is not to be kept. Called once their events are projected."""
    named = sorted(set(calls))
    for start in range(0, len(named), AT_ONCE):
        part = named[start : start + AT_ONCE]
        query = select(Forgotten).where(Forgotten.call_id.in_(part))
        for row in list(floor.db.scalars(query)):
            _wipe(floor, row.call_id, row.at, complaints=row.asked)
        mentions.settle(floor, part)


def _note(floor: Floor, call_id: str, at: int, *, asked: bool = True) -> None:
    row = floor.row(Forgotten, call_id)
    if row is None:
        row = floor.put(Forgotten(call_id=call_id, at=at, asked=asked), call_id)
    row.at = max(row.at, at)
    row.asked = row.asked or asked
    call = floor.row(Call, call_id)
    if call is not None:
        seen = seen_of(call, call.mode)
        floor.gone("call", call_id, call_id, seen, at, trigger=call.trigger, forgotten=True)
    # All that is there was told before this was read.
    floor.db.flush()
    floor.db.execute(delete(Delivery).where(Delivery.call_id == call_id))
    call_back(floor.db, call_id, asked=asked)
    floor.db.execute(delete(Feed).where(Feed.call_id == call_id))
    floor.db.execute(delete(Message).where(Message.call_id == call_id))


def _wipe(floor: Floor, call_id: str, at: int, *, complaints: bool) -> None:
    floor.unsay(call_id, at)
    for turn in _rows(floor, Turn, call_id, Turn.at <= at):
        floor.take_out(Turn, turn, (turn.call_id, turn.utterance_id))
    for hint in _rows(floor, Hint, call_id, Hint.at <= at):
        _replace(hint, _kept(hint.body, HINT_KEEPS, text=""))
    for deed in _rows(floor, Deed, call_id, Deed.sent_at <= at):
        reason = deed.body.get("reason") if deed.action in _REASONS_KEPT else None
        _replace(deed, _kept(deed.body, DEED_KEEPS, **({"reason": reason} if reason else {})))
    for route in _rows(floor, Route, call_id, Route.updated_at <= at):
        _replace(route, _kept(route.body, ROUTE_KEEPS))
    for alert in _rows(floor, Alert, call_id, Alert.updated_at <= at):
        _alert(floor, alert, at)
    for callback in _rows(floor, Callback, call_id, Callback.updated_at <= at):
        _callback(floor, callback, at)
    closed = Complaint.state.in_(CLOSED)
    for complaint in _rows(floor, Complaint, call_id, closed) if complaints else ():
        _complaint(floor, complaint, at)
    _entries(floor, call_id, at)
    call = floor.row(Call, call_id)
    if call is not None:
        mentions.take_out(floor, call, at)
    if call is not None and call.last_at <= at:
        call.customer_ref = call.deep_link = call.mood = call.heard = None
        call.ended_at = call.last_at if call.ended_at is None else call.ended_at
    floor.db.flush()


def _alert(floor: Floor, row: Alert, at: int) -> None:
    false = (row.closed_reason or "").startswith(FALSE_ALARM)
    body = _kept(row.body, ALERT_KEEPS, evidence=[], reason="")
    row.closed_reason = FALSE_ALARM if false else None
    if row.closed_reason is not None:
        body["closed_reason"] = row.closed_reason
    if row.status not in OVER:
        # Workers know nothing of it any more: nobody could close it.
        row.status = body["status"] = AlertStatus.CLOSED.value
    if _replace(row, body):
        before = seen_of(row, row.mode)
        floor.gone(
            "alert",
            row.alert_id,
            row.call_id,
            before,
            at,
            trigger=row.trigger,
            forgotten=True,
            owner=None if row.handling == RESTRICTED else row.owner_id,
        )


def _callback(floor: Floor, row: Callback, at: int) -> None:
    steps = _steps(row.body)
    row.customer_ref = None
    if _replace(row, _kept(row.body, CALLBACK_KEEPS, issue_summary="", history=steps)):
        floor.unsay(row.call_id, at, {row.reference})
        trigger = _trigger(floor, row.call_id)
        seen = seen_of(row, row.mode)
        floor.gone(
            "callback",
            row.reference,
            row.call_id,
            seen,
            at,
            trigger=trigger,
            forgotten=True,
            owner=row.owner_id,
        )


def _complaint(floor: Floor, row: Complaint, at: int) -> None:
    steps = _steps(row.body)
    if _replace(row, _kept(row.body, COMPLAINT_KEEPS, quotes=[], history=steps)):
        floor.unsay(row.call_id, at, {row.reference})
        trigger = _trigger(floor, row.call_id)
        seen = seen_of(row, row.mode)
        floor.gone(
            "complaint", row.reference, row.call_id, seen, at, trigger=trigger, forgotten=True
        )


def _entries(floor: Floor, call_id: str, at: int) -> None:
    rows = list(_rows(floor, Entry, call_id, True))
    named = {
        (row.incident_id, number)
        for row in rows
        if row.kind == EntryKind.ERASED.value
        for number in row.body.get("erased") or ()
    }
    for row in rows:
        if row.kind in KEPT or not (row.at <= at or (row.incident_id, row.number) in named):
            continue
        try:
            body = plain(blank(msgspec.convert(row.body, IncidentEntry)))
        except msgspec.ValidationError:
            # Nobody can read it as an entry: nothing of it is proven, and nothing of it stays.
            body = {name: row.body[name] for name in ("type", "number") if name in row.body}
        if _replace(row, body):
            ref = f"{row.incident_id}/{row.number}"
            floor.tell(
                "entry",
                ref,
                row,
                at,
                row.body,
                call_id=call_id,
                trigger=_trigger(floor, call_id),
                mode=row.mode,
            )


def _rows(floor: Floor, kind: Any, call_id: str, which: Any) -> Iterable[Any]:
    return list(floor.db.scalars(select(kind).where(kind.call_id == call_id, which)))


def _kept(body: dict[str, Any], names: frozenset[str], **instead: Any) -> dict[str, Any]:
    return {name: value for name, value in body.items() if name in names} | instead


def _steps(body: dict[str, Any]) -> list[dict[str, Any]]:
    """A history without what people noted."""
    names = ("at", "by", "state")
    return [
        {name: step[name] for name in names if name in step} for step in body.get("history") or ()
    ]


def _replace(row: Any, body: dict[str, Any]) -> bool:
    """Whether anything goes."""
    if row.body == body:
        return False
    row.body = body
    return True


def _trigger(floor: Floor, call_id: str) -> str | None:
    call = floor.row(Call, call_id)
    return None if call is None else call.trigger
