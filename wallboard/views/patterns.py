"""The leadership report as one viewer sees it: figures, and the lines and columns of its plots."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from wallboard.access import Role, Viewer
from wallboard.language import _
from wallboard.store.tables import Alert, Call, Callback
from wallboard.views.ledgers import ledger_of
from wallboard.views.visible import visible
from workflow.calling import known_zone
from workflow.moments import milliseconds
from workflow.patterns.grouping import percentile
from workflow.patterns.guiding import meaning
from workflow.patterns.ledger import Ledger
from workflow.patterns.patterns import Patterns, alerts_of, is_hard_stop, patterns
from workflow.patterns.reaching import acknowledged_at
from workflow.patterns.scope import Scope
from workflow.patterns.sources import Source
from workflow.policy import Policy

LEADERS = frozenset({Role.SUPERVISOR, Role.DESK, Role.QA, Role.ADMIN, Role.SERVICE})
"""To whom patterns are shown; each counts what they may see."""

DAYS = 7
LONGEST = 92
"""Days of a period: a quarter. Longer ones are for `hardstop report`."""


class Period(msgspec.Struct, frozen=True, kw_only=True):
    """Days (2026-11-30, both included) of a zone, and a queue or all."""

    first: date
    last: date
    time_zone: str
    queue: str | None = None


class Daily(msgspec.Struct, frozen=True, kw_only=True):
    """By day: hard stops of each kind, and how soon somebody took notice (s; None of none)."""

    days: tuple[str, ...]
    kinds: dict[str, tuple[int, ...]]
    p50_s: tuple[float | None, ...]
    p90_s: tuple[float | None, ...]


class Report(msgspec.Struct, frozen=True, kw_only=True):
    """A period. `compared`: the same figures of as many days before, for "more or fewer".

    `saying`: what the names of broken guardrails mean. `queues`: those there are to choose from.
    """

    period: Period
    found: Patterns
    daily: Daily
    hours: tuple[int, ...]
    saying: dict[str, str]
    before: int
    queues: tuple[str, ...]
    read: tuple[str, ...]
    sources: tuple[Source, ...]


def period_of(
    viewer: Viewer, policy: Policy, now_ms: int, *, first: str, last: str, zone: str, queue: str
) -> Period:
    """The period that is asked for; the last seven days where none is.

    Raises ValueError, with a text for people, for one that cannot be reported on.
    """
    zones = {hours.time_zone for hours in policy.hours.values()}
    otherwise = zones.pop() if len(zones) == 1 else "UTC"
    chosen = zone or viewer.time_zone or otherwise
    if not known_zone(chosen):
        raise ValueError(
            _("'%(zone)s' is no time zone; names are like America/New_York", zone=chosen)
        )
    today = datetime.fromtimestamp(now_ms / 1000, UTC).astimezone(ZoneInfo(chosen)).date()
    ends = _day(last) or today
    begins = _day(first) or ends - timedelta(days=DAYS - 1)
    if begins > ends:
        raise ValueError(_("the period ends before it begins"))
    if (ends - begins).days >= LONGEST:
        raise ValueError(
            _("%(count)s days are the most; `hardstop report` takes longer periods", count=LONGEST)
        )
    return Period(first=begins, last=ends, time_zone=chosen, queue=queue or None)


def report(db: Session, viewer: Viewer, policy: Policy, period: Period) -> Report:
    """The figures of a period, of what the viewer may see."""
    scope = _scope(policy, period)
    ledger = ledger_of(db, viewer, policy, scope)
    found = patterns(ledger, scope)
    return Report(
        period=period,
        found=found,
        daily=_daily(ledger, scope),
        hours=tuple(sum(day[hour] for day in found.week) for hour in range(24)),
        saying={count.name: meaning(count.name) for count in found.said},
        before=_before(db, viewer, policy, period),
        queues=_queues(db, viewer),
        read=tuple(sorted(ledger.read)),
        sources=(_source(ledger, scope, db),),
    )


def _scope(policy: Policy, period: Period) -> Scope:
    return Scope.of_days(
        period.first,
        period.last,
        period.time_zone,
        mode=policy.mode,
        queue=period.queue,
        by_agent=policy.reports.by_agent,
    )


def _daily(ledger: Ledger, scope: Scope) -> Daily:
    first, last = scope.days
    days = [
        date.fromordinal(ordinal).isoformat()
        for ordinal in range(first.toordinal(), last.toordinal() + 1)
    ]
    place = {day: at for at, day in enumerate(days)}
    kinds: dict[str, list[int]] = {}
    waits: list[list[float]] = [[] for _ in days]
    for alert in alerts_of(ledger, scope):
        if not is_hard_stop(alert):
            continue
        opened = milliseconds(alert.opened_at)
        at = place[scope.local(opened).date().isoformat()]
        kinds.setdefault(alert.trigger, [0] * len(days))[at] += 1
        noticed = acknowledged_at(alert)
        if noticed is not None:
            waits[at].append(max(0, noticed - opened) / 1000)
    most = sorted(kinds.items(), key=lambda item: (-sum(item[1]), item[0]))
    return Daily(
        days=tuple(days),
        kinds={name: tuple(values) for name, values in most},
        p50_s=tuple(percentile(values, 0.5) for values in waits),
        p90_s=tuple(percentile(values, 0.9) for values in waits),
    )


def _before(db: Session, viewer: Viewer, policy: Policy, period: Period) -> int:
    """Hard stops in as many days before the period."""
    length = (period.last - period.first).days + 1
    earlier = msgspec.structs.replace(
        period,
        first=period.first - timedelta(days=length),
        last=period.first - timedelta(days=1),
    )
    scope = _scope(policy, earlier)
    wanted = [
        visible(Alert, viewer),
        Alert.opened_at >= scope.from_ms,
        Alert.opened_at < scope.to_ms,
        Alert.mode == scope.mode.value,
        Alert.status != "retracted",
        Alert.trigger.in_([trigger.value for trigger in policy.triggers]),
    ]
    if scope.queue is not None:
        wanted.append(Alert.body["queue_id"].as_string() == scope.queue)
    return db.scalar(select(func.count()).select_from(Alert).where(*wanted)) or 0


def _queues(db: Session, viewer: Viewer) -> tuple[str, ...]:
    query = select(Call.queue_id).where(
        visible(Call, viewer, of_call=True), Call.queue_id.is_not(None)
    )
    return tuple(sorted({str(queue) for queue in db.scalars(query.distinct())}))


def _source(ledger: Ledger, scope: Scope, db: Session) -> Source:
    """From when on the wallboard has kept anything; what lies before it cannot count."""
    oldest = [
        at
        for at in (
            db.scalar(select(func.min(Alert.opened_at))),
            db.scalar(select(func.min(Call.first_at))),
            db.scalar(select(func.min(Callback.updated_at))),
        )
        if at is not None
    ]
    first = min(oldest, default=None)
    return Source(
        name="what the wallboard keeps",
        events=sum(ledger.read.values()),
        first_ms=first,
        cut=first is not None and first > scope.from_ms,
    )


def _day(text: str) -> date | None:
    if not text:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ValueError(_("'%(day)s' is no day like 2026-11-30", day=text)) from None
