"""What a classifier answers to, so that the detector can ask one without knowing which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

import msgspec

from detectors.vocabulary import Speaker


class Said(msgspec.Struct, frozen=True, gc=False):
    """One turn as a classifier is given it: who spoke, and the redacted words."""

    speaker: Speaker
    text: str


class Passage(msgspec.Struct, frozen=True):
    """The words to be scored, and the turns before them, oldest first."""

    now: Said
    before: tuple[Said, ...] = ()


class Scores(msgspec.Struct, frozen=True):
    """What a classifier says of a passage.

    `labels`: a calibrated probability 0–1 for each label that it knows (a subset of
    `vocabulary.LABELS`). `emotions`: one for each emotion; they need not add up to one.
    `intensity`: how strongly the emotion is felt, 0–1.
    """

    labels: dict[str, float]
    emotions: dict[str, float]
    intensity: float


class Weights(msgspec.Struct, frozen=True, kw_only=True):
    """How rules and classifier are weighed against each other for one label, in log-odds.

    Fitted together with the classifier's calibration, so that what comes out is a probability.
    `cleared` counts where a rule's words are there and the context says they are innocent.
    """

    bias: float = 0.0
    classifier: float = 1.0
    rules: float = 1.0
    cleared: float = 0.0


class Scorer(Protocol):
    """A classifier that is ready to answer. Deterministic: same passage, same scores."""

    @property
    def version(self) -> str:
        """Names the weights and their calibration; goes into every event as `model_version`."""
        ...

    @property
    def weights(self) -> Mapping[str, Weights]:
        """By label: how its scores are fused with the rules'."""
        ...

    def score(self, passages: Sequence[Passage]) -> list[Scores]:
        """The scores of each passage, in order. An empty text is scored as silence."""
        ...
