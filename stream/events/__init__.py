"""The contracts: every event type on every topic (docs/asyncapi.yaml is generated from here)."""

from stream.events.actions import Action
from stream.events.alerts import AlertClosed, AlertEvent, AlertOpened, AlertRetracted, AlertUpdated
from stream.events.base import VERSION, event_from
from stream.events.callbacks import CallbackRecord
from stream.events.coaching import CoachingHint
from stream.events.complaints import ComplaintRecord
from stream.events.customers import CustomerAsked, CustomerEvent, CustomerForget, CustomerNoted
from stream.events.incidents import (
    CallForgotten,
    EarlierForgotten,
    IncidentEntry,
    IncidentEvent,
    IncidentHead,
)
from stream.events.operations import (
    ActionApplied,
    ActionRejected,
    CallOver,
    OperationsEvent,
    OperationsNote,
)
from stream.events.routing import (
    RouteAccepted,
    RouteCancelled,
    RouteCompleted,
    RouteFailed,
    RouteFallback,
    RouteJoined,
    RouteOffered,
    RouteRequested,
    RoutingEvent,
    RoutingOutcome,
)
from stream.events.scores import Score
from stream.events.ticks import CallerRingsIn, CallForget, CustomerKnown, Tick, TickEvent
from stream.events.transcripts import (
    CallEnded,
    CallStarted,
    CallUpdated,
    Chunk,
    TranscriptEvent,
)

OutputEvent = (
    AlertOpened
    | AlertUpdated
    | AlertRetracted
    | AlertClosed
    | RouteRequested
    | RouteFallback
    | RouteCancelled
    | CallbackRecord
    | IncidentEntry
    | IncidentHead
    | CallForgotten
    | EarlierForgotten
    | CoachingHint
    | Score
    | OperationsNote
    | CallOver
    | ActionApplied
    | ActionRejected
    | ComplaintRecord
)

__all__ = [
    "VERSION",
    "Action",
    "ActionApplied",
    "ActionRejected",
    "AlertClosed",
    "AlertEvent",
    "AlertOpened",
    "AlertRetracted",
    "AlertUpdated",
    "CallEnded",
    "CallForget",
    "CallForgotten",
    "CallOver",
    "CallStarted",
    "CallUpdated",
    "CallbackRecord",
    "CallerRingsIn",
    "Chunk",
    "CoachingHint",
    "ComplaintRecord",
    "CustomerAsked",
    "CustomerEvent",
    "CustomerForget",
    "CustomerKnown",
    "CustomerNoted",
    "EarlierForgotten",
    "IncidentEntry",
    "IncidentEvent",
    "IncidentHead",
    "OperationsEvent",
    "OperationsNote",
    "OutputEvent",
    "RouteAccepted",
    "RouteCancelled",
    "RouteCompleted",
    "RouteFailed",
    "RouteFallback",
    "RouteJoined",
    "RouteOffered",
    "RouteRequested",
    "RoutingEvent",
    "RoutingOutcome",
    "Score",
    "Tick",
    "TickEvent",
    "TranscriptEvent",
    "event_from",
]
