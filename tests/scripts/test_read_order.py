"""Calls whose rows stand in another order than they were spoken in."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from scripts.readers import read_file
from stream.events import Chunk

Run = Any


def written(folder: Path, *rows: dict[str, Any], name: str = "calls.jsonl") -> Path:
    path = folder / name
    text = "".join(json.dumps({"call_id": "a", **row}) + "\n" for row in rows)
    path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return path


def chunk(sequence: int, text: str, **more: Any) -> dict[str, Any]:
    return {"sequence": sequence, "utterance_id": f"u{sequence}", "text": text, **more}


SHUFFLED = (chunk(3, "in court"), chunk(1, "hello"), chunk(2, "I will see you"))
STARTED, ENDED = {"type": "call.started"}, {"type": "call.ended", "reason": "agent_hangup"}


def texts(path: Path) -> list[str]:
    return [getattr(event, "text", type(event).__name__) for event in read_file(path)]


@pytest.mark.parametrize("name", ["calls.jsonl", "calls.jsonl.gz"])
def test_a_call_is_read_by_its_numbers(tmp_path: Path, name: str) -> None:
    path = written(tmp_path, *SHUFFLED, name=name)
    assert texts(path) == ["hello", "I will see you", "in court"]


def test_a_table_is_read_by_its_numbers_too(tmp_path: Path) -> None:
    path = tmp_path / "calls.csv"
    path.write_text("call_id,sequence,text\na,2,you\na,1,hello\n", encoding="utf-8")
    assert texts(path) == ["hello", "you"]


def test_a_file_with_the_newest_row_first_begins_with_the_start_of_the_call(
    tmp_path: Path,
) -> None:
    path = written(tmp_path, ENDED, chunk(2, "bye"), chunk(1, "hello"), STARTED)
    assert texts(path) == ["CallStarted", "hello", "bye", "CallEnded"]


def test_calls_in_order_are_read_as_they_stand_between_others(tmp_path: Path) -> None:
    other = [{"call_id": "b", "text": text} for text in ("one", "two")]
    path = written(tmp_path, SHUFFLED[0], other[0], SHUFFLED[1], other[1], SHUFFLED[2])
    assert texts(path) == ["one", "two", "hello", "I will see you", "in court"]


@pytest.mark.parametrize(
    ("rows", "repeated"),
    [
        ((chunk(2, "b"), chunk(1, "a"), chunk(1, "c")), 1),
        ((chunk(2, "b"), ENDED, chunk(1, "a"), ENDED), 0),
        ((chunk(2, "b"), {"type": "call.updated"}, chunk(1, "a")), 0),
    ],
    ids=["a number twice", "ended twice", "changed on the way"],
)
def test_numbers_that_tell_no_order_change_none_and_are_told(
    tmp_path: Path, rows: tuple[dict[str, Any], ...], repeated: int
) -> None:
    told: list[tuple[int, int]] = []
    events = read_file(written(tmp_path, *rows), on_disorder=lambda *calls: told.append(calls))
    assert [e.text for e in events if isinstance(e, Chunk)][:2] == ["b", "a"]
    assert told == [(1, repeated)]


def test_a_hard_stop_in_rows_out_of_order_is_heard(run: Run, tmp_path: Path) -> None:
    result = run("scan", str(written(tmp_path, *SHUFFLED)))
    assert result.code == 1
    assert "legal_threat" in result.out
    assert result.err == ""


def test_standard_input_is_read_as_it_comes_and_says_so(run: Run, tmp_path: Path) -> None:
    result = run("scan", "--json", "-", stdin=written(tmp_path, *SHUFFLED).read_bytes())
    assert [json.loads(line)["sequence"] for line in result.out.splitlines()] == [3, 1, 2]
    assert result.err.startswith("out of order, and read so: 1 call; ")


def test_a_number_that_stands_twice_is_told(run: Run, tmp_path: Path) -> None:
    path = written(tmp_path, chunk(1, "hello"), {**chunk(1, "thank you"), "utterance_id": "v"})
    result = run("scan", str(path))
    assert result.out.startswith("2 utterances read")
    assert result.err.startswith("a sequence number twice: 1 call; ")
