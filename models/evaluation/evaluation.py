"""Systems over samples: the whole of an evaluation, in one pass over each condition."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec
import numpy as np

from detectors.detector import primary
from detectors.vocabulary import Signal, Trigger
from models.evaluation.alarms import alarms
from models.evaluation.calibration import calibration
from models.evaluation.delay import detection_delay, word_by_word
from models.evaluation.feelings import emotions
from models.evaluation.intervals import Proportion, share
from models.evaluation.measures import DataMeasures, LabelMeasures, Mistake, SystemMeasures
from models.evaluation.mistakes import mistakes, unjudged
from models.evaluation.samples import LANGUAGE, Sample
from models.evaluation.scores import (
    Answered,
    any_stop,
    confusion,
    label_measures,
    macro_f1,
)
from models.evaluation.systems import Answer, System

AS_IT_STANDS = "as it stands"
OTHERS = "others"
LEAST_IN_SOURCE = 20
"""Labelled rows under which sources are taken together as "others"."""
MOST_SOURCES = 40
"""Sources counted by name."""

Hear = Callable[[str], str]


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """What to measure. `conditions`: other ways in which the same words may be transcribed."""

    conditions: Mapping[str, Hear] = {}
    delay: bool = True


class Watch(msgspec.Struct, frozen=True):
    """Who is told of the work: how much more there is (a total may grow), and how much was done."""

    more: Callable[[int], None]
    advance: Callable[[int], None]


class Measured(msgspec.Struct, frozen=True):
    """A system's measures, and what it got wrong."""

    measures: SystemMeasures
    mistakes: tuple[Mistake, ...]
    unjudged: tuple[Mistake, ...]


def data_measures(
    samples: Sequence[Sample], languages: Iterable[str] = (LANGUAGE,)
) -> DataMeasures:
    """What there is to evaluate on. `languages`: tags of those that are listened to."""
    heard = {primary(language) for language in languages}
    judged = [sample for sample in samples if sample.judged]
    return DataMeasures(
        rows=len(samples),
        labelled=len(judged),
        ambiguous=sum(sample.ambiguous for sample in samples),
        unlabelled=sum(sample.labels is None for sample in samples),
        not_monitored=sum(primary(sample.language) not in heard for sample in samples),
        hard_negatives=sum(sample.hard_negative for sample in judged),
        calls=len({sample.of_call for sample in samples} - {None}),
        groups=len({sample.group for sample in samples}),
        by_source=dict(Counter(sample.source for sample in samples).most_common(MOST_SOURCES)),
        by_label=dict(Counter(x for s in judged for x in sorted(s.labels or ())).most_common()),
    )


def measure(
    system: System,
    samples: Sequence[Sample],
    plan: Plan,
    watch: Watch,
    generator: np.random.Generator,
) -> Measured:
    """One system over all samples."""
    answered = _answered(system, samples, watch)
    judged = [(sample, answer) for sample, answer in answered if sample.judged]
    triggers = tuple(label_measures(t.value, judged, generator, curve=True) for t in Trigger)
    labelled = {label for sample, _ in judged for label in sample.labels or ()}
    signals = tuple(
        label_measures(signal.value, judged, generator) for signal in Signal if signal in labelled
    )
    mean, counted = macro_f1(triggers)
    delay = None
    if plan.delay:
        watch.more(word_by_word(judged))
        delay = detection_delay(system, judged, watch.advance)
    measures = SystemMeasures(
        name=system.name,
        triggers=triggers,
        signals=signals,
        any_stop=any_stop(judged, generator),
        macro_f1=mean,
        macro_labels=counted,
        alarms=alarms(answered),
        by_source=_by_source(judged),
        by_condition=_by_condition(system, judged, plan, watch, generator),
        confusion=dict(confusion(judged)),
        ambiguous=_ambiguous(answered),
        calibration=calibration(judged),
        delay=delay,
        emotions=emotions(judged, generator),
    )
    return Measured(measures, tuple(mistakes(judged)), tuple(unjudged(answered)))


def trigger_measures(
    system: System, samples: Sequence[Sample], watch: Watch, generator: np.random.Generator
) -> tuple[LabelMeasures, ...]:
    """The hard stops alone: for a system at another operating point."""
    judged = _answered(system, [sample for sample in samples if sample.judged], watch)
    return tuple(label_measures(t.value, judged, generator) for t in Trigger)


def _answered(system: System, samples: Sequence[Sample], watch: Watch) -> Answered:
    found = []
    for sample in samples:
        found.append((sample, _of_known(sample, system.answer(sample))))
        watch.advance(1)
    return found


def _of_known(sample: Sample, answer: Answer) -> Answer:
    """The answer on the labels that the row was read for: others are neither right nor wrong."""
    probabilities = answer.probabilities
    if probabilities is not None:
        known = sample.known(probabilities)
        probabilities = {label: p for label, p in probabilities.items() if label in known}
    return msgspec.structs.replace(
        answer,
        raised=sample.known(answer.raised),
        review=sample.known(answer.review),
        probabilities=probabilities,
    )


def _by_source(judged: Answered) -> dict[str, tuple[LabelMeasures, ...]]:
    sizes = Counter(sample.source for sample, _ in judged)
    by_source: dict[str, list[int]] = {}
    for at, (sample, _) in enumerate(judged):
        large = sizes[sample.source] >= LEAST_IN_SOURCE
        by_source.setdefault(sample.source if large else OTHERS, []).append(at)
    if len(by_source) < 2:
        return {}
    return {
        source: tuple(
            found
            for trigger in Trigger
            if (found := label_measures(trigger.value, [judged[i] for i in rows], None)).support
            or found.precision.whole
        )
        for source, rows in sorted(
            by_source.items(), key=lambda item: (item[0] == OTHERS, -len(item[1]))
        )
    }


def _by_condition(
    system: System, judged: Answered, plan: Plan, watch: Watch, generator: np.random.Generator
) -> dict[str, tuple[LabelMeasures, ...]]:
    if not plan.conditions or not judged:
        return {}
    found = {AS_IT_STANDS: _stops(judged, generator)}
    for name, hear in plan.conditions.items():
        rows = [sample.heard_as(hear) for sample, _ in judged]
        found[name] = _stops(_answered(system, rows, watch), generator)
    return found


def _stops(judged: Answered, generator: np.random.Generator) -> tuple[LabelMeasures, ...]:
    return (
        any_stop(judged, generator),
        *(label_measures(trigger.value, judged, None) for trigger in Trigger),
    )


def _ambiguous(answered: Answered) -> dict[str, Proportion]:
    raised: dict[str, list[tuple[str, bool]]] = {}
    for sample, answer in answered:
        if sample.ambiguous:
            for label in sorted(sample.about):
                raised.setdefault(label, []).append((sample.group, label in answer.raised))
    return {label: share(found) for label, found in raised.items()}
