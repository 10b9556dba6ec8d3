"""Opening hours: when a desk has people, in its own time zone, holidays included. No clock here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

import msgspec

from workflow.moments import LAST_MS

LOOKED_AHEAD_DAYS = 15
"""How far the next opening is looked for: past the longest row of holidays."""


class Day(StrEnum):
    """Days of the week, as ISO 8601 orders them."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


_DAYS = tuple(Day)


class OpeningHours(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """When a desk or a person can be reached.

    `days`: spans such as "09:00-17:30" by day ("22:00-06:00" runs into the next morning; "24:00"
    is midnight). `holidays`: a country or subdivision by ISO 3166 ("GB-ENG", "US"), closed on its
    public holidays. `closed`: further dates. `always`: all of it is beside the point.
    """

    time_zone: str = "UTC"
    days: dict[Day, tuple[str, ...]] = {}
    holidays: str | None = None
    closed: tuple[str, ...] = ()
    always: bool = False


class HoursError(ValueError):
    """Hours that cannot be understood; `where` is the key, the text what is wrong."""

    def __init__(self, where: str, problem: str) -> None:
        self.where = where
        super().__init__(problem)


def check_hours(hours: OpeningHours) -> None:
    """Raises HoursError for what `is_open` could not make sense of."""
    if hours.time_zone not in available_timezones():
        raise HoursError(
            "time_zone", f"no time zone '{hours.time_zone}'; names are like Europe/London"
        )
    for day, spans in hours.days.items():
        for span in spans:
            try:
                _span(span)
            except ValueError as error:
                raise HoursError(
                    f"days.{day.value}", f"'{span}' is no span like 09:00-17:30"
                ) from error
    for day_text in hours.closed:
        try:
            date.fromisoformat(day_text)
        except ValueError as error:
            raise HoursError("closed", f"'{day_text}' is no date like 2026-12-24") from error
    if hours.holidays is not None:
        try:
            _holidays(hours.holidays, 2026)
        except NotImplementedError as error:
            raise HoursError(
                "holidays", f"no public holidays known for '{hours.holidays}'"
            ) from error
    if not hours.always and not any(hours.days.values()):
        raise HoursError("days", "never open: give days, or always = true")


def is_open(hours: OpeningHours, at_ms: int) -> bool:
    """Whether it is open at a moment (UTC ms)."""
    if hours.always:
        return True
    moment = datetime.fromtimestamp(at_ms / 1000, UTC)
    local = moment.astimezone(ZoneInfo(hours.time_zone)).date()
    return any(
        start <= moment < end
        for day in (local - timedelta(days=1), local)
        for start, end in _openings(hours, day)
    )


def next_opening(hours: OpeningHours, at_ms: int) -> int | None:
    """The next moment (UTC ms) at which it is open, `at_ms` itself if it is; None: not soon."""
    if is_open(hours, at_ms):
        return at_ms
    moment = datetime.fromtimestamp(at_ms / 1000, UTC)
    local = moment.astimezone(ZoneInfo(hours.time_zone)).date()
    for ahead in range(LOOKED_AHEAD_DAYS + 1):
        starts = [s for s, _ in _openings(hours, local + timedelta(days=ahead)) if s > moment]
        if starts:
            return round(min(starts).timestamp() * 1000)
    return None


def common_opening(every: Sequence[OpeningHours], at_ms: int) -> int | None:
    """The next moment (UTC ms) at which all of them are open; None: not soon, or there are none."""
    start = at_ms
    last = at_ms + LOOKED_AHEAD_DAYS * 24 * 3_600_000
    while every and start <= last:
        latest = start
        for hours in every:
            opens = next_opening(hours, latest)
            if opens is None:
                return None
            latest = opens
        if latest == start:
            return start
        start = latest
    return None


def closing(hours: OpeningHours, at_ms: int) -> int:
    """Until when (UTC ms) it stays open; `at_ms` itself where it is closed."""
    if hours.always:
        return LAST_MS
    moment = datetime.fromtimestamp(at_ms / 1000, UTC)
    local = moment.astimezone(ZoneInfo(hours.time_zone)).date()
    ends = [
        end
        for day in (local - timedelta(days=1), local)
        for start, end in _openings(hours, day)
        if start <= moment < end
    ]
    return round(max(ends).timestamp() * 1000) if ends else at_ms


def _openings(hours: OpeningHours, day: date) -> Iterator[tuple[datetime, datetime]]:
    """The spans that begin on a local day, in UTC."""
    if day.isoformat() in hours.closed:
        return
    if hours.holidays is not None and day in _holidays(hours.holidays, day.year):
        return
    zone = ZoneInfo(hours.time_zone)
    for span in hours.days.get(_DAYS[day.weekday()], ()):
        first, last = _span(span)
        ends = day if last > first else day + timedelta(days=1)
        # A day has 23 or 25 hours when clocks change: both ends are local times, not a length.
        start = datetime.combine(day, _clock(first), zone)
        end = datetime.combine(ends, time(0), zone) + timedelta(minutes=last)
        yield start.astimezone(UTC), end.astimezone(UTC)


def _clock(minutes: int) -> time:
    return time(minutes // 60, minutes % 60)


@lru_cache(maxsize=256)
def _span(text: str) -> tuple[int, int]:
    """Minutes of the day at which a span begins and ends."""
    first, _, last = text.partition("-")
    start, end = _minutes(first), _minutes(last)
    if start == end or start == 24 * 60:
        raise ValueError(text)
    return start, end


def _minutes(text: str) -> int:
    if text.strip() == "24:00":
        return 24 * 60
    clock = time.fromisoformat(text.strip())
    if clock.second or clock.microsecond or clock.tzinfo:
        raise ValueError(text)
    return clock.hour * 60 + clock.minute


@lru_cache(maxsize=64)
def _holidays(place: str, year: int) -> frozenset[date]:
    """Public holidays of a year. Raises NotImplementedError for a place that nobody knows."""
    import holidays

    country, _, part = place.partition("-")
    return frozenset(holidays.country_holidays(country, subdiv=part or None, years=year))
