"""`hardstop complaints`: what it shows of a register in a file, writes, and ends with."""

import csv
import io
import json
from pathlib import Path
from typing import Any

import msgspec

from detectors.reading import Evidence
from detectors.vocabulary import Speaker
from stream.events import ComplaintRecord
from workflow.call import Mode
from workflow.complaint_rules import ComplaintTest
from workflow.complaints import ComplaintState, ComplaintStep, updated
from workflow.moments import milliseconds

Run = Any
SAID = "=I want to complain, it's a shambles"


def entry(reference: str, received: str = "2026-11-02", **more: Any) -> ComplaintRecord:
    """An entry of that day that nobody can be late with yet."""
    at = f"{received}T10:00:00.000Z"
    fields: dict[str, Any] = {
        "reference": reference,
        "call_id": f"call-{reference}",
        "state": ComplaintState.OPEN,
        "jurisdiction": "GB",
        "test": ComplaintTest.LOSS,
        "test_basis": "a test",
        "quotes": (
            Evidence(
                utterance_id="u1",
                speaker=Speaker.CUSTOMER,
                quote=SAID,
                char_start=0,
                char_end=len(SAID),
            ),
        ),
        "received_at": at,
        "registered_at": at,
        "acknowledge_by": "2999-01-01T00:00:00.000Z",
        "answer_by": "2999-02-01T00:00:00.000Z",
        "basis": "a rule",
        "history": (ComplaintStep(at=at, by="hardstop", state=ComplaintState.OPEN),),
    }
    return ComplaintRecord(**(fields | more))


WAITS = entry("CP-WAITS")
LATE = entry("CP-LATE", acknowledge_by="2026-11-03T23:59:59.000Z")
WORSE = entry("CP-WORSE", answer_by="2026-11-20T23:59:59.000Z")
REPLAYED = entry("CP-REPLAYED", acknowledge_by="2026-11-03T23:59:59.000Z", mode=Mode.REPLAY)
DONE = entry("CP-DONE", "2026-10-05").moved(
    ComplaintState.ANSWERED, "alex", milliseconds("2026-10-20T10:00:00Z"), "letter 17"
)


def written(*events: object) -> str:
    path = Path("register.jsonl")
    path.write_bytes(b"".join(msgspec.json.encode(event) + b"\n" for event in events))
    return str(path)


def listed(run: Run, *arguments: str) -> tuple[int, list[str]]:
    result = run("complaints", "list", "--json", *arguments)
    return result.code, [json.loads(line)["reference"] for line in result.out.splitlines()]


def test_what_is_late_comes_first_and_is_exit_code_1(run: Run) -> None:
    file = written(DONE, WAITS, LATE, WORSE)
    code, references = listed(run, "--file", file)
    assert (code, references) == (1, ["CP-WORSE", "CP-LATE", "CP-WAITS", "CP-DONE"])
    assert listed(run, "--file", file, "--open")[1] == ["CP-WORSE", "CP-LATE", "CP-WAITS"]
    assert listed(run, "--file", file, "--overdue") == (1, ["CP-WORSE", "CP-LATE"])


def test_nothing_late_is_exit_code_0_and_a_replay_is_never_late(run: Run) -> None:
    file = written(WAITS, DONE, REPLAYED)
    assert listed(run, "--file", file)[0] == 0
    assert listed(run, "--file", file, "--overdue") == (0, [])


def test_the_table_shows_what_was_said_and_by_when_an_answer_is_owed(run: Run) -> None:
    result = run("complaints", "list", "--file", written(LATE, REPLAYED))
    assert SAID in result.out
    assert "OVERDUE: acknowledgement" in result.out
    assert "answer by 2999-02-01 00:00" in result.out
    assert "open, replay" in result.out


def test_news_that_are_late_are_told_after_what_weighs_more(run: Run) -> None:
    owed = {"update_by": "2026-11-20T23:59:59.000Z", "update_every": "20 business days"}
    silent = entry("CP-SILENT", **owed)
    file = written(silent, WORSE)
    assert listed(run, "--file", file) == (1, ["CP-WORSE", "CP-SILENT"])
    shown = run("complaints", "list", "--file", file).out
    assert "OVERDUE: update" in shown
    assert "news by 2026-11-20 23:59" in shown


def test_in_the_table_news_do_not_take_the_place_of_the_acknowledgement(run: Run) -> None:
    told = updated(WAITS, by="alex", at_ms=milliseconds("2026-11-20T10:00Z"), note="soon")
    told = updated(told, by="bo", at_ms=milliseconds("2026-11-25T10:00Z"), note="sooner")
    run("complaints", "export", "--file", written(told), "--to", "out.csv")
    (row,) = csv.DictReader(io.StringIO(Path("out.csv").read_text(encoding="utf-8-sig")))
    assert row["acknowledged_at"] == "2026-11-20T10:00:00.000Z"
    assert row["notes"].endswith("2026-11-25T10:00:00.000Z bo acknowledged: sooner")


def test_an_empty_register_says_so(run: Run) -> None:
    result = run("complaints", "list", "--file", written({"type": "alert.opened"}))
    assert (result.code, result.out) == (0, "no complaint in the register\n")


def test_of_one_complaint_the_newest_record_counts(run: Run) -> None:
    newer = WAITS.moved(ComplaintState.WITHDRAWN, "alex", 1_790_000_000_000, "taken back")
    file = written(newer, WAITS)
    assert listed(run, "--file", file, "--open")[1] == []


def test_a_line_that_is_no_event_is_named(run: Run) -> None:
    file = written(WAITS)
    Path(file).write_text(Path(file).read_text() + "nonsense\n")
    result = run("complaints", "list", "--file", file)
    assert result.code == 2
    assert "register.jsonl:2: no event of `hardstop tail complaints --json`" in result.err


def test_an_export_is_a_table_of_the_days_asked_for_oldest_first(run: Run) -> None:
    file = written(WAITS, DONE, LATE, entry("CP-OLD", "2026-09-30"))
    days = ("--from", "2026-10-01", "--until", "2026-11-02")
    result = run("complaints", "export", "--file", file, "--to", "out.csv", *days)
    assert result.code == 0, result.err
    rows = list(csv.DictReader(io.StringIO(Path("out.csv").read_text(encoding="utf-8-sig"))))
    assert [row["reference"] for row in rows] == ["CP-DONE", "CP-LATE", "CP-WAITS"]
    assert rows[0]["closed_at"] == "2026-10-20T10:00:00.000Z"
    assert rows[0]["notes"] == "2026-10-20T10:00:00.000Z alex answered: letter 17"
    assert (rows[0]["state"], rows[1]["overdue"]) == ("answered", "acknowledgement")


def test_what_a_caller_says_is_no_formula_in_a_spreadsheet(run: Run) -> None:
    run("complaints", "export", "--file", written(WAITS), "--to", "out.csv")
    (row,) = csv.DictReader(io.StringIO(Path("out.csv").read_text(encoding="utf-8-sig")))
    assert row["quotes"] == f"'{SAID}"


def test_an_export_as_json_is_whole_records(run: Run) -> None:
    run("complaints", "export", "--file", written(WAITS, DONE), "--to", "out.json")
    records = msgspec.json.decode(Path("out.json").read_bytes(), type=list[ComplaintRecord])
    assert records == [DONE, WAITS]


def test_an_export_refuses_what_it_cannot_write(run: Run) -> None:
    file = written(WAITS)
    other = run("complaints", "export", "--file", file, "--to", "out.xlsx")
    assert (other.code, ".csv or .json" in other.err) == (2, True)
    slip = run("complaints", "export", "--file", file, "--to", "o.csv", "--from", "11/02")
    assert (slip.code, "is no date like 2026-11-01" in slip.err) == (2, True)
    days = ("--from", "2026-11-03", "--until", "2026-11-01")
    assert run("complaints", "export", "--file", file, "--to", "o.csv", *days).code == 2
    assert not Path("o.csv").exists()
