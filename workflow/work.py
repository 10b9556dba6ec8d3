"""One decision in the making: a call's state, changed step by step, and what that causes."""

from __future__ import annotations

from typing import Any

import msgspec

from detectors.vocabulary import LABELS, LIFE_STOPS, Signal
from workflow.actions import Verdict
from workflow.alerts import Alert, AlertChange, AlertStatus, Change, Owner
from workflow.call import CallFacts, Mode, with_known_zone
from workflow.callbacks import Callback
from workflow.callers import for_caller, lifted
from workflow.decision import (
    CallbackChange,
    ChangeOf,
    Decision,
    DeskState,
    OwnWork,
    RouteChange,
    Versions,
)
from workflow.duty import Desk, Person, Stop
from workflow.handling import Handling, Texts
from workflow.lifetexts import texts_for
from workflow.moments import rfc3339
from workflow.picture import NOTHING_KNOWN, CallPicture
from workflow.policy import Policy, Severity
from workflow.precedence import yielding
from workflow.routing import Route, Way

OVER = frozenset({AlertStatus.CLOSED, AlertStatus.RETRACTED})
"""Alerts that are done with: new evidence opens the next episode."""
PRIORITY = {Severity.CRITICAL: 1, Severity.HIGH: 2, Severity.MEDIUM: 3, Severity.LOW: 4}
LIFE = frozenset(trigger.value for trigger in LIFE_STOPS)
LIFE_REQUEST = "life_request"
"""How the labels of alerts begin with which an agent asks for a desk that comes for a life."""


class Work:
    """What the rooms of the desk share while they decide. `at_ms` is UTC milliseconds.

    `policy` is the one of the call's queue, as far as that is known now.
    """

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
        picture: CallPicture = NOTHING_KNOWN,
    ) -> None:
        self._site = policy
        self.policy = policy.for_queue(call.queue_id)
        self.versions = versions.by(classifier=self.policy.detection.classifier)
        self.call = with_known_zone(call)
        self.at_ms = at_ms
        self.at = rfc3339(at_ms)
        self.degraded = degraded
        self.mode = policy.mode_for(call.queue_id, mode)
        self.alerts = dict(state.alerts)
        self.ways = dict(state.ways)
        self.episodes = dict(state.episodes)
        self.callbacks = dict(state.callbacks)
        self.ended = state.ended
        self.do_not_call = state.do_not_call
        self.history = state.history
        self.child = state.child
        self.tiers = state.tiers
        self.picture = picture
        self.changes: list[ChangeOf] = []
        self.noted: list[OwnWork] = []

    def decision(self, verdict: Verdict | None = None) -> Decision:
        """The state as it is now, and all changes in order."""
        self._give_precedence()
        state = DeskState(
            alerts=self.alerts,
            ways=self.ways,
            episodes=self.episodes,
            callbacks=self.callbacks,
            ended=self.ended,
            do_not_call=self.do_not_call,
            history=self.history,
            child=self.child,
            tiers=self.tiers,
        )
        return Decision(state, tuple(self.changes), verdict, tuple(self.noted))

    def alert(self, label: str, change: Change = Change.UPDATED, **fields: Any) -> Alert:
        """Change an alert: its revision rises by one, and the world is told."""
        alert = self.alerts[label]
        self.alerts[label] = changed = msgspec.structs.replace(
            alert,
            revision=alert.revision + 1,
            updated_at=self.at,
            previous_contacts=self.previous_contacts,
            **self.whose(alert),
            **fields,
        )
        self.changes.append(AlertChange(change, changed))
        return changed

    def whose(self, alert: Alert) -> dict[str, str]:
        """Queue, team and agent of an alert now: those of its call. An allegation stays with those
        of whom it was heard; what is owed to the caller is no agent's."""
        if alert.trigger == Signal.MISCONDUCT.value:
            return {}
        here = self.here
        if alert.callback_reference is not None and alert.agent_id is None:
            here.pop("agent_id", None)
        return here

    @property
    def here(self) -> dict[str, str]:
        """Queue, team and agent that have the call now, as far as the platform has told them."""
        call = self.call
        told = {"queue_id": call.queue_id, "team_id": call.team_id, "agent_id": call.agent_id}
        return {name: value for name, value in told.items() if value is not None}

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
        found = self._given(alert)
        if found is None or self.is_for_life(alert):
            return found
        # The desk that an alert was opened for stays, whatever is learnt of the caller since.
        ours = for_caller(self.policy, self.call, found)
        return msgspec.structs.replace(ours, desk=alert.desk or ours.desk)

    def _given(self, alert: Alert) -> Handling | None:
        if alert.trigger in LABELS:
            return self.policy.handling(alert.trigger)
        if alert.trigger in self.policy.tiers.rules:
            return self.policy.tiers.rules[alert.trigger]
        policy = self.policy
        given = (*policy.triggers.values(), *policy.signals.values(), *policy.tiers.rules.values())
        if self.is_for_life(alert):
            given = tuple(entry for t, entry in policy.triggers.items() if t in LIFE_STOPS)
        return next((entry for entry in given if entry.desk == alert.desk), None)

    def texts(self, label: str, handling: Handling, subtype: str | None) -> Texts:
        """What the agent says now, and does not say."""
        crisis = self.policy.crisis
        return texts_for(label, handling, self.call, crisis, subtype=subtype, child=self.child)

    def wanted(self, label: str) -> Handling | None:
        """What the policy says of a label for this caller, or None where it opens no alert."""
        found = self.policy.handling(label)
        if found is None or label in LIFE:
            return found
        return for_caller(self.policy, self.call, found)

    def priority(self, alert: Alert) -> int:
        """How urgent it is that somebody comes, 1 the highest: always for a life, whoever calls."""
        if self.is_for_life(alert):
            return 1
        return lifted(self.policy, self.call, PRIORITY[alert.severity])

    def _give_precedence(self) -> None:
        """Each alert says which other one the agent is to go by."""
        for label, leader in yielding(self.alerts).items():
            alert = self.alerts[label]
            if alert.yields_to == leader:
                continue
            told = [
                place
                for place, change in enumerate(self.changes)
                if isinstance(change, AlertChange) and change.alert.alert_id == alert.alert_id
            ]
            if not told:
                self.alert(label, yields_to=leader)
                continue
            # It is about to be told anyway: once is enough.
            changed = msgspec.structs.replace(alert, yields_to=leader)
            self.alerts[label] = changed
            last = self.changes[told[-1]]
            assert isinstance(last, AlertChange)
            self.changes[told[-1]] = AlertChange(last.change, changed)

    def label_of(self, alert_id: str) -> str | None:
        """Under which label an alert stands."""
        for label, alert in self.alerts.items():
            if alert.alert_id == alert_id:
                return label
        return None

    def owner(self, person: str) -> Owner:
        """A person by id, with the name that the policy knows."""
        known = self._person(person)
        return Owner(id=person, name=person if known is None else known.name)

    def is_person(self, person: str) -> bool:
        """Whether an id is one of the policy's people: on this call's queue or on any other."""
        return self._person(person) is not None

    def _person(self, person: str) -> Person | None:
        every = (self.policy, self._site, *self._site.by_queue.values())
        return next((found for policy in every if (found := policy.people.get(person))), None)

    def desk(self, name: str) -> Desk | None:
        """A desk by name: of this call's queue, else of the queue that it came from."""
        return self._policy_with(name).desks.get(name)

    def chain(self, desk: str, at_ms: int | None = None) -> tuple[Stop, ...]:
        """Who is asked when a desk is wanted now, or then (UTC ms), in order. Never empty."""
        return self._policy_with(desk).roster.chain(desk, self.at_ms if at_ms is None else at_ms)

    def _policy_with(self, desk: str) -> Policy:
        every = (self.policy, self._site, *self._site.by_queue.values())
        return next((policy for policy in every if desk in policy.desks), self.policy)

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

    @property
    def at_risk(self) -> bool:
        """Whether a life stop is open while the caller is on the line."""
        return not self.ended and self.is_life(tuple(a.alert_id for a in self.alerts.values()))

    def is_life(self, alert_ids: tuple[str, ...]) -> bool:
        """Whether one of these alerts is a life stop that is not over."""
        return any(
            alert.alert_id in alert_ids and self.is_for_life(alert) and alert.status not in OVER
            for alert in self.alerts.values()
        )

    def is_for_life(self, alert: Alert) -> bool:
        """Whether an alert is a life stop, heard or seen by the agent who asks for its desk."""
        if alert.trigger in LIFE:
            return True
        return (self.label_of(alert.alert_id) or "").startswith(LIFE_REQUEST)
