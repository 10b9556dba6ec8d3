"""The small commands, and how the command line fails."""

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from detectors.fingerprint import rules_version
from detectors.rules import RULES
from scripts import reference
from scripts.replay import parse_speed
from workflow.policy import load_policy, policy_digest

Run = Any


def test_the_command_line_document_is_what_help_says() -> None:
    written = reference.DOCUMENT.read_text(encoding="utf-8")
    assert written == reference.reference(), "stale: run `python -m scripts.reference`"


def test_help_starts_without_what_is_heavy() -> None:
    look = "import sys, scripts.cli; print(*{'spacy', 'faust', 'kafka'} & set(sys.modules))"
    heavy = subprocess.run([sys.executable, "-c", look], capture_output=True, check=True, text=True)
    assert heavy.stdout.split() == []


def test_every_command_has_help(run: Run) -> None:
    for command in ("scan", "explain", "replay", "tail", "policy", "schemas", "version"):
        result = run(command, "--help")
        assert result.code == 0
        assert "Usage: hardstop" in result.out


def test_an_unknown_command_is_exit_code_2(run: Run) -> None:
    result = run("scna")
    assert result.code == 2
    assert "scan" in result.err


def test_a_sound_policy_is_ok(run: Run) -> None:
    result = run("policy", "check")
    assert result.code == 0
    assert result.out.startswith("ok: the default policy, version ")
    assert "8 hard stops" in result.out


def test_the_shown_policy_can_be_checked(run: Run, tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(run("policy", "show").out, encoding="utf-8")
    assert run("policy", "check", str(mine)).out.startswith(f"ok: {mine}")


def test_each_mistake_of_a_policy_is_told_with_its_line(run: Run, tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    text = run("policy", "show").out.replace('desk = "legal"', 'desk = "nobody"', 1)
    mine.write_text(text, encoding="utf-8")
    line = text[: text.index('desk = "nobody"')].count("\n") + 1
    result = run("policy", "check", str(mine))
    assert result.code == 1
    assert result.out.startswith(f"{mine}:{line}: triggers.legal_threat.desk: no desk 'nobody'")


def test_a_policy_that_is_not_there_is_exit_code_2(run: Run) -> None:
    result = run("policy", "check", "nowhere.toml")
    assert result.code == 2
    assert result.err.startswith("hardstop: nowhere.toml: No such file")


def test_rules_of_ones_own_are_checked_by_a_command(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "en"
    folder.mkdir()
    shutil.copy(RULES / "en" / "context.toml", folder)
    rule = (
        '[file]\nlanguage = "en"\nlabel = "legal_threat"\n[[rule]]\nid = "legal.own"\n'
        'says = "sues"\nprobability = 0.9\npatterns = ["sue you"]\n'
        'examples = ["I will sue you"]\ncounter_examples = ["%s"]\n'
    )
    (folder / "own.toml").write_text(rule % "I pursue nobody", encoding="utf-8")
    sound = run("rules", "check", str(folder))
    assert (sound.code, sound.out.split(":")[0]) == (0, "1 rules, 1 patterns, 2 examples")
    (folder / "own.toml").write_text(rule % "they sue you", encoding="utf-8")
    unsound = run("rules", "check", str(folder))
    assert unsound.code == 1
    assert "the counter-example is found in “sue you”" in unsound.out


def test_a_rule_file_that_is_no_text_is_told_by_name(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "en"
    folder.mkdir()
    (folder / "own.toml").write_bytes(b"# caf\xe9\n")
    result = run("rules", "check", str(folder))
    assert result.code == 1
    assert "own.toml" in result.out
    assert "not UTF-8 text (byte 5)" in result.out


def test_rules_that_are_not_there_are_exit_code_2(run: Run) -> None:
    result = run("rules", "check", "nowhere")
    assert result.code == 2
    assert "nowhere: no folder of rule files" in result.err


def test_version_tells_what_made_a_decision(run: Run) -> None:
    versions = json.loads(run("version", "--json").out)
    assert list(versions) == ["hardstop", "python", "faust", "spacy", "rules", "model", "policy"]
    assert versions["rules"] == rules_version()
    assert versions["policy"] == policy_digest(load_policy())
    assert versions["rules"] in run("version").out


def test_schemas_are_written_where_asked(run: Run, tmp_path: Path) -> None:
    result = run("schemas", "--out", str(tmp_path / "out"))
    assert result.code == 0
    schema = json.loads((tmp_path / "out" / "schemas" / "chunk.json").read_text())
    assert "text" in schema["properties"]


def test_explain_tells_words_rule_score_and_decision(run: Run) -> None:
    out = run("explain", "You'll be hearing, I'm going to sue you").out
    assert "as read     you will be hearing" in out
    assert "rule        legal_threat" in out
    assert "words “I'm going to sue you”" in out
    assert "decision    legal_threat raised: " in out


def test_explain_knows_the_turns_before(run: Run) -> None:
    question = "are you thinking of killing yourself"
    asked = ["--before", question, "--before-speaker", "agent"]
    assert "self_harm raised" in run("explain", "yes", *asked).out
    assert "nothing raised" in run("explain", "yes").out


def test_explain_says_when_no_rule_matches(run: Run) -> None:
    result = run("explain", "hello there")
    assert result.code == 0
    assert "nothing raised: no rule matches" in result.out


def test_explain_for_programs(run: Run) -> None:
    told = json.loads(run("explain", "I'm going to sue you", "--json").out)
    assert [decision["disposition"] for decision in told["decisions"]] == ["raise"]


@pytest.mark.parametrize(
    "arguments",
    [
        ["explain", "x", "--speaker", "boss"],
        ["explain", "x", "--before-speaker", "agent"],
        ["explain", "\udcff"],
        ["explain", "x", "--before", "\udcff"],
        ["scan", "x", "--columns", "words=T"],
        ["scan", "x", "--speakers", "Anna"],
        ["replay", "x", "--speed", "fast"],
        ["tail", "nonsense"],
    ],
)
def test_options_that_make_no_sense_are_exit_code_2(run: Run, arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.code == 2
    assert "Invalid value" in result.err


@pytest.mark.parametrize(("text", "factor"), [("1", 1.0), ("2.5", 2.5), ("max", None)])
def test_a_speed_is_a_factor_or_max(text: str, factor: float | None) -> None:
    assert parse_speed(text) == factor


@pytest.mark.parametrize("command", [["replay", "a.jsonl"], ["tail", "alerts"]])
def test_a_broker_that_is_not_there_is_told_soon(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: list[str]
) -> None:
    (tmp_path / "a.jsonl").write_text('{"call_id":"a","text":"x"}\n', encoding="utf-8")
    monkeypatch.setattr("scripts.broker.REACH_S", 1.0)
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1")
    result = run(*command)
    assert result.code == 2
    assert "hardstop: no Kafka answers at 127.0.0.1:1" in result.err
    assert "Traceback" not in result.err


@pytest.mark.parametrize("command", [["replay", "a.jsonl"], ["tail", "alerts"]])
def test_without_any_broker_the_way_to_one_is_told(
    run: Run, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, command: list[str]
) -> None:
    (tmp_path / "a.jsonl").write_text('{"call_id":"a","text":"x"}\n', encoding="utf-8")
    monkeypatch.setenv("HARDSTOP_DATA", str(tmp_path / "data"))
    result = run(*command)
    assert result.code == 2
    assert "hardstop kafka start" in result.err


def test_a_wrong_setting_is_told_and_debug_shows_where_it_came_from(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARDSTOP_PARTITIONS", "many")
    result = run("version")
    assert result.code == 2
    assert result.err.startswith("hardstop: setting 'partitions' in $HARDSTOP_PARTITIONS")
    monkeypatch.setenv("HARDSTOP_DEBUG", "1")
    assert "Traceback" in run("version").err
