"""A classifier that has no time: rules answer at once, its own answer follows."""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from typing import Any

import msgspec
import pytest

from detectors.scoring import Passage, Scores, Weights
from detectors.vocabulary import Emotion
from stream.app import call_reader
from stream.memory import CallMemory
from stream.outputs import Message
from stream.pipeline import Item, Pipeline
from stream.reader import CallReader, Step
from stream.state import CallState, decode_state, encode_state
from stream.topics import TopicName
from workflow.policy import load_policy


class JudgeScorer:
    """Hears a legal threat wherever a marigold is named."""

    version = "judge-1"
    weights: Mapping[str, Weights] = {}

    def score(self, passages: Sequence[Passage]) -> list[Scores]:
        return [
            Scores(
                labels={
                    "legal_threat": 0.95
                    if {"marigold", "sue"} & set(passage.now.text.split())
                    else 0.01
                },
                emotions={emotion.value: 0.1 for emotion in Emotion},
                intensity=0.2,
            )
            for passage in passages
        ]


ROUNDABOUT = "the marigold will be told about your little form"
READER = call_reader(load_policy(), JudgeScorer())


def message(offset: int, mode: str | None = None, **event: Any) -> Message:
    value = {"call_id": "c", **event}
    if event["type"] == "chunk":
        value |= {"sequence": offset, "utterance_id": f"u{offset}"}
    return Message(
        key=b"c",
        value=msgspec.json.encode(value),
        topic="transcripts",
        partition=0,
        offset=offset,
        timestamp_ms=offset,
        mode=mode,
    )


def said(offset: int, text: str, speaker: str = "customer", mode: str | None = None) -> Message:
    return message(offset, mode, type="chunk", text=text, speaker=speaker)


def play(*messages: Message, hurried: Sequence[bool]) -> list[Step]:
    state: CallState | None = None
    steps = []
    for one, in_a_hurry in zip(messages, hurried, strict=True):
        step = READER.read(one, lambda _: state, hurried=in_a_hurry)  # noqa: B023
        # Through the table and back, as after a restart.
        state = decode_state(encode_state(step.state)) if step.state else state
        steps.append(step)
    return steps


def events(step: Step, topic: TopicName) -> list[dict[str, Any]]:
    return [msgspec.json.decode(o.value or b"") for o in step.outputs if o.topic is topic]


def test_in_a_hurry_the_score_says_degraded_and_operators_are_told_once() -> None:
    steps = play(said(1, ROUNDABOUT), said(2, "and another thing"), hurried=[True, True])
    scores = [events(step, TopicName.SCORES)[0] for step in steps]
    assert [score["degraded"] for score in scores] == [True, True]
    assert scores[0]["model_version"] == "judge-1"
    notes = [note for step in steps for note in events(step, TopicName.OPERATIONS)]
    assert [note["about"] for note in notes] == ["degraded"]
    assert "marigold" not in str(notes)


def test_what_the_classifier_hears_late_opens_the_alert_with_the_next_chunk() -> None:
    first, second = play(said(1, ROUNDABOUT), said(2, "mm", speaker="agent"), hurried=[True, False])
    assert events(first, TopicName.ALERTS) == []
    (alert,) = events(second, TopicName.ALERTS)
    assert alert["trigger"] == "legal_threat"
    assert alert["evidence"][0]["quote"] == ROUNDABOUT
    assert events(second, TopicName.ROUTING)


def test_what_no_chunk_follows_is_heard_when_the_call_ends() -> None:
    _, end = play(
        said(1, ROUNDABOUT),
        message(2, type="call.ended", reason="customer_hangup"),
        hurried=[True, False],
    )
    told = events(end, TopicName.ALERTS)
    assert {alert["trigger"] for alert in told} == {"legal_threat"}
    assert told[-1]["callback_reference"] == events(end, TopicName.CALLBACKS)[0]["reference"]


def test_an_alert_that_rules_open_in_a_hurry_says_so() -> None:
    (step,) = play(said(1, "i am going to sue you people"), hurried=[True])
    (alert,) = events(step, TopicName.ALERTS)
    assert alert["degraded"] is True
    (step,) = play(said(1, "i am going to sue you people"), hurried=[False])
    assert not events(step, TopicName.ALERTS)[0].get("degraded")


class Noting(CallReader):
    """Keeps whether each message was read in a hurry."""

    def __init__(self, hurried: list[bool]) -> None:
        self.hurried = hurried

    def read(self, message: Message, lookup: Any, *, hurried: bool = False) -> Step:
        self.hurried.append(hurried)
        return Step()


@pytest.mark.parametrize(
    ("age_ms", "mode", "hurried"),
    [
        (100, None, False),
        (5_000, None, True),
        (5_000, "shadow", True),
        (5_000, "replay", False),
        (5_000, "post_call", False),
    ],
)
def test_only_what_is_live_and_late_is_read_in_a_hurry(
    age_ms: int, mode: str | None, hurried: bool
) -> None:
    noted: list[bool] = []

    async def lost(_: Message) -> bool:
        return False

    async def nothing(*_: object) -> None:
        return None

    async def send(*_: object) -> Awaitable[None]:
        return asyncio.get_running_loop().create_future()

    async def story() -> None:
        pipeline = Pipeline(
            reader=Noting(noted),
            memory=CallMemory(lambda: {}, ended_s=10, silent_s=10, clock=lambda: 0.0),
            send=send,
            write_states=nothing,
            topic_name=str,
            in_flight=1,
            on_failure=nothing,
            lost=lost,
            deadline_ms=1_000,
            clock=lambda: (1 + age_ms) / 1000,
        )
        await pipeline.process([Item(said(1, "hello", mode=mode), nothing)])
        await pipeline.drained()

    asyncio.run(asyncio.wait_for(story(), 10))
    assert noted == [hurried]
