"""The caller's words on the agent's channel: before that is known, when it shows, and after."""

from collections.abc import Callable, Mapping, Sequence

import pytest

from detectors.chunk import Chunk
from detectors.detector import Detector, Heard
from detectors.reading import Conversation, Reading
from detectors.scoring import Passage, Scores, Weights
from detectors.vocabulary import Emotion, Speaker

Build = Callable[..., Detector]
Say = Callable[..., Heard]

SHOWS_SWAP = "thank you for calling how can I help may I have your name"
"""Three things that only an employee says: on the customer's channel they show a swap."""
SHOWS_ORDER = f"agent: {SHOWS_SWAP}"


class CallersWord:
    """Hears the caller, and nobody else, say "marigold" of a life and "papers" of the law."""

    version = "callers-1"
    weights: Mapping[str, Weights] = {}

    def __init__(self) -> None:
        self.asked: list[str] = []

    def score(self, passages: Sequence[Passage]) -> list[Scores]:
        return [self._of(passage) for passage in passages]

    def _of(self, passage: Passage) -> Scores:
        self.asked.append(passage.now.text)
        words = passage.now.text.split() if passage.now.speaker is Speaker.CUSTOMER else []
        labels = {
            "self_harm": 0.99 if "marigold" in words else 0.01,
            "legal_threat": 0.99 if "papers" in words else 0.01,
        }
        emotions = {e.value: 0.1 for e in Emotion} | {"neutral": 0.9}
        return Scores(labels=labels, emotions=emotions, intensity=0.1)


@pytest.fixture
def scorer() -> CallersWord:
    return CallersWord()


@pytest.fixture
def detector(build: Build, scorer: CallersWord) -> Detector:
    rules = build("end it all", label="self_harm")
    return Detector(rules.settings, rules.finders, scorer)


def test_until_it_is_clear_who_is_who_the_classifier_hears_a_life_on_the_agents_channel(
    detector: Detector, say: Say
) -> None:
    reading = say(detector, "agent: it ends with the marigold").reading
    assert (reading.raised(), reading.review()) == ([], ["self_harm"])
    assert reading.triggers["self_harm"] < 0.5
    assert reading.emotion is None
    assert reading.mood is None


def test_of_no_other_matter_and_of_nothing_that_may_still_be_revised(
    detector: Detector, scorer: CallersWord, say: Say
) -> None:
    assert say(detector, "agent: we send the papers").reading.findings == ()
    scorer.asked.clear()
    assert say(detector, "agent: it ends with the marigold", is_final=False).reading.findings == ()
    assert scorer.asked == []


def test_once_it_is_clear_the_agents_words_cost_nothing(
    detector: Detector, scorer: CallersWord, say: Say
) -> None:
    assert not say(detector, SHOWS_ORDER, "agent: it ends with the marigold").reading.findings
    assert scorer.asked == []


def test_in_a_hurry_the_agents_channel_is_caught_up_with(detector: Detector) -> None:
    said = Chunk(
        call_id="c",
        sequence=1,
        utterance_id="u1",
        text="it ends with the marigold",
        speaker=Speaker.AGENT,
    )
    hurried = detector.read(said, Conversation(), hurried=True)
    assert hurried.degraded
    late = detector.catch_up(Conversation().after(hurried))
    assert late is not None
    assert (late.raised(), late.review()) == ([], ["self_harm"])


@pytest.mark.parametrize("words", ["it ends with the marigold", "i will end it all"])
@pytest.mark.parametrize("by_rules_alone", [False, True])
def test_a_swap_that_shows_raises_what_came_as_the_agents(
    detector: Detector, say: Say, words: str, by_rules_alone: bool
) -> None:
    if by_rules_alone:
        detector = Detector(detector.settings, detector.finders)
    reading = say(detector, f"agent: {words}", "agent: hello", SHOWS_SWAP).reading
    heard = ["self_harm"] if "end it all" in words or not by_rules_alone else []
    assert reading.raised() == heard
    assert [f.evidence[0].utterance_id for f in reading.findings] == ["u0"] * len(heard)
    assert reading.caught_up == ("u0", "u1")


def test_every_label_is_heard_in_what_came_as_the_agents(detector: Detector, say: Say) -> None:
    assert say(detector, "agent: see my papers", SHOWS_SWAP).reading.raised() == ["legal_threat"]


def test_a_swap_is_looked_back_on_once_and_not_for_words_that_may_be_revised(
    detector: Detector, say: Say
) -> None:
    before = ("agent: i will end it all", SHOWS_SWAP)
    assert say(detector, *before, is_final=False).reading.raised() == []
    assert say(detector, *before, "agent: are you there").reading.raised() == []


def test_a_swap_that_shows_in_a_hurry_is_looked_back_on_all_the_same(detector: Detector) -> None:
    conversation = Conversation()
    for number, (speaker, text) in enumerate(
        ((Speaker.AGENT, "it ends with the marigold"), (Speaker.CUSTOMER, SHOWS_SWAP))
    ):
        chunk = Chunk(
            call_id="c", sequence=number, utterance_id=f"u{number}", text=text, speaker=speaker
        )
        reading: Reading = detector.read(chunk, conversation, hurried=True)
        conversation = conversation.after(reading)
    assert reading.raised() == ["self_harm"]


QUESTION, ANSWER = "do you want to hurt yourself?", "agent: yeah"


def test_on_swapped_channels_the_answer_is_the_callers(shipped: Detector, say: Say) -> None:
    assert say(shipped, SHOWS_SWAP, QUESTION, ANSWER).reading.raised() == ["self_harm"]
    assert say(shipped, QUESTION, ANSWER).reading.review() == ["self_harm"]
    assert say(shipped, SHOWS_ORDER, QUESTION, ANSWER).reading.findings == ()


def test_an_answer_from_before_the_swap_showed_is_raised_when_it_does(
    shipped: Detector, say: Say
) -> None:
    assert "self_harm" in say(shipped, QUESTION, ANSWER, SHOWS_SWAP).reading.raised()


@pytest.mark.parametrize(
    ("question", "answer", "left"),
    [
        (
            "can i take your date of birth?",
            "fourth of march nineteen eighty two",
            "[date of birth]",
        ),
        ("can you tell me your password?", "fluffy", "[password]"),
    ],
)
def test_on_swapped_channels_the_question_names_what_is_taken_out(
    shipped: Detector, say: Say, question: str, answer: str, left: str
) -> None:
    assert say(shipped, SHOWS_SWAP, question, f"agent: {answer}").reading.turn.text == left
