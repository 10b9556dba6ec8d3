"""Agent and customer on each other's channel: no life stop is lost, and operators are told."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec
import pytest

from detectors.normalise import normalise
from detectors.roles import Roles, role_book
from detectors.scoring import Passage, Scores, Weights
from detectors.vocabulary import LIFE_STOPS, Emotion, Speaker
from scripts.showing import sample_calls
from stream.app import call_reader
from stream.events import Chunk, TranscriptEvent
from stream.events.operations import OperationsEvent, OperationsNote, Topic
from stream.events.scores import Score
from stream.reader import CallReader
from stream.topics import TopicName
from tests.scripts.calls import played
from workflow.policy import load_policy

CALLS = sample_calls()
EXCHANGED = {Speaker.AGENT: Speaker.CUSTOMER, Speaker.CUSTOMER: Speaker.AGENT}
LIFE = {trigger.value for trigger in LIFE_STOPS}
ROUNDABOUT = {
    "If I wasn't here anymore": "self_harm",
    "maybe i'll be waiting for him": "violence",
    "i can't wake her up good": "emergency",
    "he opens everything": "safeguarding",
}
"""What callers of the samples say of a life early in their calls, and no rule hears."""


class Roundabout:
    """A classifier that hears these words, where they are put to it as the caller's."""

    version = "roundabout-1"
    weights: Mapping[str, Weights] = {}

    def score(self, passages: Sequence[Passage]) -> list[Scores]:
        return [self._of(passage) for passage in passages]

    def _of(self, passage: Passage) -> Scores:
        labels = dict.fromkeys(LIFE, 0.3)
        if passage.now.speaker is Speaker.CUSTOMER:
            labels |= {of: 0.99 for words, of in ROUNDABOUT.items() if words in passage.now.text}
        emotions = dict.fromkeys((e.value for e in Emotion), 0.1)
        return Scores(labels=labels, emotions=emotions, intensity=0.1)


@pytest.fixture(scope="module", params=["rules", "roundabout"])
def reader(request: pytest.FixtureRequest) -> CallReader:
    return call_reader(load_policy(), Roundabout() if request.param == "roundabout" else None)


def exchanged(events: list[TranscriptEvent]) -> list[TranscriptEvent]:
    return [
        msgspec.structs.replace(event, speaker=EXCHANGED.get(event.speaker, event.speaker))
        if isinstance(event, Chunk)
        else event
        for event in events
    ]


def heard(reader: CallReader, events: list[TranscriptEvent]) -> tuple[set[str], set[str], bool]:
    """Labels raised, labels for review, and whether a swap was reported."""
    raised: set[str] = set()
    review: set[str] = set()
    reported = False
    for step in played(reader, events):
        for output in step.outputs:
            if output.topic is TopicName.OPERATIONS:
                note = msgspec.json.decode(output.value, type=OperationsEvent)
                if not isinstance(note, OperationsNote):
                    continue
                assert not (reported and note.about is Topic.ROLES_SWAPPED), "said twice"
                reported |= note.about is Topic.ROLES_SWAPPED
        for output in step.outputs:
            if output.topic is TopicName.SCORES:
                score = msgspec.json.decode(output.value, type=Score)
                raised |= set(score.raised)
                review |= set(score.review)
                assert score.emotion is None or score.speaker is not Speaker.AGENT or reported
    return raised, review, reported


def test_no_life_stop_is_lost_with_the_roles_exchanged(reader: CallReader) -> None:
    for name, events in CALLS.items():
        raised, _, reported = heard(reader, events)
        assert not reported, f"{name} is not swapped"
        raised_swapped, review_swapped, swap = heard(reader, exchanged(events))
        assert raised & LIFE <= raised_swapped | review_swapped, name
        assert not swap or raised & LIFE <= raised_swapped, f"{name}: a swap that shows is mended"


@pytest.mark.parametrize(("words", "label"), ROUNDABOUT.items())
def test_what_only_the_classifier_hears_of_a_life_is_not_lost_either(
    words: str, label: str
) -> None:
    reader = call_reader(load_policy(), Roundabout())
    (name,) = [n for n, events in CALLS.items() if any(words in t for _, t in finals(events))]
    early = until(words, CALLS[name])
    assert label in heard(reader, early)[0], "raised where the channels are right"
    raised, review, _ = heard(reader, exchanged(early))
    assert label in raised | review, "raised or reviewed as soon as it is said"
    greeting = Chunk(
        call_id=name,
        sequence=10_000,
        utterance_id="greeting",
        text="how can i help may i have your name this call is recorded",
        speaker=Speaker.CUSTOMER,
    )
    raised, _, swap = heard(reader, [*exchanged(early), greeting])
    assert swap
    assert label in raised, "raised once the swap shows"


def test_in_calls_that_are_not_swapped_few_of_the_agents_words_cost_the_classifier_time() -> None:
    read = every = 0
    book = role_book("en")
    for events in CALLS.values():
        roles = Roles()
        for speaker, text in finals(events):
            roles = roles.after(speaker, *book.count([t.norm for t in normalise(text)]))
            every += speaker is Speaker.AGENT
            read += speaker is Speaker.AGENT and not roles.clear
    assert 0 < read < 0.2 * every


def finals(events: list[TranscriptEvent]) -> Iterator[tuple[Speaker, str]]:
    return ((e.speaker, e.text) for e in events if isinstance(e, Chunk) and e.is_final)


def until(words: str, events: list[TranscriptEvent]) -> list[TranscriptEvent]:
    """A call as far as its first final words that hold these."""
    end = next(
        number
        for number, event in enumerate(events)
        if isinstance(event, Chunk) and event.is_final and words in event.text
    )
    return events[: end + 1]


def test_most_swapped_calls_are_reported_as_such(reader: CallReader) -> None:
    reported = [name for name, events in CALLS.items() if heard(reader, exchanged(events))[2]]
    assert len(reported) >= 0.6 * len(CALLS)


def test_an_unknown_speaker_counts_as_the_customer(reader: CallReader) -> None:
    for name, events in CALLS.items():
        unknown = [
            msgspec.structs.replace(event, speaker=Speaker.UNKNOWN)
            if isinstance(event, Chunk) and event.speaker is Speaker.CUSTOMER
            else event
            for event in events
        ]
        assert heard(reader, events)[0] <= heard(reader, unknown)[0], name
