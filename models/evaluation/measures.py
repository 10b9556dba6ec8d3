"""The measures of an evaluation, as they stand in measures.json. Shares are 0–1."""

from __future__ import annotations

import msgspec

from models.evaluation.intervals import Interval, Proportion


class Point(msgspec.Struct, frozen=True):
    """Precision and recall if everything at or above a probability were raised."""

    threshold: float
    precision: float
    recall: float


class LabelMeasures(msgspec.Struct, frozen=True, kw_only=True):
    """How one label is heard. `few`: under 20 positives, too few to say.

    `average_precision` and `curve` are None where the system gives no probabilities.
    """

    label: str
    support: int
    few: bool
    precision: Proportion
    recall: Proportion
    f1: Interval | None
    average_precision: float | None = None
    curve: tuple[Point, ...] = ()


class Bin(msgspec.Struct, frozen=True):
    """Probabilities of one tenth: how many, their mean, and the share that was right."""

    count: int
    mean: float
    right: float


class Calibration(msgspec.Struct, frozen=True):
    """Whether 0.8 means eight in ten. `pairs`: utterance and hard stop with probability ≥ 0.05."""

    pairs: int
    ece: float | None
    bins: tuple[Bin, ...]


class CallAlarms(msgspec.Struct, frozen=True, kw_only=True):
    """Alerts per call, one for each call and hard stop at most. `judged`: all of its rows are
    labelled and none is ambiguous, so that the alerts counted are false; else all are counted."""

    judged: bool
    calls: int
    alerts: int
    per_hundred: float | None
    calls_with_any: Proportion
    by_label: dict[str, int]


class Alarms(msgspec.Struct, frozen=True, kw_only=True):
    """What was raised and should not have been. Utterances are those that people labelled.

    `hard_negatives`: of rows that only sound like a hard stop, those with any false one.
    `utterances`: of all labelled rows, those with any; `unlabelled`: rows nobody labelled, those
    with any alert, right or wrong.
    """

    hard_negatives: Proportion
    utterances: Proportion
    per_thousand: float | None
    unlabelled: Proportion
    calls: tuple[CallAlarms, ...] = ()


class Delay(msgspec.Struct, frozen=True, kw_only=True):
    """Words from the completion of a trigger to the first partial result that raises it for good.

    Negative: before the last word of the annotated evidence. `at_once`: at that word or before.
    `distribution` counts by words, from `-3` (or earlier) to `10` (or later). Where no row has its
    evidence annotated these are None or empty. `read`: triggers read word by word; `before_end`:
    words left to be spoken when it was heard, on average. `flickers`: raised on the way and gone
    at the end, among innocent utterances read word by word.
    """

    read: int
    at_once: Proportion
    median: float | None
    ninety: float | None
    worst: int | None
    distribution: dict[int, int]
    before_end: float | None
    flickers: Proportion


class Emotions(msgspec.Struct, frozen=True, kw_only=True):
    """How the customer's emotion is heard; `confusion`: labelled, then heard, then how often."""

    rows: int
    macro_f1: float | None
    by_emotion: tuple[LabelMeasures, ...]
    confusion: dict[str, dict[str, int]]


class SystemMeasures(msgspec.Struct, frozen=True, kw_only=True):
    """Everything measured of one system.

    `by_condition`: the same rows as they stand, as most recognisers write, and misheard.
    `confusion`: of missed positives by label, what was raised instead, how often.
    `ambiguous`: rows on which careful people differ, by label: how many were raised.
    """

    name: str
    triggers: tuple[LabelMeasures, ...]
    signals: tuple[LabelMeasures, ...]
    any_stop: LabelMeasures
    macro_f1: float | None
    macro_labels: int
    alarms: Alarms
    by_source: dict[str, tuple[LabelMeasures, ...]]
    by_condition: dict[str, tuple[LabelMeasures, ...]]
    confusion: dict[str, dict[str, int]]
    ambiguous: dict[str, Proportion]
    calibration: Calibration | None = None
    delay: Delay | None = None
    emotions: Emotions | None = None


class Mistake(msgspec.Struct, frozen=True, kw_only=True):
    """One thing wrongly raised or missed. `text` is redacted; it holds a customer's words."""

    kind: str
    label: str
    id: str
    source: str
    speaker: str
    text: str
    labels: tuple[str, ...]
    raised: tuple[str, ...]
    review: bool
    probability: float | None
    because: str | None


class DataMeasures(msgspec.Struct, frozen=True, kw_only=True):
    """What the evaluation rests on. `by_label`: positives among labelled rows; `not_monitored`: of
    all rows those in languages without rules, in which nothing is heard, as live."""

    rows: int
    labelled: int
    ambiguous: int
    unlabelled: int
    not_monitored: int
    hard_negatives: int
    calls: int
    groups: int
    by_source: dict[str, int]
    by_label: dict[str, int]


class Evaluation(msgspec.Struct, frozen=True, kw_only=True):
    """A whole evaluation. `points`: the detector at each operating point of the policy, if it has
    them. `versions` name the rules, the policy and the model."""

    version: int = 1
    made_at: str
    versions: dict[str, str]
    data: DataMeasures
    systems: tuple[SystemMeasures, ...]
    points: dict[str, tuple[LabelMeasures, ...]] = {}
    seed: int
