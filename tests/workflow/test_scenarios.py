"""What happens with a hard stop, as `scenarios.toml` tells it: given, when, then."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from tests.workflow.phrases import (
    GIVEN,
    NAMED,
    SAYS,
    THEN,
    WHEN,
    perform,
    what_always_holds,
)
from tests.workflow.story import LIFE, Story

TOLD: dict[str, Any] = tomllib.loads(
    Path(__file__).with_name("scenarios.toml").read_text(encoding="utf-8")
)
CROSS: dict[str, Any] = TOLD["cross"]
SECOND = {
    "none": {},
    # Another desk than the first one's, whichever that is.
    "a life at risk": {"self_harm": "reports a fire", "other": "wants to end their life"},
    "something else": {"media": "threatens to sue", "other": "turns to the newspapers"},
}
WAYS = {"as it goes": {}, "restarted": {"restarts": True}, "repeated": {"repeats": True}}


def told(story: Story, given: list[str], when: list[str], then: list[str]) -> None:
    for book, sentences in ((GIVEN, given), (WHEN, when), (THEN, then)):
        for sentence in sentences:
            try:
                perform(book, sentence, story)
            except AssertionError as error:
                raise AssertionError(f"not so: {sentence}") from error
    what_always_holds(story)


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("scenario", TOLD["scenario"], ids=lambda scenario: scenario["name"])
def test_it_happens_as_told(scenario: dict[str, Any], way: str) -> None:
    story = Story(**WAYS[way])
    told(story, scenario.get("given", []), scenario["when"], scenario["then"])


def rows(answer: dict[str, Any], trigger: str, desks: str) -> Iterator[tuple[str, list[str], bool]]:
    """Every row of the cross for one answer, trigger and opening: name, sentences, at risk."""
    for reason, second in product(answer.get("reasons", [""]), CROSS["second"]):
        other = SECOND[second].get(NAMED[trigger], SECOND[second].get("other"))
        when = [f"the caller {trigger}"]
        if other is not None:
            when.append(f"the caller {other}")
        at_risk = bool({NAMED[trigger], NAMED.get(other or "")} & LIFE)
        yield f"{reason} / second: {second}", when, at_risk


def test_the_cross_names_every_trigger_there_is() -> None:
    assert set(CROSS["triggers"]) == set(SAYS)
