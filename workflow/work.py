"""One decision in the making: a call's state, changed step by step, and what that causes."""

from __future__ import annotations

from typing import Any

import msgspec

from detectors.vocabulary import LABELS, LIFE_STOPS
from workflow.actions import Verdict
from workflow.alerts import Alert, AlertChange, AlertStatus, Change, Owner
from workflow.call import CallFacts, Mode
from workflow.callbacks import Callback
from workflow.decision import CallbackChange, ChangeOf, Decision, DeskState, RouteChange, Versions
from workflow.moments import rfc3339
from workflow.policy import Handling, Policy
from workflow.routing import Route, Way

OVER = frozenset({AlertStatus.CLOSED, AlertStatus.RETRACTED})
"""Alerts that are done with: new evidence opens the next episode."""
LIFE = frozenset(trigger.value for trigger in LIFE_STOPS)


class Work:
    """What the rooms of the desk share while they decide. `at_ms` is UTC milliseconds."""

    def __init__(
        self,
        policy: Policy,
        versions: Versions,
        state: DeskState,
        call: CallFacts,
        at_ms: int,
        mode: Mode,
        *,
        degraded: bool = False,
    ) -> None:
        self.policy = policy
        self.versions = versions
        self.call = call
        self.at_ms = at_ms
        self.at = rfc3339(at_ms)
        self.degraded = degraded
        self.mode = Mode.SHADOW if mode is Mode.LIVE and policy.mode is Mode.SHADOW else mode
        self.roster = policy.roster
        self.alerts = dict(state.alerts)
        self.ways = dict(state.ways)
        self.episodes = dict(state.episodes)
        self.callbacks = dict(state.callbacks)
        self.ended = state.ended
        self.do_not_call = state.do_not_call
        self.history = state.history
        self.changes: list[ChangeOf] = []

    def decision(self, verdict: Verdict | None = None) -> Decision:
        """The state as it is now, and all changes in order."""
        state = DeskState(
            alerts=self.alerts,
            ways=self.ways,
            episodes=self.episodes,
            callbacks=self.callbacks,
            ended=self.ended,
            do_not_call=self.do_not_call,
            history=self.history,
        )
        return Decision(state, tuple(self.changes), verdict)

    def alert(self, label: str, change: Change = Change.UPDATED, **fields: Any) -> Alert:
        """Change an alert: its revision rises by one, and the world is told."""
        alert = self.alerts[label]
        self.alerts[label] = changed = msgspec.structs.replace(
            alert,
            revision=alert.revision + 1,
            updated_at=self.at,
            previous_contacts=self.previous_contacts,
            **fields,
        )
        self.changes.append(AlertChange(change, changed))
        return changed

    @property
    def previous_contacts(self) -> int | None:
        """Earlier calls of the caller, None while nobody knows."""
        return self.history.contacts if self.history.known else None

    def opened(self, label: str, alert: Alert) -> None:
        """Keep a new alert, and tell the world."""
        alert = msgspec.structs.replace(alert, previous_contacts=self.previous_contacts)
        self.alerts[label] = alert
        self.changes.append(AlertChange(Change.OPENED, alert))

    def handling(self, alert: Alert) -> Handling | None:
        """What the policy says of an alert: by its trigger, else as for others of its desk."""
        if alert.trigger in LABELS:
            return self.policy.handling(alert.trigger)
        given = (*self.policy.triggers.values(), *self.policy.signals.values())
        return next((entry for entry in given if entry.desk == alert.desk), None)

    def label_of(self, alert_id: str) -> str | None:
        """Under which label an alert stands."""
        for label, alert in self.alerts.items():
            if alert.alert_id == alert_id:
                return label
        return None

    def owner(self, person: str) -> Owner:
        """A person by id, with the name that the policy knows."""
        known = self.policy.people.get(person)
        return Owner(id=person, name=person if known is None else known.name)

    def way(self, desk: str, way: Way) -> None:
        """Keep a way as it is now, without telling anyone."""
        self.ways[desk] = way

    def told(self, route: Route, *, fallback: bool = False) -> None:
        """Tell the world about a route."""
        self.changes.append(RouteChange(route, fallback))

    def callback(self, callback: Callback) -> None:
        """Keep a callback as it is now, and tell the world."""
        self.callbacks[callback.reference] = callback
        self.changes.append(CallbackChange(callback))

    def is_life(self, alert_ids: tuple[str, ...]) -> bool:
        """Whether one of these alerts is a life stop that is not over."""
        return any(
            alert.alert_id in alert_ids and alert.trigger in LIFE and alert.status not in OVER
            for alert in self.alerts.values()
        )
