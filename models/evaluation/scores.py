"""Precision, recall, F1, average precision and confusion, label by label."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from detectors.vocabulary import Trigger
from models.evaluation.intervals import FEW, f1, f1_interval, share
from models.evaluation.measures import LabelMeasures, Point
from models.evaluation.samples import Sample
from models.evaluation.systems import Answer

STOPS = frozenset(trigger.value for trigger in Trigger)
CURVE_POINTS = 60
"""Points kept of a curve: more than a plot 400 pixels wide can show apart."""

Answered = Sequence[tuple[Sample, Answer]]


def label_measures(
    label: str, answered: Answered, generator: np.random.Generator | None, *, curve: bool = False
) -> LabelMeasures:
    """One label over judged rows. Without a generator F1 has no interval."""
    return _measures(
        label,
        [(s.group, label in (s.labels or ()), label in a.raised) for s, a in answered],
        generator,
        [
            (a.probabilities[label], label in (s.labels or ()))
            for s, a in answered
            if a.probabilities is not None and label in a.probabilities
        ]
        if curve
        else [],
    )


def any_stop(answered: Answered, generator: np.random.Generator) -> LabelMeasures:
    """Whether there is a hard stop at all, whichever."""
    rows = [
        (s.group, bool(STOPS & (s.labels or frozenset())), bool(STOPS & a.raised))
        for s, a in answered
    ]
    return _measures("any hard stop", rows, generator, [])


def instead(label: str, answered: Answered) -> dict[str, int]:
    """Of rows with the label that did not raise it: what they raised instead, or "nothing"."""
    found: Counter[str] = Counter()
    for sample, answer in answered:
        labels = sample.labels or frozenset()
        if label in labels and label not in answer.raised:
            others = sorted((answer.raised & STOPS) - labels)
            found.update(others or (["review only"] if label in answer.review else ["nothing"]))
    return dict(found.most_common())


def macro_f1(measures: Iterable[LabelMeasures]) -> tuple[float | None, int]:
    """The mean F1 of labels with enough positives to say, and how many those are."""
    values = [m.f1.value for m in measures if m.f1 is not None and not m.few]
    return (sum(values) / len(values) if values else None), len(values)


def average_precision(scored: Sequence[tuple[float, bool]]) -> tuple[float, tuple[Point, ...]]:
    """Average precision and the precision–recall curve, ties taken as one step.

    What has probability 0 was never heard: it is missed at every threshold and adds nothing.
    Source: Manning, Raghavan and Schütze 2008, "Introduction to Information Retrieval", 8.4.
    """
    positives = sum(right for _, right in scored)
    if not positives:
        return 0.0, ()
    by_score: dict[float, list[int]] = {}
    for score, right in scored:
        if score > 0:
            tie = by_score.setdefault(round(score, 6), [0, 0])
            tie[0] += right
            tie[1] += 1
    points: list[Point] = []
    hits = raised = 0
    area = 0.0
    for threshold in sorted(by_score, reverse=True):
        new, count = by_score[threshold]
        hits, raised = hits + new, raised + count
        area += new / positives * hits / raised
        points.append(Point(threshold, hits / raised, hits / positives))
    if len(points) > CURVE_POINTS:
        kept = np.linspace(0, len(points) - 1, CURVE_POINTS).round().astype(int)
        points = [points[i] for i in kept]
    return area, tuple(points)


def _measures(
    label: str,
    rows: Sequence[tuple[str, bool, bool]],
    generator: np.random.Generator | None,
    scored: Sequence[tuple[float, bool]],
) -> LabelMeasures:
    groups: dict[str, list[int]] = {}
    for group, meant, raised in rows:
        own = groups.setdefault(group, [0, 0, 0])
        if meant or raised:
            own[0 if meant and raised else 1 if raised else 2] += 1
    counts = np.array(list(groups.values()) or [[0, 0, 0]], dtype=np.int64)
    right, _, missed = (int(n) for n in counts.sum(axis=0))
    area, curve = average_precision(scored) if scored else (None, ())
    interval = f1_interval(counts, generator) if generator is not None and right + missed else None
    return LabelMeasures(
        label=label,
        support=right + missed,
        few=right + missed < FEW,
        precision=share((group, meant) for group, meant, raised in rows if raised),
        recall=share((group, raised) for group, meant, raised in rows if meant),
        f1=interval,
        average_precision=area if right + missed else None,
        curve=curve,
    )


def f1_of(measures: LabelMeasures) -> float | None:
    """F1 of a label with positives, with or without an interval."""
    if not measures.support:
        return None
    right = measures.recall.part
    return f1(right, measures.precision.whole - right, measures.support - right)


def confusion(answered: Answered) -> Mapping[str, dict[str, int]]:
    """`instead` for every hard stop with misses."""
    found = {trigger.value: instead(trigger.value, answered) for trigger in Trigger}
    return {label: others for label, others in found.items() if others}
