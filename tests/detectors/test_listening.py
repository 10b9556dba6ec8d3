"""A turn that grows: what was heard in its first words is not drowned by the rest of them."""

from collections.abc import Callable, Mapping, Sequence

import pytest

from detectors.chunk import Chunk
from detectors.detector import Detector
from detectors.listening import FOLLOWING, FRESH_WORDS
from detectors.reading import Conversation, Reading
from detectors.scoring import Passage, Scores, Weights
from detectors.vocabulary import Emotion, Speaker

Build = Callable[..., Detector]

MEANT = "i have had enough the papers are with the marigold"
LONG = " ".join(["and the parcel came on monday to the wrong door"] * 6)


class MeanScorer:
    """Hears a word as surely as it has room in the passage, as the mean over many words does."""

    version = "mean-1"
    weights: Mapping[str, Weights] = {}

    def __init__(self) -> None:
        self.asked: list[int] = []

    def score(self, passages: Sequence[Passage]) -> list[Scores]:
        return [self._of(passage.now.text.split()) for passage in passages]

    def _of(self, words: list[str]) -> Scores:
        self.asked.append(len(words))
        room = 0.99 if len(words) <= 30 else 0.3
        heard = "marigold" in words and "joking" not in words
        labels = {"legal_threat": room if heard else 0.01, "media": 0.02}
        emotions = {e.value: 0.1 for e in Emotion} | {"neutral": 0.9}
        return Scores(labels=labels, emotions=emotions, intensity=0.1)


@pytest.fixture
def scorer() -> MeanScorer:
    return MeanScorer()


@pytest.fixture
def heard(build: Build, scorer: MeanScorer) -> Callable[..., list[Reading]]:
    """The readings of one utterance that grows to each of these texts, the last one final."""
    rules = build("sue you")
    detector = Detector(rules.settings, rules.finders, scorer)

    def grown(*texts: str) -> list[Reading]:
        conversation, readings = Conversation(), []
        for number, text in enumerate(texts, start=1):
            chunk = Chunk(
                call_id="c",
                sequence=number,
                utterance_id="u",
                text=text,
                speaker=Speaker.CUSTOMER,
                is_final=number == len(texts),
            )
            readings.append(detector.read(chunk, conversation))
            conversation = conversation.after(readings[-1])
        return readings

    return grown


def test_what_was_heard_in_the_first_words_of_a_turn_stands_when_it_goes_on_at_length(
    heard: Callable[..., list[Reading]],
) -> None:
    readings = heard(MEANT, f"{MEANT} {LONG[:120]}", f"{MEANT} {LONG}")
    assert [reading.raised() for reading in readings] == [["legal_threat"]] * 3


def test_a_long_turn_whose_first_words_were_not_heard_is_read_once(
    heard: Callable[..., list[Reading]], scorer: MeanScorer
) -> None:
    readings = heard(LONG[:60], f"{LONG} {MEANT}")
    assert [reading.raised() for reading in readings] == [[], []]
    assert len(scorer.asked) == 2


def test_what_is_taken_back_within_a_few_words_is_not_heard_again(
    heard: Callable[..., list[Reading]],
) -> None:
    readings = heard(MEANT, f"{MEANT} no i am only joking {LONG}")
    assert [reading.raised() for reading in readings] == [["legal_threat"], []]


def test_first_words_that_the_recogniser_takes_back_are_not_heard_again(
    heard: Callable[..., list[Reading]],
) -> None:
    readings = heard(MEANT, f"{MEANT.replace('marigold', 'mary gold')} {LONG}")
    assert [reading.raised() for reading in readings] == [["legal_threat"], []]


def test_a_turn_that_grows_by_little_is_read_as_a_whole_alone(
    heard: Callable[..., list[Reading]], scorer: MeanScorer
) -> None:
    few = " ".join(LONG.split()[:FOLLOWING])
    heard(MEANT, f"{MEANT} {few}")
    assert scorer.asked == [len(MEANT.split()), len(MEANT.split()) + FOLLOWING]
    assert FOLLOWING > FRESH_WORDS


def test_words_that_were_heard_and_are_revised_do_not_wait_for_more_of_them(
    heard: Callable[..., list[Reading]],
) -> None:
    revised = MEANT.replace("marigold", "meridian")
    readings = heard(MEANT, revised, revised)
    assert readings[1].turn.scored
    assert readings[1].raised() == []
    # Where nothing was heard, a word that changes is not worth a second reading.
    assert not heard(LONG[:60], LONG[:59] + "x", LONG)[1].turn.scored


def test_a_verb_waits_for_its_object_and_no_longer(
    heard: Callable[..., list[Reading]], scorer: MeanScorer
) -> None:
    waiting = ("i am going to kill", "i am going to kill the", "i am going to kill the contract")
    readings = heard(*waiting, "i am going to kill the contract today")
    assert [reading.turn.scored for reading in readings] == [False, False, True, True]
    assert scorer.asked == [7, 8]
    assert heard("i am going to kill you", "i am going to kill you all")[0].turn.scored
    assert heard("i am going to kill", "i am going to kill")[1].turn.scored  # final: always read


def test_words_that_say_nothing_yet_wait_for_one_that_does(
    heard: Callable[..., list[Reading]], scorer: MeanScorer
) -> None:
    readings = heard("no there isn't that's", "no there isn't that's what i pay", "no there isn't")
    assert [reading.turn.scored for reading in readings] == [False, True, True]
    assert scorer.asked == [7, 3]  # the final result is always read


@pytest.mark.parametrize(
    ("text", "counted"),
    [
        ("4417.", True),
        ("four four one seven", True),
        ("[national id].", True),
        ("12 a", False),
        ("twenty of them", False),
    ],
)
def test_of_numbers_alone_the_classifier_is_believed_in_what_is_of_life(
    build: Build, text: str, counted: bool
) -> None:
    class Alarmed:
        version = "alarmed-1"
        weights: Mapping[str, Weights] = {}

        def score(self, passages: Sequence[Passage]) -> list[Scores]:
            emotions = {e.value: 0.1 for e in Emotion} | {"neutral": 0.9}
            labels = {"fraud": 0.99, "self_harm": 0.99}
            return [Scores(labels=labels, emotions=emotions, intensity=0.1) for _ in passages]

    rules = build("sue you")
    detector = Detector(rules.settings, rules.finders, Alarmed())
    chunk = Chunk(call_id="c", sequence=1, utterance_id="u", text=text, speaker=Speaker.CUSTOMER)
    raised = detector.read(chunk, Conversation()).raised()
    assert sorted(raised) == (["self_harm"] if counted else ["fraud", "self_harm"])
