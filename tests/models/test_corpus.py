"""The utterances that we wrote: well formed, varied, and split by writer."""

from collections import Counter, defaultdict
from pathlib import Path

import msgspec
import pytest

from detectors.vocabulary import Speaker, Trigger
from models import corpus
from models.corpus import Kind, Split, Utterance, read_corpus

ROWS = list(read_corpus())


def in_a_row(row: Utterance, count: int) -> set[tuple[str, ...]]:
    words = row.text.lower().split()
    return {tuple(words[i : i + count]) for i in range(len(words) - count + 1)}


def test_it_is_as_large_as_the_datasheet_says_and_has_as_many_hard_negatives() -> None:
    kinds = Counter(row.kind for row in ROWS)
    assert len(ROWS) >= 30_000
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
    # Everyday talk repeats itself: "uh-huh" may stand in every call.
    telling = [row for row in ROWS if row.kind is not Kind.ORDINARY]
    assert len({(row.text.lower(), row.before) for row in telling}) == len(telling)


def test_it_is_no_template_with_slots() -> None:
    # Within a call pairs are wanted: the same words once as a threat and once innocent.
    calls: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for row in ROWS:
        for words in in_a_row(row, 6):
            calls[words].add(row.scenario)
    shared = [row for row in ROWS if any(len(calls[words]) > 1 for words in in_a_row(row, 6))]
    assert len(shared) / len(ROWS) < 0.03


def test_the_test_split_shares_nothing_of_length_with_what_is_learned_from() -> None:
    learned = {w for row in ROWS if row.split is not Split.TEST for w in in_a_row(row, 8)}
    held_out = [row for row in ROWS if row.split is Split.TEST]
    assert sum(bool(in_a_row(row, 8) & learned) for row in held_out) <= 0.002 * len(held_out)


def test_an_employee_has_no_emotion() -> None:
    for row in ROWS:
        if row.speaker is Speaker.AGENT:
            assert row.emotion is None


def test_a_row_whose_text_has_a_line_of_its_own_stays_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [msgspec.structs.replace(ROWS[0], text=f"I will{mark}go") for mark in "\u2028\x85"]
    (tmp_path / "data").mkdir()
    content = b"".join(msgspec.json.encode(row) + b"\n" for row in rows)
    (tmp_path / "data" / "mine.jsonl").write_bytes(content)
    monkeypatch.setattr(corpus, "files", lambda package: tmp_path)
    assert list(read_corpus()) == rows
