"""From the words of a call to the brief on the topic `routing`."""

from __future__ import annotations

import msgspec
import pytest

from detectors.reading import Conversation, Reading, Turn
from detectors.roles import Roles
from detectors.vocabulary import HeardStep, Speaker
from stream.app import call_reader
from stream.outputs import Message
from stream.reader import CallReader
from stream.state import CallState, decode_state, encode_state
from stream.topics import TopicName
from workflow.listening import SAID_KEPT, CoachState
from workflow.picture import pictured
from workflow.policy import load_policy
from workflow.routing import Brief

NOON = 1_790_000_000_000
CALL = [
    ("agent", "Good morning, how can I help?"),
    ("customer", "You charged me twice for the boiler service and I want my money back."),
    ("agent", "I'm so sorry that we charged you twice."),
    ("customer", "It has put me into my overdraft."),
    ("agent", "I can refund you the 189 pounds today."),
    ("customer", "No, and don't hide behind your policy. I'm going to sue you."),
]


@pytest.fixture(scope="module")
def reader() -> CallReader:
    return call_reader(load_policy())


def message(value: object, topic: TopicName, at_s: int) -> Message:
    return Message(
        key=b"c",
        value=msgspec.json.encode(value),
        topic=topic.value,
        partition=0,
        offset=at_s,
        timestamp_ms=NOON + at_s * 1000,
        about=topic,
    )


def chunks(lines: list[tuple[str, str]]) -> list[dict[str, object]]:
    return [
        {
            "type": "chunk",
            "call_id": "c",
            "sequence": number,
            "utterance_id": f"u{number}",
            "speaker": who,
            "text": text,
            "start_ms": number * 10_000,
        }
        for number, (who, text) in enumerate(lines, start=1)
    ]


def told(reader: CallReader, lines: list[tuple[str, str]]) -> tuple[list[Brief], CallState]:
    """The briefs of a call, each state written and read between two messages."""
    state: CallState | None = None
    briefs = []
    for at_s, event in enumerate(chunks(lines)):
        step = reader.read(message(event, TopicName.TRANSCRIPTS, at_s), lambda _: state)  # noqa: B023
        assert step.state is not None
        state = decode_state(encode_state(step.state))
        for output in step.outputs:
            if output.topic is TopicName.ROUTING:
                briefs.append(msgspec.convert(msgspec.json.decode(output.value)["brief"], Brief))
    assert state is not None
    return briefs, state


def test_the_brief_knows_what_the_call_has_been_about(reader: CallReader) -> None:
    (brief,), _ = told(reader, CALL)
    assert (brief.said[0].at, brief.said[0].quote) == (
        "00:20",
        "You charged me twice for the boiler service and I want my money back.",
    )
    assert brief.said[-1].quote == "I'm going to sue you."
    assert HeardStep.APOLOGIZE in brief.done
    assert [offer.quote for offer in brief.offered] == ["I can refund you the 189 pounds today."]
    assert "citing the rules" in brief.landmines
    assert len(brief.text.split()) < 120


def test_what_was_said_long_ago_is_still_in_the_brief(reader: CallReader) -> None:
    talk = [("agent", "One moment please."), ("customer", "Yes that is fine with me.")] * 10
    (brief,), _ = told(reader, [*CALL[:-1], *talk, CALL[-1]])
    assert brief.said[0].at == "00:20"
    assert brief.offered[0].at == "00:50"


def test_private_numbers_do_not_stand_in_a_brief(reader: CallReader) -> None:
    line = "You charged me twice on card 4111 1111 1111 1111 and I want to sue you."
    (brief,), _ = told(reader, [("customer", line)])
    assert "4111" not in msgspec.json.encode(brief).decode()


def test_who_is_asked_next_reads_a_brief_of_the_call_as_it_is_then(reader: CallReader) -> None:
    _, state = told(reader, [*CALL, ("agent", "I can waive the fee and refund 40 pounds.")])
    tick = {"type": "tick", "call_id": "c"}
    step = reader.read(message(tick, TopicName.TICKS, 120), lambda _: state)
    (route,) = [
        msgspec.json.decode(output.value or b"")
        for output in step.outputs
        if output.topic is TopicName.ROUTING
    ]
    assert route["type"] == "route.fallback"
    assert "waive the fee" in route["brief"]["offered"][-1]["quote"]
    assert "Alex Morgan" in route["brief"]["opening_line"]


def test_only_the_last_offers_are_remembered(reader: CallReader) -> None:
    offers = [("agent", f"I can refund you {10 + n} pounds today.") for n in range(SAID_KEPT + 3)]
    _, state = told(reader, offers)
    quotes = [offer.quote for offer in state.coach.remedies]
    assert len(quotes) == SAID_KEPT
    assert "16 pounds" in quotes[-1]


def test_on_swapped_channels_the_callers_words_are_still_the_callers() -> None:
    caller = Turn(utterance_id="a", speaker=Speaker.AGENT, text="I want to die")
    agent = Turn(utterance_id="b", speaker=Speaker.CUSTOMER, text="Thank you for calling")
    swapped = Roles(wrong=9)
    conversation = Conversation(turns=(agent,), roles=swapped)
    reading = Reading(turn=caller, triggers={}, roles=swapped)
    assert pictured(conversation, CoachState(), reading).words == (caller,)


def test_of_a_call_of_which_nothing_is_known_the_picture_is_empty() -> None:
    picture = pictured(Conversation(), CoachState())
    assert (picture.mood, picture.words, picture.steps) == (None, (), ())
