"""When a caller may be rung back: hours by jurisdiction, in the caller's own zone."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

import msgspec

from workflow import countries
from workflow.hours import Day, OpeningHours, closing, common_opening, is_open
from workflow.numbers import country_of

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
    caller at risk who was lost is rung, or the duty manager takes it over at once;
    `welfare_retry_minutes`: after a try in vain. `calling_hours` by jurisdiction, `default` for
    the rest."""

    window_minutes: Minutes = 240
    attempts: Annotated[int, msgspec.Meta(ge=1, le=20)] = 3
    retry_minutes: Minutes = 45
    escalate_minutes: Minutes = 15
    welfare_minutes: Minutes = 10
    welfare_retry_minutes: Minutes = 2
    calling_hours: dict[str, CallingHours] = msgspec.field(
        default_factory=lambda: {"default": CallingHours()}
    )

    def hours_for(self, jurisdiction: str | None) -> CallingHours:
        """The hours of a jurisdiction ("US", "US-CA" falls back on "US"), or the default."""
        name = jurisdiction or ""
        country = name.partition("-")[0]
        for key in (name, country, countries.ALIASES.get(country, country), "default"):
            if key in self.calling_hours:
                return self.calling_hours[key]
        return CallingHours()

    def may_call(self, jurisdiction: str | None, time_zone: str, at_ms: int) -> bool:
        """Whether it is a decent hour where the caller is."""
        return is_open(self.hours_for(jurisdiction).opening(time_zone), at_ms)

    def next_window(
        self, jurisdiction: str | None, zones: Sequence[str], at_ms: int, *, site: str = "UTC"
    ) -> tuple[int, int]:
        """Start and end (UTC ms) of the next window in which a caller may be rung.

        `zones`: the caller's own, or every one that they may be in: it is a decent hour in each.
        Where none is known, or no hour is decent in all, daytime in the zone of the `site` must do:
        the owner asks.
        """
        hours = self.hours_for(jurisdiction)
        for where in (zones, (site,)):
            openings = [hours.opening(zone) for zone in where]
            begins = common_opening(openings, at_ms)
            if begins is not None:
                return begins, self._end(openings, begins)
        return at_ms, at_ms + self.window_minutes * 60_000

    def _end(self, openings: Sequence[OpeningHours], begins: int) -> int:
        """A window ends with the calling hours of its day, whatever its length."""
        last = begins + self.window_minutes * 60_000
        ends = begins
        while ends < last and (closes := min(closing(o, ends) for o in openings)) > ends:
            ends = min(last, closes)
        return ends


def caller_zones(
    time_zone: str | None, number: str | None, country: str | None, jurisdiction: str | None
) -> tuple[str, ...]:
    """The time zones that a caller may be in: the one that is known, else all of their country.

    `number` is E.164, and tells no more than the country: people take their numbers along.
    """
    if time_zone is not None and known_zone(time_zone):
        return (time_zone,)
    for place in (country_of(number), countries.country(country), countries.country(jurisdiction)):
        if found := countries.zones(place):
            return found
    return ()


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
