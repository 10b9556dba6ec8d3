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
from wallboard.store.tables import Call, Note, Turn

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
            call, at = floor.row(Call, event.call_id), moment(event.at, arrival.at)
            if call is not None and not _heard_of_since(floor, event.call_id, at):
                floor.end_call(call, at, surely=True)
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
        mode=None if event.mode is None else event.mode.value,
    )
    why = call.not_monitored
    if event.about is Topic.NOT_MONITORED and not _heard_of_since(floor, call_id, at):
        why = event.detail
    elif event.about is Topic.MONITORED and at >= call.last_at:
        why = None
    if call.not_monitored != why:
        call.not_monitored = why
        floor.tell_call(call, at)
    return call


def _heard_of_since(floor: Floor, call_id: str, at: int) -> bool:
    """Whether words of a call, or news of its hearing, are younger than a moment. What people and
    time do to its alerts is perhaps read sooner, and says nothing of either."""
    turns = select(Turn.utterance_id).where(Turn.call_id == call_id, Turn.at > at)
    about = Note.about.in_([one.value for one in _OF_HEARING])
    notes = select(Note.note_id).where(Note.call_id == call_id, about, Note.at > at)
    return any(floor.db.scalar(query.limit(1)) is not None for query in (turns, notes))
