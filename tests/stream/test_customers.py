"""Calls of one caller find each other by messages, whatever partitions they lie on."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.app import call_reader
from stream.memory import CALLER_CHECKED_S, CallMemory
from stream.outputs import Message, Output
from stream.reader import CallReader
from stream.settings import SettingsError, load_settings
from stream.state import (
    CallState,
    StateVersionError,
    caller_key,
    decode_caller,
    decode_state,
    encode_caller,
    encode_state,
)
from stream.topics import TopicName
from tests.stream.test_pipeline import CHANGELOG, Bench, run, turns
from workflow.contact import pseudonym
from workflow.customers import CustomerState
from workflow.moments import milliseconds
from workflow.policy import load_policy

KEY = b"c" * 32
READER = call_reader(load_policy(), customer_key=KEY)
AT = 1_790_000_000_000
THREAT = "i am going to sue you people"
LOOP = (TopicName.CUSTOMERS, TopicName.TICKS)


class World:
    """Calls, and the workers' messages to each other, carried out one by one."""

    def __init__(self, reader: CallReader = READER, mode: str | None = None) -> None:
        self.reader, self.mode = reader, mode
        self.calls: dict[str, CallState] = {}
        self.customers: dict[str, CustomerState] = {}
        self.outputs: list[Output] = []
        self.waiting: list[Output] = []
        self.offset = 0
        self.deeds = 0
        self.sequences: dict[str, int] = {}

    def reads(self, about: TopicName, key: bytes, value: bytes) -> None:
        self.offset += 1
        message = Message(
            key=key,
            value=value,
            topic=about.value,
            partition=0,
            offset=self.offset,
            timestamp_ms=AT + self.offset * 1000,
            mode=self.mode if about is TopicName.TRANSCRIPTS else None,
            about=about,
        )
        if about is TopicName.CUSTOMERS:
            step = self.reader.read_customer(message, self.customers.get)
        else:
            step = self.reader.read(message, self.calls.get)
        if step.state is not None:
            self.calls[step.state.facts.call_id] = decode_state(encode_state(step.state))
        if step.customer is not None:
            self.customers[step.customer.pseudonym] = decode_caller(encode_caller(step.customer))
        self.outputs += step.outputs
        self.waiting += [output for output in step.outputs if output.topic in LOOP]

    def settles(self, *, times: int = 1) -> World:
        """Everything that workers tell each other arrives, each of it so often."""
        while self.waiting:
            output = self.waiting.pop(0)
            for _ in range(times):
                self.reads(output.topic, output.key or b"", output.value or b"")
        return self

    def feeds(self, kind: str, call_id: str = "first", **more: Any) -> World:
        event = {"type": kind, "call_id": call_id} | more
        self.reads(TopicName.TRANSCRIPTS, call_id.encode(), msgspec.json.encode(event))
        return self

    def starts(self, call_id: str, ref: str | None = "r-4711", **more: Any) -> World:
        caller = {"ref": ref, "name": "Ms Doe"}
        return self.feeds("call.started", call_id, customer=caller, queue_id="billing", **more)

    def says(self, call_id: str, text: str) -> World:
        number = self.sequences[call_id] = self.sequences.get(call_id, 0) + 1
        return self.feeds(
            "chunk",
            call_id,
            sequence=number,
            utterance_id=f"u{number}",
            speaker="customer",
            text=text,
        )

    def ticks(self, call_id: str, **more: Any) -> World:
        value = msgspec.json.encode({"type": "tick", "call_id": call_id} | more)
        self.reads(TopicName.TICKS, call_id.encode(), value)
        return self

    def acts(self, call_id: str, action: str, **more: Any) -> World:
        self.deeds += 1
        deed = {"type": "action", "action_id": f"a{self.deeds}", "call_id": call_id}
        deed |= {"action": action, "actor": {"id": "alex", "role": "supervisor"}, **more}
        self.reads(TopicName.SUPERVISOR_ACTIONS, call_id.encode(), msgspec.json.encode(deed))
        return self

    def told(self, topic: TopicName, **having: Any) -> list[dict[str, Any]]:
        values = [msgspec.json.decode(o.value or b"") for o in self.outputs if o.topic is topic]
        return [v for v in values if having.items() <= v.items()]

    def history(self, call_id: str) -> Any:
        return self.calls[call_id].desk.history


def first_call() -> World:
    """Nobody joined the caller who threatened to sue: a callback is open."""
    world = World().starts("first").says("first", THREAT)
    return world.feeds("call.ended", "first", reason="customer_hangup").settles()


def test_the_second_call_knows_the_stop_and_the_open_callback_of_the_first() -> None:
    world = first_call().starts("second").settles()
    known = world.history("second")
    assert (known.contacts, known.same_matter) == (1, 1)
    assert [(s.call_id, s.trigger) for s in known.hard_stops] == [("first", "legal_threat")]
    (promise,) = known.open_callbacks
    assert promise.reference in world.calls["first"].desk.callbacks
    assert promise.owner == world.calls["first"].desk.callbacks[promise.reference].owner.name
    assert world.history("first").contacts == 0


def test_operators_hear_that_a_caller_with_an_open_callback_rings_in_and_no_name() -> None:
    world = first_call().starts("second").settles()
    (note,) = world.told(TopicName.OPERATIONS, about="caller_has_callback")
    (promise,) = world.history("second").open_callbacks
    assert (note["call_id"], note["reference"]) == ("second", promise.reference)
    assert "Doe" not in str(note)
    assert promise.owner not in str(note)


def owed(world: World) -> Any:
    """The callback that the first call is owed, and the alert that its caller rings in, if any."""
    desk = world.calls["first"].desk
    (callback,) = desk.callbacks.values()
    return callback, desk.alerts.get(f"callback:{callback.reference}:caller_rings_in")


def test_the_owner_of_a_callback_is_told_when_its_caller_rings_in_and_when_they_are_gone() -> None:
    world = first_call()
    assert owed(world)[1] is None, "it is not due yet"
    world.starts("second").settles()
    callback, alert = owed(world)
    assert (alert.trigger, alert.owner, alert.status.value) == (
        "caller_rings_in",
        callback.owner,
        "confirmed",
    )
    assert "second" in alert.reason
    assert alert.say_now.startswith("Ms Doe is on the line now")
    assert (callback.state.value, callback.is_on_the_line) == ("offered", True)
    (told, *_) = world.told(TopicName.CALLBACKS, revision=callback.revision)
    assert told["rung_in"]["call_id"] == "second"
    assert told["history"][-1]["note"] == "the caller rings in (call second)"
    world.feeds("call.ended", "second", reason="customer_hangup").settles()
    callback, alert = owed(world)
    assert (alert.status.value, callback.is_on_the_line) == ("closed", False)
    assert callback.is_open, "nobody has said that it was settled"


def test_a_callback_that_is_due_stays_so_while_its_caller_is_on_the_line() -> None:
    world = first_call()
    callback, _ = owed(world)
    world.offset += (milliseconds(callback.window_start) - AT) // 1000
    world.ticks("first").starts("second").settles()
    callback, alert = owed(world)
    assert (alert.status.value, callback.state.value) == ("confirmed", "due")
    world.feeds("call.ended", "second", reason="lost").settles()
    due = world.calls["first"].desk.alerts[f"callback:{callback.reference}"]
    assert (due.trigger, due.status.value) == ("callback_due", "confirmed")
    assert owed(world)[1].status.value == "closed"


def test_a_caller_who_rings_in_again_is_told_of_again() -> None:
    world = first_call().starts("second").settles()
    first = owed(world)[1]
    world.feeds("call.ended", "second", reason="lost").starts("third").settles()
    again = owed(world)[1]
    assert again.alert_id != first.alert_id
    assert "third" in again.reason


def test_ringing_in_puts_off_nothing_that_is_owed() -> None:
    """A missed callback goes to the duty manager when it would have, however often they ring."""
    world = first_call()
    callback, _ = owed(world)
    world.acts("first", "miss_callback", reference=callback.reference)
    missed, _ = owed(world)
    due = world.reader.next_moment(world.calls["first"])
    world.offset += 60
    world.starts("second").settles()
    rung, _ = owed(world)
    assert rung.revision > missed.revision
    assert world.reader.next_moment(world.calls["first"]) == due


def test_a_caller_who_turns_out_to_be_another_was_not_on_the_line() -> None:
    world = first_call().starts("second").settles()
    world.feeds("call.updated", "second", customer={"ref": "r-4712"}).settles()
    callback, alert = owed(world)
    assert (alert.status.value, callback.is_on_the_line) == ("closed", False)


def test_a_caller_taken_for_lost_who_is_heard_again_is_on_the_line_again() -> None:
    world = first_call().starts("second").says("second", "hello there").settles()
    world.offset += 2 * 3600
    world.ticks("second", all_read=True).settles()
    assert not owed(world)[0].is_on_the_line
    world.says("second", "are you still there").settles()
    callback, alert = owed(world)
    assert (callback.is_on_the_line, alert.status.value) == (True, "confirmed")


def test_a_recording_rings_nobodys_owner() -> None:
    world = first_call()
    world.mode = "post_call"
    world.starts("second").settles()
    assert not owed(world)[0].is_on_the_line
    assert owed(world)[1] is None


def test_of_a_callback_that_is_kept_on_the_line_nothing_more_is_said() -> None:
    world = first_call().starts("second").settles()
    reference = owed(world)[0].reference
    world.acts("first", "keep_callback", reference=reference).settles()
    world.feeds("call.ended", "second", reason="customer_hangup").settles()
    callback, alert = owed(world)
    assert callback.history[-1].state.value == "kept"
    assert (alert.status.value, alert.closed_reason) == ("closed", "kept")


@given(st.lists(st.sampled_from(["second", "third"]), max_size=6), st.integers(1, 3))
@settings(max_examples=30, deadline=None)
def test_however_often_it_is_said_each_ringing_in_is_told_once(
    calls: list[str], times: int
) -> None:
    world = first_call()
    on_the_line: set[str] = set()
    for call_id in calls:
        if call_id in on_the_line:
            world.feeds("call.ended", call_id, reason="lost")
        else:
            world.starts(call_id)
        on_the_line ^= {call_id}
        world.settles(times=times)
        # Everything that the calls have told so far comes again, as after a crash.
        world.waiting = [o for o in world.outputs if b"caller.rings_in" in (o.value or b"")]
        before = owed(world)
        world.settles()
        assert owed(world) == before
    callback, _ = owed(world)
    assert len(callback.history) == callback.revision
    if callback.is_on_the_line:
        assert callback.rung_in.call_id in on_the_line
    notes = [step.note for step in callback.history]
    assert len(notes) <= 1 + 2 * len(calls)


def test_an_alert_says_how_often_the_caller_has_rung_before() -> None:
    world = first_call().starts("second").settles().says("second", THREAT)
    (alert,) = world.told(TopicName.ALERTS, type="alert.opened", call_id="second")
    assert alert["previous_contacts"] == 1
    threat = {"type": "alert.opened", "trigger": "legal_threat"}
    (alert,) = world.told(TopicName.ALERTS, call_id="first", **threat)
    assert alert["previous_contacts"] is None, "nobody had answered yet"


def test_an_open_alert_is_updated_once_the_caller_is_known() -> None:
    world = first_call().starts("second", ref=None).says("second", THREAT).settles()
    assert not world.history("second").known
    world.feeds("call.updated", "second", customer={"ref": "r-4711"}).settles()
    (alert,) = world.told(TopicName.ALERTS, type="alert.updated", call_id="second")
    assert alert["previous_contacts"] == 1


def test_a_callback_that_is_kept_or_cancelled_leaves_the_history_of_the_call_that_goes_on() -> None:
    world = first_call().starts("second").settles()
    (promise,) = world.history("second").open_callbacks
    world.acts("first", "cancel_callback", reference=promise.reference, reason="done").settles()
    assert world.calls["first"].desk.callbacks[promise.reference].state.value == "cancelled"
    assert not world.history("second").open_callbacks


def test_a_promise_made_on_another_line_reaches_the_call_that_goes_on() -> None:
    world = World().starts("a").starts("b").settles()
    assert not world.history("a").open_callbacks
    world.acts("b", "offer_callback").settles()
    (promise,) = world.history("a").open_callbacks
    assert promise.reference in world.calls["b"].desk.callbacks
    assert len(world.told(TopicName.OPERATIONS, about="caller_has_callback", call_id="a")) == 1


def test_a_false_alarm_is_no_hard_stop_for_later_calls() -> None:
    world = World().starts("first").says("first", THREAT)
    alert = world.calls["first"].desk.alerts["legal_threat"]
    world.acts("first", "false_alarm", alert_id=alert.alert_id)
    world.starts("second").settles()
    assert world.history("second").contacts == 1
    assert not world.history("second").hard_stops


def test_messages_that_come_twice_change_nothing() -> None:
    once = first_call().starts("second").settles()
    twice = World().starts("first").says("first", THREAT)
    twice.feeds("call.ended", "first", reason="customer_hangup").settles(times=2)
    twice.starts("second").settles(times=2)
    assert twice.history("second").hard_stops
    assert len(twice.history("second").open_callbacks) == 1
    assert once.history("second").contacts == twice.history("second").contacts
    assert len(twice.told(TopicName.OPERATIONS, about="caller_has_callback")) == 1


def test_a_call_is_asked_about_once_and_only_its_pseudonym_leaves() -> None:
    world = World().starts("first").says("first", "hello").says("first", "thank you").settles()
    assert len(world.told(TopicName.CUSTOMERS, type="customer.asked")) == 1
    assert not world.told(TopicName.CUSTOMERS, type="customer.noted"), "nothing worth keeping"
    for output in world.outputs:
        if output.topic in LOOP:
            assert b"4711" not in (output.value or b"")
            assert b"Doe" not in (output.value or b"")
            assert b"4711" not in (output.key or b"")
    keys = {output.key for output in world.outputs if output.topic is TopicName.CUSTOMERS}
    assert keys == {pseudonym("r-4711", KEY).encode()}


def test_without_a_key_nothing_is_kept_across_calls() -> None:
    world = World(call_reader(load_policy())).starts("first").says("first", THREAT)
    world.starts("second").settles()
    assert not world.told(TopicName.CUSTOMERS)
    assert not world.history("second").known


def test_a_recording_played_again_is_no_contact() -> None:
    world = World(mode="replay").starts("first").says("first", THREAT).settles()
    assert not world.told(TopicName.CUSTOMERS)


def test_a_caller_who_is_somebody_else_after_all_takes_the_call_along() -> None:
    world = World().starts("first").says("first", THREAT).settles()
    world.feeds("call.updated", "first", customer={"ref": "r-8"}).settles()
    world.starts("second").starts("third", ref="r-8").settles()
    assert world.history("second").contacts == 0
    assert world.history("third").contacts == 1
    assert [s.trigger for s in world.history("third").hard_stops] == ["legal_threat"]
    world.feeds("call.updated", "first", customer={"ref": "r-4711"}).settles()
    assert world.history("second").hard_stops
    assert not world.history("third").hard_stops


def test_facts_that_name_no_caller_leave_the_known_one() -> None:
    world = World().starts("first").settles()
    world.feeds("call.updated", "first", customer={"verified": "full"}).settles()
    assert len(world.told(TopicName.CUSTOMERS, type="customer.asked")) == 1
    assert not world.told(TopicName.CUSTOMERS, type="customer.noted")


def test_an_answer_about_another_caller_or_of_before_changes_nothing() -> None:
    world = first_call().starts("second").settles()
    before = world.calls["second"]
    (answer, *_) = world.told(TopicName.TICKS, type="customer.known", call_id="second")
    answer["history"] = {"contacts": 99}
    for late in (answer, answer | {"pseudonym": "0" * 64, "revision": 99}):
        world.reads(TopicName.TICKS, b"second", msgspec.json.encode(late))
    assert world.calls["second"] == before


@pytest.mark.parametrize("value", [b"", b"{", b'{"type": "customer.asked"}', b"\xff"])
def test_what_cannot_be_read_goes_to_dead_letters(value: bytes) -> None:
    world = World()
    world.reads(TopicName.CUSTOMERS, b"x", value)
    assert [o.topic for o in world.outputs] == [TopicName.DEAD_LETTERS, TopicName.OPERATIONS]


def test_a_key_that_is_not_the_pseudonym_is_refused() -> None:
    world = World()
    asked = {"type": "customer.asked", "pseudonym": "0" * 64, "call_id": "c", "at_ms": 1}
    world.reads(TopicName.CUSTOMERS, b"1" * 64, msgspec.json.encode(asked))
    assert dict(world.outputs[0].headers)["reason"] == b"key_is_not_pseudonym"
    assert not world.customers


DEEDS = st.lists(
    st.one_of(
        st.tuples(st.just("starts"), st.sampled_from("abc")),
        st.tuples(st.just("threat"), st.sampled_from("abc")),
        st.tuples(st.just("offer_callback"), st.sampled_from("abc")),
        st.tuples(st.just("ends"), st.sampled_from("abc")),
    ),
    max_size=12,
)


def played(deeds: list[tuple[str, str]], *, at_once: bool, times: int) -> World:
    world = World()
    for deed, call in deeds:
        match deed:
            case "starts":
                world.starts(call)
            case "threat":
                world.says(call, THREAT)
            case "offer_callback":
                world.acts(call, "offer_callback")
            case _:
                world.feeds("call.ended", call, reason="lost")
        if at_once:
            world.settles(times=times)
    return world.settles(times=times).starts("last").settles(times=times)


@settings(max_examples=25, deadline=None)
@given(DEEDS)
def test_when_the_messages_arrive_makes_no_difference_to_what_the_next_call_knows(
    deeds: list[tuple[str, str]],
) -> None:
    first = played(deeds, at_once=True, times=1)
    second = played(deeds, at_once=False, times=2)
    known, again = first.history("last"), second.history("last")
    assert known.contacts == again.contacts
    assert known.same_matter == again.same_matter
    assert {s.trigger for s in known.hard_stops} == {s.trigger for s in again.hard_stops}
    assert [p.reference for p in known.open_callbacks] == [
        p.reference for p in again.open_callbacks
    ]
    seen: dict[str, bytes | None] = {}
    for output in first.outputs:
        event_id = dict(output.headers)["ce_id"].decode()
        assert seen.setdefault(event_id, output.value) == output.value


def test_the_states_of_callers_lie_beside_those_of_calls_and_expire_by_their_own_rule() -> None:
    now, over = 0.0, False
    stored: dict[bytes, bytes] = {}
    memory = CallMemory(
        lambda: stored,
        ended_s=60,
        silent_s=600,
        clock=lambda: now,
        customer_over=lambda _: over,
    )
    caller = CustomerState(pseudonym="0" * 64, revision=3)
    key, value = memory.remember_customer(caller, 2)
    assert memory.customer("0" * 64, 2) == caller
    assert memory.lookup("0" * 64, 2) is None, "no call has a caller's key"
    memory.forget_working()
    assert memory.customer("0" * 64, 2) is None, "only the table is believed"
    stored[key] = value
    memory.recovered(key, 2, value)
    assert memory.customer("0" * 64, 2) == caller
    now += 100_000
    assert not [found for _ in range(3) for found in memory.expired()]
    now, over = now + CALLER_CHECKED_S + 1, True
    assert [found for _ in range(3) for found in memory.expired()] == [(key, 2)]
    assert memory.due(AT) == []


def test_a_callers_state_of_a_newer_version_is_not_guessed_at() -> None:
    newer = CustomerState(pseudonym="p", state_version=99)
    with pytest.raises(StateVersionError, match="newer hardstop"):
        decode_caller(encode_caller(newer))
    assert not caller_key("p").isascii()


def test_a_short_key_is_refused_with_what_to_do() -> None:
    with pytest.raises(SettingsError, match="openssl rand -hex 32"):
        load_settings({"HARDSTOP_CUSTOMER_KEY": "short"})


def test_a_callers_state_is_confirmed_after_the_answer_and_before_the_offset() -> None:
    async def story() -> None:
        bench = Bench(READER)
        asked = {"type": "customer.asked", "pseudonym": "0" * 64, "call_id": "c", "at_ms": AT}
        message = Message(
            key=b"0" * 64,
            value=msgspec.json.encode(asked),
            topic="customers",
            partition=2,
            offset=1,
            timestamp_ms=AT,
            about=TopicName.CUSTOMERS,
        )
        item = msgspec.structs.replace(bench.item(1), message=message)
        await bench.pipeline.process([item])
        while not bench.acknowledged:
            bench.broker.confirm()
            await turns()
        log = bench.broker.log
        steps = ["sent ticks", "confirmed ticks", f"sent {CHANGELOG}", f"confirmed {CHANGELOG}"]
        assert log == [*steps, "acknowledged 1"]
        assert decode_caller(bench.stored[caller_key("0" * 64)]).contacts[0].call_id == "c"

    run(story)
