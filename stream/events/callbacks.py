"""`callbacks` (out, compacted): the Supervisor Callback Log, one record with its whole history."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from stream.events.base import Event
from workflow.alerts import Owner
from workflow.call import Verified
from workflow.policy import Tier


class CallbackState(StrEnum):
    OFFERED = "offered"
    COMMITTED = "committed"
    DUE = "due"
    ATTEMPTED = "attempted"
    KEPT = "kept"
    MISSED = "missed"
    ESCALATED = "escalated"
    CANCELLED = "cancelled"


class AttemptOutcome(StrEnum):
    REACHED = "reached"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    MESSAGE_LEFT = "message_left"
    WRONG_NUMBER = "wrong_number"


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One try to reach the caller."""

    at: str
    by: str
    outcome: AttemptOutcome


class CallbackStep(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One change of the record: when, by whom, to which state, why."""

    at: str
    by: str
    state: CallbackState
    note: str | None = None


class CallbackRecord(Event, tag="callback", frozen=True, kw_only=True):
    """A promised callback. The window is RFC 3339; `number` E.164; the key is `reference`."""

    reference: str
    origin_call_id: str
    issue_summary: str
    tier: Tier
    state: CallbackState
    owner: Owner
    history: tuple[CallbackStep, ...]
    customer_ref: str | None = None
    caller_name: str | None = None
    verified: Verified = Verified.NONE
    number: str | None = None
    time_zone: str | None = None
    time_zone_source: str | None = None
    window_start: str | None = None
    window_end: str | None = None
    agreed_at: str | None = None
    deputy: Owner | None = None
    attempts: tuple[Attempt, ...] = ()
    safe_to_leave_message: bool = False
    contact_note: str | None = None
    language: str | None = None
