"""`routing` (out) and `routing.outcomes` (in): bringing people to calls, and what came of it."""

from typing import Literal

from stream.events.base import Event
from workflow.routing import FailureReason, Route


class _RouteEvent(Route, frozen=True, kw_only=True, tag_field="type", omit_defaults=False):
    version: Literal[1] = 1


class RouteRequested(_RouteEvent, tag="route.requested", frozen=True, kw_only=True):
    """Bring this desk to the call, in this mode, before `expires_at`."""


class RouteFallback(_RouteEvent, tag="route.fallback", frozen=True, kw_only=True):
    """The desk before did not come: the next one is asked (`attempt` has risen)."""


class RouteCancelled(_RouteEvent, tag="route.cancelled", frozen=True, kw_only=True):
    """No longer wanted. A person who has joined is never removed."""


RoutingEvent = RouteRequested | RouteFallback | RouteCancelled


class _Outcome(Event, frozen=True, kw_only=True):
    call_id: str
    route_id: str
    attempt: int
    at: str | None = None


class RouteOffered(_Outcome, tag="route.offered", frozen=True, kw_only=True):
    """The platform is ringing someone."""

    person_id: str | None = None


class RouteAccepted(_Outcome, tag="route.accepted", frozen=True, kw_only=True):
    """A person has said yes."""

    person_id: str | None = None


class RouteJoined(_Outcome, tag="route.joined", frozen=True, kw_only=True):
    """The person is on the call."""

    person_id: str | None = None


class RouteCompleted(_Outcome, tag="route.completed", frozen=True, kw_only=True):
    """The hand-over is done."""


class RouteFailed(_Outcome, tag="route.failed", frozen=True, kw_only=True):
    """It could not be carried out."""

    reason: FailureReason


RoutingOutcome = RouteOffered | RouteAccepted | RouteJoined | RouteCompleted | RouteFailed
