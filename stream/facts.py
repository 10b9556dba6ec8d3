"""What a platform tells of a call besides its words, taken into the call's state."""

from __future__ import annotations

import msgspec

from stream.events.operations import Topic
from stream.events.transcripts import CallStarted, CallUpdated
from stream.outputs import Message, note_output
from stream.state import CallState
from stream.step import Step
from workflow.call import with_known_zone

UNKNOWN_ZONE = (
    "the caller's time zone is no name of the IANA database (such as America/New_York): it counts "
    "as not told"
)


def learnt(event: CallStarted | CallUpdated, state: CallState, message: Message) -> Step:
    """The step of facts that are told. Operators hear of a zone that says nothing: callers are rung
    back by it."""
    facts = with_known_zone(event)
    step = Step(state=msgspec.structs.replace(state, facts=state.facts.updated(facts)))
    if event.customer is None or facts is event or not event.customer.time_zone:
        return step
    note = note_output(Topic.CHUNK_UNREADABLE, UNKNOWN_ZONE, message, call_id=event.call_id)
    return msgspec.structs.replace(step, outputs=(note,))
