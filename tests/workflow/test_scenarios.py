"""What happens with a hard stop, as `scenarios.toml` tells it: given, when, then."""

from __future__ import annotations

import tomllib
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from detectors.vocabulary import Trigger
from tests.workflow.phrases import (
    GIVEN,
    NAMED,
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
WAYS = {"as it goes": {}, "restarted": {"restarts": True}, "repeated": {"repeats": True}}
RESTARTS = {"undisturbed": {}, "restarted": {"restarts": True, "repeats": True}}


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


def seconds(trigger: str) -> dict[str, str | None]:
    """What else the caller says, which another desk is to come for."""
    life = "wants to end their life" if NAMED[trigger] != "self_harm" else "reports a fire"
    other = "turns to the newspapers" if NAMED[trigger] != "media" else "threatens to sue"
    return {"nothing else": None, "a life at risk, too": life, "something else, too": other}


def kinds(trigger: str, second: str | None) -> list[str]:
    """Which kinds of trigger there are on the call."""
    said = {NAMED[trigger]} | ({NAMED[second]} if second else set())
    return ["always", *(["life"] if said & LIFE else []), *(["other"] if said - LIFE else [])]


def then_of(answer: dict[str, Any], caller: str, present: list[str]) -> list[str]:
    """What must hold at the end. A life at risk on the line changes what is done for the rest."""
    expected = answer[caller]
    if caller == "stays" and "life" in present:
        present = ["always", "life"]
    return [sentence for kind in present for sentence in expected.get(kind, [])]


@pytest.mark.parametrize("answer", CROSS["answers"], ids=lambda answer: answer["answer"])
@pytest.mark.parametrize("desks", CROSS["desks"])
@pytest.mark.parametrize("trigger", CROSS["triggers"])
def test_whatever_comes_together(trigger: str, desks: str, answer: dict[str, Any]) -> None:
    """The cross: each with nothing else and with a second trigger, the caller staying and hanging
    up, undisturbed and with a restart after every message that was delivered twice."""
    axes = (answer.get("reasons", [""]), seconds(trigger).items(), CROSS["caller"], RESTARTS)
    for reason, (beside, second), caller, restart in product(*axes):
        when = [f"the caller {trigger}"] + ([f"the caller {second}"] if second else [])
        when += answer["staying" if caller == "stays" else "leaving"]
        when += ["the caller hangs up"] if caller == "gone" else []
        when = [sentence.format(reason=reason) for sentence in when]
        story = Story(**RESTARTS[restart])
        try:
            told(story, [desks], when, then_of(answer, caller, kinds(trigger, second)))
        except AssertionError as error:
            row = f"given {desks}; when {'; '.join(when)} ({beside}, {restart})"
            raise AssertionError(f"{row}: {error}") from error


def test_the_cross_names_every_trigger_there_is() -> None:
    assert {NAMED[trigger] for trigger in CROSS["triggers"]} == {t.value for t in Trigger}
