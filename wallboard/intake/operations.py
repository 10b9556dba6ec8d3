"""`operations`: what operators must know, and what became of people's actions."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from stream.events import ActionApplied, ActionRejected, OperationsEvent, OperationsNote
from stream.events.operations import Topic
from wallboard.intake import deeds
from wallboard.intake.arrival import Arrival, moment
from wallboard.intake.floor import Floor
from wallboard.store.feeding import Seen
from wallboard.store.tables import Call, Note


def project(floor: Floor, arrival: Arrival, event: OperationsEvent) -> None:
    """A note, or a verdict."""
    match event:
        case OperationsNote():
            _note(floor, arrival, event)
        case ActionApplied():
            deeds.decide(floor, arrival, event.action_id, event.call_id, event.at, None)
        case ActionRejected():
            deeds.decide(floor, arrival, event.action_id, event.call_id, event.at, event.reason)


def _note(floor: Floor, arrival: Arrival, event: OperationsNote) -> None:
    # Workers that read something twice write the same note again, elsewhere: its id is the same.
    source = arrival.event_id or arrival.place
    if floor.db.scalar(select(Note.note_id).where(Note.source == source)) is not None:
        return
    at = moment(event.at, arrival.at)
    row = Note(
        source=source, about=event.about.value, call_id=event.call_id, at=at, detail=event.detail
    )
    floor.db.add(row)
    floor.db.flush()
    call = None if event.call_id is None else floor.row(Call, event.call_id)
    if event.about is Topic.NOT_MONITORED and event.call_id is not None:
        call = floor.call(event.call_id, at)
        if at >= call.last_at and call.not_monitored != event.detail:
            call.not_monitored = event.detail
            floor.tell_call(call, at)
    body: dict[str, Any] = {
        "about": row.about,
        "call_id": row.call_id,
        "at": at,
        "detail": row.detail,
    }
    seen = Seen() if call is None else call
    trigger = None if call is None else call.trigger
    floor.tell("note", source, seen, at, body, call_id=event.call_id, trigger=trigger)
