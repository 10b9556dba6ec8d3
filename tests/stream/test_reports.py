"""What platforms report, people do and time brings, as records on the topics."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from stream.app import call_reader
from stream.events import IncidentEntry
from stream.outputs import Message
from stream.reader import CallReader
from stream.records import RecordKeyError, record_key
from stream.state import CallState, decode_state, encode_state
from stream.step import Step
from stream.topics import TopicName
from workflow.alerts import AlertStatus
from workflow.call import Verified
from workflow.chain import EntryKind, verify
from workflow.incident import head_of
from workflow.policy import load_policy

READER = call_reader(load_policy())
AT = 1_790_000_000_000


class Call:
    """One call over time, read as a worker reads it; its state goes through the table."""

    def __init__(self, reader: CallReader = READER) -> None:
        self.reader = reader
        self.state: CallState | None = None
        self.offset = 0
        self.at_ms = AT

    def gets(self, about: TopicName, value: dict[str, Any] | bytes, key: bytes = b"c") -> Step:
        raw = value if isinstance(value, bytes) else msgspec.json.encode(value)
        self.offset += 1
        step = self.reader.read(
            Message(
                key=key,
                value=raw,
                topic=about.value,
                partition=0,
                offset=self.offset,
                timestamp_ms=self.at_ms,
                about=about,
            ),
            lambda _: self.state,
        )
        if step.state is not None:
            self.state = decode_state(encode_state(step.state))
        return step

    def says(self, text: str) -> Step:
        return self.gets(
            TopicName.TRANSCRIPTS,
            {
                "type": "chunk",
                "call_id": "c",
                "sequence": self.offset + 1,
                "utterance_id": f"u{self.offset}",
                "speaker": "customer",
                "text": text,
            },
        )

    def acts(self, action: str, **more: Any) -> Step:
        deed = {"type": "action", "action_id": f"a{self.offset}", "call_id": "c", "action": action}
        deed |= {"actor": {"id": "alex", "role": "supervisor"}}
        return self.gets(TopicName.SUPERVISOR_ACTIONS, deed | more)

    def reports(self, kind: str, **more: Any) -> Step:
        assert self.state is not None
        (way,) = self.state.desk.ways.values()
        outcome = {"type": kind, "call_id": "c", "route_id": way.route.route_id}
        outcome |= {"attempt": way.route.attempt}
        return self.gets(TopicName.ROUTING_OUTCOMES, outcome | more)

    def ticks(self, after_s: float) -> Step:
        self.at_ms += round(after_s * 1000)
        return self.gets(TopicName.TICKS, {"type": "tick", "call_id": "c"})


def told(step: Step, topic: TopicName) -> list[dict[str, Any]]:
    return [msgspec.json.decode(o.value or b"") for o in step.outputs if o.topic is topic]


@pytest.fixture
def call() -> Call:
    call = Call()
    call.says("i am going to sue you people")
    return call


def test_a_claim_is_applied_and_told(call: Call) -> None:
    assert call.state is not None
    alert = call.state.desk.alerts["legal_threat"]
    step = call.acts("claim", alert_id=alert.alert_id)
    (applied,) = told(step, TopicName.OPERATIONS)
    assert (applied["type"], applied["revision"]) == ("action.applied", 2)
    (updated,) = told(step, TopicName.ALERTS)
    assert updated["owner"] == {"id": "alex", "name": "Alex Morgan"}


def test_a_refused_action_says_why_and_changes_nothing(call: Call) -> None:
    before = call.state
    step = call.acts("claim", alert_id="nothing")
    (rejected,) = told(step, TopicName.OPERATIONS)
    assert rejected["type"] == "action.rejected"
    assert "not there" in rejected["reason"]
    assert before is not None
    assert call.state is not None
    assert call.state.desk == before.desk


def test_an_action_that_is_read_twice_is_done_once(call: Call) -> None:
    assert call.state is not None
    alert = call.state.desk.alerts["legal_threat"]
    call.acts("resolve", alert_id=alert.alert_id, action_id="same")
    again = call.acts("resolve", alert_id=alert.alert_id, action_id="same")
    assert again.repeat
    assert not again.outputs


def test_an_action_on_an_unknown_call_is_rejected() -> None:
    (rejected,) = told(Call().acts("claim", alert_id="x"), TopicName.OPERATIONS)
    assert rejected["reason"] == "this call is not known any more"


def test_who_the_caller_is_can_be_verified_by_a_person(call: Call) -> None:
    call.acts("set_verified", verified="full")
    assert call.state is not None
    assert call.state.facts.customer is not None
    assert call.state.facts.customer.verified is Verified.FULL


def test_a_person_who_joins_has_the_alert(call: Call) -> None:
    step = call.reports("route.joined", person_id="carmen")
    (updated,) = told(step, TopicName.ALERTS)
    assert updated["status"] == "claimed"
    assert call.state is not None
    silent_ms = load_policy().calls.silent_minutes * 60_000
    assert READER.next_moment(call.state) == call.state.seen_ms + silent_ms


def test_a_report_that_comes_twice_is_taken_once() -> None:
    call = Call(call_reader(load_policy(), None, b"k" * 32))
    call.says("i am going to sue you people")
    assert told(call.reports("route.offered", person_id="carmen"), TopicName.INCIDENTS)
    again = call.reports("route.offered", person_id="carmen")
    assert again.repeat
    assert not again.outputs


def test_who_left_and_joins_again_is_heard_both_times(call: Call) -> None:
    call.reports("route.joined", person_id="carmen")
    call.reports("route.failed", reason="no_answer")
    assert not call.reports("route.joined", person_id="carmen").repeat


def test_a_route_that_fails_falls_back_on_the_next_person(call: Call) -> None:
    step = call.reports("route.failed", reason="no_answer")
    (fallback,) = told(step, TopicName.ROUTING)
    assert (fallback["type"], fallback["attempt"]) == ("route.fallback", 2)
    assert fallback["owner"]["id"] == "alex"


def test_time_alone_passes_the_call_on(call: Call) -> None:
    assert call.state is not None
    assert READER.next_moment(call.state) == AT + 60_000
    assert not call.ticks(59).outputs
    (fallback,) = told(call.ticks(1), TopicName.ROUTING)
    assert fallback["type"] == "route.fallback"


def test_nobody_comes_and_the_callback_is_on_the_log(call: Call) -> None:
    callbacks: list[dict[str, Any]] = []
    for _ in range(6):
        callbacks += told(call.ticks(60), TopicName.CALLBACKS)
    assert callbacks[0]["type"] == "callback"
    assert callbacks[0]["state"] == "offered"
    assert call.state is not None
    alert = call.state.desk.alerts["legal_threat"]
    assert alert.callback_reference == callbacks[0]["reference"]
    assert alert.status is AlertStatus.CONFIRMED


@pytest.mark.parametrize(
    "about", [TopicName.ROUTING_OUTCOMES, TopicName.SUPERVISOR_ACTIONS, TopicName.TICKS]
)
@pytest.mark.parametrize(
    "value", [b"", b"{", b"[]", b'{"type": "nothing"}', b"\xff\xfe", b'{"type":"tick","call_id":1}']
)
def test_what_cannot_be_read_goes_to_dead_letters_and_nothing_stops(
    call: Call, about: TopicName, value: bytes
) -> None:
    step = call.gets(about, value)
    assert [output.topic for output in step.outputs] == [
        TopicName.DEAD_LETTERS,
        TopicName.OPERATIONS,
    ]


def test_a_key_that_is_not_the_calls_is_refused(call: Call) -> None:
    step = call.gets(TopicName.TICKS, {"type": "tick", "call_id": "c"}, key=b"other")
    assert step.outputs[0].topic is TopicName.DEAD_LETTERS


def test_a_report_on_nothing_known_changes_nothing() -> None:
    outcome = {"type": "route.joined", "call_id": "c", "route_id": "r", "attempt": 1}
    assert Call().gets(TopicName.ROUTING_OUTCOMES, outcome) == Step()
    assert Call().ticks(1) == Step()


def test_a_hint_reaches_the_agent_and_what_becomes_of_it_is_kept() -> None:
    call = Call()
    (hint,) = told(call.says("i am going to sue you people"), TopicName.COACHING)
    assert hint["type"] == "coaching.hint"
    assert hint["say_instead"]
    # One on the screen at a time.
    assert not told(call.says("this is an absolute disgrace"), TopicName.COACHING)
    step = call.acts("hint_used", hint_id=hint["hint_id"])
    assert told(step, TopicName.OPERATIONS)[0]["type"] == "action.applied"
    assert call.state is not None
    assert call.state.coach.counted()["used"] == 1
    (rejected,) = told(call.acts("hint_shown", hint_id="x"), TopicName.OPERATIONS)
    assert "never given" in rejected["reason"]


def test_what_happens_on_a_call_with_a_hard_stop_is_on_record_and_the_chain_holds() -> None:
    call = Call(call_reader(load_policy(), record_key=b"k" * 32))
    steps = [call.says("hello"), call.says("i am going to sue you people")]
    steps += [call.reports("route.joined", person_id="carmen"), call.ticks(60)]
    assert call.state is not None
    alert = call.state.desk.alerts["legal_threat"]
    steps.append(call.acts("resolve", alert_id=alert.alert_id, reason="agreed"))
    entries = [
        msgspec.json.decode(output.value or b"", type=IncidentEntry)
        for step in steps
        for output in step.outputs
        if output.topic is TopicName.INCIDENTS
    ]
    assert [entry.number for entry in entries] == list(range(1, len(entries) + 1))
    assert verify(entries, head_of(call.state.record, "c")).intact
    assert not verify(entries[:-1], head_of(call.state.record, "c")).intact
    quotes = [entry.evidence.quote for entry in entries if entry.evidence is not None]
    assert quotes == ["i am going to sue you people"]
    kinds = {entry.kind for entry in entries}
    assert {EntryKind.OPENED, EntryKind.QUOTE, EntryKind.ROUTE, EntryKind.ACTION} <= kinds
    assert alert.incident_id == entries[0].incident_id


def test_without_a_key_nothing_is_recorded_and_a_short_one_is_refused(call: Call) -> None:
    assert call.state is not None
    assert call.state.record.count == 0
    assert record_key(None) is None
    with pytest.raises(RecordKeyError, match="32 characters"):
        record_key("short")
