"""What is for one desk alone stands in no other desk's brief; a life at risk is told to all."""

from __future__ import annotations

import pytest

from tests.workflow.story import Story
from workflow.brief import AT_RISK


def brief_of(story: Story, trigger: str) -> str:
    """The newest brief with which somebody is asked to come for a trigger."""
    alert_id = story.alerts[trigger].alert_id
    asked = [event for event in story.asked if alert_id in event["alert_ids"]]
    text: str = asked[-1]["brief"]["text"]
    return text


def test_what_is_restricted_to_one_desk_stands_in_no_other_desks_brief() -> None:
    story = Story()
    story.says("My husband beats me and he is listening to this call right now.")
    story.says("I'm going to sue you people over this bill.")
    assert "safeguarding" in story.alerts
    legal = brief_of(story, "legal_threat")
    assert "husband" not in legal
    assert "listening" not in legal
    assert "sue you" in legal
    assert AT_RISK not in legal


def test_who_comes_for_a_matter_learns_that_a_life_may_be_at_risk_and_not_in_which_words() -> None:
    story = Story()
    story.says("I want to kill myself, I can't do this any more.")
    story.says("I'm going to sue you people over this bill.")
    brief = brief_of(story, "legal_threat")
    assert AT_RISK.removeprefix("; ") in brief
    assert "kill myself" not in brief
    assert "write your point down" not in brief
    crisis = brief_of(story, "self_harm")
    assert "kill myself" in crisis
    assert AT_RISK not in crisis


def test_quotes_stand_in_the_order_in_which_they_were_said_without_times() -> None:
    story = Story()
    story.says("You charged me twice in March and nobody ever called me back about it.")
    story.says("So I'm going to take you to court over this.")
    brief = brief_of(story, "legal_threat")
    assert brief.index("charged me twice") < brief.index("take you to court")


@pytest.mark.parametrize("owned", [True, False])
def test_nobody_is_coached_through_a_life_stop_on_a_line_that_is_there_for_it(owned: bool) -> None:
    story = Story()
    story.owned = "crisis" if owned else None
    story.says("I want to kill myself, I can't do this any more.")
    story.says("Calm down, as I said, there is nothing we can do.", speaker="agent")
    story.says("I'm furious, you people never listen to me, never!")
    story.says("You should have called us before.", speaker="agent")
    assert not story.events("coaching.hint")
