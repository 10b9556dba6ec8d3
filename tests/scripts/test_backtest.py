"""`hardstop backtest`: the alerts of two policies on the same calls."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from detectors.rules import RULES
from workflow.policy import default_policy_text

Run = Any


@pytest.fixture
def calls(tmp_path: Path) -> Path:
    folder = tmp_path / "calls"
    folder.mkdir()
    said = [
        {"call_id": "a", "text": "hello there", "start_ms": 0},
        {"call_id": "a", "text": "I am going to sue you", "start_ms": 2000, "end_ms": 4000},
        {"call_id": "a", "text": "see you in court", "start_ms": 9000, "end_ms": 11_000},
        {"call_id": "b", "text": "I want to speak to a manager", "start_ms": 0},
    ]
    (folder / "one.jsonl").write_text("".join(json.dumps(line) + "\n" for line in said))
    return folder


def policy(folder: Path, **thresholds: float) -> str:
    """The default policy, rules alone, with thresholds of its own."""
    text = default_policy_text().replace("classifier = true ", "classifier = false")
    own = "".join(f"{label} = {value}\n" for label, value in thresholds.items())
    path = folder / f"policy-{len(list(folder.iterdir()))}.toml"
    path.write_text(f"{text}\n[detection.thresholds]\n{own}", encoding="utf-8")
    return str(path)


def test_a_higher_threshold_silences_an_alert(run: Run, tmp_path: Path, calls: Path) -> None:
    old, new = policy(tmp_path), policy(tmp_path, legal_threat=1.0)
    result = run("backtest", str(calls), "--policy", new, "--against", old)
    assert result.code == 0, result.err
    assert result.out.split()[0] == "silenced"
    assert "I am going to sue you" in result.out
    assert "legal_threat: 1 → 0 alerts (1 silenced)" in result.out
    assert "4 utterances read; 1 differing of 2 alerts" in result.out


def test_a_lower_threshold_raises_it_again(run: Run, tmp_path: Path, calls: Path) -> None:
    old, new = policy(tmp_path, legal_threat=1.0), policy(tmp_path)
    result = run("backtest", str(calls), "--policy", new, "--against", old, "--json")
    told = json.loads(result.out)
    (raised,) = [alert for alert in told["alerts"] if alert["kind"] == "raised"]
    assert (raised["call_id"], raised["trigger"]) == ("a", "legal_threat")
    assert raised["before"] is None
    assert (raised["after"]["at_words"], raised["after"]["at_ms"]) == (8, 4000)
    assert told["by_trigger"]["legal_threat"] == {"before": 0, "after": 1, "raised": 1}
    assert told["utterances"] == 4


def test_the_same_policy_changes_nothing(run: Run, tmp_path: Path, calls: Path) -> None:
    same = policy(tmp_path)
    result = run("backtest", str(calls), "--policy", same, "--against", same)
    assert result.out.splitlines()[0] == "4 utterances read; no differing of 2 alerts"
    listed = run("backtest", str(calls), "--policy", same, "--against", same, "--all")
    assert listed.out.split()[0] == "same"


def test_changed_rules_are_compared_and_an_alert_that_comes_later_says_by_how_much(
    run: Run, tmp_path: Path, calls: Path
) -> None:
    rules = tmp_path / "rules"
    shutil.copytree(RULES, rules)
    file = rules / "en" / "legal_threat.toml"
    kept = file.read_text("utf-8")
    head, *blocks = kept.split("[[rule]]")
    court = [block for block in blocks if "see you in court" in block]
    file.write_text("[[rule]]".join([head, *court]), encoding="utf-8")
    result = run(
        "backtest", str(calls), "--against", policy(tmp_path), "--rules-dir", str(rules), "--json"
    )
    assert result.code == 0, result.err
    (later,) = [a for a in json.loads(result.out)["alerts"] if a["trigger"] == "legal_threat"]
    assert later["kind"] == "later"
    assert (later["words"], later["ms"]) == (4, 7000)


def test_changed_rules_hold_on_a_queue_with_detection_of_its_own_too(
    run: Run, tmp_path: Path
) -> None:
    rules = tmp_path / "rules"
    shutil.copytree(RULES, rules)
    file = rules / "en" / "legal_threat.toml"
    head, *blocks = file.read_text("utf-8").split("[[rule]]")
    court = [block for block in blocks if "see you in court" in block]
    file.write_text("[[rule]]".join([head, *court]), encoding="utf-8")
    path = Path(policy(tmp_path))
    own = '\n[queues.vip.detection]\noperating_point = "sensitive"\n'
    path.write_text(path.read_text("utf-8") + own, encoding="utf-8")
    calls = tmp_path / "calls.jsonl"
    said = [
        {"type": "call.started", "call_id": "a", "queue_id": "vip"},
        {"call_id": "a", "text": "I am going to sue you"},
    ]
    calls.write_text("".join(json.dumps(line) + "\n" for line in said), encoding="utf-8")
    result = run(
        "backtest", str(calls), "--against", str(path), "--rules-dir", str(rules), "--json"
    )
    assert result.code == 0, result.err
    (silenced,) = json.loads(result.out)["alerts"]
    assert (silenced["kind"], silenced["trigger"]) == ("silenced", "legal_threat")


def test_something_new_must_be_named(run: Run, calls: Path) -> None:
    result = run("backtest", str(calls))
    assert result.code == 2
    assert "--policy" in result.err


def test_what_nothing_listened_to_is_told(run: Run, tmp_path: Path, calls: Path) -> None:
    more = {"call_id": "c", "text": "ich verklage Sie", "language": "de-DE"}
    (calls / "two.jsonl").write_text(json.dumps(more) + "\n")
    old, new = policy(tmp_path), policy(tmp_path, legal_threat=1.0)
    result = run("backtest", str(calls), "--policy", new, "--against", old)
    assert "not monitored: 1 → 1 utterances (there are no rules for the language 'de')" in (
        result.out
    )
    told = json.loads(run("backtest", str(calls), "--policy", new, "--against", old, "--json").out)
    assert told["not_monitored"] == [
        {"reason": "there are no rules for the language 'de'", "before": 1, "after": 1}
    ]
