"""Whether a probability means what it says."""

from __future__ import annotations

from collections.abc import Sequence

from models.evaluation.measures import Bin, Calibration
from models.evaluation.scores import STOPS, Answered

HEARD = 0.05
"""Below it nothing was heard to speak of. Such pairs are nearly all there is, and nearly all right:
counted in, they would make any system look calibrated."""
BINS = 10


def calibration(answered: Answered) -> Calibration | None:
    """Over every utterance and hard stop that was heard at all; None without probabilities."""
    pairs = [
        (probability, label in (sample.labels or ()))
        for sample, answer in answered
        for label, probability in (answer.probabilities or {}).items()
        if label in STOPS and probability >= HEARD
    ]
    if not any(answer.probabilities for _, answer in answered):
        return None
    return calibrated(pairs)


def calibrated(pairs: Sequence[tuple[float, bool]]) -> Calibration:
    """Ten bins of equal width and the expected calibration error, |mean - right| by bin size.

    Source: Guo et al. 2017, "On Calibration of Modern Neural Networks", arXiv:1706.04599.
    """
    bins: list[list[tuple[float, bool]]] = [[] for _ in range(BINS)]
    for probability, right in pairs:
        bins[min(BINS - 1, int(probability * BINS))].append((probability, right))
    made = tuple(
        Bin(len(b), sum(p for p, _ in b) / len(b), sum(r for _, r in b) / len(b)) for b in bins if b
    )
    ece = sum(b.count * abs(b.mean - b.right) for b in made) / len(pairs) if pairs else None
    return Calibration(len(pairs), ece, made)
