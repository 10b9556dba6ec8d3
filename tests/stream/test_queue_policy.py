"""The reader judges by the queue of the call: its thresholds, its mode, its longest text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import msgspec
import pytest

from detectors.scoring import Passage, Scores, Weights
from detectors.vocabulary import Emotion
from stream.app import call_reader, versions
from stream.outputs import Message
from stream.reader import CallReader
from stream.state import CallState, decode_state, encode_state
from stream.step import Step
from stream.topics import TopicName
from workflow.policy import default_policy_text, parse_policy

POLICY = parse_policy(
    f"""{default_policy_text()}
[queues.pilot]
mode = "shadow"
[queues.short.detection]
max_text_chars = 20
[queues.deaf.detection.thresholds]
legal_threat = 1.0
[queues.plain.detection]
classifier = false
[queues.claims.complaints]
enabled = false
[queues.hasty.complaints.terms.default]
answer = "2 days"
""",
    source="policy.toml",
)
READER = call_reader(POLICY, record_key=b"0123456789abcdef0123456789abcdef")
THREAT = "i am going to sue you people"
DYING = "i am going to kill myself tonight"
AT = 1_790_000_000_000


class Call:
    """One call, read as a worker reads it; its state goes through the table."""

    def __init__(self, queue: str | None, reader: CallReader = READER) -> None:
        self.reader = reader
        self.state: CallState | None = None
        self.number = 0
        self.steps: list[Step] = []
        if queue is not None:
            self.gets(type="call.started", queue_id=queue, agent_id="ag-1")

    def gets(self, about: TopicName = TopicName.TRANSCRIPTS, **event: Any) -> Step:
        self.number += 1
        step = self.reader.read(
            Message(
                key=b"c",
                value=msgspec.json.encode({"call_id": "c", **event}),
                topic=about.value,
                partition=0,
                offset=self.number,
                timestamp_ms=AT + self.number * 10_000,
                about=about,
            ),
            lambda _: self.state,
        )
        if step.state is not None:
            self.state = decode_state(encode_state(step.state))
        self.steps.append(step)
        return step

    def says(self, text: str, speaker: str = "customer") -> Step:
        n = self.number
        return self.gets(type="chunk", sequence=n, utterance_id=f"u{n}", speaker=speaker, text=text)

    def told(self, *abouts: TopicName) -> list[dict[str, Any]]:
        return [
            msgspec.json.decode(output.value or b"")
            for step in self.steps
            for output in step.outputs
            if output.topic in abouts
        ]


def test_everything_of_a_call_in_shadow_is_marked_and_nobody_is_disturbed() -> None:
    call = Call("pilot")
    for text in ("this is a disgrace i am absolutely furious", THREAT, DYING):
        call.says(text)
        call.says("you need to calm down, what is your pin", speaker="agent")
    assert call.state is not None
    # Nobody is waited for: all that is still to come is that the call counts as over.
    silent_ms = POLICY.calls.silent_minutes * 60_000
    assert READER.next_moment(call.state) == call.state.seen_ms + silent_ms
    call.gets(TopicName.TICKS, type="tick")
    call.gets(type="call.ended", reason="customer_hangup")
    call.gets(TopicName.TICKS, type="tick")
    marked = call.told(TopicName.ALERTS, TopicName.SCORES, TopicName.INCIDENTS)
    assert {event["mode"] for event in marked} == {"shadow"}
    assert call.told(TopicName.INCIDENTS)
    assert {alert["trigger"] for alert in call.told(TopicName.ALERTS)} == {
        "legal_threat",
        "self_harm",
    }
    assert call.told(TopicName.ROUTING, TopicName.CALLBACKS, TopicName.COACHING) == []


def test_the_same_call_on_another_queue_is_live() -> None:
    call = Call("sales")
    call.says(DYING)
    assert call.told(TopicName.ROUTING)
    assert all(event.get("mode", "live") == "live" for event in call.told(TopicName.ALERTS))


def test_a_call_whose_queue_becomes_known_later_is_in_shadow_from_then_on() -> None:
    call = Call(None)
    call.says(THREAT)
    call.gets(type="call.updated", queue_id="pilot")
    call.says("the bbc will hear about this, i am calling a journalist")
    call.says(DYING)
    scores = [score.get("mode", "live") for score in call.told(TopicName.SCORES)]
    assert scores == ["live", "shadow", "shadow"]
    assert {route["desk"] for route in call.told(TopicName.ROUTING)} == {"legal"}


@pytest.mark.parametrize(("queue", "raised"), [("deaf", False), ("other", True)])
def test_a_queue_has_thresholds_of_its_own(queue: str, raised: bool) -> None:
    call = Call(queue)
    call.says(THREAT)
    assert bool(call.told(TopicName.ALERTS)) is raised


@pytest.mark.parametrize(("queue", "letters"), [("short", 1), ("other", 0)])
def test_a_queue_has_a_longest_text_of_its_own(queue: str, letters: int) -> None:
    call = Call(queue)
    step = call.says(THREAT)
    assert [o.topic for o in step.outputs].count(TopicName.DEAD_LETTERS) == letters


class CountingScorer:
    """A classifier that hears nothing and counts how often it is asked."""

    version = "judge-1"
    weights: Mapping[str, Weights] = {}

    def __init__(self) -> None:
        self.asked = 0

    def score(self, passages: Sequence[Passage]) -> list[Scores]:
        self.asked += len(passages)
        emotions = {emotion.value: 0.1 for emotion in Emotion}
        return [Scores(labels={"media": 0.01}, emotions=emotions, intensity=0.2) for _ in passages]


def test_a_queue_without_the_classifier_is_read_by_rules_and_says_so() -> None:
    scorer = CountingScorer()
    reader = call_reader(POLICY, scorer)
    plain, other = Call("plain", reader), Call("other", reader)
    plain.says(THREAT)
    assert scorer.asked == 0
    other.says(THREAT)
    assert scorer.asked == 1
    for call, model in ((plain, None), (other, "judge-1")):
        events = call.told(TopicName.SCORES, TopicName.ALERTS)
        assert [event.get("model_version") for event in events] == [model, model]


def test_a_queue_alone_may_have_the_classifier() -> None:
    text = default_policy_text().replace("classifier = true", "classifier = false")
    policy = parse_policy(
        f"{text}\n[queues.q.detection]\nclassifier = true\n", source="policy.toml"
    )
    scorer = CountingScorer()
    call = Call("q", call_reader(policy, scorer))
    call.says(THREAT)
    assert scorer.asked == 1
    assert versions(policy, scorer).model == "judge-1"
    assert call.told(TopicName.SCORES)[0]["model_version"] == "judge-1"


COMPLAINS = "i want to make a complaint about my bill"


def complaints_on(queue: str | None) -> list[dict[str, Any]]:
    call = Call(queue)
    call.says(COMPLAINS)
    return call.told(TopicName.COMPLAINTS)


def test_a_queue_has_complaint_rules_of_its_own() -> None:
    assert complaints_on("claims") == []
    (site,), (hasty,) = complaints_on("billing"), complaints_on("hasty")
    assert hasty["answer_by"] < site["answer_by"]


def test_a_complaint_on_a_queue_in_shadow_is_marked_so() -> None:
    assert [one["mode"] for one in complaints_on("pilot")] == ["shadow"]
    assert [one["mode"] for one in complaints_on("billing")] == ["live"]
