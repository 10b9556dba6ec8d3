"""What a site in shadow mode would have raised, against what its people did on those calls.

Nobody has told hardstop which calls should have been escalated: what people did is the measure, and
they may have done too little or too much. Disagreement is therefore a call to listen to, no fault.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

import msgspec

from models.evaluation.intervals import Proportion, proportion
from workflow.actions import ActionKind, ActorRole
from workflow.alerts import RecordHandling
from workflow.moments import milliseconds, rfc3339
from workflow.patterns.events import AlertSeen
from workflow.patterns.grouping import percentile
from workflow.patterns.ledger import CallLog, DeedLog, Ledger, RouteLog
from workflow.patterns.patterns import alerts_of, calls_of, is_hard_stop, of_other_modes
from workflow.patterns.scope import Scope
from workflow.routing import OutcomeKind

TRANSFERRED = "transferred"

_ASKS = frozenset({ActionKind.REQUEST_SUPERVISOR, ActionKind.REQUEST_SPECIALIST})
_STEPS_IN = _ASKS | {
    ActionKind.ACKNOWLEDGE,
    ActionKind.CLAIM,
    ActionKind.RESOLVE,
    ActionKind.OFFER_CALLBACK,
    ActionKind.COMMIT_CALLBACK,
}
_SENIOR = frozenset({ActorRole.SUPERVISOR, ActorRole.SPECIALIST})


class How(StrEnum):
    """How people escalated a call."""

    TRANSFERRED = "transferred"
    JOINED = "somebody joined"
    STEPPED_IN = "a supervisor acted"
    ASKED = "the agent asked for help"


class Escalation(msgspec.Struct, frozen=True, kw_only=True):
    """The first thing that people did to bring somebody to a call. `at_ms` is UTC."""

    how: How
    at_ms: int | None


class Agreement(msgspec.Struct, frozen=True, kw_only=True):
    """Calls with a hard stop of one trigger ("all": of any).

    `agreed`: of these calls, those that people escalated too. `sooner`: how many of them hardstop
    would have raised before people acted, of those with both moments; `p50_s`, `p10_s`: how many
    seconds before (negative: after) in the middle, and what nine in ten exceeded. `false_alarms`:
    what people called so.
    """

    trigger: str
    agreed: Proportion
    raised_only: int
    sooner: Proportion
    p50_s: float | None
    p10_s: float | None
    false_alarms: int


class Listen(msgspec.Struct, frozen=True, kw_only=True):
    """A call to listen to. `at` is RFC 3339; `quote` is empty unless quotes were asked for."""

    call_id: str
    at: str | None
    about: str
    queue: str | None = None
    seconds: float | None = None
    quote: str = ""


class Shadow(msgspec.Struct, frozen=True, kw_only=True):
    """A period in shadow mode. `escalated`: calls that people escalated, of all; `heard`: of those,
    the ones with a hard stop. `restricted`: calls left out of the lists, for their desk alone."""

    scope: Scope
    calls: int
    raised: int
    escalated: Proportion
    heard: Proportion
    how: dict[How, int]
    triggers: tuple[Agreement, ...]
    raised_only: tuple[Listen, ...]
    people_only: tuple[Listen, ...]
    restricted: int
    others: dict[str, int]


def shadow(ledger: Ledger, scope: Scope) -> Shadow:
    """The comparison, call by call, of what the ledger holds and the scope asks for."""
    stops: dict[str, list[AlertSeen]] = {}
    for alert in filter(is_hard_stop, alerts_of(ledger, scope)):
        stops.setdefault(alert.call_id, []).append(alert)
    calls = {call.call_id: call for call in calls_of(ledger, scope)}
    for call_id in stops:
        calls.setdefault(call_id, ledger.call(call_id))
    for call in ledger.calls.values():
        # Of a call that was only seen to end, the end is when it was.
        only_ended = call.first_ms is None and scope.holds(call.ended_ms)
        if only_ended and call.is_of(scope.mode) and scope.queue in (None, call.queue):
            calls.setdefault(call.call_id, call)
    done = _escalations(ledger, calls)
    false = {
        log.deed.alert_id
        for log in ledger.deeds.values()
        if log.deed.action is ActionKind.FALSE_ALARM
    }
    triggers = sorted({alert.trigger for found in stops.values() for alert in found})
    restricted = {
        call_id
        for call_id, found in stops.items()
        if any(alert.handling is RecordHandling.RESTRICTED for alert in found)
    }
    return Shadow(
        scope=scope,
        calls=len(calls),
        raised=len(stops),
        escalated=proportion(len(done), len(calls)),
        heard=proportion(len(done.keys() & stops.keys()), len(done)),
        how=dict(sorted(Counter(escalation.how for escalation in done.values()).items())),
        triggers=tuple(
            _agreement(trigger, stops, done, false) for trigger in (None, *triggers) if stops
        ),
        raised_only=tuple(
            _to_listen(calls[call_id], found)
            for call_id, found in stops.items()
            if call_id not in done and call_id not in restricted
        ),
        people_only=tuple(
            sorted(
                (
                    _unheard(calls[call_id], escalation)
                    for call_id, escalation in done.items()
                    if call_id not in stops
                ),
                key=lambda item: (item.at or "", item.call_id),
            )
        ),
        restricted=len(restricted - done.keys()),
        others=of_other_modes(ledger, scope),
    )


def _escalations(ledger: Ledger, calls: dict[str, CallLog]) -> dict[str, Escalation]:
    """By call the first escalation; one whose moment is not known comes after those that have."""
    found: dict[str, list[Escalation]] = {}
    for call in calls.values():
        if call.end_reason == TRANSFERRED:
            end = Escalation(how=How.TRANSFERRED, at_ms=call.ended_ms)
            found.setdefault(call.call_id, []).append(end)
    for log in ledger.deeds.values():
        how = _how(log)
        if how is not None and log.deed.call_id in calls:
            found.setdefault(log.deed.call_id, []).append(Escalation(how=how, at_ms=log.at_ms))
    for call_id, at_ms in _joins(ledger.routes.values()):
        if call_id in calls:
            found.setdefault(call_id, []).append(Escalation(how=How.JOINED, at_ms=at_ms))
    return {
        call_id: min(ways, key=lambda way: (way.at_ms is None, way.at_ms or 0))
        for call_id, ways in found.items()
    }


def _how(log: DeedLog) -> How | None:
    deed = log.deed
    if deed.actor.role in _SENIOR:
        return How.STEPPED_IN if deed.action in _STEPS_IN else None
    # In shadow mode a request may be refused: that the agent wanted help is what counts.
    if deed.actor.role is ActorRole.AGENT and deed.action in _ASKS:
        return How.ASKED
    return None


def _joins(routes: Iterable[RouteLog]) -> Iterable[tuple[str, int | None]]:
    for route in routes:
        joined = route.reported(OutcomeKind.JOINED)
        if joined:
            yield route.call_id, joined[0]


def _agreement(
    trigger: str | None,
    stops: dict[str, list[AlertSeen]],
    done: dict[str, Escalation],
    false: set[str | None],
) -> Agreement:
    first: dict[str, AlertSeen] = {}
    taken_back = 0
    for call_id, found in stops.items():
        ours = [alert for alert in found if trigger in (None, alert.trigger)]
        if ours:
            first[call_id] = ours[0]
            taken_back += sum(alert.alert_id in false for alert in ours)
    leads = [
        (at_ms - milliseconds(alert.opened_at)) / 1000
        for call_id, alert in first.items()
        if call_id in done and (at_ms := done[call_id].at_ms) is not None
    ]
    agreed = sum(call_id in done for call_id in first)
    return Agreement(
        trigger=trigger or "all",
        agreed=proportion(agreed, len(first)),
        raised_only=len(first) - agreed,
        sooner=proportion(sum(lead > 0 for lead in leads), len(leads)),
        p50_s=percentile(leads, 0.5),
        p10_s=percentile(leads, 0.1),
        false_alarms=taken_back,
    )


def _to_listen(call: CallLog, found: list[AlertSeen]) -> Listen:
    opened = milliseconds(found[0].opened_at)
    left = None if call.ended_ms is None else (call.ended_ms - opened) / 1000
    quotes = [evidence.quote for alert in found for evidence in alert.evidence[:1]]
    return Listen(
        call_id=call.call_id,
        at=found[0].opened_at,
        about=", ".join(dict.fromkeys(alert.trigger for alert in found)),
        queue=call.queue,
        seconds=left,
        quote=" … ".join(quotes),
    )


def _unheard(call: CallLog, escalation: Escalation) -> Listen:
    return Listen(
        call_id=call.call_id,
        at=None if escalation.at_ms is None else rfc3339(escalation.at_ms),
        about=escalation.how.value,
        queue=call.queue,
    )
