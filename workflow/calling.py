"""When a caller may be rung back: hours by jurisdiction, in the caller's own zone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

import msgspec

from workflow.country_codes import ALIASES
from workflow.hours import Day, OpeningHours, is_open, next_opening

Minutes = Annotated[int, msgspec.Meta(ge=1, le=43_200)]


class CallingHours(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The local times and days at which a caller may be rung, unless they agreed to a window."""

    first: str = "09:00"
    last: str = "20:00"
    days: tuple[Day, ...] = (Day.MON, Day.TUE, Day.WED, Day.THU, Day.FRI, Day.SAT)

    def opening(self, time_zone: str) -> OpeningHours:
        """The same as opening hours in a caller's zone."""
        span = f"{self.first}-{self.last}"
        return OpeningHours(time_zone=time_zone, days=dict.fromkeys(self.days, (span,)))


class CallbackRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`window_minutes`: how long a proposed window is. `attempts` with `retry_minutes` in between;
    a missed one goes to the duty manager after `escalate_minutes`. `welfare_minutes`: by when a
    caller at risk who was lost is rung. `calling_hours` by jurisdiction, `default` for the rest."""

    window_minutes: Minutes = 240
    attempts: Annotated[int, msgspec.Meta(ge=1, le=20)] = 3
    retry_minutes: Minutes = 45
    escalate_minutes: Minutes = 15
    welfare_minutes: Minutes = 10
    calling_hours: dict[str, CallingHours] = msgspec.field(
        default_factory=lambda: {"default": CallingHours()}
    )

    def hours_for(self, jurisdiction: str | None) -> CallingHours:
        """The hours of a jurisdiction ("US", "US-CA" falls back on "US"), or the default."""
        name = jurisdiction or ""
        country = name.partition("-")[0]
        for key in (name, country, ALIASES.get(country, country), "default"):
            if key in self.calling_hours:
                return self.calling_hours[key]
        return CallingHours()

    def may_call(self, jurisdiction: str | None, time_zone: str, at_ms: int) -> bool:
        """Whether it is a decent hour where the caller is."""
        return is_open(self.hours_for(jurisdiction).opening(time_zone), at_ms)

    def next_window(
        self, jurisdiction: str | None, time_zone: str | None, at_ms: int
    ) -> tuple[int, int]:
        """Start and end (UTC ms) of the next window in which a caller may be rung.

        Without a known zone the whole next day's hours in UTC must do: the owner asks.
        """
        opening = self.hours_for(jurisdiction).opening(time_zone or "UTC")
        start = next_opening(opening, at_ms)
        begins = at_ms if start is None else start
        ends = begins + self.window_minutes * 60_000
        moment = datetime.fromtimestamp(ends / 1000, UTC)
        # A window ends with the calling hours of its day, whatever its length.
        while not is_open(opening, ends - 1) and moment.timestamp() * 1000 > begins + 60_000:
            moment -= timedelta(minutes=15)
            ends = round(moment.timestamp() * 1000)
        return begins, ends


def known_zone(name: str | None) -> bool:
    """Whether this names a time zone of the IANA database."""
    return name is not None and name in _zones()


@cache
def _zones() -> frozenset[str]:
    """Read once: it takes milliseconds, and calls are many."""
    return frozenset(available_timezones())


def local(at_ms: int, time_zone: str) -> str:
    """A moment as the clock shows it in a zone: "Mon 30 Nov, 14:30"."""
    return datetime.fromtimestamp(at_ms / 1000, ZoneInfo(time_zone)).strftime("%a %-d %b, %H:%M")
