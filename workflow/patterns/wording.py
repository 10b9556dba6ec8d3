"""How figures of a period stand in tables and sentences."""

from __future__ import annotations

from collections.abc import Sequence

from models.evaluation.intervals import Proportion
from models.evaluation.report.figures import NOTHING
from workflow.patterns.scope import Scope


def plain(name: str) -> str:
    """`legal_threat` as people read it."""
    return name.replace("_", " ")


def share(proportion: Proportion) -> str:
    """`88 % [78–94]`, the 95 % interval in brackets."""
    if proportion.value is None or proportion.low is None or proportion.high is None:
        return NOTHING
    return (
        f"{100 * proportion.value:.0f} % [{100 * proportion.low:.0f}–{100 * proportion.high:.0f}]"
    )


def of(proportion: Proportion) -> str:
    """`12 of 15`."""
    return f"{proportion.part:,} of {proportion.whole:,}"


def seconds(value: float | None) -> str:
    """`42 s`, `3 min 05 s`, `2 h 10 min`; with a minus where something came after."""
    if value is None:
        return NOTHING
    sign, whole = ("−" if value < 0 else ""), round(abs(value))
    if whole < 60:
        return f"{sign}{whole} s"
    if whole < 3600:
        return f"{sign}{whole // 60} min {whole % 60:02d} s"
    return f"{sign}{whole // 3600} h {whole % 3600 // 60:02d} min"


def number(count: int, noun: str) -> str:
    """`1 call`, `2 calls`."""
    return f"{count:,} {noun}" if count == 1 else f"{count:,} {noun}s"


def days(scope: Scope) -> str:
    """`22 to 28 November 2026`."""
    first, last = scope.days
    end = f"{last.day} {last:%B} {last.year}"
    if first == last:
        return end
    start = f"{first.day}"
    if (first.month, first.year) != (last.month, last.year):
        start += f" {first:%B}"
    if first.year != last.year:
        start += f" {first.year}"
    return f"{start} to {end}"


def listed(items: Sequence[tuple[str, int]], most: int = 3) -> str:
    """`fraud 9, media 4 and 2 more`: for those who do not see the plot."""
    shown = ", ".join(f"{name} {count:,}" for name, count in items[:most])
    rest = len(items) - most
    return f"{shown} and {rest} more" if rest > 0 else shown or "none"
