"""What a desk decides: the state of one call's alerts and routes, and what to tell the world."""

from __future__ import annotations

import msgspec

from detectors.reading import Finding
from workflow.actions import Verdict
from workflow.alerts import Alert, AlertChange, RecordHandling
from workflow.callbacks import Callback
from workflow.history import History
from workflow.routing import Route, Way


class TierState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the tiers without a hard stop go by. `heated`: turns in a row in which the customer was
    angry, `utterance` the last one counted; `told`: rules that have had their say on this call."""

    heated: int = 0
    utterance: str = ""
    told: tuple[str, ...] = ()


class DeskState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Alerts by label (the current episode of each), ways to people by the desk that is wanted,
    callbacks by reference. `ended`: the call is over. `do_not_call`: the caller asked for that.
    `history`: the caller's earlier contacts, once they are known. `child`: the caller said that
    they are one."""

    alerts: dict[str, Alert] = {}
    ways: dict[str, Way] = {}
    episodes: dict[str, int] = {}
    callbacks: dict[str, Callback] = {}
    ended: bool = False
    do_not_call: bool = False
    history: History = History()
    child: bool = False
    tiers: TierState = TierState()


class RouteChange(msgspec.Struct, frozen=True):
    """A route asked for (`fallback`: after another did not work out), or no longer wanted, with a
    cancel reason."""

    route: Route
    fallback: bool = False


class CallbackChange(msgspec.Struct, frozen=True):
    """A callback record as it is now."""

    callback: Callback


class OwnWork(msgspec.Struct, frozen=True):
    """A hard stop on a queue of the desk it would go to: put on record, and nobody is told."""

    finding: Finding
    desk: str
    queue_id: str
    handling: RecordHandling


ChangeOf = AlertChange | RouteChange | CallbackChange


class Decision(msgspec.Struct, frozen=True):
    """The state after what happened, and what to tell the world, in order. `verdict`: what became
    of an action. `noted`: what goes on record alone."""

    state: DeskState
    changes: tuple[ChangeOf, ...] = ()
    verdict: Verdict | None = None
    noted: tuple[OwnWork, ...] = ()


class Versions(msgspec.Struct, frozen=True, kw_only=True):
    """What made the decision, so that it can be defended later."""

    policy: str
    rules: str
    model: str | None = None

    def by(self, *, classifier: bool) -> Versions:
        """The same where the classifier is (not) asked: what rules alone decide has no model."""
        return self if classifier else msgspec.structs.replace(self, model=None)
