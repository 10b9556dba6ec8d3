"""What people did, here or with other tools, and whether it took effect."""

from __future__ import annotations

from typing import Any

from stream.events import Action
from wallboard.intake import coaching
from wallboard.intake.arrival import Arrival, moment, plain
from wallboard.intake.floor import Floor
from wallboard.store.tables import Alert, Call, Callback, Deed, Hint
from workflow.actions import ActionKind

_BECAME = {
    ActionKind.HINT_SHOWN.value: "shown",
    ActionKind.HINT_USED.value: "used",
    ActionKind.HINT_DISMISSED.value: "dismissed",
}


def project(floor: Floor, arrival: Arrival, event: Action) -> None:
    """An action that is on its way. Ours are known already."""
    row = floor.row(Deed, event.action_id)
    if row is not None and row.action:
        return
    at = moment(event.at, arrival.at)
    row = row or _new(floor, event.action_id, event.call_id, at)
    row.call_id, row.user_id, row.sent_at = event.call_id, event.actor.id, at
    body = plain(event)
    # Who asks to be forgotten is not kept by name for it.
    body.pop("customer_ref", None)
    row.action, row.body = event.action.value, body
    _settle(floor, row)
    if row.applied is not None:
        # Its verdict was read before it.
        _took_effect(floor, row, row.answered_at or at)


def decide(
    floor: Floor,
    arrival: Arrival,
    action_id: str,
    call_id: str,
    at_text: str,
    rejected: str | None,
) -> None:
    """A verdict; the first one stands."""
    at = moment(at_text, arrival.at)
    row = floor.row(Deed, action_id) or _new(floor, action_id, call_id, at)
    if row.applied is not None:
        return
    row.applied, row.rejected, row.answered_at = rejected is None, rejected, at
    if row.action:
        _took_effect(floor, row, at)


def deed_body(row: Deed) -> dict[str, Any]:
    """A deed as the feed and the API tell of it."""
    names = ("action", "alert_id", "reference", "hint_id", "desk", "reason")
    return {
        "action_id": row.action_id,
        "call_id": row.call_id,
        "user_id": row.user_id,
        "sent_at": row.sent_at,
        "answered_at": row.answered_at,
        "applied": row.applied,
        "rejected": row.rejected,
        **{name: row.body.get(name) for name in names},
    }


def _took_effect(floor: Floor, row: Deed, at: int) -> None:
    alert = floor.row(Alert, row.body.get("alert_id") or "")
    call = floor.row(Call, row.call_id)
    trigger = alert.trigger if alert else call.trigger if call else None
    floor.tell(
        "deed",
        row.action_id,
        row,
        at,
        deed_body(row),
        call_id=row.call_id,
        trigger=trigger,
        mode=row.mode,
    )
    hint = floor.row(Hint, row.body.get("hint_id") or "")
    became = _BECAME.get(row.action)
    # Who has used a hint has seen it: what comes later does not take that back.
    further = hint is not None and became is not None and hint.became in (None, "shown")
    if hint is not None and row.applied and further and hint.became != became:
        hint.became = became
        coaching.tell(floor, hint, at)


def _new(floor: Floor, action_id: str, call_id: str, at: int) -> Deed:
    row = Deed(action_id=action_id, call_id=call_id, user_id="", action="", sent_at=at, body={})
    return floor.put(row, action_id)


def _settle(floor: Floor, row: Deed) -> None:
    """It is seen by whoever sees what it was done to."""
    thing = (
        floor.row(Alert, row.body.get("alert_id") or "")
        or floor.row(Callback, row.body.get("reference") or "")
        or floor.row(Call, row.call_id)
    )
    if thing is None:
        return
    row.queue_id, row.team_id, row.agent_id = thing.queue_id, thing.team_id, thing.agent_id
    row.desk, row.handling, row.mode = thing.desk, thing.handling, thing.mode
