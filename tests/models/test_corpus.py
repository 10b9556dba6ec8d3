"""The utterances that we wrote: well formed, varied, and split by writer."""

from collections import Counter, defaultdict

import pytest

from detectors.vocabulary import Speaker, Trigger
from models.corpus import Kind, Split, Utterance, read_corpus

ROWS = list(read_corpus())


def five_grams(row: Utterance) -> set[tuple[str, ...]]:
    words = row.text.lower().split()
    return {tuple(words[i : i + 5]) for i in range(len(words) - 4)}


def test_it_is_as_large_as_the_datasheet_says_and_has_as_many_hard_negatives() -> None:
    kinds = Counter(row.kind for row in ROWS)
    assert len(ROWS) >= 6000
    assert kinds[Kind.HARD_NEGATIVE] >= 0.8 * kinds[Kind.POSITIVE]


@pytest.mark.parametrize("trigger", list(Trigger))
def test_every_hard_stop_has_positives_and_hard_negatives_in_train_and_test(
    trigger: Trigger,
) -> None:
    for split, least in ((Split.TRAIN, 80), (Split.TEST, 40)):
        rows = [row for row in ROWS if row.split is split]
        assert sum(trigger in row.labels for row in rows) >= least
        assert sum(trigger in row.resembles for row in rows) >= least


def test_no_writer_stands_in_two_splits() -> None:
    splits: dict[str, set[Split]] = defaultdict(set)
    for row in ROWS:
        splits[row.writer].add(row.split)
    assert all(len(found) == 1 for found in splits.values())
    assert len(splits) >= 150


def test_ids_are_unique_and_no_row_stands_twice() -> None:
    assert len({row.id for row in ROWS}) == len(ROWS)
    assert len({(row.text.lower(), row.before) for row in ROWS}) == len(ROWS)


def test_it_is_no_template_with_slots() -> None:
    seen: Counter[tuple[str, ...]] = Counter()
    for row in ROWS:
        seen.update(five_grams(row))
    repeated = [row for row in ROWS if any(seen[gram] > 1 for gram in five_grams(row))]
    assert len(repeated) / len(ROWS) < 0.04


def test_an_employee_has_no_emotion() -> None:
    for row in ROWS:
        if row.speaker is Speaker.AGENT:
            assert row.emotion is None
