"""Labelled rows: what is understood, and what is said of rows that cannot be."""

import json
from typing import Any

import pytest

from detectors.scoring import Said
from detectors.vocabulary import Speaker
from models.evaluation.labelled import LabelledError, read_rows, read_table
from models.evaluation.samples import Sample, limited


def rows(*fields: dict[str, Any]) -> list[Sample]:
    return list(read_rows("calls.jsonl", [json.dumps(row) for row in fields]))


def test_labels_are_a_list_or_separated_by_semicolons() -> None:
    one, two, none = rows(
        {"text": "a", "labels": ["fraud", "media"]},
        {"text": "b", "labels": "fraud; media"},
        {"text": "c", "labels": []},
    )
    assert one.labels == two.labels == {"fraud", "media"}
    assert none.labels == frozenset()
    assert none.judged


def test_a_row_without_labels_is_not_judged() -> None:
    labelled, unlabelled = rows({"text": "a", "labels": "fraud"}, {"text": "b"})
    assert labelled.judged
    assert not unlabelled.judged


def test_a_row_of_a_kind_is_labelled_even_with_no_label() -> None:
    ordinary, hard, ambiguous = rows(
        {"text": "a", "kind": "ordinary"},
        {"text": "b", "kind": "hard_negative", "resembles": ["fraud"]},
        {"text": "c", "kind": "ambiguous", "labels": [], "target": ["violence_threat"]},
    )
    assert ordinary.labels == frozenset()
    assert hard.hard_negative
    assert hard.about == {"fraud"}
    assert not ambiguous.judged
    assert ambiguous.about == {"violence"}


def test_what_was_said_before_in_a_call_goes_with_a_row() -> None:
    asked, answer, other = rows(
        {"text": "do you want to hurt yourself", "speaker": "agent", "call_id": "1", "labels": []},
        {"text": "yeah", "call_id": "1", "labels": ["self_harm"]},
        {"text": "hello", "call_id": "2", "labels": []},
    )
    assert asked.before == other.before == ()
    assert answer.before == (Said(Speaker.AGENT, "do you want to hurt yourself"),)
    assert answer.group == asked.group != other.group


def test_a_whole_call_may_stand_in_one_line() -> None:
    first, second = rows({"call": "7", "turns": [["A", "hi"], ["B", "hello there"]]})
    assert second.before == (Said(Speaker.UNKNOWN, "hi"),)
    assert first.call_id == second.call_id == "7"
    assert not first.judged


def test_a_table_has_text_and_labels_and_what_else_is_known() -> None:
    one, two, three = read_table(
        "calls.csv",
        "Text,Labels,speaker,before,source\n"
        "i will sue,legal_threat;complaint,customer,agent: anything else|no,bank\n"
        "fine thanks,,,,\n"
        "hm,?,,,\n",
    )
    assert one.labels == {"legal_threat", "complaint"}
    assert one.before == (Said(Speaker.AGENT, "anything else"), Said(Speaker.CUSTOMER, "no"))
    assert (one.source, two.source) == ("bank", "calls.csv")
    assert two.labels == frozenset()
    assert three.labels is None


def test_a_table_is_read_by_split_as_json_lines_are() -> None:
    table = "text,labels,split\na,fraud,train\nb,fraud,test\nc,fraud,\n"
    assert [row.text for row in read_table("calls.csv", table, "test")] == ["b", "c"]
    assert [row.text for row in read_table("calls.csv", table)] == ["a", "b", "c"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"text": "a", "labels": ["frod"]}', "no label 'frod'; did you mean 'fraud'?"),
        ('{"text": "a", "labels": [], "speaker": "caller"}', "no speaker 'caller'"),
        ('{"text": " ", "labels": []}', "there is no text"),
        ('{"text": "a", "labels": [], "emotion": "angry"}', "did you mean 'anger'?"),
        ('{"text": "a", "labels": [], "evidence": "b"}', "does not stand in the text"),
        ('{"text": "a", "kind": "hard negative"}', "did you mean 'hard_negative'?"),
        ('{"text": "a", "kind": "final"}', "there are: ambiguous, hard_negative, "),
        ('{"text": "I will sue", "kind": "positive"}', "a positive row without labels"),
        ('{"text": "I will sue", "kind": "positive", "labels": []}', "positive row without labels"),
        ('{"text": "a", "labels": [}', "one JSON object with text and labels"),
    ],
)
def test_a_row_that_cannot_be_used_is_named_with_file_line_and_what_to_do(
    line: str, told: str
) -> None:
    with pytest.raises(LabelledError) as error:
        list(read_rows("calls.jsonl", ['{"text": "fine", "labels": []}', line]))
    assert str(error.value).startswith("calls.jsonl:2: ")
    assert told in str(error.value)


def test_a_cell_may_be_long() -> None:
    long = "I will sue " * 20_000
    (row,) = read_table("calls.csv", f"text,labels\n{long},legal_threat\n")
    assert row.text == long.strip()


@pytest.mark.parametrize("table", ['"text,labels\na,fraud\n', 'text,labels\n"a,fraud\nb,\nc,\n'])
def test_a_quote_that_is_left_open_is_told_of_and_swallows_no_rows(table: str) -> None:
    with pytest.raises(LabelledError, match=r"calls.csv:\d: not valid CSV: "):
        list(read_table("calls.csv", table))


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("text,labels\nno, I will sue,legal_threat\n", "calls.csv:2: more cells than columns"),
        ("text,Text,labels\na,b,fraud\n", "calls.csv:1: several columns are called 'text'"),
        ("text,labels,labels\na,fraud,\n", "calls.csv:1: several columns are called 'labels'"),
    ],
)
def test_a_table_loses_no_words_or_labels_without_a_word(table: str, told: str) -> None:
    with pytest.raises(LabelledError, match=told):
        list(read_table("calls.csv", table))


def test_a_table_without_its_columns_says_which_there_are() -> None:
    with pytest.raises(LabelledError, match=r"a.csv:1: no column 'text' \(there are: utterance"):
        list(read_table("a.csv", "utterance,labels\nhi,fraud\n"))


def test_a_limit_keeps_whole_groups_spread_over_the_data() -> None:
    samples = [
        Sample(id=f"{g}-{i}", text="a", group=str(g), source="s")
        for g in range(20)
        for i in range(10)
    ]
    kept = limited(samples, 60)
    groups = {sample.group for sample in kept}
    assert len(kept) == 10 * len(groups)
    assert 50 <= len(kept) <= 70
    assert max(map(int, groups)) >= 15


def test_a_limit_keeps_at_least_one_group_however_large() -> None:
    sizes = {"a": 100, "b": 90, "c": 100}
    samples = [
        Sample(id=f"{group}-{i}", text="a", group=group, source="s")
        for group, size in sizes.items()
        for i in range(size)
    ]
    assert {sample.group for sample in limited(samples, 20)} == {"b"}
    assert len(limited(samples[:100], 20)) == 100


def test_kinds_of_other_sets_tell_nothing_beside_their_labels() -> None:
    plain, heard = read_rows(
        "a.jsonl",
        [
            '{"text": "what time do you close", "labels": [], "kind": "negative"}',
            '{"text": "i will sue you", "labels": ["legal_threat"], "kind": "spoken"}',
        ],
    )
    assert plain.labels == frozenset()
    assert not plain.hard_negative
    assert heard.labels == {"legal_threat"}
    with pytest.raises(LabelledError, match="no kind 'spoken'"):
        list(read_rows("a.jsonl", ['{"text": "i will sue you", "kind": "spoken"}']))
    misspelt = '{"text": "what time do you close", "labels": [], "kind": "hard negative"}'
    with pytest.raises(LabelledError, match="no kind 'hard negative'"):
        list(read_rows("a.jsonl", [misspelt]))
