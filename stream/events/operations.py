"""`operations` (out): what operators must know."""

from __future__ import annotations

from enum import StrEnum

from stream.events.base import Event
from workflow.call import Mode


class Topic(StrEnum):
    """What a note is about."""

    FEED_SILENT = "feed_silent"
    TRANSCRIPTS_LATE = "transcripts_late"
    TRANSCRIPTS_IN_TIME = "transcripts_in_time"
    ROLES_SWAPPED = "roles_swapped"
    NOT_MONITORED = "not_monitored"
    MONITORED = "monitored"
    DEGRADED = "degraded"
    GAP = "gap"
    CHUNK_UNREADABLE = "chunk_unreadable"
    CHUNK_FAILED = "chunk_failed"
    CALLER_HAS_CALLBACK = "caller_has_callback"
    RECORDS_OFF = "records_off"


class OperationsNote(Event, tag="operations.note", frozen=True, kw_only=True):
    """Something that needs an operator's eye. Carries no customer text.

    Of a call that is not heard, or heard again, it says whose call it is and in which mode.
    """

    about: Topic
    detail: str
    at: str
    call_id: str | None = None
    first_sequence: int | None = None
    last_sequence: int | None = None
    source_topic: str | None = None
    source_partition: int | None = None
    source_offset: int | None = None
    reference: str | None = None
    queue_id: str | None = None
    team_id: str | None = None
    agent_id: str | None = None
    mode: Mode | None = None


class CallOver(Event, tag="call.over", frozen=True, kw_only=True):
    """A call is over: its platform said so, or it fell silent. If it is heard of again, scores and
    notes say so; what is read of it after its end is followed by another of these."""

    call_id: str
    at: str


class ActionApplied(Event, tag="action.applied", frozen=True, kw_only=True):
    """A person's action took effect; `detail`: what is to be known even so."""

    action_id: str
    call_id: str
    at: str
    revision: int | None = None
    detail: str | None = None


class ActionRejected(Event, tag="action.rejected", frozen=True, kw_only=True):
    """A person's action did not take effect, and why."""

    action_id: str
    call_id: str
    at: str
    reason: str


OperationsEvent = OperationsNote | CallOver | ActionApplied | ActionRejected
