"""Scores into probabilities: what comes out is right as often as it says."""

import numpy as np
import pytest

from models.calibration import (
    Rules,
    calibration_error,
    fused,
    logistic,
    platt,
    rules_on,
    stack,
)
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
    from detectors.detector import Detector, finder
    from detectors.settings import DetectionSettings
    from models.corpus import Split, read_corpus
    from models.examples import own

    detector = Detector(DetectionSettings(), {"en": finder("en")})
    rows = [own(row) for row in list(read_corpus(Split.DEV))[:200]]
    said = rules_on(detector, rows)
    assert said.evidence.shape == (200, len(SCORED))
    assert (said.evidence > 0).any()
    assert not ((said.evidence > 0) & (said.cleared > 0) & (said.evidence > 4)).any()
