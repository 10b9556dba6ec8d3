"""Scores into probabilities: what comes out is right as often as it says."""

from collections.abc import Mapping, Sequence

import msgspec
import numpy as np
import pytest

from detectors.detector import Detector, finder
from detectors.scoring import Passage, Said, Scores, Weights
from detectors.settings import DetectionSettings
from detectors.vocabulary import Emotion, Speaker
from models.calibration import (
    Rules,
    as_call,
    calibration_error,
    fused,
    logistic,
    platt,
    rules_on,
    stack,
    to_fit_on,
)
from models.corpus import Split, read_corpus
from models.examples import own
from models.labels import SCORED
from models.measures import average_precision, best_f1, dev_scores, sigmoid

RANDOM = np.random.default_rng(5)
COUNT = 4000


def drawn() -> tuple[np.ndarray, np.ndarray]:
    """Truth and overconfident logits for every label."""
    odds = RANDOM.normal(-1.5, 1.5, size=(COUNT, len(SCORED)))
    truth = (RANDOM.random(odds.shape) < 1 / (1 + np.exp(-odds))).astype(float)
    return odds * 3 + 1.0, truth


def test_platt_scaling_makes_overconfident_scores_honest() -> None:
    logits, truth = drawn()
    scale, shift = platt(logits, truth)
    before = calibration_error(sigmoid(logits[:, 0].astype(np.float32)), truth[:, 0])
    calibrated = logits[:, 0] * scale[SCORED[0]] + shift[SCORED[0]]
    after = calibration_error(sigmoid(calibrated.astype(np.float32)), truth[:, 0])
    assert before > 0.1
    assert after < 0.03
    assert scale[SCORED[0]] == pytest.approx(1 / 3, abs=0.05)


def test_labels_that_nobody_knows_are_left_alone() -> None:
    logits, truth = drawn()
    truth[:, 1] = -1
    truth[:, 2] = 0
    scale, _ = platt(logits, truth)
    assert SCORED[1] not in scale
    assert SCORED[2] not in scale


def test_a_rule_adds_to_what_the_classifier_says_as_much_as_it_is_right() -> None:
    _, truth = drawn()
    blind = np.full(truth.shape, 0.2)
    hit = np.where(truth > 0, RANDOM.random(truth.shape) < 0.5, RANDOM.random(truth.shape) < 0.02)
    rules = Rules(evidence=hit * 2.3, cleared=np.zeros(truth.shape))
    weights = stack(blind, rules, truth)
    together = fused(blind, rules, weights)
    said, silent = together[:, 0][hit[:, 0]], together[:, 0][~hit[:, 0]]
    assert said.mean() == pytest.approx(truth[:, 0][hit[:, 0]].mean(), abs=0.05)
    assert silent.mean() == pytest.approx(truth[:, 0][~hit[:, 0]].mean(), abs=0.05)
    assert all(weight.rules >= 0 and weight.cleared >= 0 for weight in weights.values())


def test_few_positives_share_the_slopes_of_the_rest() -> None:
    _, truth = drawn()
    probabilities = np.where(truth > 0, 0.7, 0.1)
    truth[:, 3] = 0
    rules = Rules(np.zeros(truth.shape), np.zeros(truth.shape))
    weights = stack(probabilities, rules, truth)
    assert weights[SCORED[3]].classifier == pytest.approx(
        np.median([w.classifier for w in weights.values()]), abs=0.6
    )


def test_a_logistic_regression_finds_the_slopes_it_was_drawn_with() -> None:
    columns = np.stack([np.ones(20000), RANDOM.normal(size=20000)], axis=1)
    truth = (RANDOM.random(20000) < 1 / (1 + np.exp(-(columns @ [-1.0, 2.0])))).astype(float)
    found = logistic(columns, truth, np.zeros(2), np.full(2, 1e-3))
    assert found == pytest.approx([-1.0, 2.0], abs=0.1)


def test_the_calibration_error_of_an_honest_score_is_small_and_of_a_boast_large() -> None:
    honest = RANDOM.random(COUNT)
    truth = (RANDOM.random(COUNT) < honest).astype(float)
    assert calibration_error(honest, truth) < 0.03
    assert calibration_error(np.full(COUNT, 0.99), truth) == pytest.approx(0.49, abs=0.03)
    assert calibration_error(np.array([]), np.array([])) == 0.0


def test_average_precision_and_f1_of_a_perfect_and_a_blind_ranking() -> None:
    wanted = np.array([True, True, False, False])
    perfect = np.array([0.9, 0.8, 0.2, 0.1], dtype=np.float32)
    assert average_precision(perfect, wanted) == 1.0
    assert average_precision(-perfect, wanted) == pytest.approx((1 / 3 + 2 / 4) / 2)
    assert best_f1(perfect, wanted)[0] == 1.0


def test_what_is_not_known_does_not_count() -> None:
    targets = np.full((6, 29), -1.0, dtype=np.float32)
    scores = dev_scores(np.zeros((6, 29), dtype=np.float32), targets)
    assert (scores.loss, scores.average_precision, scores.emotion_f1) == (0.0, {}, 0.0)


def test_the_rules_side_of_the_fusion_is_what_the_detector_hears() -> None:
    detector = Detector(DetectionSettings(), {"en": finder("en")})
    rows = [own(row) for row in list(read_corpus(Split.DEV))[:200]]
    said = rules_on(detector, rows)
    assert said.evidence.shape == (200, len(SCORED))
    assert (said.evidence > 0).any()
    assert not ((said.evidence > 0) & (said.cleared > 0) & (said.evidence > 4)).any()


class Sure:
    """A classifier that gives every label the same probability, whatever is said."""

    version = "sure-1"
    weights: Mapping[str, Weights] = dict.fromkeys(
        SCORED, Weights(bias=-0.5, classifier=1.1, rules=0.7, cleared=1.5)
    )

    def __init__(self, probability: float) -> None:
        self.probability = probability

    def score(self, passages: Sequence[Passage]) -> list[Scores]:
        emotions = dict.fromkeys((emotion.value for emotion in Emotion), 0.1)
        labels = dict.fromkeys(SCORED, self.probability)
        return [Scores(labels=labels, emotions=emotions, intensity=0.1) for _ in passages]


@pytest.mark.parametrize("probability", [0.005, 0.3])
def test_what_an_export_measures_is_what_the_detector_serves(probability: float) -> None:
    rows = [own(row) for row in read_corpus(Split.DEV) if row.speaker is Speaker.CUSTOMER][:300]
    finders = {"en": finder("en")}
    rules = rules_on(Detector(DetectionSettings(), finders), rows)
    scorer = Sure(probability)
    measured = fused(np.full(rules.evidence.shape, probability), rules, scorer.weights)
    detector = Detector(DetectionSettings(), finders, scorer)
    for example, answers in zip(rows, measured, strict=True):
        heard = detector.hear(*as_call(example))
        # What only a person should look at is shown as what its rule gives, and is not fused.
        looked_at = {hit.rule.label for hit in heard.hits if hit.review}
        for label, answer in zip(SCORED, answers, strict=True):
            if label not in looked_at:
                assert answer == pytest.approx(heard.reading.triggers[label]), label


def test_what_is_fitted_on_is_the_dev_split_as_it_is_served_without_personal_data() -> None:
    example = own(next(iter(read_corpus(Split.DEV))))
    before = (
        Said(Speaker.AGENT, "what is the long number on your card please"),
        Said(Speaker.CUSTOMER, "it is 4111 1111"),
    )
    now = Said(Speaker.CUSTOMER, "1111 1111 and I will see you in court")
    told = msgspec.structs.replace(example, passage=Passage(now=now, before=before))
    learned = msgspec.structs.replace(told, split=Split.TRAIN)
    (fit,) = to_fit_on([told, learned])
    said = [turn.text for turn in (*fit.passage.before, fit.passage.now)]
    assert said[0] == before[0].text
    assert not any(char.isdigit() for text in said for char in text)
    assert said[2].endswith("and I will see you in court")
    assert [turn.speaker for turn in fit.passage.before] == [Speaker.AGENT, Speaker.CUSTOMER]
    assert fit.targets == told.targets
