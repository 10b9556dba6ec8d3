"""Answers: what a "yeah" means depends on a question some way back."""

from collections.abc import Callable

import pytest

from detectors.chunk import Chunk
from detectors.detector import Detector, Heard
from detectors.reading import Conversation
from detectors.vocabulary import Speaker

Say = Callable[..., Heard]

ASKED = "agent: are you thinking of hurting yourself?"


@pytest.mark.parametrize(
    "turns",
    [
        (ASKED, "yeah"),
        (ASKED, "um", "well", "yeah"),
        (ASKED, "agent: take your time", "agent: i'm here with you", "yeah"),
        (ASKED, "sorry", "agent: take your time", "yeah"),
        (ASKED, "it's been a long winter", "yeah"),
        (ASKED, "agent: can you hear me", "yeah"),
    ],
)
def test_an_answer_is_heard_over_fillers_and_consolation(
    shipped: Detector, say: Say, turns: tuple[str, ...]
) -> None:
    assert say(shipped, *turns).reading.raised() == ["self_harm"]


@pytest.mark.parametrize(
    "turns",
    [
        (ASKED, "um", "agent: what's your postcode", "yeah"),
        (ASKED, "no", "agent: good and can you hear me all right", "yeah"),
        (ASKED, "no nothing like that", "agent: okay", "yeah"),
        (ASKED, "it's the bill you see", "they sent it twice", "yeah"),
        ("agent: you could hurt yourself", "agent: okay", "agent: take care", "yeah"),
        (ASKED, "agent: okay", "agent: " + "and the parcel went out " * 9, "agent: okay", "yeah"),
    ],
)
def test_a_question_is_over_once_another_is_asked_or_more_is_said(
    shipped: Detector, say: Say, turns: tuple[str, ...]
) -> None:
    assert say(shipped, *turns).reading.raised() == []


@pytest.mark.parametrize("question", ["are you safe right now", "are you safe", "Are you safe?"])
@pytest.mark.parametrize("answer", ["no", "No.", "no no"])
def test_who_says_no_is_not_safe(shipped: Detector, say: Say, question: str, answer: str) -> None:
    assert "safeguarding" in say(shipped, f"agent: {question}", answer).reading.raised()


@pytest.mark.parametrize(
    "question",
    ["is somebody hurting you", "is anyone there with you", "is anyone hurt", "are you in danger"],
)
def test_a_no_to_what_would_be_harm_raises_nothing(
    shipped: Detector, say: Say, question: str
) -> None:
    assert say(shipped, f"agent: {question}", "no").reading.raised() == []


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("are you safe where you are", "yes"),
        ("are you safe where you are", "yes I'm fine"),
        ("are you safe there", "yes I'm at home"),
        ("are you safe right now", "yes we're behind the barrier"),
        ("are you safe", "yes my husband's here"),
        ("are you in any danger", "no not at all"),
        ("are you in danger", "no I'm just annoyed"),
        ("are you in danger", "no I don't think so"),
        ("are you injured", "no I'm fine"),
        ("is anyone injured", "no we're all fine"),
        ("is anyone hurt", "yeah I'm fine nobody's hurt"),
        ("are you in a safe place to talk", "yes I am"),
        ("do you feel safe at home", "yes I do"),
        ("is it a good time to talk", "no not really"),
        ("is someone there with you", "yeah my wife do you want to talk to her"),
    ],
)
def test_an_answer_that_reassures_raises_nothing(
    shipped: Detector, say: Say, question: str, answer: str
) -> None:
    reading = say(shipped, f"agent: {question}", answer).reading
    assert (reading.raised(), reading.review()) == ([], [])


@pytest.mark.parametrize(
    ("question", "answer", "label"),
    [
        ("are you safe where you are", "not really", "emergency"),
        ("are you safe right now", "no he's outside", "emergency"),
        ("are you in any danger", "yes", "emergency"),
        ("is anyone hurt", "yes my son is", "emergency"),
        ("do you need an ambulance", "yes please", "emergency"),
        ("is it safe to talk", "not really", "safeguarding"),
        ("is someone there with you", "yes he is", "safeguarding"),
    ],
)
def test_an_answer_that_does_not_reassure_raises(
    shipped: Detector, say: Say, question: str, answer: str, label: str
) -> None:
    assert label in say(shipped, f"agent: {question}", answer).reading.raised()


@pytest.mark.parametrize(
    ("question", "answer", "label"),
    [
        ("is there smoke", "yes", "emergency"),
        ("is anyone trapped", "two of us", "emergency"),
        ("did everyone get out", "no", "emergency"),
        ("is everybody out", "no my nan's upstairs", "emergency"),
        ("is he breathing", "no", "emergency"),
        ("are the children safe", "I don't think so", "safeguarding"),
        ("does anybody take your money", "my niece does", "safeguarding"),
        ("are you afraid of him", "a bit, when he drinks", "safeguarding"),
        ("do you have a weapon with you", "yes", "violence"),
        ("have you been scammed", "yes", "fraud"),
        ("was that you", "no it wasn't, never been to Leeds", "fraud"),
        ("so it wasn't you that made the payment", "that's right, wasn't me", "fraud"),
        ("has anyone asked you to make this payment", "the police officer said I had to", "fraud"),
        ("is that a threat to go to the papers", "it's a promise", "media"),
        ("you're not suicidal are you", "I am", "self_harm"),
        ("do you want to live", "no", "self_harm"),
        ("have those thoughts gone away", "no", "self_harm"),
        ("can you promise me you won't hurt yourself", "I can't promise that", "self_harm"),
        ("how likely are you to act on it, one to ten", "eight", "self_harm"),
        ("have you taken anything", "twenty of the blue ones", "self_harm"),
    ],
)
def test_the_bad_answer_raises_whichever_way_the_question_is_put(
    shipped: Detector, say: Say, question: str, answer: str, label: str
) -> None:
    assert label in say(shipped, f"agent: {question}", answer).reading.raised()


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("you're not suicidal are you", "no"),
        ("you're not suicidal are you", "that's right"),
        ("promise me you won't do anything", "I promise"),
        ("will you promise not to hurt yourself", "yes I will"),
        ("can you promise me you won't hurt yourself", "no I won't"),
        ("can you keep yourself safe until the ambulance comes", "yes"),
        ("how likely are you to act on it, one to ten", "two"),
    ],
)
def test_a_promise_or_a_denial_about_ones_life_is_for_review(
    shipped: Detector, say: Say, question: str, answer: str
) -> None:
    reading = say(shipped, f"agent: {question}", answer).reading
    assert (reading.raised(), reading.review()) == ([], ["self_harm"])


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("is there a fire exit", "yes"),
        ("are you alone in the house, I mean is there someone who can sign for it", "no"),
        ("you haven't made a payment since March", "that's right"),
        ("how likely are you to recommend us, one to ten", "eight"),
        ("do you want to live chat with us", "no"),
        ("did they get out to you", "no"),
    ],
)
def test_questions_in_like_words_about_something_else_raise_nothing(
    shipped: Detector, say: Say, question: str, answer: str
) -> None:
    reading = say(shipped, f"agent: {question}", answer).reading
    assert (reading.raised(), reading.review()) == ([], [])


def test_who_is_not_safe_at_home_needs_no_ambulance(shipped: Detector, say: Say) -> None:
    assert say(shipped, "agent: are you safe at home", "no").reading.raised() == ["safeguarding"]


def heard(detector: Detector, *said: tuple[str | None, str]) -> list[str]:
    """What is raised in the last of some turns on a line where nobody knows who speaks."""
    conversation = Conversation()
    for number, (who, text) in enumerate(said):
        chunk = Chunk(
            call_id="c",
            sequence=number,
            utterance_id=f"u{number}",
            text=text,
            speaker=Speaker.UNKNOWN,
            participant_id=who,
        )
        reading = detector.read(chunk, conversation)
        conversation = conversation.after(reading)
    return reading.raised()


def test_where_nobody_knows_who_speaks_a_question_is_the_agents(shipped: Detector) -> None:
    asked = "are you thinking of hurting yourself"
    assert heard(shipped, (None, asked), (None, "yeah")) == ["self_harm"]
    assert heard(shipped, ("one", asked), ("two", "yeah")) == ["self_harm"]
    assert heard(shipped, (None, asked), (None, "it is the bill you see"), (None, "yeah")) == []
    assert heard(shipped, ("one", "he asked " + asked), ("one", "yeah and my bill")) == []
