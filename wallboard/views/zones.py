"""Moments as the clocks of two people show them: the caller's and the viewer's."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from wallboard.language import _, mark
from workflow.calling import known_zone

_DAYS = (mark("Mon"), mark("Tue"), mark("Wed"), mark("Thu"), mark("Fri"), mark("Sat"), mark("Sun"))
_MONTHS = (
    *(mark("Jan"), mark("Feb"), mark("Mar"), mark("Apr"), mark("May"), mark("Jun")),
    *(mark("Jul"), mark("Aug"), mark("Sep"), mark("Oct"), mark("Nov"), mark("Dec")),
)
_LONG_MONTHS = (
    *(mark("January"), mark("February"), mark("March"), mark("April"), mark("May")),
    *(mark("June"), mark("July"), mark("August"), mark("September"), mark("October")),
    *(mark("November"), mark("December")),
)


def zone_of(name: str | None) -> str:
    """The zone that is named, or UTC where none is or it does not exist."""
    return name if name is not None and known_zone(name) else "UTC"


def moment_in(at_ms: int, zone: str) -> str:
    """`Mon 30 Nov, 14:30`."""
    at = _local(at_ms, zone)
    return _(
        "%(day)s %(date)s %(month)s, %(time)s",
        day=day_name(at.weekday()),
        date=at.day,
        month=_(_MONTHS[at.month - 1]),
        time=f"{at:%H:%M}",
    )


def exact_in(at_ms: int, zone: str) -> str:
    """`30 Nov 2026, 14:30:07`."""
    return _dated(_local(at_ms, zone), "%H:%M:%S")


def minute_in(at_ms: int, zone: str) -> str:
    """`30 Nov 2026, 14:30`."""
    return _dated(_local(at_ms, zone), "%H:%M")


def day_name(weekday: int) -> str:
    """`Mon` for 0."""
    return _(_DAYS[weekday])


def span_in(start_ms: int | None, end_ms: int | None, zone: str) -> str:
    """`Mon 30 Nov, 14:30 – 18:30`; the second day only where it is another."""
    if start_ms is None or end_ms is None:
        return "–"
    start, end = _local(start_ms, zone), _local(end_ms, zone)
    same = start.date() == end.date()
    return (
        f"{moment_in(start_ms, zone)} – {end:%H:%M}"
        if same
        else (f"{moment_in(start_ms, zone)} – {moment_in(end_ms, zone)}")
    )


def date_in(day: date) -> str:
    """`30 November 2026`."""
    month = _(_LONG_MONTHS[day.month - 1])
    return _("%(date)s %(month)s %(year)s", date=day.day, month=month, year=day.year)


def days_in(first: date, last: date) -> str:
    """`24 to 30 November 2026`, or the one day."""
    if first == last:
        return date_in(first)
    begins = date_in(first)
    if (first.year, first.month) == (last.year, last.month):
        begins = str(first.day)
    elif first.year == last.year:
        month = _(_LONG_MONTHS[first.month - 1])
        begins = _("%(date)s %(month)s", date=first.day, month=month)
    return _("%(first)s to %(last)s", first=begins, last=date_in(last))


def iso(at_ms: int) -> str:
    """For `<time datetime>`."""
    return datetime.fromtimestamp(at_ms / 1000, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def day_bounds(day: str, zone: str) -> tuple[int, int]:
    """UTC ms from the first moment of a local day until the first of the next.

    Raises ValueError for what is no date.
    """
    first = datetime.strptime(day, "%Y-%m-%d").replace(tzinfo=ZoneInfo(zone))
    after = datetime.combine((first + timedelta(days=1)).date(), first.time(), ZoneInfo(zone))
    return round(first.timestamp() * 1000), round(after.timestamp() * 1000)


def _dated(at: datetime, clock: str) -> str:
    return _(
        "%(date)s %(month)s %(year)s, %(time)s",
        date=at.day,
        month=_(_MONTHS[at.month - 1]),
        year=at.year,
        time=at.strftime(clock),
    )


def _local(at_ms: int, zone: str) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(zone))
