"""Scores into probabilities: Platt's scaling per label, then rules and classifier weighed together.

Fitted on the dev split alone, by penalised maximum likelihood. Sources: Platt, 1999,
"Probabilistic Outputs for Support Vector Machines"; Guo et al., 2017, "On Calibration of Modern
Neural Networks" (the expected calibration error); stacking after Wolpert, 1992.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence

import msgspec
import numpy as np
from numpy.typing import NDArray

from detectors.chunk import Chunk
from detectors.detector import Detector
from detectors.reading import Conversation, Turn
from detectors.scoring import Passage, Said, Weights
from detectors.settings import DetectionSettings
from detectors.standing import standing_of
from detectors.weighing import (
    clustered,
    kept,
    log_odds,
    rule_evidence,
    together,
    weigh,
)
from models.corpus import Split
from models.examples import Example
from models.labels import SCORED

Numbers = NDArray[np.float64]

ENOUGH = 15
"""Positives from which a label's own slope is believed; below, the labels share one."""
STEPS = 60
BINS = 10


class Rules(msgspec.Struct, frozen=True):
    """What the rules say: evidence, whether context cleared it, and the probability from plain
    words and answers to questions, which no classifier takes back (None: none); rows x labels."""

    evidence: Numbers
    cleared: Numbers
    answers: Numbers | None = None


def rules_on(
    detector: Detector, examples: Sequence[Example], done: Callable[[int], None] = lambda n: None
) -> Rules:
    """The rules' side of the fusion for each example (a detector without a scorer)."""
    evidence = np.zeros((len(examples), len(SCORED)))
    cleared, answers = np.zeros_like(evidence), np.zeros_like(evidence)
    for row, example in enumerate(examples):
        hits = [hit for hit in detector.hear(*as_call(example)).hits if not hit.dropped]
        for label in {hit.rule.label for hit in hits} & set(SCORED):
            clusters = clustered([hit for hit in hits if hit.rule.label == label])
            fused = weigh(clusters, None, Weights())
            place = SCORED.index(label)
            evidence[row, place] = rule_evidence(fused.rules)
            cleared[row, place] = float(fused.cleared)
            answers[row, place] = kept(clusters)
        done(row + 1)
    return Rules(evidence, cleared, answers)


def as_call(example: Example) -> tuple[Chunk, Conversation]:
    """An example as the detector meets it: the last chunk of a call, and what was said before."""
    turns = tuple(
        Turn(utterance_id=f"before-{n}", speaker=said.speaker, text=said.text)
        for n, said in enumerate(example.passage.before)
    )
    return _chunk(len(turns), example.passage.now), Conversation(turns=turns)


def to_fit_on(examples: Iterable[Example]) -> list[Example]:
    """Those of the dev split as they are served: without personal data, turn by turn."""
    return [_redacted(example) for example in examples if example.split is Split.DEV]


def _redacted(example: Example) -> Example:
    conversation = Conversation()
    for number, said in enumerate((*example.passage.before, example.passage.now)):
        conversation = conversation.after(_WITHOUT_RULES.read(_chunk(number, said), conversation))
    *before, now = (Said(turn.speaker, turn.text) for turn in conversation.turns)
    return msgspec.structs.replace(example, passage=Passage(now=now, before=tuple(before)))


_WITHOUT_RULES = Detector(DetectionSettings(), {})


def _chunk(number: int, said: Said) -> Chunk:
    return Chunk(
        call_id="example",
        sequence=number + 1,
        utterance_id=f"turn-{number}",
        speaker=said.speaker,
        text=said.text,
        is_final=True,
        language="en",
    )


def platt(logits: Numbers, targets: Numbers) -> tuple[dict[str, float], dict[str, float]]:
    """Scale and shift by label (both examples x labels; targets -1: not known)."""
    scale, shift = {}, {}
    for place, label in enumerate(SCORED):
        known = targets[:, place] >= 0
        wanted = targets[known, place]
        if min(wanted.sum(), len(wanted) - wanted.sum()) < 5:
            continue
        columns = np.stack([np.ones(known.sum()), logits[known, place]], axis=1)
        prior, penalty = np.array([0.0, 1.0]), np.array([0.05, 5.0])
        shift[label], scale[label] = map(float, logistic(columns, wanted, prior, penalty))
    return scale, shift


def stack(probabilities: Numbers, rules: Rules, targets: Numbers) -> dict[str, Weights]:
    """How to weigh classifier and rules, by label.

    First slopes that all labels share, then each label's own, drawn to those the more the fewer
    positives it has. A rule never counts against its label, nor a cleared one for it.
    """
    columns = _columns(probabilities, rules)
    known = targets >= 0
    prior, penalty = np.array([0.0, 1.0, 1.0, 1.0]), np.array([0.05, 5.0, 5.0, 5.0])
    shared = logistic(columns[known], targets[known], prior, penalty)
    found = {}
    for place, label in enumerate(SCORED):
        rows = known[:, place]
        wanted = targets[rows, place]
        own = shared
        if wanted.sum() >= 5:
            pull = 10.0 if wanted.sum() >= ENOUGH else 100.0
            penalty = np.array([0.05, pull, pull, pull])
            own = logistic(columns[rows, place], wanted, shared, penalty)
        bias, classifier, by_rule, cleared = map(float, own)
        found[label] = Weights(
            bias=bias,
            classifier=max(0.1, classifier),
            rules=max(0.0, by_rule),
            cleared=max(0.0, cleared),
        )
    return found


def fused(probabilities: Numbers, rules: Rules, weights: Mapping[str, Weights]) -> Numbers:
    """The fused probabilities as they are served, examples x labels."""
    by_rule = -np.expm1(-rules.evidence)
    answer = np.empty_like(probabilities)
    for place, label in enumerate(SCORED):
        own, standing = weights[label], standing_of(label)
        for row, classifier in enumerate(probabilities[:, place]):
            cleared = bool(rules.cleared[row, place])
            answer[row, place] = together(
                float(by_rule[row, place]),
                float(classifier),
                own,
                standing,
                cleared=cleared,
                kept=0.0 if rules.answers is None else float(rules.answers[row, place]),
            )
    return answer


def _columns(probabilities: Numbers, rules: Rules) -> Numbers:
    """Examples x labels x (one, classifier's log-odds, rules' evidence, minus cleared).

    As it is served, what context clears is no evidence.
    """
    classifier = np.vectorize(log_odds, otypes=[float])(probabilities)
    evidence = rules.evidence * (1.0 - rules.cleared)
    return np.stack([np.ones_like(classifier), classifier, evidence, -rules.cleared], axis=-1)


def logistic(columns: Numbers, wanted: Numbers, prior: Numbers, penalty: Numbers) -> Numbers:
    """Slopes of a logistic regression, drawn to `prior` by `penalty` (Newton's method)."""
    slopes = prior.copy()
    for _ in range(STEPS):
        expected = 0.5 * (1.0 + np.tanh(0.5 * (columns @ slopes)))
        gradient = columns.T @ (expected - wanted) + penalty * (slopes - prior)
        spread = np.maximum(expected * (1 - expected), 1e-6)
        curve = (columns * spread[:, None]).T @ columns + np.diag(penalty)
        step = np.linalg.solve(curve, gradient)
        longest = float(np.abs(step).max())
        slopes = slopes - step * min(1.0, 2.0 / max(longest, 1e-12))
        if longest < 1e-6:
            break
    return slopes


def calibration_error(probabilities: Numbers, wanted: Numbers, bins: int = BINS) -> float:
    """The expected calibration error, 0–1, over bins of equal width."""
    if not len(probabilities):
        return 0.0
    place = np.minimum((probabilities * bins).astype(int), bins - 1)
    error = 0.0
    for number in range(bins):
        inside = place == number
        if inside.any():
            error += abs(probabilities[inside].mean() - wanted[inside].mean()) * inside.mean()
    return float(error)
