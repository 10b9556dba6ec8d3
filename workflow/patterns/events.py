"""The parts of the events that are counted. What callers said is not among them, but for quotes.

Each type reads the event of the same name as it lies on its topic and leaves the rest unread, so
that words never come into memory; `msgspec.convert(event, Seen, from_attributes=True)` takes a
decoded event.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from detectors.mood import MoodState
from detectors.vocabulary import Disposition
from workflow.actions import ActionKind, ActorRole
from workflow.alerts import AlertStatus, RecordHandling
from workflow.call import Mode
from workflow.callbacks import CallbackState
from workflow.hints import HintKind
from workflow.routing import CancelReason, FailureReason


class _Seen(msgspec.Struct, frozen=True, kw_only=True, tag_field="type"):
    version: Literal[1] = 1


class Quoted(msgspec.Struct, frozen=True):
    """What was said, redacted."""

    quote: str


class _Alert(_Seen, frozen=True, kw_only=True):
    alert_id: str
    call_id: str
    revision: int
    trigger: str
    status: AlertStatus
    opened_at: str
    updated_at: str
    evidence: tuple[Quoted, ...] = ()
    desk: str | None = None
    ack_due_at: str | None = None
    acknowledged_at: str | None = None
    closed_reason: str | None = None
    queue_id: str | None = None
    team_id: str | None = None
    agent_id: str | None = None
    customer_ref: str | None = None
    handling: RecordHandling = RecordHandling.NORMAL
    mode: Mode = Mode.LIVE
    degraded: bool = False


class AlertOpened(_Alert, tag="alert.opened", frozen=True, kw_only=True):
    pass


class AlertUpdated(_Alert, tag="alert.updated", frozen=True, kw_only=True):
    pass


class AlertRetracted(_Alert, tag="alert.retracted", frozen=True, kw_only=True):
    pass


class AlertClosed(_Alert, tag="alert.closed", frozen=True, kw_only=True):
    pass


AlertSeen = AlertOpened | AlertUpdated | AlertRetracted | AlertClosed


class _Route(_Seen, frozen=True, kw_only=True):
    route_id: str
    attempt: int
    call_id: str
    alert_ids: tuple[str, ...]
    desk: str
    requested_at: str
    expires_at: str
    origin: Mode = Mode.LIVE
    queue_id: str | None = None
    team_id: str | None = None
    agent_id: str | None = None
    cancel_reason: CancelReason | None = None


class RouteRequested(_Route, tag="route.requested", frozen=True, kw_only=True):
    pass


class RouteFallback(_Route, tag="route.fallback", frozen=True, kw_only=True):
    pass


class RouteCancelled(_Route, tag="route.cancelled", frozen=True, kw_only=True):
    pass


RouteSeen = RouteRequested | RouteFallback | RouteCancelled


class _Outcome(_Seen, frozen=True, kw_only=True):
    call_id: str
    route_id: str
    attempt: int
    at: str | None = None


class RouteJoined(_Outcome, tag="route.joined", frozen=True, kw_only=True):
    pass


class RouteCompleted(_Outcome, tag="route.completed", frozen=True, kw_only=True):
    pass


class RouteFailed(_Outcome, tag="route.failed", frozen=True, kw_only=True):
    reason: FailureReason


OutcomeSeen = RouteJoined | RouteCompleted | RouteFailed


class StepSeen(msgspec.Struct, frozen=True):
    """One change of a callback."""

    at: str
    state: CallbackState


class CallbackSeen(_Seen, tag="callback", frozen=True, kw_only=True):
    """A promised callback, with its history."""

    reference: str
    origin_call_id: str
    state: CallbackState
    history: tuple[StepSeen, ...]
    revision: int = 1
    window_end: str | None = None
    agreed_at: str | None = None
    welfare: bool = False
    queue_id: str | None = None


class HintSeen(_Seen, tag="coaching.hint", frozen=True, kw_only=True):
    """A hint for an agent."""

    hint_id: str
    call_id: str
    kind: HintKind
    at: str
    agent_id: str | None = None
    mode: Mode = Mode.LIVE


class ActorSeen(msgspec.Struct, frozen=True):
    """In which role somebody acts; who it is, is nobody's business here."""

    role: ActorRole


class DeedSeen(_Seen, tag="action", frozen=True, kw_only=True):
    """Something that a person did."""

    action_id: str
    call_id: str
    action: ActionKind
    actor: ActorSeen
    at: str | None = None
    alert_id: str | None = None
    hint_id: str | None = None


class DeedApplied(_Seen, tag="action.applied", frozen=True, kw_only=True):
    """It took effect."""

    action_id: str
    at: str


class DeedRejected(_Seen, tag="action.rejected", frozen=True, kw_only=True):
    """It did not."""

    action_id: str
    at: str


class NoteSeen(_Seen, tag="operations.note", frozen=True, kw_only=True):
    """Something that operators were told."""

    about: str
    detail: str
    at: str
    call_id: str | None = None
    first_sequence: int | None = None


class FindingSeen(msgspec.Struct, frozen=True):
    """A label that was found, and by which rule."""

    label: str
    disposition: Disposition
    rule_id: str


class MoodSeen(msgspec.Struct, frozen=True):
    """How the customer felt over the call so far."""

    state: MoodState


class ScoreSeen(_Seen, tag="score", frozen=True, kw_only=True):
    """A reading of one chunk, without its words."""

    call_id: str
    sequence: int
    is_final: bool
    at: str
    findings: tuple[FindingSeen, ...] = ()
    mood: MoodSeen | None = None
    monitored: bool = True
    degraded: bool = False
    queue_id: str | None = None
    team_id: str | None = None
    agent_id: str | None = None
    mode: Mode = Mode.LIVE


class _Facts(_Seen, frozen=True, kw_only=True):
    call_id: str
    at: str | None = None
    queue_id: str | None = None
    team_id: str | None = None
    agent_id: str | None = None


class CallStarted(_Facts, tag="call.started", frozen=True, kw_only=True):
    pass


class CallUpdated(_Facts, tag="call.updated", frozen=True, kw_only=True):
    pass


class CallEnded(_Seen, tag="call.ended", frozen=True, kw_only=True):
    """The call is over, and why."""

    call_id: str
    reason: str
    at: str | None = None


CallSeen = CallStarted | CallUpdated | CallEnded

Seen = (
    AlertOpened
    | AlertUpdated
    | AlertRetracted
    | AlertClosed
    | RouteRequested
    | RouteFallback
    | RouteCancelled
    | RouteJoined
    | RouteCompleted
    | RouteFailed
    | CallbackSeen
    | HintSeen
    | DeedSeen
    | DeedApplied
    | DeedRejected
    | NoteSeen
    | ScoreSeen
    | CallStarted
    | CallUpdated
    | CallEnded
)


class _Typed(msgspec.Struct):
    type: str | None = None


_typed = msgspec.json.Decoder(_Typed)
_seen: msgspec.json.Decoder[Seen] = msgspec.json.Decoder(Seen)
COUNTED = frozenset(str(kind.__struct_config__.tag) for kind in Seen.__args__)
"""The types of the events that are counted."""


def seen(value: bytes) -> Seen | None:
    """The event in a value of a topic; None for one that is not counted, such as a chunk.

    Raises msgspec.DecodeError or UnicodeDecodeError for what cannot be read.
    """
    if _typed.decode(value).type not in COUNTED:
        return None
    return _seen.decode(value)
