"""The policy file: read, checked, and every mistake named with its line."""

from pathlib import Path

import pytest

from detectors.vocabulary import LIFE_STOPS, Trigger
from workflow.call import Mode
from workflow.policy import (
    PolicyError,
    RouteMode,
    default_policy_text,
    load_policy,
    parse_policy,
    policy_digest,
)


def mistakes(text: str) -> list[str]:
    with pytest.raises(PolicyError) as raised:
        parse_policy(text, source="policy.toml")
    return [str(mistake) for mistake in raised.value.mistakes]


def with_change(old: str, new: str) -> tuple[str, int]:
    """The default policy with one change, and the line on which it is."""
    text = default_policy_text()
    assert old in text
    line = text[: text.index(old)].count("\n") + 1
    return text.replace(old, new, 1), line


def test_the_default_policy_handles_every_hard_stop() -> None:
    policy = load_policy()
    assert set(policy.triggers) == set(Trigger)
    assert policy.mode is Mode.LIVE
    for trigger, handling in policy.triggers.items():
        assert handling.desk in policy.desks
        assert handling.say_now
        assert (trigger in LIFE_STOPS) == (handling.mode is RouteMode.JOIN)


@pytest.mark.parametrize(
    ("old", "new", "where", "problem"),
    [
        ('desk = "fraud"', 'desk = "frod"', "triggers.fraud.desk", "no desk 'frod'"),
        ('target = "queue:legal"', 'target = ""', "desks.legal.target", "length >= 1"),
        ("answer_within_s = 90", "answer_within_s = 1", "answer_within_s", ">= 5"),
        ('tier = "supervisor"', 'teir = "supervisor"', "supervisor_request.teir", "unknown"),
        ("[triggers.media]", "[triggers.medio]", "triggers.medio", "no such name"),
        ("threshold = 0.5\n", 'threshold = "half"\n', "balanced.threshold", "Expected `float`"),
        ("threshold = 0.5\n", "threshold = 1.5\n", "points.balanced.threshold", "at most 1"),
        (
            "alone = 0.5\n",
            "alone_thresholds = {medja = 0.6}\n",
            "alone_thresholds",
            "no such trigger",
        ),
        ('roster = ["carmen"]', 'roster = ["carmem"]', "desks.legal.roster", "no person 'carmem'"),
        ('then = "safety"', 'then = "safty"', "desks.crisis.then", "no desk 'safty'"),
        ('manager = "lee"', 'manager = "leo"', "duty.manager", "no person 'leo'"),
        ("away = []", 'away = ["xmas"]', "people.carmen.away", "no date"),
        ('holidays = "GB-ENG"', 'holidays = "GBX"', "hours.office.holidays", "no public holidays"),
        ('mon = ["09:00-17:30"]', 'mon = ["9-5"]', "hours.office.days", "no span"),
        ('first = "09:00"', 'first = "9"', "callbacks.calling_hours.default", "no span"),
        ('first = "09:00"', 'first = "20:30"', "calling_hours.default.first", "through the night"),
        ('first = "09:00"', 'frist = "09:00"', "calling_hours.default.frist", "unknown setting"),
        ('first = "08:00"', "first = 8", "callbacks.calling_hours.US.first", "Expected `str`"),
        (
            "[callbacks.calling_hours.US]",
            "[callbacks.calling_hours.UK]",
            "callbacks.calling_hours.UK",
            "write GB",
        ),
        (
            "[callbacks.calling_hours.US]",
            "[callbacks.calling_hours.usa]",
            "callbacks.calling_hours.usa",
            "no country by ISO 3166",
        ),
        (
            '# jurisdiction = "GB"',
            'terms.UK = {answer = "30 days"} #',
            "complaints.terms.UK",
            "write GB",
        ),
        (
            '# jurisdiction = "GB"',
            "terms.GB = {answer = 30} #",
            "complaints.terms.GB.answer",
            "Expected `str",
        ),
        (
            "# [crisis.lines.GB]",
            'lines.UK = {emergency = ["999"], source = "x", checked = 2026-11-29} #',
            "crisis.lines.UK",
            "write GB",
        ),
        ("attempts = 3", "attempts = 0", "callbacks.attempts", ">= 1"),
        ("self_harm = 0.4", "selfharm = 0.4", "thresholds.selfharm", "no such trigger"),
    ],
)
def test_a_mistake_is_named_with_its_line(old: str, new: str, where: str, problem: str) -> None:
    text, line = with_change(old, new)
    (mistake,) = mistakes(text)
    assert mistake.startswith(f"line {line}: ")
    assert where in mistake
    assert problem in mistake


def test_broken_toml_is_named_with_its_line() -> None:
    text, line = with_change("[desks.legal]", "[desks.legal")
    (mistake,) = mistakes(text)
    assert mistake.startswith(f"line {line}: not valid TOML")


def test_a_caller_at_risk_is_never_put_on_hold() -> None:
    text = default_policy_text().replace('mode = "join"', 'mode = "consult"')
    assert len(mistakes(text)) == len(LIFE_STOPS)
    assert all("never put on hold" in mistake for mistake in mistakes(text))


def test_a_hard_stop_is_never_left_to_the_agent_or_a_callback() -> None:
    text, _ = with_change('tier = "specialist"', 'tier = "callback"')
    assert "to a person at once" in mistakes(text)[0]


@pytest.mark.parametrize("tier", ["agent", "callback"])
def test_a_signal_or_tier_with_an_entry_is_sent_a_person(tier: str) -> None:
    text = default_policy_text()
    head, rest = text.split("[tiers.anger_rising]")
    changed = rest.replace('tier = "supervisor"', f'tier = "{tier}"', 1)
    (mistake,) = mistakes(f"{head}[tiers.anger_rising]{changed}")
    assert "leave the entry out" in mistake


def test_every_hard_stop_needs_an_entry() -> None:
    text = default_policy_text()
    start, end = text.index("[triggers.media]"), text.index("[triggers.self_harm]")
    assert "'media' has no entry" in mistakes(text[:start] + text[end:])[0]


def test_a_file_that_is_not_text_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / "policy.toml"
    path.write_bytes(b"version = '1'\n\xff\xfe")
    with pytest.raises(PolicyError, match="not UTF-8"):
        load_policy(path)


def test_the_digest_changes_with_a_decision_and_not_with_a_comment() -> None:
    text = default_policy_text()
    digest = policy_digest(parse_policy(text, source="a"))
    assert policy_digest(parse_policy(text + "\n# a note\n", source="b")) == digest
    changed = text.replace("answer_within_s = 90", "answer_within_s = 91")
    assert policy_digest(parse_policy(changed, source="c")) != digest
