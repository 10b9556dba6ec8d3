"""Who is forgotten is forgotten by everybody: on the call, across calls, where events went."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from stream.app import call_reader
from stream.forgetting import NOTHING_KEPT, of_call
from stream.topics import TopicName
from tests.stream.test_customers import KEY, THREAT, World
from workflow.actions import ActionKind, Actor, ActorRole, Deed
from workflow.contact import pseudonym
from workflow.history import History
from workflow.moments import rfc3339
from workflow.policy import load_policy

READER = call_reader(load_policy(), record_key=b"k" * 32, customer_key=KEY)
ADMIN = {"id": "root", "role": "admin"}
CALLER = pseudonym("r-4711", KEY)


def is_over(world: World, call_id: str) -> None:
    """The caller hangs up, and nothing is owed any more."""
    world.feeds("call.ended", call_id, reason="customer_hangup").settles()
    for reference in world.calls[call_id].desk.callbacks:
        world.acts(call_id, "keep_callback", reference=reference).settles()


def threatened(*calls: str) -> World:
    """So many calls of one caller, each with a hard stop, all of them over."""
    world = World(READER)
    for call_id in calls:
        world.starts(call_id).settles().says(call_id, THREAT).settles()
        is_over(world, call_id)
    return world


def forget(world: World, call_id: str, **more: Any) -> World:
    more = {"actor": ADMIN, "reason": "request 9", **more}
    return world.acts(call_id, "forget", **more).settles()


def answers(world: World) -> list[dict[str, Any]]:
    found = world.told(TopicName.OPERATIONS)
    return [a for a in found if a["type"] in ("action.applied", "action.rejected")]


def told_of(world: World) -> list[str]:
    found = world.told(TopicName.INCIDENTS, type="call.forgotten")
    return [event["call_id"] for event in found]


def test_a_forgotten_call_is_told_of_and_the_next_call_knows_nothing_of_it() -> None:
    world = threatened("first")
    forget(world, "first")
    assert told_of(world) == ["first"]
    world.starts("second").settles()
    assert world.history("second") == History(known=True)
    assert b"legal" not in msgspec.json.encode(world.customers[CALLER])


def test_it_reaches_the_callers_other_calls_long_after_the_record_was_closed() -> None:
    world = threatened("first")
    world.offset += 3_700
    world.reads(TopicName.TICKS, b"first", b'{"type":"tick","call_id":"first"}')
    assert world.settles().calls["first"].record.closed
    assert b"4711" not in msgspec.json.encode(world.calls["first"])
    forget(world, "first").starts("second").settles()
    assert world.history("second") == History(known=True)


def test_who_is_on_the_line_is_told_nothing_any_more_of_a_call_that_is_forgotten() -> None:
    world = threatened("first").starts("second").settles()
    assert world.history("second").contacts == 1
    forget(world, "first")
    assert world.history("second") == History(known=True)


def test_of_calls_whose_briefs_may_mention_a_forgotten_one_it_is_told_and_of_no_others() -> None:
    world = threatened("first").starts("second").settles().starts("other", ref="r-8").settles()
    forget(world, "first")
    told = world.told(TopicName.INCIDENTS, type="earlier.forgotten")
    assert [event["call_id"] for event in told] == ["second"]
    assert "first" not in str(told)
    assert told[0]["at"] > world.told(TopicName.INCIDENTS, type="call.forgotten")[0]["at"]
    forget(world, "first", action_id="again")
    assert len(world.told(TopicName.INCIDENTS, type="earlier.forgotten")) == 1


@pytest.mark.parametrize("ahead", ["seen", "claimed"])
def test_what_clocks_that_are_ahead_say_is_younger_than_the_request_goes_too(ahead: str) -> None:
    world = threatened("first")
    state = world.calls["first"]
    later = state.seen_ms + 3_600_000
    if ahead == "seen":
        state = msgspec.structs.replace(state, seen_ms=later)
    else:
        (label, alert), *_ = state.desk.alerts.items()
        alert = msgspec.structs.replace(alert, updated_at=rfc3339(later))
        desk = msgspec.structs.replace(state.desk, alerts={label: alert})
        state = msgspec.structs.replace(state, desk=desk)
    world.calls["first"] = state
    forget(world, "first")
    (event,) = world.told(TopicName.INCIDENTS, type="call.forgotten")
    assert event["at"] == rfc3339(later)


def test_a_call_under_a_hold_is_told_of_to_nobody_and_stays_known() -> None:
    world = threatened("first")
    qa = {"id": "quinn", "role": "qa"}
    world.acts("first", "legal_hold", hold="set", reason="claim 17", actor=qa)
    forget(world, "first").starts("second").settles()
    assert told_of(world) == []
    assert world.history("second").contacts == 1


def test_a_call_of_which_workers_keep_nothing_is_told_of_all_the_same() -> None:
    world = forget(World(READER), "long-ago")
    assert told_of(world) == ["long-ago"]
    assert answers(world)[0]["detail"] == NOTHING_KEPT
    refused = forget(World(READER), "long-ago", actor={"id": "alex", "role": "supervisor"})
    assert told_of(refused) == []
    assert "admin" in answers(refused)[0]["reason"]


def test_a_caller_is_forgotten_with_calls_that_left_no_record_and_one_that_is_held_stays() -> None:
    world = threatened("one", "two", "held")
    world.starts("plain").settles().says("plain", "i want to change my address").settles()
    is_over(world, "plain")
    qa = {"id": "quinn", "role": "qa"}
    world.acts("held", "legal_hold", hold="set", reason="claim 17", actor=qa)
    del world.calls["plain"]  # Its time in the table is over.
    forget(world, "request-1", customer_ref="r-4711")
    assert sorted(told_of(world)) == ["one", "plain", "two"]
    assert [c.call_id for c in world.customers[CALLER].contacts if not c.withdrawn] == ["held"]
    world.starts("next").settles()
    assert {s.call_id for s in world.history("next").hard_stops} == {"held"}
    assert b"r-4711" not in b"".join(
        output.value or b"" for output in world.outputs if output.topic is TopicName.CUSTOMERS
    )
    world.acts("held", "legal_hold", hold="lift", reason="settled", actor=qa)
    forget(world, "held").starts("last").settles()
    assert [c.call_id for c in world.customers[CALLER].contacts] == ["next", "last"]


def test_a_call_that_was_asked_by_name_is_not_asked_again_for_its_caller() -> None:
    world = threatened("one")
    request = Deed(
        action_id="request-1",
        call_id="",
        action=ActionKind.FORGET,
        actor=Actor(id="root", role=ActorRole.ADMIN),
    )
    forget(world, "one", action_id=of_call(request, "one").action_id)
    told = len(world.outputs)
    forget(world, "request-1", action_id="request-1", customer_ref="r-4711")
    assert told_of(world) == ["one"]
    later = [output.topic for output in world.outputs[told:]]
    assert TopicName.INCIDENTS not in later
    assert world.customers[CALLER].contacts == ()


def test_workers_that_know_nobody_across_calls_answer_that_it_is_done() -> None:
    world = World(call_reader(load_policy(), record_key=b"k" * 32))
    forget(world, "request-1", customer_ref="r-4711")
    assert [answer["type"] for answer in answers(world)] == ["action.applied"]
    assert not world.told(TopicName.CUSTOMERS)


@pytest.mark.parametrize(
    ("reference", "topic"),
    [("CB-7F3K-9QXA", TopicName.CALLBACKS), ("CP-7F3K9-QXA4M", TopicName.COMPLAINTS)],
)
def test_what_stands_on_a_log_is_taken_off_its_own(reference: str, topic: TopicName) -> None:
    world = forget(World(READER), "long-ago", reference=reference)
    (gone,) = [output for output in world.outputs if output.value is None]
    assert (gone.topic, gone.key) == (topic, reference.encode())


def test_a_complaint_that_waits_for_its_answer_stays_on_the_register_and_leaves_it_later() -> None:
    world = World(READER).starts("first").settles()
    world.says("first", "i want to make a formal complaint about the way i was treated").settles()
    is_over(world, "first")
    (complaint,) = world.calls["first"].register.complaints
    forget(world, "first", reference=complaint.reference)
    assert "waits for its answer" in answers(world)[-1]["reason"]
    forget(world, "first")
    assert world.calls["first"].register.is_open
    alex = {"reference": complaint.reference, "reason": "letter of 3 December"}
    world.acts("first", "answer_complaint", **alex)
    forget(world, "first")
    gone = {(output.topic, output.key) for output in world.outputs if output.value is None}
    assert (TopicName.COMPLAINTS, complaint.reference.encode()) in gone
