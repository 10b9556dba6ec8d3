"""How sure a figure is: Wilson's interval for shares, a bootstrap over groups for F1."""

from __future__ import annotations

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


def proportion(part: int, whole: int) -> Proportion:
    """With Wilson's score interval, which holds for small numbers and shares near 0 and 1.

    Source: Wilson 1927, "Probable Inference, the Law of Succession, and Statistical Inference".
    """
    if whole == 0:
        return Proportion(part, whole)
    share = part / whole
    base = 1 + Z * Z / whole
    middle = (share + Z * Z / (2 * whole)) / base
    reach = Z * sqrt(share * (1 - share) / whole + Z * Z / (4 * whole * whole)) / base
    # Rounding could put an end on the wrong side of a share of 0 or 1.
    low, high = min(share, max(0.0, middle - reach)), max(share, min(1.0, middle + reach))
    return Proportion(part, whole, share, low, high)


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
    if not right or not (wrong or missed):
        # Drawing from rows that are all wrong or all right shows no spread: that is no certainty.
        precision, recall = proportion(right, right + wrong), proportion(right, right + missed)
        low = _harmonic(precision.low, recall.low, 0.0)
        return Interval(value, low, _harmonic(precision.high, recall.high, 1.0))
    touched = counts[counts.any(axis=1)]
    if groups < 2:
        return Interval(value, 0.0, 1.0)
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
