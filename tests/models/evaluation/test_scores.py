"""Figures against values worked out by hand or published."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.evaluation.calibration import calibrated
from models.evaluation.intervals import Proportion, f1, f1_interval, proportion, share
from models.evaluation.measures import LabelMeasures
from models.evaluation.samples import Sample
from models.evaluation.scores import average_precision, instead, label_measures, macro_f1
from models.evaluation.systems import Answer


def sample(labels: set[str], group: str = "g") -> Sample:
    return Sample(id="1", text="a", group=group, source="s", labels=frozenset(labels))


def answer(*raised: str, review: tuple[str, ...] = ()) -> Answer:
    return Answer(frozenset(raised), frozenset(review))


def width(share: Proportion) -> float:
    assert share.low is not None
    assert share.high is not None
    return share.high - share.low


def generator() -> np.random.Generator:
    return np.random.default_rng(1)


def test_wilsons_interval_is_the_published_one() -> None:
    # Newcombe 1998, Table I: 81 of 263, Wilson without continuity correction.
    share = proportion(81, 263)
    assert (share.low, share.high) == (
        pytest.approx(0.2553, abs=1e-4),
        pytest.approx(0.3662, abs=1e-4),
    )


@given(st.integers(0, 500), st.integers(1, 500))
def test_an_interval_holds_its_share_and_stays_a_share(part: int, more: int) -> None:
    share = proportion(part, part + more)
    ends = [share.low, share.value, share.high]
    found = [end for end in ends if end is not None]
    assert len(found) == 3
    assert found == sorted(found)
    assert all(0 <= end <= 1 for end in found)


def test_a_share_is_less_sure_where_rows_come_in_groups() -> None:
    alone = share((str(n), n % 10 != 0) for n in range(100))
    grouped = share((str(n // 10), n >= 10) for n in range(100))
    assert (alone.part, alone.whole, alone.value) == (grouped.part, grouped.whole, grouped.value)
    assert width(alone) == pytest.approx(width(proportion(90, 100)))
    assert width(grouped) > 2 * width(alone)
    # Ten groups that are alike throughout are worth nine or ten rows.
    assert width(proportion(9, 10)) < width(grouped) < width(proportion(8, 9))


def test_what_one_group_says_is_no_certainty() -> None:
    one = share([("a", True)] * 9 + [("a", False)])
    assert (one.value, one.low, one.high) == (0.9, 0.0, 1.0)
    assert share([("a", True)]) == proportion(1, 1)


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.booleans()), min_size=1))
def test_groups_never_make_a_share_surer_than_rows_would(rows: list[tuple[str, bool]]) -> None:
    grouped = share(rows)
    alone = proportion(sum(is_so for _, is_so in rows), len(rows))
    assert width(grouped) >= width(alone) - 1e-9
    assert grouped.low is not None
    assert grouped.high is not None
    assert 0 <= grouped.low <= (grouped.value or 0) <= grouped.high <= 1


def test_precision_and_recall_are_less_sure_where_rows_come_in_groups() -> None:
    def measured(size: int) -> LabelMeasures:
        answered = [
            (sample({"fraud"}, str(n // size)), answer(*(["fraud"] if n >= 20 else ["media"])))
            for n in range(100)
        ] + [(sample(set(), f"x{n // size}"), answer("fraud")) for n in range(20)]
        return label_measures("fraud", answered, None)

    alone, grouped = measured(1), measured(10)
    assert width(grouped.recall) > 2 * width(alone.recall)
    assert width(grouped.precision) > 2 * width(alone.precision)


def test_of_nothing_there_is_no_share() -> None:
    assert proportion(0, 0).value is None


def test_f1_interval_is_wider_where_rows_come_in_groups() -> None:
    alone = np.array([[1, 0, 0]] * 80 + [[0, 1, 0]] * 10 + [[0, 0, 1]] * 10)
    grouped = np.array([[10, 0, 0]] * 8 + [[0, 10, 0], [0, 0, 10]])
    one, ten = f1_interval(alone, generator()), f1_interval(grouped, generator())
    assert one.value == ten.value == f1(80, 10, 10)
    assert one.low <= one.value <= one.high
    assert ten.high - ten.low > 2 * (one.high - one.low)


def test_two_misses_or_two_hits_are_no_certainty() -> None:
    missed, found = np.array([[0, 0, 1]] * 2), np.array([[1, 0, 0]] * 2)
    assert f1_interval(missed, generator()).high > 0.6
    assert f1_interval(found, generator()).low < 0.4


def test_f1_of_one_group_is_no_certainty() -> None:
    one = f1_interval(np.array([[9, 0, 0]]), generator())
    assert (one.value, one.low, one.high) == (1.0, 0.0, 1.0)


def test_groups_without_hit_or_miss_do_not_narrow_f1() -> None:
    counts = np.array([[1, 0, 0]] * 30 + [[0, 0, 1]] * 10)
    padded = np.vstack([counts, np.zeros((2000, 3), dtype=int)])
    one, other = f1_interval(counts, generator()), f1_interval(padded, generator())
    assert other.high - other.low == pytest.approx(one.high - one.low, rel=0.15)


def test_precision_recall_and_support_of_a_label() -> None:
    answered = [
        (sample({"fraud"}), answer("fraud")),
        (sample({"fraud"}), answer("media")),
        (sample(set()), answer("fraud")),
        (sample(set()), answer()),
    ]
    measures = label_measures("fraud", answered, generator())
    assert (measures.precision.part, measures.precision.whole) == (1, 2)
    assert (measures.recall.part, measures.recall.whole) == (1, 2)
    assert measures.few
    assert macro_f1([measures]) == (None, 0)


def test_average_precision_is_the_one_worked_by_hand() -> None:
    # Raised in order: right, wrong, right; one positive never heard.
    area, curve = average_precision([(0.9, True), (0.8, False), (0.7, True), (0.0, True)])
    assert area == pytest.approx((1 / 1 + 2 / 3) / 3)
    assert curve[-1].recall == pytest.approx(2 / 3)


def test_ties_are_one_step_whatever_their_order() -> None:
    scored = [(0.5, True), (0.5, False)]
    assert average_precision(scored)[0] == average_precision(scored[::-1])[0] == 0.5


def test_a_miss_is_told_by_what_was_raised_instead() -> None:
    answered = [
        (sample({"violence"}), answer("emergency")),
        (sample({"violence"}), answer(review=("violence",))),
        (sample({"violence"}), answer()),
        (sample({"violence"}), answer("violence", "fraud")),
    ]
    assert instead("violence", answered) == {"emergency": 1, "review only": 1, "nothing": 1}


def test_calibration_error_is_nought_when_probabilities_come_true() -> None:
    true = [(0.75, True)] * 3 + [(0.75, False)]
    assert calibrated(true).ece == 0
    assert calibrated([(0.95, False)] * 10).ece == pytest.approx(0.95)
    assert calibrated([]).ece is None
