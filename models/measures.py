"""Figures that training watches: loss, average precision per label, emotion F1. Numpy alone."""

from __future__ import annotations

import msgspec
import numpy as np
from numpy.typing import NDArray

from models.labels import EMOTIONS, SCORED

Numbers = NDArray[np.float32]


class DevScores(msgspec.Struct, frozen=True):
    """`average_precision` of labels with a positive; `emotion_f1` macro, at best thresholds."""

    loss: float
    average_precision: dict[str, float]
    emotion_f1: float
    emotion_thresholds: dict[str, float]
    examples: int

    @property
    def mean_average_precision(self) -> float:
        """Over the labels that have a positive; 0 if none has."""
        each = self.average_precision.values()
        return sum(each) / len(each) if each else 0.0

    def quality(self, measure: str) -> float:
        """What `Recipe.select_by` names, the higher the better."""
        return {
            "loss": -self.loss,
            "emotion_f1": self.emotion_f1,
            "precision": self.mean_average_precision,
        }[measure]


def dev_scores(logits: Numbers, targets: Numbers) -> DevScores:
    """Scores of logits against targets (both examples x OUTPUTS; -1: not known)."""
    known = targets >= 0
    signed = np.where(targets > 0.5, -logits, logits)
    each = np.logaddexp(0.0, signed.astype(np.float64))
    precision = {}
    for place, label in enumerate(SCORED):
        rows = known[:, place]
        wanted = targets[rows, place] > 0.5
        if wanted.any():
            precision[label] = average_precision(logits[rows, place], wanted)
    felt = slice(len(SCORED), len(SCORED) + len(EMOTIONS))
    rows = known[:, len(SCORED)]
    f1, thresholds = 0.0, dict.fromkeys(EMOTIONS, 0.5)
    if rows.any():
        probabilities = sigmoid(logits[rows, felt])
        best = [best_f1(probabilities[:, k], targets[rows, felt][:, k] > 0.5) for k in range(6)]
        f1 = float(np.mean([score for score, _ in best]))
        thresholds = {e: t for e, (_, t) in zip(EMOTIONS, best, strict=True)}
    return DevScores(
        loss=float(each[known].mean()) if known.any() else 0.0,
        average_precision=precision,
        emotion_f1=f1,
        emotion_thresholds=thresholds,
        examples=len(targets),
    )


def sigmoid(logits: Numbers) -> Numbers:
    """Probabilities of logits, without overflow."""
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * logits)), dtype=np.float32)


def average_precision(scores: Numbers, wanted: NDArray[np.bool_]) -> float:
    """The mean precision at each positive, best scores first; ties stand in their order."""
    order = np.argsort(-scores, kind="stable")
    hits = wanted[order]
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float(precision[hits].mean()) if hits.any() else 0.0


def best_f1(probabilities: Numbers, wanted: NDArray[np.bool_]) -> tuple[float, float]:
    """The highest F1 over thresholds 0.05–0.90, and that threshold."""
    best = (0.0, 0.5)
    for threshold in np.linspace(0.05, 0.9, 86):
        found = probabilities >= threshold
        both = found.sum() + wanted.sum()
        if both:
            best = max(best, (float(2 * (found & wanted).sum() / both), float(threshold)))
    return best
