"""Figures as they stand in tables: never without the number that they rest on."""

from __future__ import annotations

from models.evaluation.intervals import Interval, Proportion
from models.evaluation.measures import LabelMeasures

NOTHING = "–"


def percent(share: Proportion) -> str:
    """`88.0 % [78–94], 66/75`: the share, its 95 % interval, and what it is of."""
    if share.value is None or share.low is None or share.high is None:
        return f"{NOTHING}, {share.part}/{share.whole}"
    return (
        f"{100 * share.value:.1f} % [{100 * share.low:.0f}–{100 * share.high:.0f}], "
        f"{share.part}/{share.whole}"
    )


def decimal(value: float | None) -> str:
    """`0.917`, as F1 and average precision are written."""
    return NOTHING if value is None else f"{value:.3f}"


def between(interval: Interval | None) -> str:
    """`0.917 [0.863–0.959]`."""
    if interval is None:
        return NOTHING
    return f"{interval.value:.3f} [{interval.low:.3f}–{interval.high:.3f}]"


def support(measures: LabelMeasures) -> str:
    """The positives, marked where they are too few to say anything by."""
    return f"{measures.support} (too few)" if measures.few else str(measures.support)


def short(measures: LabelMeasures) -> str:
    """`P 96 R 88 (n = 75)`: for tables with many of them, in percent."""
    precision, recall = measures.precision.value, measures.recall.value
    p = NOTHING if precision is None else f"{100 * precision:.0f}"
    r = NOTHING if recall is None else f"{100 * recall:.0f}"
    few = ", too few" if measures.few else ""
    return f"P {p} R {r} (n = {measures.support}{few})"
