"""One message whose handling fails stops nobody: neither its call nor the worker."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from detectors.chunk import Chunk
from detectors.detector import Detector
from detectors.reading import Conversation, Reading
from stream.app import call_reader, versions
from stream.outputs import Message
from stream.reader import CallReader
from stream.state import StateVersionError, decode_caller, decode_state, encode_state
from stream.step import Step
from stream.topics import TopicName
from tests.stream.test_reports import Call, told
from workflow.call import Customer
from workflow.policy import load_policy

LOST = "the words of a caller"


class Failing:
    """Raises on everything, with words in its text that must go nowhere."""

    def __getattr__(self, name: str) -> Any:
        raise RuntimeError(LOST)


def failing(call: Call) -> Call:
    """The call, read from now on by a worker whose judgment is out of order."""
    call.reader = call_reader(load_policy())
    call.reader._reports._desk = Failing()  # type: ignore[assignment]
    call.reader._ending._desk = Failing()  # type: ignore[assignment]
    return call


def threatened() -> Call:
    call = Call()
    call.says("i am going to sue you people")
    return call


def topics(step: Step) -> list[TopicName]:
    return [output.topic for output in step.outputs]


@pytest.mark.parametrize(
    ("about", "value"),
    [
        (TopicName.TICKS, {"type": "tick", "call_id": "c"}),
        (
            TopicName.ROUTING_OUTCOMES,
            {"type": "route.joined", "call_id": "c", "route_id": "r", "attempt": 1},
        ),
        (TopicName.TRANSCRIPTS, {"type": "call.ended", "call_id": "c", "reason": "lost"}),
    ],
)
def test_a_message_that_cannot_be_handled_is_kept_and_its_call_goes_on(
    about: TopicName, value: dict[str, Any]
) -> None:
    call = failing(threatened())
    before = call.state
    step = call.gets(about, value)
    assert topics(step) == [TopicName.DEAD_LETTERS, TopicName.OPERATIONS]
    letter, note = step.outputs
    assert letter.value == msgspec.json.encode(value)
    assert dict(letter.headers)["reason"] == b"failed"
    told_of = msgspec.json.decode(note.value or b"")
    assert (told_of["about"], told_of["call_id"]) == ("chunk_failed", "c")
    assert "RuntimeError (test_guard.py:" in told_of["detail"]
    assert LOST not in str(step)
    assert call.state == before
    call.reader = Call().reader
    assert told(call.says("i will kill myself tonight"), TopicName.ALERTS)


def test_who_did_what_cannot_be_handled_is_told_so() -> None:
    call = failing(threatened())
    step = call.acts("request_supervisor")
    assert topics(step)[:2] == [TopicName.DEAD_LETTERS, TopicName.OPERATIONS]
    rejected = told(step, TopicName.OPERATIONS)[-1]
    assert rejected["type"] == "action.rejected"
    assert "nothing was changed" in rejected["reason"]


def test_a_caller_whose_calls_cannot_be_told_apart_stops_nobody() -> None:
    reader = call_reader(load_policy(), customer_key=b"k" * 32)
    reader._customers = Failing()  # type: ignore[assignment]
    message = Message(
        key=b"p", value=b"{}", topic="customers", partition=0, offset=1, timestamp_ms=1,
        about=TopicName.CUSTOMERS,
    )  # fmt: skip
    step = reader.read_customer(message, lambda _: None)
    assert topics(step) == [TopicName.DEAD_LETTERS, TopicName.OPERATIONS]
    assert msgspec.json.decode(step.outputs[1].value or b"").get("call_id") is None


def test_a_call_ends_whatever_the_classifier_makes_of_what_it_had_no_time_for() -> None:
    class Fails(Detector):
        def catch_up(self, conversation: Conversation) -> Reading | None:
            raise RuntimeError(LOST)

        def read(
            self, chunk: Chunk, conversation: Conversation, *, hurried: bool = False
        ) -> Reading:
            return super().read(chunk, conversation, hurried=hurried)

    policy = load_policy()
    call = Call(CallReader(Fails.from_policy(policy), policy, versions(policy, None)))
    call.says("i am going to sue you people")
    ended = {"type": "call.ended", "call_id": "c", "reason": "customer_hangup"}
    step = call.gets(TopicName.TRANSCRIPTS, ended)
    assert call.state is not None
    assert call.state.ended_ms is not None
    assert told(step, TopicName.CALLBACKS)
    notes = [note for note in told(step, TopicName.OPERATIONS) if "about" in note]
    assert [note["about"] for note in notes] == ["chunk_failed"]


def test_a_state_that_this_worker_cannot_read_stops_it_and_loses_nothing() -> None:
    call = threatened()
    assert call.state is not None
    newer = encode_state(msgspec.structs.replace(call.state, state_version=99))
    for written in (newer, b"\x81\xa5facts\x01", b"\xc1"):
        message = Message(
            key=b"c", value=b'{"type":"tick","call_id":"c"}', topic="ticks", partition=0, offset=9,
            timestamp_ms=call.at_ms, about=TopicName.TICKS,
        )  # fmt: skip
        with pytest.raises(StateVersionError):
            call.reader.read(message, lambda _, written=written: decode_state(written))  # type: ignore[misc]
    with pytest.raises(StateVersionError):
        decode_caller(b"\xc1")


def started(zone: str) -> dict[str, Any]:
    customer = {"name": "Ms Doe", "number": "+12125550123", "time_zone": zone}
    return {"type": "call.started", "call_id": "c", "customer": customer}


def test_a_zone_that_nobody_knows_counts_as_not_told_and_operators_hear_of_it() -> None:
    call = Call()
    (note,) = told(call.gets(TopicName.TRANSCRIPTS, started("Pacific Time")), TopicName.OPERATIONS)
    assert (note["about"], note["call_id"]) == ("chunk_unreadable", "c")
    assert "America/New_York" in note["detail"]
    assert "Pacific Time" not in note["detail"]
    assert call.state is not None
    assert call.state.facts.customer is not None
    assert call.state.facts.customer.time_zone is None
    assert call.state.facts.customer.number == "+12125550123"
    for known in ("America/Los_Angeles", ""):
        assert not Call().gets(TopicName.TRANSCRIPTS, started(known)).outputs


def test_a_callback_is_offered_to_a_caller_of_whom_an_unknown_zone_was_kept() -> None:
    call = threatened()
    assert call.state is not None
    customer = Customer(name="Ms Doe", time_zone="Pacific Time")
    facts = msgspec.structs.replace(call.state.facts, customer=customer)
    call.state = msgspec.structs.replace(call.state, facts=facts)
    ended = {"type": "call.ended", "call_id": "c", "reason": "customer_hangup"}
    (callback,) = told(call.gets(TopicName.TRANSCRIPTS, ended), TopicName.CALLBACKS)
    assert callback["state"] == "offered"
    assert callback.get("time_zone") is None


@pytest.mark.parametrize(
    "terms",
    [
        {"time_zone": "Pacific Time"},
        {
            "time_zone": "../../etc/hosts",
            "window_start": "2026-11-30T10:00:00Z",
            "window_end": "2026-11-30T11:00:00Z",
        },
    ],
)
def test_a_callback_in_a_zone_that_nobody_knows_is_refused_with_what_to_do(
    terms: dict[str, str],
) -> None:
    (rejected,) = told(threatened().acts("offer_callback", callback=terms), TopicName.OPERATIONS)
    assert rejected["type"] == "action.rejected"
    assert "is no time zone; names are like America/New_York" in rejected["reason"]


@pytest.mark.parametrize(
    ("start", "end", "why"),
    [
        ("9999-12-31T23:59:59-23:00", "9999-12-31T23:59:59-23:00", "within the years 1 to 9999"),
        ("0001-01-01T00:00:00+23:00", "2026-09-21T15:00:00Z", "within the years 1 to 9999"),
        ("9999-12-31T20:00:00Z", "9999-12-31T22:00:00Z", "more than ten years away"),
    ],
)
def test_a_window_out_of_the_calendar_is_refused(start: str, end: str, why: str) -> None:
    terms = {"number": "+12125550123", "time_zone": "Pacific/Kiritimati"}
    terms |= {"window_start": start, "window_end": end}
    (rejected,) = told(threatened().acts("offer_callback", callback=terms), TopicName.OPERATIONS)
    assert why in rejected["reason"]
