"""Rows that a site labelled itself, as for `hardstop evaluate`, as examples to learn from."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from detectors.scoring import Passage, Said
from detectors.vocabulary import Emotion, Speaker
from models.corpus import Kind, Split
from models.evaluation.labelled import LabelledError
from models.evaluation.samples import Sample
from models.examples import TRIGGERS, Example, split_of, targets
from models.recipe import Recipe

LABELLED = "labelled"
"""The set's name in a recipe (`own`), and the examples' source in its `weights`."""
TIMES = 1.0
"""How often an epoch goes through it where the recipe does not say: as through our own rows."""

_SPLITS = tuple(split.value for split in Split)


def examples(samples: Iterable[Sample]) -> list[Example]:
    """What can be learned from: labelled, not ambiguous, not of a test split.

    Rows of one call stay on one side of the dev split, where they do not name their split. Of hard
    stops all is known, of signals only those that a row names; of a row that was read for its own
    labels alone (`signals_read` false, as feedback is), nothing but those. Raises LabelledError
    where nothing is left.
    """
    read = list(samples)
    found = [
        _example(sample, split)
        for sample in read
        if sample.judged and (split := _split(sample)) is not Split.TEST
    ]
    if not found:
        raise LabelledError(
            f"none of {len(read)} utterances can be learned from: they are not labelled, ambiguous,"
            " or of the split 'test'"
        )
    return found


def learning_from(recipe: Recipe) -> Recipe:
    """The recipe with labelled rows as one of its own sets."""
    return msgspec.structs.replace(recipe, own={LABELLED: TIMES, **recipe.own})


def _example(sample: Sample, split: Split) -> Example:
    labels = sample.labels or frozenset()
    named = labels | sample.about
    feeling = None if sample.speaker is Speaker.AGENT else sample.emotion
    return Example(
        passage=Passage(now=Said(sample.speaker, sample.text), before=sample.before),
        targets=targets(
            labels,
            known={*TRIGGERS, *named} if sample.signals_read else named,
            emotions=None if feeling is None else [feeling],
            intensity=0.0 if feeling == Emotion.NEUTRAL else None,
        ),
        source=LABELLED,
        group=_group(sample),
        split=split,
        kind=_kind(sample, labels),
        resembles=tuple(sorted(sample.about - labels)),
    )


def _split(sample: Sample) -> Split:
    if sample.split is None:
        return split_of(_group(sample))
    if sample.split not in _SPLITS:
        raise LabelledError(
            f"{sample.id}: no split '{sample.split}'; there are: {', '.join(_SPLITS)}"
        )
    return Split(sample.split)


def _group(sample: Sample) -> str:
    """The call, whichever file tells of it: an export may overlap with the next."""
    return sample.call or sample.group


def _kind(sample: Sample, labels: frozenset[str]) -> Kind:
    if labels:
        return Kind.POSITIVE
    return Kind.HARD_NEGATIVE if sample.hard_negative or sample.about else Kind.ORDINARY
