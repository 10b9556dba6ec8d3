"""Periods that a rule allows, as a rule states them: "24 hours", "30 days", "8 weeks", "3 business
days". No clock here."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

import msgspec

from workflow.hours import Day, OpeningHours, is_open

LONGEST = {"hour": 24 * 366, "day": 366, "week": 52, "business day": 260}
"""A year, in each unit: what is longer is a slip of the pen."""

_TEXT = re.compile(r"([1-9]\d{0,3}) (hour|day|week|business day)s?")
_WEEK = (Day.MON, Day.TUE, Day.WED, Day.THU, Day.FRI)


class Unit(StrEnum):
    HOUR = "hour"
    DAY = "day"
    WEEK = "week"
    BUSINESS_DAY = "business day"


class Period(msgspec.Struct, frozen=True):
    """So many of a unit."""

    count: int
    unit: Unit

    def __str__(self) -> str:
        return f"{self.count} {self.unit.value}{'' if self.count == 1 else 's'}"


class Calendar(msgspec.Struct, frozen=True, kw_only=True):
    """Where days are counted: an IANA time zone, and whose public holidays (ISO 3166) are none."""

    time_zone: str = "UTC"
    holidays: str | None = None

    @property
    def business(self) -> OpeningHours:
        """Monday to Friday but for public holidays, all day long."""
        days: dict[Day, tuple[str, ...]] = dict.fromkeys(_WEEK, ("00:00-24:00",))
        return OpeningHours(time_zone=self.time_zone, holidays=self.holidays, days=days)


def period(text: str) -> Period:
    """The period that a text states. Raises ValueError for what is none, or longer than a year."""
    match = _TEXT.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"'{text}' is no period like '3 business days', '30 days' or '8 weeks'")
    count, unit = int(match[1]), match[2]
    if count > LONGEST[unit]:
        raise ValueError(f"'{text}' is longer than a year")
    return Period(count, Unit(unit))


def due(received_ms: int, allowed: Period, calendar: Calendar) -> int:
    """The last second (UTC ms) of a period that runs from a moment (UTC ms).

    Hours run from the moment. The day of receipt does not count towards days, and the last one
    counts until its midnight, where the calendar is: "by the end of eight weeks after its receipt".
    """
    if allowed.unit is Unit.HOUR:
        return received_ms + allowed.count * 3_600_000
    zone = ZoneInfo(calendar.time_zone)
    day = datetime.fromtimestamp(received_ms / 1000, UTC).astimezone(zone).date()
    match allowed.unit:
        case Unit.BUSINESS_DAY:
            day = _after_business_days(day, allowed.count, calendar, zone)
        case Unit.WEEK:
            day += timedelta(weeks=allowed.count)
        case _:
            day += timedelta(days=allowed.count)
    return round(datetime.combine(day, time(23, 59, 59), zone).timestamp() * 1000)


def _after_business_days(day: date, count: int, calendar: Calendar, zone: ZoneInfo) -> date:
    business = calendar.business
    while count:
        day += timedelta(days=1)
        noon = datetime.combine(day, time(12), zone)
        count -= is_open(business, round(noon.timestamp() * 1000))
    return day
