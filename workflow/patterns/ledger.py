"""What is remembered of the events while they are read: one entry per thing, never their words."""

from __future__ import annotations

from collections import Counter

import msgspec

from detectors.mood import MoodState
from detectors.vocabulary import Disposition, Signal
from workflow.call import Mode
from workflow.moments import milliseconds
from workflow.patterns import events
from workflow.routing import CancelReason, FailureReason, OutcomeKind

_OUTCOMES = {
    events.RouteJoined: OutcomeKind.JOINED,
    events.RouteCompleted: OutcomeKind.COMPLETED,
    events.RouteFailed: OutcomeKind.FAILED,
}
_GRAVITY = (MoodState.CALM, MoodState.ANGER_RISING, MoodState.DISTRESS, MoodState.ANGRY)


class CallLog(msgspec.Struct, kw_only=True):
    """One call. `mode` is that of its alerts, `read_as` that of its readings; moments are UTC ms.

    `said` names the rules of what the agent should not have said.
    """

    call_id: str
    queue: str | None = None
    team: str | None = None
    agent: str | None = None
    mode: Mode | None = None
    read_as: Mode | None = None
    first_ms: int | None = None
    ended_ms: int | None = None
    end_reason: str | None = None
    heard: bool = False
    degraded: bool = False
    worst: MoodState | None = None
    last: MoodState | None = None
    said: set[str] = msgspec.field(default_factory=set)

    def is_of(self, mode: Mode) -> bool:
        """Whether it belongs to the calls of a mode: its alerts', else its readings'. A call that
        was only seen to end counts in live as in shadow."""
        known = self.known_mode
        return known is mode or (known is None and mode in (Mode.LIVE, Mode.SHADOW))

    @property
    def known_mode(self) -> Mode | None:
        """The mode that its events tell."""
        return self.mode or self.read_as


class RouteLog(msgspec.Struct, kw_only=True):
    """One route: its attempts by number, and what was reported of each with the moment (UTC ms)."""

    attempts: dict[int, events.RouteSeen]
    reports: dict[tuple[int, OutcomeKind], int | None]
    failures: dict[int, FailureReason]
    call_id: str
    cancelled: CancelReason | None = None

    def reported(self, kind: OutcomeKind) -> list[int | None]:
        """The moments at which something was reported, attempt by attempt."""
        return [at for (_, what), at in sorted(self.reports.items()) if what is kind]


class DeedLog(msgspec.Struct, frozen=True):
    """Something a person did, and when (UTC ms), where that is known."""

    deed: events.DeedSeen
    at_ms: int | None


class Ledger:
    """Everything that was read so far; an event that comes twice changes nothing.

    `quotes`: whether to keep what alerts quote. Raises ValueError for a time that is none.
    """

    def __init__(self, *, quotes: bool = False) -> None:
        self._quotes = quotes
        self.alerts: dict[str, events.AlertSeen] = {}
        self.due_ms: dict[str, int] = {}
        self.routes: dict[str, RouteLog] = {}
        self.callbacks: dict[str, events.CallbackSeen] = {}
        self.hints: dict[str, events.HintSeen] = {}
        self.deeds: dict[str, DeedLog] = {}
        self.rejected: set[str] = set()
        self.notes: dict[tuple[str, str | None, str, str], events.NoteSeen] = {}
        self.calls: dict[str, CallLog] = {}
        self.read: Counter[str] = Counter()

    def add(self, event: events.Seen, at_ms: int | None = None) -> None:
        """Take an event in. `at_ms` (UTC): when it came, for those that do not say it."""
        self.read[str(type(event).__struct_config__.tag)] += 1
        match event:
            case events._Alert():
                self._alert(event)
            case events._Route():
                self._route(event)
            case events._Outcome():
                self._outcome(event, at_ms)
            case events.CallbackSeen():
                known = self.callbacks.get(event.reference)
                if known is None or event.revision >= known.revision:
                    self.callbacks[event.reference] = event
            case events.HintSeen():
                self.hints[event.hint_id] = event
                call = self.call(event.call_id)
                call.agent = call.agent or event.agent_id
            case events.DeedSeen():
                at = _moment(event.at, at_ms)
                self.deeds.setdefault(event.action_id, DeedLog(event, at))
            case events.DeedRejected():
                self.rejected.add(event.action_id)
            case events.NoteSeen():
                key = (event.about, event.call_id, event.detail, event.at)
                self.notes[key] = event
            case events.ScoreSeen():
                self._score(event)
            case events._Facts():
                at = _moment(event.at, at_ms)
                self._facts(self.call(event.call_id), event, at)
            case events.CallEnded():
                call = self.call(event.call_id)
                call.ended_ms = _moment(event.at, at_ms)
                call.end_reason = event.reason
            case _:
                pass

    def call(self, call_id: str) -> CallLog:
        """What is known of a call."""
        return self.calls.setdefault(call_id, CallLog(call_id=call_id))

    def _facts(
        self,
        call: CallLog,
        event: events.AlertSeen | events.RouteSeen | events.ScoreSeen | events._Facts,
        at_ms: int | None,
    ) -> None:
        call.queue = event.queue_id or call.queue
        call.team = event.team_id or call.team
        call.agent = event.agent_id or call.agent
        if at_ms is not None:
            call.first_ms = at_ms if call.first_ms is None else min(call.first_ms, at_ms)

    def _alert(self, event: events.AlertSeen) -> None:
        if event.ack_due_at is not None and event.revision == 1:
            self.due_ms[event.alert_id] = milliseconds(event.ack_due_at)
        opened = milliseconds(event.opened_at)
        known = self.alerts.get(event.alert_id)
        if known is None or event.revision >= known.revision:
            kept = event if known is None else _counted_where(known, event)
            if not self._quotes and event.evidence:
                kept = msgspec.structs.replace(kept, evidence=())
            self.alerts[event.alert_id] = kept
        call = self.call(event.call_id)
        call.mode = event.mode
        self._facts(call, event, opened)

    def _route(self, event: events.RouteSeen) -> None:
        route = self._route_log(event)
        if isinstance(event, events.RouteCancelled):
            route.cancelled = event.cancel_reason
        route.attempts.setdefault(event.attempt, event)
        call = self.call(event.call_id)
        call.mode = call.mode or event.origin
        self._facts(call, event, None)

    def _outcome(self, event: events.OutcomeSeen, at_ms: int | None) -> None:
        route = self._route_log(event)
        at = _moment(event.at, at_ms)
        route.reports.setdefault((event.attempt, _OUTCOMES[type(event)]), at)
        if isinstance(event, events.RouteFailed):
            route.failures.setdefault(event.attempt, event.reason)
        self.call(event.call_id)

    def _route_log(self, event: events.RouteSeen | events.OutcomeSeen) -> RouteLog:
        new = RouteLog(attempts={}, reports={}, failures={}, call_id=event.call_id)
        return self.routes.setdefault(event.route_id, new)

    def _score(self, event: events.ScoreSeen) -> None:
        call = self.call(event.call_id)
        call.heard = True
        call.read_as = call.read_as or event.mode
        call.degraded = call.degraded or event.degraded
        self._facts(call, event, milliseconds(event.at))
        if not event.is_final:
            return
        if event.mood is not None:
            felt = call.last = event.mood.state
            call.worst = max(felt, call.worst or MoodState.CALM, key=_GRAVITY.index)
        call.said.update(
            finding.rule_id
            for finding in event.findings
            if finding.label == Signal.AGENT_GUARDRAIL and finding.disposition is Disposition.RAISE
        )


def _counted_where(known: events.AlertSeen, event: events.AlertSeen) -> events.AlertSeen:
    """The newest of an alert, counted for whose it was when it opened: a call that is passed on to
    the desk that helps is not that desk's hard stop."""
    return msgspec.structs.replace(
        event,
        queue_id=known.queue_id or event.queue_id,
        team_id=known.team_id or event.team_id,
        agent_id=known.agent_id or event.agent_id,
    )


def _moment(text: str | None, at_ms: int | None) -> int | None:
    """What an event of others says of its time; what is no time is as good as none."""
    try:
        return at_ms if text is None else milliseconds(text)
    except ValueError:
        return at_ms
