"""`operations`: what operators must know, and what became of people's actions."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from stream.events import (
    ActionApplied,
    ActionRejected,
    CallOver,
    OperationsEvent,
    OperationsNote,
)
from stream.events.operations import Topic
from wallboard.intake import deeds
from wallboard.intake.arrival import Arrival, moment
from wallboard.intake.floor import Floor
from wallboard.store.feeding import Seen
from wallboard.store.tables import Call, Note

_OF_HEARING = frozenset(
    {Topic.NOT_MONITORED, Topic.MONITORED, Topic.TRANSCRIPTS_LATE, Topic.TRANSCRIPTS_IN_TIME}
)
"""What tells of a call that goes on, perhaps of one of which nothing else has come."""


def project(floor: Floor, arrival: Arrival, event: OperationsEvent) -> None:
    """A note, that a call is over, or a verdict."""
    match event:
        case OperationsNote():
            _note(floor, arrival, event)
        case CallOver():
            call = floor.row(Call, event.call_id)
            if call is not None:
                floor.end_call(call, moment(event.at, arrival.at))
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
    call = None if event.call_id is None else _call(floor, event.call_id, event, at)
    body: dict[str, Any] = {
        "about": row.about,
        "call_id": row.call_id,
        "at": at,
        "detail": row.detail,
    }
    seen = Seen() if call is None else call
    trigger = None if call is None else call.trigger
    floor.tell("note", source, seen, at, body, call_id=event.call_id, trigger=trigger)


def _call(floor: Floor, call_id: str, event: OperationsNote, at: int) -> Call | None:
    """The call that a note is about, heard or not heard as the note says."""
    if event.about not in _OF_HEARING:
        return floor.row(Call, call_id)
    call = floor.call(
        call_id,
        at,
        queue_id=event.queue_id,
        team_id=event.team_id,
        agent_id=event.agent_id,
        mode=event.mode.value,
    )
    told = {Topic.NOT_MONITORED: event.detail, Topic.MONITORED: None}
    why = told.get(event.about, call.not_monitored)
    if at >= call.last_at and call.not_monitored != why:
        call.not_monitored = why
        floor.tell_call(call, at)
    return call
