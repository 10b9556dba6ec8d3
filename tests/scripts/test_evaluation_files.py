"""Files that an evaluation is given: what each is taken for, and what is told of bad ones."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
import typer

from models.evaluation.labelled import LabelledError
from models.evaluation.samples import Sample
from scripts.evaluation.files import load


def lines(*rows: dict[str, Any]) -> str:
    return "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows)


def loaded(path: Path, content: str, split: str | None = "test") -> list[Sample]:
    path.write_text(content, encoding="utf-8", newline="")
    return load([str(path)], split=split, limit=None)


@pytest.mark.parametrize("name", ["mine.csv", "mine.jsonl"])
def test_rows_of_other_splits_are_left_out_of_tables_and_of_json_lines(
    tmp_path: Path, name: str
) -> None:
    rows = [{"text": word, "labels": "fraud", "split": word} for word in ("train", "test")]
    table = "text,labels,split\n" + "".join(",".join(row.values()) + "\n" for row in rows)
    content = table if name.endswith(".csv") else lines(*rows)
    assert [row.text for row in loaded(tmp_path / name, content)] == ["test"]
    assert len(loaded(tmp_path / name, content, split=None)) == 2


def test_a_transcript_may_have_a_kind_of_its_own(tmp_path: Path) -> None:
    rows = [{"call_id": "1", "text": "I will sue", "kind": kind} for kind in ("primary", "final")]
    assert [row.labels for row in loaded(tmp_path / "calls.jsonl", lines(*rows))] == [None, None]


def test_a_kind_that_is_nearly_one_of_ours_is_told_of(tmp_path: Path) -> None:
    rows = [{"call_id": "1", "text": "the court is next door", "kind": "hard negative"}]
    with pytest.raises(LabelledError, match=r"mine.jsonl:1: no kind 'hard negative'; did you mean"):
        loaded(tmp_path / "mine.jsonl", lines(*rows))


@pytest.mark.parametrize("more", [{}, {"call_id": "1"}])
def test_labels_count_wherever_in_the_file_the_first_of_them_stands(
    tmp_path: Path, more: dict[str, str]
) -> None:
    rows = [{"text": "hello", **more}] * 60 + [{"text": "a", "labels": "fraud", **more}]
    found = loaded(tmp_path / "mine.jsonl", lines(*rows))
    assert [row.labels for row in found] == [*[None] * 60, {"fraud"}]


@pytest.mark.parametrize("field", ["label", "Labels", "lables"])
def test_a_field_that_was_meant_as_labels_is_told_of(tmp_path: Path, field: str) -> None:
    row = {"call_id": "1", "text": "a", field: "fraud"}
    with pytest.raises(LabelledError, match=rf"mine.jsonl:1: no field '{field}'; did you mean"):
        loaded(tmp_path / "mine.jsonl", lines(row))


@pytest.mark.parametrize(
    "header", ["text,label\n", '"text","lables"\r\n', "text;label\n", "text,my labels\n"]
)
def test_a_column_that_was_meant_as_labels_is_told_of(tmp_path: Path, header: str) -> None:
    with pytest.raises(LabelledError, match=r"mine.csv:1: no column '"):
        loaded(tmp_path / "mine.csv", f"{header}a,fraud\n")


@pytest.mark.parametrize(
    "row", [{"text": "a", "call_id": "1"}, {"text": "a", "call_id": "1", "labels": []}]
)
def test_calls_of_two_files_are_two_even_if_the_files_have_one_name(
    tmp_path: Path, row: dict[str, Any]
) -> None:
    for day in ("monday", "tuesday"):
        (tmp_path / day).mkdir()
        (tmp_path / day / "calls.jsonl").write_text(lines(row, row), encoding="utf-8")
    read = load([str(tmp_path)], split=None, limit=None)
    assert (len(read), len({sample.of_call for sample in read})) == (4, 2)


@pytest.mark.parametrize("mark", ["\u2028", "\u2029", "\x85"])
def test_a_row_whose_text_has_a_line_of_its_own_stays_whole(tmp_path: Path, mark: str) -> None:
    rows = [{"text": f"I will{mark}sue", "labels": ["legal_threat"]}, {"text": "a", "labels": []}]
    content = lines(*rows).replace("\n", "\r\n")
    found = loaded(tmp_path / "mine.jsonl", content)
    assert [row.text for row in found] == [row["text"] for row in rows]


@pytest.mark.parametrize("name", ["mine.csv.gz", "mine.jsonl.gz"])
@pytest.mark.parametrize("damage", [slice(-9), slice(None, None, -1)], ids=["cut", "backwards"])
def test_a_damaged_gzip_file_is_told_of_by_its_name(
    tmp_path: Path, name: str, damage: slice
) -> None:
    whole = gzip.compress(lines(*[{"text": f"{n}", "labels": []} for n in range(99)]).encode())
    (tmp_path / name).write_bytes(b"\x1f\x8b" + whole[2:][damage])
    with pytest.raises(LabelledError, match=rf"{name}: the gzip file is damaged"):
        load([str(tmp_path / name)], split=None, limit=None)


def test_a_line_nested_beyond_reason_hides_no_labels(tmp_path: Path) -> None:
    content = "[" * 100_000 + "\n" + lines({"text": "a", "labels": []})
    with pytest.raises(LabelledError, match=r"mine.jsonl:1: .*each line is one JSON object"):
        loaded(tmp_path / "mine.jsonl", content)


@pytest.mark.parametrize("content", ["", "\n\n"])
def test_an_empty_file_is_not_said_to_have_rows_of_other_splits(
    tmp_path: Path, content: str
) -> None:
    with pytest.raises(typer.BadParameter) as refused:
        loaded(tmp_path / "mine.jsonl", content)
    assert str(refused.value) == f"there are no utterances in {tmp_path / 'mine.jsonl'}"


def test_rows_of_other_splits_alone_are_told_of(tmp_path: Path) -> None:
    with pytest.raises(typer.BadParameter, match=r"of split 'test' \(--split all takes all\)"):
        loaded(tmp_path / "mine.jsonl", lines({"text": "a", "labels": [], "split": "dev"}))
