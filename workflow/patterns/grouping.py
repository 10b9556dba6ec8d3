"""Counts of groups and times of many, so that nobody is singled out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import ceil

import msgspec

from models.evaluation.intervals import Proportion

SMALL = 5
"""Groups of fewer calls are pooled: with four, anyone on the floor knows whose calls they were."""
OTHER = "other"
UNKNOWN = "not known"


class Count(msgspec.Struct, frozen=True, kw_only=True):
    """How many of something, and in how many calls."""

    name: str
    count: int
    calls: int


class Times(msgspec.Struct, frozen=True, kw_only=True):
    """How long something took, in seconds. `never`: it did not happen, so that slow ones cannot
    hide by not ending. `in_time`: of those with a limit, which kept it."""

    name: str
    count: int
    never: int
    p50_s: float | None
    p90_s: float | None
    in_time: Proportion


def pooled(calls: Mapping[str, set[str]], *, people: bool = True) -> dict[str, str]:
    """Under which name each group is shown: its own, or "other".

    Where the pool of groups of people would itself hold fewer than five calls, the next smallest
    groups join it: a pool of one group hides nothing. A queue with a stray call is no person.
    """
    by_size = sorted(calls, key=lambda name: (len(calls[name]), name))
    pool: set[str] = set()
    names: list[str] = []
    for name in by_size:
        if len(calls[name]) >= SMALL and (not people or not names or len(pool) >= SMALL):
            break
        names.append(name)
        pool |= calls[name]
    return {name: OTHER if name in names else name for name in calls}


def counted(
    items: Iterable[tuple[str | None, str]], *, pool: bool = True, people: bool = True
) -> tuple[Count, ...]:
    """Items of (group, call) counted by group: the most first, "other" last."""
    calls: dict[str, set[str]] = {}
    numbers: dict[str, int] = {}
    for group, call in items:
        name = group or UNKNOWN
        calls.setdefault(name, set()).add(call)
        numbers[name] = numbers.get(name, 0) + 1
    shown = pooled(calls, people=people) if pool else {name: name for name in calls}
    together: dict[str, set[str]] = {}
    totals: dict[str, int] = {}
    for name, shown_as in shown.items():
        together.setdefault(shown_as, set()).update(calls[name])
        totals[shown_as] = totals.get(shown_as, 0) + numbers[name]
    found = [Count(name=name, count=totals[name], calls=len(together[name])) for name in together]
    return tuple(sorted(found, key=lambda c: (c.name == OTHER, -c.count, c.name)))


def percentile(values: Sequence[float], share: float) -> float | None:
    """The smallest value that `share` of them do not exceed (nearest rank); None of nothing."""
    if not values:
        return None
    return sorted(values)[max(0, ceil(share * len(values)) - 1)]
