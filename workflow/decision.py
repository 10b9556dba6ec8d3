"""What a desk decides: the state of one call's alerts and routes, and what to tell the world."""

from __future__ import annotations

import msgspec

from workflow.alerts import Alert, AlertChange
from workflow.routing import Route


class DeskState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Alerts by label (the current episode of each) and routes by desk of one call."""

    alerts: dict[str, Alert] = {}
    routes: dict[str, Route] = {}
    episodes: dict[str, int] = {}


class RouteChange(msgspec.Struct, frozen=True):
    """A route asked for, or (with a cancel reason) no longer wanted."""

    route: Route


class Decision(msgspec.Struct, frozen=True):
    """The state after a reading, and what to tell the world, in order."""

    state: DeskState
    changes: tuple[AlertChange | RouteChange, ...] = ()


class Versions(msgspec.Struct, frozen=True, kw_only=True):
    """What made the decision, so that it can be defended later."""

    policy: str
    rules: str
    model: str | None = None
