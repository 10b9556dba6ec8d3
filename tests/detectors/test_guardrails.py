"""What an agent must not say is heard as agents say it, and good words that sound alike are not."""

import tomllib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from detectors.detector import Detector, Heard
from detectors.vocabulary import Disposition, Signal

Say = Callable[..., Heard]

PHRASES: dict[str, Any] = tomllib.loads(
    Path(__file__).with_name("guardrails.toml").read_text(encoding="utf-8")
)


def phrases(part: str) -> list[tuple[str, str]]:
    return [(kind, text) for kind, given in PHRASES.items() for text in given[part]]


def broken(heard: Heard) -> set[str]:
    return {
        finding.rule_id
        for finding in heard.reading.findings
        if finding.label == Signal.AGENT_GUARDRAIL and finding.disposition is Disposition.RAISE
    }


@pytest.mark.parametrize(("kind", "text"), phrases("said"))
def test_what_an_agent_must_not_say_is_heard_in_many_wordings(
    shipped: Detector, say: Say, kind: str, text: str
) -> None:
    assert broken(say(shipped, f"agent: {text}")) & set(PHRASES[kind]["rules"])


@pytest.mark.parametrize(("kind", "text"), phrases("innocent"))
def test_good_words_that_sound_alike_break_no_guardrail(
    shipped: Detector, say: Say, kind: str, text: str
) -> None:
    assert not broken(say(shipped, f"agent: {text}"))
