"""Agent and customer on each other's channel: no life stop is lost, and operators are told."""

import msgspec
import pytest

from detectors.vocabulary import LIFE_STOPS, Speaker
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


@pytest.fixture(scope="module")
def reader() -> CallReader:
    return call_reader(load_policy())


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
        raised_swapped, review_swapped, _ = heard(reader, exchanged(events))
        assert raised & LIFE <= raised_swapped | review_swapped, name


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
