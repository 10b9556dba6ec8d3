"""`hardstop evaluate`: what it reads, prints and writes."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

Run = Any
LABELLED = [
    {"text": "I am going to take you to court", "labels": ["legal_threat"], "call_id": "1"},
    {"text": "my card number is 4111 1111 1111 1111 and I'll sue", "labels": [], "call_id": "1"},
    {"text": "the court is next door", "labels": [], "kind": "hard_negative", "call_id": "2"},
]


def labelled(folder: Path, rows: list[dict[str, Any]] | None = None) -> str:
    path = folder / "mine.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows or LABELLED), encoding="utf-8")
    return str(path)


def test_the_table_has_every_hard_stop_each_system_and_how_many_positives(
    run: Run, tmp_path: Path
) -> None:
    result = run("evaluate", labelled(tmp_path), "--no-noise")
    assert result.code == 0, result.err
    assert "3 utterances, 3 labelled" in result.out
    lines = {line.split()[0]: line.split() for line in result.out.splitlines() if line.strip()}
    assert lines["legal_threat"][1] == "1*"
    assert "keywords" in result.out
    assert "safeguarding" in lines


def test_json_holds_all_measures(run: Run, tmp_path: Path) -> None:
    result = run("evaluate", labelled(tmp_path), "--json", "--systems", "rules")
    assert result.code == 0, result.err
    measures = json.loads(result.out)
    (system,) = measures["systems"]
    assert system["name"] == "rules"
    assert list(system["by_condition"]) == [
        "as it stands",
        "lower case",
        "10 % misheard",
        "20 % misheard",
        "30 % misheard",
    ]
    assert set(measures["points"]) == {"sensitive", "balanced", "strict"}


def test_the_same_data_gives_the_same_figures(run: Run, tmp_path: Path) -> None:
    once, twice = (
        json.loads(run("evaluate", labelled(tmp_path), "--json", "--systems", "rules").out)
        for _ in range(2)
    )
    assert once["systems"] == twice["systems"]


def test_the_report_folder_has_a_page_a_text_the_measures_and_the_errors_redacted(
    run: Run, tmp_path: Path
) -> None:
    result = run("evaluate", labelled(tmp_path), "--no-noise", "--report", "out")
    assert result.code == 0, result.err
    written = {path.name: path.read_text("utf-8") for path in (tmp_path / "out").iterdir()}
    assert set(written) == {"report.html", "report.md", "measures.json", "errors.jsonl"}
    (error,) = [json.loads(line) for line in written["errors.jsonl"].splitlines()]
    assert (error["kind"], error["label"]) == ("false alarm", "legal_threat")
    for text in written.values():
        # As a word: a figure may have these digits within it.
        assert not re.search(r"\b4111\b", text)


def test_without_examples_nothing_that_a_customer_said_is_written(run: Run, tmp_path: Path) -> None:
    for options in ((), ("--no-examples",)):
        run("evaluate", labelled(tmp_path), "--no-noise", "--report", "out", *options)
    written = {path.name: path.read_text("utf-8") for path in (tmp_path / "out").iterdir()}
    assert "errors.jsonl" not in written
    assert not any("card number" in text for text in written.values())


def test_transcripts_that_nobody_labelled_count_alerts_per_call(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    said = [("a", "I'll sue you"), ("a", "see you in court, I will sue"), ("b", "thank you")]
    path.write_text("".join(json.dumps({"call_id": c, "text": t}) + "\n" for c, t in said))
    result = run("evaluate", str(path), "--json", "--systems", "rules")
    assert result.code == 0, result.err
    (calls,) = json.loads(result.out)["systems"][0]["alarms"]["calls"]
    assert (calls["judged"], calls["calls"], calls["alerts"]) == (False, 2, 1)


def test_rows_of_other_splits_are_left_out(run: Run, tmp_path: Path) -> None:
    rows = [{**LABELLED[0], "split": "train"}, {**LABELLED[1], "split": "test"}]
    path = labelled(tmp_path, rows)
    for options, expected in (((), 1), (("--split", "all"), 2)):
        result = run("evaluate", path, "--json", "--no-noise", "--systems", "keywords", *options)
        assert json.loads(result.out)["data"]["rows"] == expected


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("--systems", "magic"), "no system 'magic'"),
        (("--split", "nowhere"), "there are no utterances of split 'nowhere'"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    run: Run, tmp_path: Path, arguments: tuple[str, ...], told: str
) -> None:
    rows = [{**row, "split": "dev"} for row in LABELLED]
    result = run("evaluate", labelled(tmp_path, rows), *arguments)
    assert result.code == 2
    assert told in " ".join(result.err.split())


def test_a_bad_row_is_told_with_file_and_line(run: Run, tmp_path: Path) -> None:
    result = run("evaluate", labelled(tmp_path, [*LABELLED, {"text": "a", "labels": ["frod"]}]))
    assert result.code == 2
    assert "mine.jsonl:4: no label 'frod'; did you mean 'fraud'?" in result.err


def test_rows_in_a_language_without_rules_are_told_and_nothing_is_heard_in_them(
    run: Run, tmp_path: Path
) -> None:
    rows = [dict(row, language="de-AT") for row in LABELLED]
    known = run("evaluate", labelled(tmp_path), "--no-noise", "--systems", "rules")
    assert "not monitored" not in known.out
    result = run("evaluate", labelled(tmp_path, rows), "--no-noise", "--systems", "rules")
    assert result.code == 0, result.err
    assert "3 not monitored (no rules for their language)" in " ".join(result.out.split())
    given = labelled(tmp_path, rows)
    told = json.loads(run("evaluate", given, "--no-noise", "--systems", "rules", "--json").out)
    assert told["data"]["not_monitored"] == 3
    (legal,) = [x for x in told["systems"][0]["triggers"] if x["label"] == "legal_threat"]
    assert legal["recall"]["part"] == 0
