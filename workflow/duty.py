"""The duty roster: which person is asked, in which order, when a desk is wanted. Never nobody."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

import msgspec

from workflow.hours import OpeningHours, is_open

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class PersonRole(StrEnum):
    """What a person is here; the authority in the policy hangs on it."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    SPECIALIST = "specialist"
    MANAGER = "manager"


class Person(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Someone who can own an alert or a callback. `hours` names opening hours of the policy;
    without it they are there when their desk is. `away`: dates, or spans of them as
    "2026-12-24/2027-01-02"."""

    name: Name
    role: PersonRole = PersonRole.SPECIALIST
    hours: str | None = None
    away: tuple[str, ...] = ()


class Desk(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A team. `target` is what the platform routes to; `roster` the people, first asked first;
    `then` the desk that is asked when nobody here comes; `owns_queues` the queues whose agents deal
    with its triggers anyway: there a trigger is recorded, and raises nothing."""

    name: Name
    target: Name
    roster: tuple[str, ...] = ()
    hours: str | None = None
    then: str | None = None
    owns_queues: tuple[str, ...] = ()


class Duty(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Who answers when nobody else does: always there, by agreement."""

    manager: str
    deputy: str | None = None


class Stop(msgspec.Struct, frozen=True):
    """One person at one desk, as a station on the way of a call."""

    desk: str
    person: str
    name: str


class Roster:
    """People, desks and hours of a policy, asked about a moment."""

    def __init__(
        self,
        people: Mapping[str, Person],
        desks: Mapping[str, Desk],
        hours: Mapping[str, OpeningHours],
        duty: Duty,
    ) -> None:
        self._people, self._desks, self._hours, self._duty = people, desks, hours, duty

    def chain(self, desk: str, at_ms: int) -> tuple[Stop, ...]:
        """Who is asked, in order, when `desk` is wanted at a moment (UTC ms). Never empty.

        The people on duty at the desk, then at those after it; the duty manager and their deputy
        end it, whatever the hour.
        """
        stops: list[Stop] = []
        seen: set[str] = set()
        names = list(self._desks_from(desk)) or [desk]
        for name in names:
            if name not in self._desks:
                # Asked for under a policy that had this desk: who is always there remains.
                continue
            if not self.desk_is_open(name, at_ms):
                continue
            for person in self._desks[name].roster:
                if person not in seen and self.is_there(person, at_ms, name):
                    seen.add(person)
                    stops.append(Stop(name, person, self._people[person].name))
        for always in (self._duty.manager, self._duty.deputy):
            if always is not None and always not in seen:
                seen.add(always)
                stops.append(Stop(names[-1], always, self._people[always].name))
        return tuple(stops)

    def desk_is_open(self, desk: str, at_ms: int) -> bool:
        """Whether a desk keeps hours at a moment; one without hours always does."""
        hours = self._desks[desk].hours
        return hours is None or is_open(self._hours[hours], at_ms)

    def is_there(self, person: str, at_ms: int, desk: str) -> bool:
        """Whether a person is on duty: within their hours and not away. Days away are counted where
        their hours are, else where their desk's are."""
        known = self._people[person]
        hours = None if known.hours is None else self._hours[known.hours]
        if hours is not None and not is_open(hours, at_ms):
            return False
        kept = known.hours or self._desks[desk].hours
        zone = UTC if kept is None else ZoneInfo(self._hours[kept].time_zone)
        today = datetime.fromtimestamp(at_ms / 1000, zone).date()
        return not any(first <= today <= last for first, last in map(absence, known.away))

    def _desks_from(self, desk: str) -> Iterator[str]:
        seen: set[str] = set()
        at: str | None = desk
        while at is not None and at in self._desks and at not in seen:
            seen.add(at)
            yield at
            at = self._desks[at].then


def absence(text: str) -> tuple[date, date]:
    """First and last day of a date or a span of dates. Raises ValueError."""
    first, _, last = text.partition("/")
    start = date.fromisoformat(first)
    end = date.fromisoformat(last) if last else start
    if end < start:
        raise ValueError(f"{text} ends before it begins")
    return start, end
