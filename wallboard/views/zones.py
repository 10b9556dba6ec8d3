"""Moments as the clocks of two people show them: the caller's and the viewer's."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from workflow.calling import known_zone


def zone_of(name: str | None) -> str:
    """The zone that is named, or UTC where none is or it does not exist."""
    return name if name is not None and known_zone(name) else "UTC"


def moment_in(at_ms: int, zone: str) -> str:
    """`Mon 30 Nov, 14:30`."""
    return _local(at_ms, zone).strftime("%a %-d %b, %H:%M")


def exact_in(at_ms: int, zone: str) -> str:
    """`30 Nov 2026, 14:30:07`."""
    return _local(at_ms, zone).strftime("%-d %b %Y, %H:%M:%S")


def minute_in(at_ms: int, zone: str) -> str:
    """`30 Nov 2026, 14:30`."""
    return _local(at_ms, zone).strftime("%-d %b %Y, %H:%M")


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


def _local(at_ms: int, zone: str) -> datetime:
    return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(zone))
