"""`hardstop policy`: warnings, and what holds on a queue."""

import json
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest

from workflow.policy import default_policy_text, load_policy, parse_policy

Run = Any
QUEUES = """
[queues.pilot]
mode = "shadow"
[queues.pilot.detection.thresholds]
legal_threat = 1.0
[queues.pilot.crisis.lines.GB]
emergency = ["999"]
source = "https://example.org"
checked = 2026-01-01
[queues.pilot.desks.legal]
then = false
"""


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    path = tmp_path / "mine.toml"
    path.write_text(default_policy_text() + QUEUES, encoding="utf-8")
    return path


def test_warnings_are_marked_and_leave_the_policy_sound(run: Run, mine: Path) -> None:
    result = run("policy", "check", str(mine))
    assert result.code == 0
    lines = result.out.splitlines()
    assert lines[0].startswith("ok: ")
    assert "queues of their own: pilot (in shadow: pilot)" in lines[1]
    assert f"warning: {mine}:" in lines[2]
    assert "examples that came with hardstop: write down" in result.out
    told = [line for line in lines if "queues.pilot" in line]
    assert len(told) == 1
    assert "detection.thresholds.legal_threat" in told[0]


def test_with_strict_a_warning_is_exit_code_1(run: Run, mine: Path) -> None:
    result = run("policy", "check", str(mine), "--strict")
    assert result.code == 1
    assert "warning: " in result.out


def test_a_mistake_in_a_queue_is_told_with_its_line(run: Run, mine: Path) -> None:
    text = default_policy_text() + '[queues.q.triggers.media]\ndesk = "press"\n'
    mine.write_text(text, encoding="utf-8")
    result = run("policy", "check", str(mine))
    assert result.code == 1
    line = text[: text.index('"press"')].count("\n") + 1
    assert result.out.startswith(f"{mine}:{line}: queues.q.triggers.media.desk: no desk 'press'")


def test_a_queues_language_needs_rules(run: Run, mine: Path) -> None:
    text = default_policy_text() + '[queues.q.detection]\nlanguages = ["xx"]\n'
    mine.write_text(text, encoding="utf-8")
    assert run("policy", "check", str(mine)).code == 1


@pytest.mark.parametrize("queue", ["pilot", "other"])
def test_what_is_shown_for_a_queue_is_the_policy_that_holds_there(
    run: Run, mine: Path, queue: str
) -> None:
    shown = run("policy", "show", "--queue", queue, "--policy", str(mine))
    assert shown.code == 0
    assert "queues" not in tomllib.loads(shown.out)
    holds = msgspec.structs.replace(load_policy(mine).for_queue(queue), queues={})
    assert parse_policy(shown.out, source="shown") == holds


def test_a_queue_without_a_section_is_said_so(run: Run) -> None:
    result = run("policy", "show", "--queue", "sales")
    assert result.out.startswith("# What holds on the queue 'sales': it has no section")


def test_a_policy_to_show_needs_a_queue(run: Run, mine: Path) -> None:
    assert run("policy", "show", "--policy", str(mine)).code == 2


def test_a_scan_reads_each_call_by_its_queue(run: Run, mine: Path, tmp_path: Path) -> None:
    calls = tmp_path / "calls.jsonl"
    events = [
        {"type": "call.started", "call_id": queue, "queue_id": queue} for queue in ("pilot", "x")
    ]
    events += [
        {"call_id": queue, "text": "i am going to sue you people"} for queue in ("pilot", "x")
    ]
    calls.write_text("\n".join(map(json.dumps, events)), encoding="utf-8")
    result = run("scan", str(calls), "--policy", str(mine))
    assert "1 raised in 1 call" in result.out


def test_explain_knows_the_thresholds_of_a_queue(run: Run, mine: Path) -> None:
    asked = ["explain", "I'm going to sue you", "--policy", str(mine)]
    assert "legal_threat raised" in run(*asked).out
    assert "legal_threat raised" not in run(*asked, "--queue", "pilot").out
