"""`hardstop draft`: what it writes, what it refuses, and the check of a draft of one's own."""

import json
from pathlib import Path
from typing import Any

import pytest

from workflow.policy import default_policy_text

Run = Any
TOLD = (
    "I am furious. I was charged $49.99 twice in March and nobody answers my mails. "
    "I had to borrow money for rent."
)


@pytest.fixture
def told(tmp_path: Path) -> str:
    path = tmp_path / "told.txt"
    path.write_text(TOLD, encoding="utf-8")
    return str(path)


def test_a_described_situation_is_answered_as_json(run: Run, told: str) -> None:
    result = run("draft", "--situation", told, "--channel", "email", "--tier", "Gold", "--json")
    assert result.code == 0
    made = json.loads(result.out)
    assert made["assessment"]["emotion"] == "anger"
    assert made["assessment"]["need"] == "fairness"
    assert "“furious”" in made["assessment"]["reason"]
    assert "$49.99 twice" in made["draft"]
    assert made["landmines"]
    assert set(made["options"][0]) == {"title", "detail", "cost", "recommended"}
    assert made["coaching"]


def test_options_name_what_an_agent_may_promise_by_the_policy(
    run: Run, told: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    details = json.loads(run("draft", "--situation", told, "--json").out)["options"]
    assert any("50 GBP in refunds. A supervisor approves" in each["detail"] for each in details)
    policy = default_policy_text() + "\n[queues.vip.authority.agent]\nrefund_limit = 200\n"
    (tmp_path / "own.toml").write_text(policy, encoding="utf-8")
    lines = [
        {"type": "call.started", "call_id": "a", "queue_id": "vip"},
        {"call_id": "a", "speaker": "customer", "text": TOLD},
    ]
    path = tmp_path / "vip.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    monkeypatch.setenv("HARDSTOP_POLICY", str(tmp_path / "own.toml"))
    result = run("draft", str(path), "--json")
    assert any("200 GBP" in each["detail"] for each in json.loads(result.out)["options"])


def test_standard_input_and_a_file_are_answered_alike(run: Run, told: str) -> None:
    piped = run("draft", "--situation", "-", stdin=TOLD.encode())
    assert piped.code == 0
    assert piped.out == run("draft", "--situation", told).out
    for part in ("ASSESSMENT", "LANDMINES", "RESPONSE DRAFT", "OPTIONS", "(recommended)"):
        assert part in piped.out


def test_what_it_writes_passes_its_own_check(run: Run, told: str, tmp_path: Path) -> None:
    made = json.loads(run("draft", "--situation", told, "--json").out)
    (tmp_path / "out.txt").write_text(made["draft"], encoding="utf-8")
    checked = run("draft", "check", "out.txt")
    assert (checked.code, checked.out) == (0, "no fault found\n")


def test_the_check_gives_line_and_column_and_exit_code_1(run: Run) -> None:
    text = b"We charged you twice.\nSorry for any inconvenience.\n"
    result = run("draft", "check", "-", "--any-length", stdin=text)
    assert result.code == 1
    assert result.out.startswith("-:2:11: hollow_apology: “any inconvenience”")
    assert result.out.endswith("1 fault\n")


@pytest.mark.parametrize("words", [6, 149, 301])
def test_the_check_finds_a_length_that_is_not_asked_for(run: Run, words: int) -> None:
    text = ("We charged you twice, I see. " * 60).split()[:words]
    result = run("draft", "check", "-", stdin=" ".join(text).encode())
    assert result.code == 1
    assert result.out.startswith("-:1:1: length: “We charged you twice,")
    assert f"has {words} words; 150 to 300 are asked for" in result.out
    assert run("draft", "check", "-", "--any-length", stdin=" ".join(text).encode()).code == 0


def test_any_length_is_said_of_a_check_alone(run: Run, told: str) -> None:
    result = run("draft", "--situation", told, "--any-length")
    assert (result.code, "goes with check" in result.err) == (2, True)


def test_a_recorded_call_is_read_with_what_the_platform_knows(run: Run, tmp_path: Path) -> None:
    lines: list[dict[str, Any]] = [
        {
            "type": "call.started",
            "call_id": "a",
            "customer": {"tier": "Gold", "tenure_months": 70},
        },
        {"call_id": "a", "speaker": "agent", "text": "How can I help?"},
        {"call_id": "a", "speaker": "customer", "text": "My bill is wrong and I am fed up."},
        {"call_id": "a", "speaker": "customer", "text": "It is the third time it is wrong."},
    ]
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    result = run("draft", str(path))
    assert result.code == 0, result.err
    assert "frustration" in result.out
    assert "fits the relationship" in result.out


def test_several_calls_in_a_file_are_refused(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "two.jsonl"
    path.write_text('{"call_id": "a", "text": "hi"}\n{"call_id": "b", "text": "hi"}\n')
    result = run("draft", str(path))
    assert result.code == 2
    assert "several calls" in result.err


def test_a_danger_to_life_is_handed_to_a_person(run: Run) -> None:
    result = run("draft", "--situation", "-", stdin=b"My bill is wrong. I want to kill myself.")
    assert result.code == 1
    assert "A PERSON MUST TAKE OVER" in result.out
    assert "RESPONSE DRAFT" not in result.out


def test_the_conduct_of_an_employee_is_handed_to_its_desk(run: Run) -> None:
    told = b"I am upset. Your engineer swore at my mother, and the heating is still broken."
    result = run("draft", "--situation", "-", stdin=told)
    assert result.code == 1
    assert "A PERSON MUST TAKE OVER" in result.out
    assert "OPTIONS" not in result.out


def test_private_data_does_not_reach_the_draft(run: Run) -> None:
    text = b"I am angry. You charged my card 4111 1111 1111 1111 twice without asking me."
    result = run("draft", "--situation", "-", stdin=text)
    assert result.code == 0
    assert "4111" not in result.out


def test_what_is_missing_is_asked_for(run: Run) -> None:
    result = run("draft", "--situation", "-", stdin=b"hello")
    assert result.code == 2
    flat = " ".join(result.err.split())
    for part in ("what happened", "the complaint", "how the customer feels"):
        assert part in flat


@pytest.mark.parametrize(
    "arguments", [(), ("check",), ("a.vtt", "b.vtt"), ("check", "a", "--situation", "b")]
)
def test_senseless_arguments_are_an_error(run: Run, arguments: tuple[str, ...]) -> None:
    result = run("draft", *arguments)
    assert result.code == 2
    assert result.err
