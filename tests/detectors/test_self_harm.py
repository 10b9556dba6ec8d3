"""Negation alone never clears self-harm, and never hides it."""

import pytest

from detectors import Chunk, Conversation, Detector, Speaker
from workflow.policy import load_policy

DETECTOR = Detector.from_policy(load_policy())


def read(text: str, speaker: Speaker = Speaker.CUSTOMER) -> tuple[list[str], list[str]]:
    chunk = Chunk(call_id="c", sequence=1, utterance_id="u", speaker=speaker, text=text)
    reading = DETECTOR.read(chunk, Conversation())
    return reading.raised(), reading.review()


@pytest.mark.parametrize(
    "text",
    [
        "no i don't want to die",
        "i'm not going to kill myself",
        "i would never hurt myself",
        "i'm not suicidal",
    ],
)
def test_a_denial_is_for_a_person_to_look_at(text: str) -> None:
    raised, review = read(text)
    assert "self_harm" not in raised
    assert "self_harm" in review


@pytest.mark.parametrize(
    "text",
    [
        "i don't want to live any more",
        "i don't really want to live any more",
        "i don't want to be here any more",
        "i'm not suicidal but i can't cope",
        "my son says he'll kill himself",
    ],
)
def test_a_negation_that_belongs_to_the_words_hides_nothing(text: str) -> None:
    raised, _ = read(text)
    assert "self_harm" in raised


def test_on_an_agents_channel_it_is_for_review() -> None:
    raised, review = read("i want to kill myself", Speaker.AGENT)
    assert not raised
    assert review == ["self_harm"]
