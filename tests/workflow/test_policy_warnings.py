"""What can be used and is probably not meant is said with its line and what to do."""

import re

import pytest

from workflow.policy import default_policy_text, parse_policy
from workflow.policy_warnings import warnings

SOUND = default_policy_text()
# The examples that come along are what a center changes first: here it has.
for old, new in (
    *(
        (f'name = "{name}"', f'name = "Our {name}"')
        for name in re.findall(r'^name = "(\w+ \w+)"', SOUND.split("[duty]")[0], re.M)
    ),
    ('# hours = "office"            # outside', 'hours = "office"   # outside'),
    ('roster = ["carmen"]', 'roster = ["carmen", "dev"]'),
    ('roster = ["dev"]', 'roster = ["dev", "carmen"]'),
    ('roster = ["elena"]', 'roster = ["elena", "dev"]'),
):
    assert old in SOUND, old
    SOUND = SOUND.replace(old, new, 1)


def told(text: str) -> list[str]:
    policy = parse_policy(text, source="policy.toml")
    return [str(warning) for warning in warnings(policy, text)]


def changed(old: str, new: str) -> tuple[str, int]:
    """The sound policy with one change, and the line on which it is."""
    assert old in SOUND
    return SOUND.replace(old, new, 1), SOUND[: SOUND.index(old)].count("\n") + 1


def test_a_policy_that_is_one_s_own_brings_no_warning() -> None:
    assert told(SOUND) == []


def test_the_policy_that_comes_along_is_told_to_be_made_one_s_own() -> None:
    found = told(default_policy_text())
    assert any("Alex Morgan and 12 more are examples" in warning for warning in found)
    assert any("no desk has hours" in warning for warning in found)
    assert sum("is on the roster" in warning for warning in found) == 3


@pytest.mark.parametrize(
    ("old", "new", "where", "problem"),
    [
        ('name = "Our Bo Lindqvist"', 'name = "Bo Lindqvist"', "people.bo", "is an example"),
        ('hours = "office"   #', "#", "desks", "no desk has hours"),
        ('roster = ["hugo", "iris"]', 'roster = ["iris"]', "fraud.roster", "only Our Iris Novak"),
        ('roster = ["hugo", "iris"]', "roster = []", "fraud.roster", "nobody is on the roster"),
        ("answer_within_s = 15", "answer_within_s = 61", "emergency.answer_within_s", "61 s"),
        ("ring_early = true", "ring_early = false", "self_harm.ring_early", "ring_early = true"),
        ('deputy = "maya"', "", "duty", "nobody stands in for the duty manager"),
        ('deputy = "maya"', 'deputy = "lee"', "duty.deputy", "cannot stand in for themselves"),
        ("retry_minutes = 45", "retry_minutes = 300", "callbacks.retry_minutes", "one try alone"),
        ("window_minutes = 240", "window_minutes = 45", "callbacks.retry_minutes", "one try alone"),
        ("self_harm = 0.9", "self_harm = 0.6", "alone_thresholds.self_harm", "false alarms"),
        ("self_harm = 0.4 ", "self_harm = 0.7 ", "thresholds.self_harm", "will be missed"),
        ('mode = "live"', 'mode = "shadow"', "mode", "everything is in shadow"),
        ('currency = "GBP"', 'currency = "USD"', "authority.agent.currency", "in USD"),
        (
            'roster = ["jo", "kit"]',
            'roster = ["jo", "kit"]\nowns_queues = ["gas"]',
            "desks.safety.owns_queues",
            "raises no alert",
        ),
        (
            'roster = ["alex", "bo"]',
            'roster = ["alex", "bo"]\nthen = "legal"',
            "desks.supervisors.then",
            "legal → supervisors → legal goes in a circle",
        ),
    ],
)
def test_what_is_probably_not_meant_is_told(old: str, new: str, where: str, problem: str) -> None:
    text, _ = changed(old, new)
    if "USD" in new:
        text = text.replace('currency = "GBP"', 'currency = "USD"')
    (warning,) = [warning for warning in told(text) if where in warning]
    assert problem in warning


def test_a_warning_names_the_line_of_the_setting() -> None:
    text, line = changed("answer_within_s = 15", "answer_within_s = 90")
    (warning,) = told(text)
    assert warning.startswith(f"line {line}: triggers.emergency.answer_within_s: ")


def test_another_operating_point_is_a_choice_and_no_warning() -> None:
    for point in ("sensitive", "strict"):
        text, _ = changed('operating_point = "balanced"', f'operating_point = "{point}"')
        assert told(text) == []


def test_a_label_whose_own_threshold_is_far_off_is_named() -> None:
    text = f"{SOUND}\n[detection.thresholds]\nmedia = 0.95\n"
    (warning,) = told(text)
    assert "detection.thresholds.media: media is raised from 0.95 on" in warning


def test_a_queue_alone_in_shadow_or_alone_live_is_how_one_begins() -> None:
    assert told(f'{SOUND}\n[queues.q]\nmode = "shadow"\n') == []
    text, _ = changed('mode = "live"', 'mode = "shadow"')
    assert told(f'{text}\n[queues.q]\nmode = "live"\n') == []
    assert len(told(f'{text}\n[queues.q]\nmode = "shadow"\n')) == 1


def test_what_a_queue_brings_is_told_with_its_line_there() -> None:
    text = f"{SOUND}\n[queues.q.triggers.violence]\nring_early = false\n"
    (warning,) = told(text)
    line = text[: text.index("ring_early = false")].count("\n") + 1
    assert warning.startswith(f"line {line}: queues.q.triggers.violence.ring_early: ")


def test_a_queue_that_names_a_desk_nobody_goes_to_is_told_the_desks_there_are() -> None:
    section = '[queues.q.desks.leagl]\nname = "L"\ntarget = "t"\nroster = ["dev", "bo"]\n'
    (warning,) = told(f"{SOUND}\n{section}")
    assert "the site has no desk 'leagl'" in warning
    assert "legal" in warning
    used = f'{section}[queues.q.triggers.media]\ndesk = "leagl"\n'
    assert told(f"{SOUND}\n{used}") == []
