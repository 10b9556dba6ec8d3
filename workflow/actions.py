"""What people do, and whether it took effect."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from workflow.call import Verified
from workflow.callbacks import AttemptOutcome


class ActionKind(StrEnum):
    ACKNOWLEDGE = "acknowledge"
    CLAIM = "claim"
    RESOLVE = "resolve"
    FALSE_ALARM = "false_alarm"
    UNDO_FALSE_ALARM = "undo_false_alarm"
    SET_VERIFIED = "set_verified"
    REQUEST_SUPERVISOR = "request_supervisor"
    REQUEST_SPECIALIST = "request_specialist"
    OFFER_CALLBACK = "offer_callback"
    COMMIT_CALLBACK = "commit_callback"
    ATTEMPT_CALLBACK = "attempt_callback"
    KEEP_CALLBACK = "keep_callback"
    MISS_CALLBACK = "miss_callback"
    REASSIGN_CALLBACK = "reassign_callback"
    CANCEL_CALLBACK = "cancel_callback"
    LEGAL_HOLD = "legal_hold"
    HINT_SHOWN = "hint_shown"
    HINT_USED = "hint_used"
    HINT_DISMISSED = "hint_dismissed"
    ACKNOWLEDGE_COMPLAINT = "acknowledge_complaint"
    UPDATE_COMPLAINT = "update_complaint"
    ANSWER_COMPLAINT = "answer_complaint"
    WITHDRAW_COMPLAINT = "withdraw_complaint"
    REVIEW_INCIDENT = "review_incident"
    FORGET = "forget"


class HoldChange(StrEnum):
    """What becomes of a legal hold."""

    SET = "set"
    LIFT = "lift"


class ActorRole(StrEnum):
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    SPECIALIST = "specialist"
    QA = "qa"
    ADMIN = "admin"
    SERVICE = "service"


class Actor(msgspec.Struct, frozen=True, kw_only=True):
    """Who acts."""

    id: str
    role: ActorRole


class CallbackTerms(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What was offered to or agreed with the caller. The window is RFC 3339. `contact_note`: what
    to know before ringing ("not at work"); "" takes back what was noted."""

    number: str | None = None
    time_zone: str | None = None
    window_start: str | None = None
    window_end: str | None = None
    owner_id: str | None = None
    outcome: AttemptOutcome | None = None
    safe_to_leave_message: bool | None = None
    contact_note: str | None = None
    note: str | None = None


class Deed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One deed on one thing. With `expected_revision` it is refused if the thing has moved on."""

    action_id: str
    call_id: str
    action: ActionKind
    actor: Actor
    at: str | None = None
    alert_id: str | None = None
    reference: str | None = None
    hint_id: str | None = None
    desk: str | None = None
    verified: Verified | None = None
    callback: CallbackTerms | None = None
    expected_revision: int | None = None
    reason: str | None = None
    hold: HoldChange | None = None
    customer_ref: str | None = None
    """With `forget`: the caller, whichever their calls; `call_id` is then the request's alone."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """Whether an action took effect: `rejected` says why not, None that it did; `detail`, what the
    one who asked should know even so."""

    action_id: str
    rejected: str | None = None
    revision: int | None = None
    detail: str | None = None


class Refused(Exception):
    """An action that cannot take effect; the text is for the person who tried."""
