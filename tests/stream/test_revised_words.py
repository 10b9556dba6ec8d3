"""Words that a recogniser revises, or never finishes, and what becomes of what they raised."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from stream.app import call_reader
from stream.step import Step
from stream.topics import TopicName
from tests.stream.driver import Played
from workflow.policy import load_policy

READER = call_reader(load_policy())
AT = 1_790_000_000_000


class Line:
    """One call, chunk by chunk, a second each."""

    def __init__(self) -> None:
        self.call = Played(READER, AT)
        self.sequence = 0

    def says(self, text: str, utterance: str = "u", *, final: bool = False, **more: Any) -> Step:
        self.sequence += 1
        self.call.at_ms += 1000
        chunk = {
            "type": "chunk",
            "sequence": self.sequence,
            "utterance_id": utterance,
            "speaker": "customer",
            "text": text,
            "is_final": final,
        }
        return self.call.gets(TopicName.TRANSCRIPTS, chunk | more)


def told(step: Step, topic: TopicName = TopicName.ALERTS) -> list[dict[str, Any]]:
    return [msgspec.json.decode(out.value or b"") for out in step.outputs if out.topic is topic]


def kinds(step: Step, topic: TopicName = TopicName.ALERTS) -> list[str]:
    return [event["type"] for event in told(step, topic)]


def test_words_that_a_partial_revises_away_take_the_alert_back_at_once() -> None:
    line = Line()
    assert kinds(line.says("i am going to sue you")) == ["alert.opened"]
    (alert,) = told(line.says("i am going to see you tomorrow"))
    assert (alert["type"], alert["status"]) == ("alert.retracted", "retracted")
    assert "revised" in alert["closed_reason"]
    assert told(line.says("i am going to see you tomorrow", final=True)) == []


@pytest.mark.parametrize("text", ["I am going to sue you.", "i am going to sue you if i may"])
def test_words_that_are_still_there_wait_for_their_final(text: str) -> None:
    line = Line()
    line.says("i am going to sue you")
    assert "alert.retracted" not in kinds(line.says(text))


def test_a_life_stop_rings_on_while_its_words_are_revised_until_the_final() -> None:
    line = Line()
    opened = line.says("i am going to kill myself")
    assert kinds(opened, TopicName.ROUTING) == ["route.requested"]
    revised = line.says("i am going to kill my subscription")
    (alert,) = told(revised)
    assert (alert["type"], alert["status"]) == ("alert.updated", "provisional")
    assert "revised" in alert["reason"]
    assert not told(revised, TopicName.ROUTING)
    assert told(line.says("i am going to kill my subscription today")) == [], "told once"
    final = line.says("i am going to kill my subscription today", final=True)
    assert kinds(final) == ["alert.retracted"]
    assert kinds(final, TopicName.ROUTING) == ["route.cancelled"]


def test_a_life_stop_that_the_final_says_after_all_was_never_sent_away() -> None:
    line = Line()
    line.says("i am going to kill myself")
    line.says("i am going to kill my cell")
    (alert,) = told(line.says("i am going to kill myself", final=True))
    assert (alert["type"], alert["status"]) == ("alert.updated", "confirmed")
    assert "revised" not in alert["reason"]


def test_words_whose_final_is_lost_stand_once_the_next_utterance_is_final() -> None:
    line = Line()
    line.says("i am going to sue you", "u1")
    assert told(line.says("i said what i said", "u2")) == []
    step = line.says("i said what i said", "u2", final=True)
    (alert,) = told(step)
    assert (alert["type"], alert["status"]) == ("alert.updated", "confirmed")
    assert "final" in alert["reason"]
    assert kinds(step, TopicName.ROUTING) == ["route.requested"]


def test_neither_an_earlier_utterance_nor_another_person_makes_words_final() -> None:
    line = Line()
    line.says("good morning to you", "u0")
    line.says("i am going to sue you", "u1")
    assert told(line.says("good morning to you", "u0", final=True)) == []
    assert told(line.says("one moment please", "a1", final=True, speaker="agent")) == []
    assert told(line.says("what does she say", "u2", final=True, participant_id="two")) == []
