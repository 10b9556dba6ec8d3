"""Examples to learn from: a passage, what is known of it, and where it comes from."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import msgspec

from detectors.scoring import Passage, Said
from detectors.vocabulary import Emotion, Speaker, Trigger
from models.corpus import Kind, Split, Utterance
from models.labels import EMOTIONS, OUTPUTS, SCORED

TRIGGERS = tuple(trigger.value for trigger in Trigger)
INTENSITY = OUTPUTS - 1


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """One passage with its targets.

    `targets` runs along the network's outputs: 0–1 where known, -1 where not. Examples of one
    `group` (a writer, a document) stay on one side of every split. `weight` scales the loss.
    `finer`: the places of its emotions among those of GoEmotions, None where nobody told them.
    """

    passage: Passage
    targets: tuple[float, ...]
    source: str
    group: str
    split: Split
    kind: Kind
    resembles: tuple[str, ...] = ()
    weight: float = 1.0
    finer: tuple[int, ...] | None = None


UNKNOWN = -1.0


def targets(
    labels: Iterable[str] = (),
    *,
    known: Iterable[str] = SCORED,
    emotions: Iterable[str] | None = None,
    intensity: float | None = None,
) -> tuple[float, ...]:
    """Targets along the outputs. `known` labels that are not in `labels` are 0."""
    row = [UNKNOWN] * OUTPUTS
    for label in known:
        if label in _PLACE:
            row[_PLACE[label]] = 0.0
    for label in labels:
        if label in _PLACE:
            row[_PLACE[label]] = 1.0
    if emotions is not None:
        felt = set(emotions)
        for place, emotion in enumerate(EMOTIONS, start=len(SCORED)):
            row[place] = float(emotion in felt)
    if intensity is not None:
        row[INTENSITY] = intensity
    return tuple(row)


_PLACE = {label: place for place, label in enumerate(SCORED)}


def own(row: Utterance) -> Example:
    """An example from a row that the project wrote."""
    customer = row.speaker is not Speaker.AGENT
    feeling = row.emotion if customer else None
    return Example(
        passage=Passage(
            now=Said(row.speaker, row.text),
            before=tuple(Said(turn.speaker, turn.text) for turn in row.before),
        ),
        targets=targets(
            row.labels,
            known=SCORED if row.signals_read else TRIGGERS,
            emotions=None if feeling is None else [feeling.value],
            intensity=_intensity(feeling, row.intensity),
        ),
        source=row.id.partition("-")[0],
        group=row.writer,
        split=row.split,
        kind=row.kind,
        resembles=row.resembles,
    )


def _intensity(feeling: Emotion | None, intensity: float | None) -> float | None:
    if feeling is Emotion.NEUTRAL:
        return 0.0
    return None if feeling is None else intensity


DEV_SHARE = 0.12


def kind_of(labels: tuple[str, ...], resembles: tuple[str, ...]) -> Kind:
    """What a row with these labels is there for."""
    if labels:
        return Kind.POSITIVE
    return Kind.HARD_NEGATIVE if resembles else Kind.ORDINARY


def split_of(group: str) -> Split:
    """Train or dev, the same for a group every time."""
    share = int(hashlib.sha256(group.encode()).hexdigest()[:8], 16) / 0xFFFFFFFF
    return Split.DEV if share < DEV_SHARE else Split.TRAIN
