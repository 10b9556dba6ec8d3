"""Patterns of a period: what came, who came, what was kept, and what was wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

import msgspec

from detectors.mood import MoodState
from models.evaluation.intervals import Proportion, proportion
from workflow.alerts import AlertStatus
from workflow.false_alarms import FALSE_ALARM
from workflow.moments import milliseconds
from workflow.patterns.events import AlertSeen
from workflow.patterns.grouping import Count, Times, counted
from workflow.patterns.guiding import Hints, broken, by_agent, by_kind, by_team, hints_of
from workflow.patterns.keeping import Promises, promises
from workflow.patterns.ledger import CallLog, Ledger
from workflow.patterns.reaching import (
    Routes,
    by_desk,
    routes_of,
    times,
    to_acknowledge,
    to_join,
)
from workflow.patterns.scope import Scope
from workflow.policy import TRIGGER_NAMES

NOT_MONITORED = "not_monitored"
"""What notes to operators about calls that nobody hears are about."""
AGAIN = 4
"""Callers with so many calls or more are counted together: nobody is told by a number."""


class FalseAlarms(msgspec.Struct, frozen=True, kw_only=True):
    """Of the alerts of a trigger that a person closed with a verdict, the false alarms."""

    trigger: str
    share: Proportion


class Repeats(msgspec.Struct, frozen=True, kw_only=True):
    """Callers with hard stops, by how many of their calls had one ("1", "2", "3", "4 or more").

    `nameless`: calls with a hard stop whose caller has no reference.
    """

    callers: int
    calls: dict[str, int]
    nameless: int


class Moods(msgspec.Struct, frozen=True, kw_only=True):
    """Calls by how the customer felt at the worst, and of those how many ended calm."""

    mood: str
    calls: int
    ended_calm: int


class Patterns(msgspec.Struct, frozen=True, kw_only=True):
    """A period in figures.

    `hard_stops` leaves out what was retracted. `week`: hard stops by weekday (Monday first) and
    hour. `calls`: calls of which anything was read. `others`: alerts of other modes, left out.
    `agents` and `said_by_agent` are empty unless the policy lets agents be named.
    """

    scope: Scope
    calls: int
    hard_stops: int
    hard_stop_calls: int
    retracted: int
    kinds: tuple[Count, ...]
    other_alerts: tuple[Count, ...]
    queues: tuple[Count, ...]
    teams: tuple[Count, ...]
    agents: tuple[Count, ...]
    days: dict[str, int]
    week: tuple[tuple[int, ...], ...]
    acknowledged: tuple[Times, ...]
    joined: tuple[Times, ...]
    routes: tuple[Routes, ...]
    promises: Promises
    false_alarms: tuple[FalseAlarms, ...]
    repeats: Repeats
    said: tuple[Count, ...]
    guardrails_by_team: tuple[Count, ...]
    landmines_by_team: tuple[Count, ...]
    said_by_agent: tuple[Count, ...]
    hints: tuple[Hints, ...]
    moods: tuple[Moods, ...]
    not_monitored: tuple[Count, ...]
    degraded: Proportion
    others: dict[str, int]

    @property
    def is_empty(self) -> bool:
        """Whether nothing at all was found in the scope."""
        return not (
            self.calls
            or self.hard_stops
            or self.retracted
            or self.other_alerts
            or self.routes
            or self.promises.offered
            or self.hints
            or self.not_monitored
        )


def patterns(ledger: Ledger, scope: Scope) -> Patterns:
    """Everything that is counted, of what the ledger holds and the scope asks for."""
    alerts = alerts_of(ledger, scope)
    stops = [alert for alert in alerts if is_hard_stop(alert)]
    calls = calls_of(ledger, scope)
    heard = [call for call in calls if call.heard]
    routes = routes_of(ledger, scope)
    hints = hints_of(ledger, scope)
    said = broken(calls, hints)
    return Patterns(
        scope=scope,
        calls=len(calls),
        hard_stops=len(stops),
        hard_stop_calls=len({stop.call_id for stop in stops}),
        retracted=sum(
            alert.trigger in TRIGGER_NAMES and alert.status is AlertStatus.RETRACTED
            for alert in alerts
        ),
        kinds=counted(((a.trigger, a.call_id) for a in stops), pool=False),
        other_alerts=counted(
            ((a.trigger, a.call_id) for a in alerts if a.trigger not in TRIGGER_NAMES), pool=False
        ),
        queues=counted(((a.queue_id, a.call_id) for a in stops), people=False),
        teams=counted((a.team_id, a.call_id) for a in stops),
        agents=counted((a.agent_id, a.call_id) for a in stops) if scope.by_agent else (),
        days=_days(stops, scope),
        week=_week(stops, scope),
        acknowledged=times(to_acknowledge(ledger, stops)),
        joined=times(to_join(routes)),
        routes=by_desk(ledger, routes),
        promises=promises(ledger, scope),
        false_alarms=_false_alarms(alerts),
        repeats=_repeats(stops),
        said=counted(said, pool=False),
        guardrails_by_team=by_team(ledger, said, guardrails=True),
        landmines_by_team=by_team(ledger, said, guardrails=False),
        said_by_agent=by_agent(ledger, said) if scope.by_agent else (),
        hints=by_kind(ledger, hints),
        moods=_moods(calls),
        not_monitored=_not_monitored(ledger, scope),
        degraded=proportion(sum(call.degraded for call in heard), len(heard)),
        others=of_other_modes(ledger, scope),
    )


def alerts_of(ledger: Ledger, scope: Scope) -> list[AlertSeen]:
    """Alerts that opened in the scope, in the order in which they did."""
    found = [
        alert
        for alert in ledger.alerts.values()
        if alert.mode is scope.mode
        and scope.holds(milliseconds(alert.opened_at))
        and scope.queue in (None, alert.queue_id)
    ]
    return sorted(found, key=lambda alert: (alert.opened_at, alert.alert_id))


def is_hard_stop(alert: AlertSeen) -> bool:
    """Whether it stands for a hard stop: no signal, and not taken back with the words."""
    return alert.trigger in TRIGGER_NAMES and alert.status is not AlertStatus.RETRACTED


def calls_of(ledger: Ledger, scope: Scope) -> list[CallLog]:
    """Calls that were first heard of in the scope."""
    return [
        call
        for call in ledger.calls.values()
        if call.is_of(scope.mode)
        and scope.holds(call.first_ms)
        and scope.queue in (None, call.queue)
    ]


def _days(stops: Iterable[AlertSeen], scope: Scope) -> dict[str, int]:
    first, last = scope.days
    ordinals = range(first.toordinal(), last.toordinal() + 1)
    days = {type(first).fromordinal(ordinal).isoformat(): 0 for ordinal in ordinals}
    for stop in stops:
        days[scope.local(milliseconds(stop.opened_at)).date().isoformat()] += 1
    return days


def _week(stops: Iterable[AlertSeen], scope: Scope) -> tuple[tuple[int, ...], ...]:
    week = [[0] * 24 for _ in range(7)]
    for stop in stops:
        at = scope.local(milliseconds(stop.opened_at))
        week[at.weekday()][at.hour] += 1
    return tuple(map(tuple, week))


def _false_alarms(alerts: Iterable[AlertSeen]) -> tuple[FalseAlarms, ...]:
    closed: Counter[str] = Counter()
    false: Counter[str] = Counter()
    for alert in alerts:
        if alert.status is AlertStatus.CLOSED and alert.trigger in TRIGGER_NAMES:
            closed[alert.trigger] += 1
            false[alert.trigger] += (alert.closed_reason or "").startswith(FALSE_ALARM)
    return tuple(
        FalseAlarms(trigger=trigger, share=proportion(false[trigger], number))
        for trigger, number in sorted(closed.items())
    )


def _repeats(stops: Iterable[AlertSeen]) -> Repeats:
    calls: dict[str, set[str]] = {}
    nameless: set[str] = set()
    for stop in stops:
        if stop.customer_ref is None:
            nameless.add(stop.call_id)
        else:
            calls.setdefault(stop.customer_ref, set()).add(stop.call_id)
    by_number = Counter(min(len(ids), AGAIN) for ids in calls.values())
    return Repeats(
        callers=len(calls),
        calls={
            f"{number} or more" if number == AGAIN else str(number): count
            for number, count in sorted(by_number.items())
        },
        nameless=len(nameless),
    )


def _moods(calls: Iterable[CallLog]) -> tuple[Moods, ...]:
    worst = [(call.worst.value, call.last) for call in calls if call.worst is not None]
    numbers = Counter(mood for mood, _ in worst)
    calm = Counter(mood for mood, last in worst if last is not None and last.value == "calm")
    return tuple(
        Moods(mood=mood.value, calls=numbers[mood.value], ended_calm=calm[mood.value])
        for mood in MoodState
        if numbers[mood.value]
    )


def _not_monitored(ledger: Ledger, scope: Scope) -> tuple[Count, ...]:
    why = {
        (note.detail, note.call_id)
        for note in ledger.notes.values()
        if note.about == NOT_MONITORED
        and note.call_id is not None
        and scope.holds(milliseconds(note.at))
        and ledger.call(note.call_id).is_of(scope.mode)
        and scope.queue in (None, ledger.call(note.call_id).queue)
    }
    return counted(sorted(why), pool=False)


def of_other_modes(ledger: Ledger, scope: Scope) -> dict[str, int]:
    """How many alerts of the period were left out for their mode, by mode."""
    modes = Counter(
        alert.mode.value
        for alert in ledger.alerts.values()
        if alert.mode is not scope.mode and scope.holds(milliseconds(alert.opened_at))
    )
    return dict(sorted(modes.items()))
