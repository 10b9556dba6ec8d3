"""How sure a figure is: Wilson's interval of shares by groups, a bootstrap over groups for F1."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from math import sqrt

import msgspec
import numpy as np
from numpy.typing import NDArray

Z = 1.959964
"""Two-sided 95 % of the normal distribution."""
RESAMPLES = 2_000
"""Draws of the bootstrap: the ends of a 95 % interval then move by about 0.005 between runs."""
FEW = 20
"""Positives under which a figure is marked as too few to say: at 20, a recall of 0.90 has an
interval 0.27 wide."""


class Proportion(msgspec.Struct, frozen=True):
    """`part` of `whole`, with a 95 % interval; value, low and high are None of nothing."""

    part: int
    whole: int
    value: float | None = None
    low: float | None = None
    high: float | None = None


class Interval(msgspec.Struct, frozen=True):
    """A figure 0–1 with a 95 % interval."""

    value: float
    low: float
    high: float


def proportion(part: int, whole: int, effect: float = 1.0) -> Proportion:
    """With Wilson's score interval, which holds for small numbers and shares near 0 and 1.

    `effect`: how many of these are worth one that were drawn each by itself. Source: Wilson 1927,
    "Probable Inference, the Law of Succession, and Statistical Inference".
    """
    if whole == 0:
        return Proportion(part, whole)
    share = part / whole
    worth = whole / effect
    base = 1 + Z * Z / worth
    middle = (share + Z * Z / (2 * worth)) / base
    reach = Z * sqrt(share * (1 - share) / worth + Z * Z / (4 * worth * worth)) / base
    # Rounding could put an end on the wrong side of a share of 0 or 1.
    low, high = min(share, max(0.0, middle - reach)), max(share, min(1.0, middle + reach))
    return Proportion(part, whole, share, low, high)


def share(rows: Iterable[tuple[str, bool]]) -> Proportion:
    """How many of these rows, each with its group, and Wilson's interval by groups.

    Rows of one writer or call are alike: where they are, they count for fewer. Never for more, and
    where all or none are, their spread is not to be seen, and each counts. Of one group alone
    nothing is known. Source: Kish 1965, "Survey Sampling", design effect; the variance is that of
    a ratio over groups.
    """
    sizes, parts = Counter[str](), Counter[str]()
    for group, is_so in rows:
        sizes[group] += 1
        parts[group] += is_so
    part, whole, groups = parts.total(), sizes.total(), len(sizes)
    if groups == 1 and whole > 1:
        return Proportion(part, whole, part / whole, 0.0, 1.0)
    if part in (0, whole):
        return proportion(part, whole)
    mean = part / whole
    apart = sum((parts[group] - mean * size) ** 2 for group, size in sizes.items())
    effect = groups / (groups - 1) * apart * (whole - 1) / (whole**2 * mean * (1 - mean))
    return proportion(part, whole, max(1.0, effect))


def f1(right: int, wrong: int, missed: int) -> float:
    """The harmonic mean of precision and recall; 0 where nothing was right."""
    return 2 * right / (2 * right + wrong + missed) if right else 0.0


def f1_interval(
    counts: NDArray[np.int64], generator: np.random.Generator, resamples: int = RESAMPLES
) -> Interval:
    """F1 of `counts` (groups × right, wrong, missed), its interval by drawing whole groups anew.

    Rows of one writer or call are alike: drawn one by one they would feign more certainty.
    Source: Efron and Tibshirani 1993, "An Introduction to the Bootstrap", percentile interval.
    """
    right, wrong, missed = (int(n) for n in counts.sum(axis=0))
    value = f1(right, wrong, missed)
    groups = len(counts)
    if groups < 2:
        return Interval(value, 0.0, 1.0)
    if not right or not (wrong or missed):
        # Drawing from rows that are all wrong or all right shows no spread: that is no certainty.
        precision, recall = proportion(right, right + wrong), proportion(right, right + missed)
        low = _harmonic(precision.low, recall.low, 0.0)
        return Interval(value, low, _harmonic(precision.high, recall.high, 1.0))
    touched = counts[counts.any(axis=1)]
    # Groups without any hit or miss change nothing: all of them are one cell of the draw.
    shares = np.full(len(touched) + 1, 1 / groups)
    shares[-1] = max(0.0, 1 - len(touched) / groups)
    drawn = generator.multinomial(groups, shares, size=resamples)[:, :-1] @ touched
    bottom = 2 * drawn[:, 0] + drawn[:, 1] + drawn[:, 2]
    scores = np.where(bottom > 0, 2 * drawn[:, 0] / np.maximum(bottom, 1), value)
    low, high = np.quantile(scores, (0.025, 0.975))
    return Interval(value, float(low), float(high))


def _harmonic(precision: float | None, recall: float | None, unknown: float) -> float:
    p, r = (unknown if end is None else end for end in (precision, recall))
    return 2 * p * r / (p + r) if p + r else 0.0
