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
from workflow.policy import default_policy_text, parse_policy
from workflow.queue_detectors import QueueDetectors


class JudgeScorer:
    """Hears a legal threat wherever a marigold is named."""

    version = "judge-1"
    weights: Mapping[str, Weights] = {}

    def score(self, passages: Sequence[Passage]) -> list[Scores]:
        return [
            Scores(
                labels={
                    "legal_threat": 0.99
                    if {"marigold", "sue"} & set(passage.now.text.split())
                    else 0.01
                },
                emotions={emotion.value: 0.1 for emotion in Emotion},
                intensity=0.2,
            )
            for passage in passages
        ]


ROUNDABOUT = "the marigold will be told about your little form"
DEADLINE_MS = 1_000
POLICY = parse_policy(
    default_policy_text().replace("deadline_ms = 0", f"deadline_ms = {DEADLINE_MS}", 1)
    + """
[queues.patient.detection]
deadline_ms = 0
[queues.swift.detection]
deadline_ms = 50
""",
    source="policy.toml",
)
READER = call_reader(POLICY, JudgeScorer())


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
        waited_ms = DEADLINE_MS + 1 if in_a_hurry else DEADLINE_MS
        step = READER.read(one, lambda _: state, waited_ms=waited_ms)  # noqa: B023
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


def degraded(waited_ms: int, queue: str | None = None, mode: str | None = None) -> bool:
    """Whether a chunk that has waited for so long is read by rules alone."""
    state = None
    if queue is not None:
        started = message(0, mode, type="call.started", queue_id=queue)
        state = READER.read(started, lambda _: None).state
    step = READER.read(said(1, ROUNDABOUT, mode=mode), lambda _: state, waited_ms=waited_ms)
    return bool(events(step, TopicName.SCORES)[0]["degraded"])


@pytest.mark.parametrize(
    ("waited_ms", "mode", "hurried"),
    [
        (100, None, False),
        (5_000, None, True),
        (5_000, "shadow", True),
        (5_000, "replay", False),
        (5_000, "post_call", False),
    ],
)
def test_only_what_is_live_and_late_is_read_in_a_hurry(
    waited_ms: int, mode: str | None, hurried: bool
) -> None:
    assert degraded(waited_ms, mode=mode) is hurried


@pytest.mark.parametrize(
    ("queue", "waited_ms", "hurried"),
    [
        ("patient", 60_000, False),
        ("swift", 100, True),
        ("swift", 50, False),
        ("another", 100, False),
        ("another", 5_000, True),
    ],
)
def test_how_long_a_chunk_may_wait_is_for_its_queue_to_say(
    queue: str, waited_ms: int, hurried: bool
) -> None:
    assert degraded(waited_ms, queue) is hurried


def test_queues_that_wait_differently_share_one_detector() -> None:
    assert QueueDetectors.from_policy(POLICY).count == 1


class Noting(CallReader):
    """Keeps how long each message had waited."""

    def __init__(self, waited: list[int]) -> None:
        self.waited = waited

    def read(self, message: Message, lookup: Any, *, waited_ms: int = 0) -> Step:
        self.waited.append(waited_ms)
        return Step()


def test_the_reader_is_told_how_long_a_message_has_waited() -> None:
    noted: list[int] = []

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
            clock=lambda: 5.001,
        )
        await pipeline.process([Item(said(1, "hello"), nothing)])
        await pipeline.drained()

    asyncio.run(asyncio.wait_for(story(), 10))
    assert noted == [5_000]
