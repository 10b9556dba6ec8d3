"""How soon a person came: acknowledging, joining, and routes that did not work at once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from enum import StrEnum

import msgspec

from models.evaluation.intervals import proportion
from workflow.alerts import AlertStatus
from workflow.moments import milliseconds
from workflow.patterns.events import AlertSeen
from workflow.patterns.grouping import UNKNOWN, Times, percentile, pooled
from workflow.patterns.ledger import Ledger, RouteLog
from workflow.patterns.scope import Scope
from workflow.routing import CancelReason, OutcomeKind

ALL = "all"
_LEFT_ALONE = frozenset({CancelReason.UNANSWERED, CancelReason.CALL_ENDED})
_THERE = frozenset({OutcomeKind.JOINED, OutcomeKind.COMPLETED})


class RouteEnd(StrEnum):
    """What a route came to: each comes to one of these."""

    JOINED = "joined"
    """The first who was asked is on the call."""
    FELL_BACK = "joined after a fallback"
    """Somebody asked later is."""
    BY_HAND = "taken by hand"
    """Nothing was reported of it, and a person has taken the alert all the same."""
    NOT_NEEDED = "not needed any more"
    """Taken back, resolved or a false alarm before anyone came."""
    CALL_ENDED = "call ended first"
    UNANSWERED = "nobody came"
    UNREPORTED = "nothing reported"
    """Neither an end nor a person: the platform does not report, or it is not over."""


class Routes(msgspec.Struct, frozen=True, kw_only=True):
    """Routes that were first asked of one desk: what they came to, how many had to be asked again
    (`fell_back`), and why attempts failed."""

    desk: str
    count: int
    fell_back: int
    ends: dict[RouteEnd, int]
    failures: dict[str, int]


class Wait(msgspec.Struct, frozen=True, kw_only=True):
    """One wait at a desk, in ms. `took_ms` None: nobody came; `limit_ms` None: not known."""

    desk: str
    call_id: str
    took_ms: int | None
    limit_ms: int | None


def acknowledged_at(alert: AlertSeen) -> int | None:
    """When somebody took notice (UTC ms). Who closes an alert has seen it."""
    if alert.acknowledged_at is not None:
        return milliseconds(alert.acknowledged_at)
    return milliseconds(alert.updated_at) if alert.status is AlertStatus.CLOSED else None


def to_acknowledge(ledger: Ledger, alerts: Iterable[AlertSeen]) -> list[Wait]:
    """From opening to acknowledgement, against when the alert was due as it opened."""
    waits = []
    for alert in alerts:
        opened, seen = milliseconds(alert.opened_at), acknowledged_at(alert)
        due = ledger.due_ms.get(alert.alert_id)
        waits.append(
            Wait(
                desk=alert.desk or UNKNOWN,
                call_id=alert.call_id,
                took_ms=None if seen is None else max(0, seen - opened),
                limit_ms=None if due is None else due - opened,
            )
        )
    return waits


def routes_of(ledger: Ledger, scope: Scope) -> list[RouteLog]:
    """Routes that were asked for in the scope."""
    found = []
    for route in ledger.routes.values():
        first = _first(route)
        if first is None:
            continue
        call = ledger.call(route.attempts[first].call_id)
        asked = route.attempts[first]
        ours = scope.queue is None or scope.queue == (asked.queue_id or call.queue)
        if ours and asked.origin is scope.mode and scope.holds(milliseconds(asked.requested_at)):
            found.append(route)
    return found


def to_join(routes: Iterable[RouteLog]) -> list[Wait]:
    """From the first request to the person on the call; a caller whom nobody reached waits in vain.

    Routes that were not needed any more, and those of which nothing was reported, say nothing.
    """
    waits = []
    for route in routes:
        asked = route.attempts[min(route.attempts)]
        joined = route.reported(OutcomeKind.JOINED)
        if not joined and route.cancelled not in _LEFT_ALONE:
            continue
        if joined and joined[0] is None:
            # Reported without a time: that it happened is counted elsewhere.
            continue
        start = milliseconds(asked.requested_at)
        waits.append(
            Wait(
                desk=asked.desk,
                call_id=asked.call_id,
                took_ms=max(0, joined[0] - start) if joined and joined[0] is not None else None,
                limit_ms=milliseconds(asked.expires_at) - start,
            )
        )
    return waits


def times(waits: Sequence[Wait]) -> tuple[Times, ...]:
    """All waits together, then by desk; desks with few calls are pooled."""
    calls: dict[str, set[str]] = {}
    for wait in waits:
        calls.setdefault(wait.desk, set()).add(wait.call_id)
    shown = pooled(calls)
    groups: dict[str, list[Wait]] = {}
    for wait in waits:
        groups.setdefault(shown[wait.desk], []).append(wait)
    by_desk = sorted(groups.items(), key=lambda item: (item[0] == "other", item[0]))
    return (_times(ALL, waits), *(_times(name, group) for name, group in by_desk))


def by_desk(ledger: Ledger, routes: Sequence[RouteLog]) -> tuple[Routes, ...]:
    """What routes came to, by the desk that was asked first; small ones are pooled."""
    calls: dict[str, set[str]] = {}
    for route in routes:
        asked = route.attempts[min(route.attempts)]
        calls.setdefault(asked.desk, set()).add(asked.call_id)
    shown = pooled(calls)
    groups: dict[str, list[RouteLog]] = {}
    for route in routes:
        groups.setdefault(shown[route.attempts[min(route.attempts)].desk], []).append(route)
    return tuple(
        Routes(
            desk=name,
            count=len(group),
            fell_back=sum(max(route.attempts) > 1 for route in group),
            ends=dict(sorted(Counter(_end(ledger, r) for r in group).items())),
            failures=dict(
                sorted(Counter(why.value for r in group for why in r.failures.values()).items())
            ),
        )
        for name, group in sorted(groups.items(), key=lambda item: (item[0] == "other", item[0]))
    )


def _first(route: RouteLog) -> int | None:
    # A route of before the period may be known by a later attempt alone: it is not of the period.
    return 1 if 1 in route.attempts else None


def _end(ledger: Ledger, route: RouteLog) -> RouteEnd:
    joined = [attempt for attempt, kind in route.reports if kind in _THERE]
    if joined:
        return RouteEnd.JOINED if min(joined) == 1 else RouteEnd.FELL_BACK
    match route.cancelled:
        case CancelReason.UNANSWERED:
            return RouteEnd.UNANSWERED
        case CancelReason.CALL_ENDED:
            return RouteEnd.CALL_ENDED
        case None:
            pass
        case _:
            return RouteEnd.NOT_NEEDED
    ids = {alert_id for attempt in route.attempts.values() for alert_id in attempt.alert_ids}
    alerts = [ledger.alerts[alert_id] for alert_id in ids if alert_id in ledger.alerts]
    if any(alert.acknowledged_at is not None for alert in alerts):
        return RouteEnd.BY_HAND
    return RouteEnd.UNREPORTED


def _times(name: str, waits: Sequence[Wait]) -> Times:
    took = [wait.took_ms / 1000 for wait in waits if wait.took_ms is not None]
    limited = [wait for wait in waits if wait.limit_ms is not None]
    kept = sum(
        wait.took_ms is not None and wait.limit_ms is not None and wait.took_ms <= wait.limit_ms
        for wait in limited
    )
    return Times(
        name=name,
        count=len(waits),
        never=len(waits) - len(took),
        p50_s=percentile(took, 0.5),
        p90_s=percentile(took, 0.9),
        in_time=proportion(kept, len(limited)),
    )
