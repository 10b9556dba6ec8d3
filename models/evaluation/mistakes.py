"""Every false alarm and miss of a system, with the words and the reason."""

from __future__ import annotations

from collections.abc import Iterator

from detectors.redaction import redact
from models.evaluation.measures import Mistake
from models.evaluation.samples import Sample
from models.evaluation.scores import STOPS, Answered
from models.evaluation.systems import Answer


def mistakes(answered: Answered) -> Iterator[Mistake]:
    """Of judged rows, in their order; hard stops only."""
    for sample, answer in answered:
        if not sample.judged:
            continue
        labels = sample.labels or frozenset()
        for label in sorted((answer.raised & STOPS) - labels):
            yield _mistake("false alarm", label, sample, answer)
        for label in sorted((labels & STOPS) - answer.raised):
            yield _mistake("miss", label, sample, answer)


def unjudged(answered: Answered) -> Iterator[Mistake]:
    """What was raised on rows that nobody labelled: for a person to judge."""
    for sample, answer in answered:
        if sample.labels is None:
            for label in sorted(answer.raised & STOPS):
                yield _mistake("raised, not labelled", label, sample, answer)


def _mistake(kind: str, label: str, sample: Sample, answer: Answer) -> Mistake:
    return Mistake(
        kind=kind,
        label=label,
        id=sample.id,
        source=sample.source,
        speaker=sample.speaker.value,
        text=redact(sample.text, "", "")[0],
        labels=tuple(sorted(sample.labels or ())),
        raised=tuple(sorted(answer.raised)),
        review=label in answer.review,
        probability=None if answer.probabilities is None else answer.probabilities.get(label, 0.0),
        because=answer.because.get(label),
    )
