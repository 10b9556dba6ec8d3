"""A site's own labelled rows as examples: what is learned from them, and what is not."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from detectors.vocabulary import Speaker, Trigger
from models.corpus import Kind, Split
from models.evaluation.labelled import LabelledError, read_rows
from models.examples import DEV_SHARE, UNKNOWN, Example
from models.labelled import examples, learning_from
from models.labels import EMOTIONS, SCORED
from models.recipe import Recipe
from wallboard.views.feedback import Row

RIGHT = Row(
    id="c1/u2",
    text="the papers will hear of this",
    speaker="customer",
    labels=("media",),
    kind=Kind.POSITIVE,
    resembles=("legal_threat",),
    before=(),
    call="c1",
    group="c1",
)


def learned(*rows: dict[str, Any], file: str = "mine.jsonl") -> list[Example]:
    return examples(read_rows(file, [json.dumps(row) for row in rows]))


def known(example: Example) -> dict[str, float]:
    pairs = zip(SCORED, example.targets, strict=False)
    return {label: target for label, target in pairs if target != UNKNOWN}


def test_a_labelled_row_tells_of_every_hard_stop_and_of_the_signals_it_names() -> None:
    (row,) = learned(
        {"text": "I'll sue, and I want to complain", "labels": "legal_threat;complaint"}
    )
    told = known(row)
    assert set(told) == {trigger.value for trigger in Trigger} | {"complaint"}
    assert {label for label, target in told.items() if target == 1.0} == {
        "legal_threat",
        "complaint",
    }
    assert row.kind is Kind.POSITIVE


def test_of_the_wallboards_feedback_only_what_people_judged_is_learned() -> None:
    right = json.loads(msgspec.json.encode(RIGHT))
    wrong = {**right, "labels": [], "kind": "hard_negative", "resembles": ["media"]}
    yes, no = learned(right, wrong)
    assert known(yes) == {"media": 1.0, "legal_threat": 0.0}
    assert known(no) == {"media": 0.0}
    assert (no.kind, no.resembles) == (Kind.HARD_NEGATIVE, ("media",))


def test_what_was_said_before_and_how_the_customer_felt_go_along() -> None:
    rows = [
        {"text": "How can I help?", "labels": [], "speaker": "agent", "call_id": "1"},
        {"text": "I am fed up", "labels": [], "call_id": "1", "emotion": "anger"},
    ]
    first, second = learned(*rows)
    assert first.passage.now.speaker is Speaker.AGENT
    assert [turn.text for turn in second.passage.before] == ["How can I help?"]
    felt = second.targets[len(SCORED) : len(SCORED) + len(EMOTIONS)]
    assert [name for name, target in zip(EMOTIONS, felt, strict=True) if target] == ["anger"]
    assert set(first.targets[len(SCORED) :]) == {UNKNOWN}


def test_rows_of_a_call_stand_on_one_side_whichever_file_tells_of_them() -> None:
    calls = [str(number) for number in range(400)]
    rows = [{"text": "hello there", "labels": [], "call_id": call} for call in calls]
    one = learned(*rows, *rows, file="monday.jsonl")
    other = learned(*rows, file="tuesday.jsonl")
    sides = [example.split for example in one[: len(calls)]]
    assert sides == [example.split for example in one[len(calls) :]]
    assert sides == [example.split for example in other]
    share = sides.count(Split.DEV) / len(sides)
    assert abs(share - DEV_SHARE) < 0.06


def test_rows_of_a_test_split_and_rows_nobody_is_sure_of_are_left_out() -> None:
    rows = [
        {"text": "a", "labels": "fraud", "split": "test"},
        {"text": "b", "labels": "fraud", "split": "dev"},
        {"text": "c", "labels": "fraud", "split": "train"},
        {"text": "d", "kind": "ambiguous", "labels": []},
        {"text": "e"},
    ]
    assert [(row.passage.now.text, row.split) for row in learned(*rows)] == [
        ("b", Split.DEV),
        ("c", Split.TRAIN),
    ]


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([{"text": "a"}, {"text": "b", "labels": "fraud", "split": "test"}], "none of 2"),
        ([{"id": 7, "text": "a", "labels": [], "split": "holdout"}], "7: no split 'holdout'"),
        ([{"text": "a", "labels": ["fruad"]}], "mine.jsonl:1: no label 'fruad'; did you mean"),
    ],
)
def test_what_cannot_be_learned_from_is_said_with_its_place(
    rows: list[dict[str, Any]], said: str
) -> None:
    with pytest.raises(LabelledError, match=said):
        learned(*rows)


def test_a_recipe_goes_through_them_once_an_epoch_or_as_often_as_it_says() -> None:
    asked = Recipe(description="mine", own={"utterances": 0.5})
    assert learning_from(asked).own == {"labelled": 1.0, "utterances": 0.5}
    often = Recipe(description="mine", own={"labelled": 8.0})
    assert learning_from(often).own == {"labelled": 8.0}
