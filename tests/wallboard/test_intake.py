"""Events become rows: the newest stands, repeats change nothing, nothing broken stops it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from tests.wallboard.house import NOW, House, alert, at, callback, outcome, route, score
from wallboard.audience import may_hear
from wallboard.hub import after
from wallboard.intake.arrival import Arrival
from wallboard.pruning import end_silent_calls, prune
from wallboard.settings import WallboardSettings
from wallboard.store.tables import (
    Alert,
    Call,
    Callback,
    Complaint,
    Deed,
    Entry,
    Feed,
    Hint,
    Note,
    Offset,
    Route,
    Table,
    Turn,
)


@pytest.fixture(scope="module")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    built = House(tmp_path_factory.mktemp("house"))
    yield built
    built.engine.dispose()


@pytest.fixture(autouse=True)
def empty(house: House) -> None:
    clear(house)


def clear(house: House) -> None:
    house.now = NOW
    with house.sessions.begin() as db:
        for table in reversed(Table.metadata.sorted_tables):
            db.execute(delete(table))


def one(house: House, kind: type[Any], key: object) -> Any:
    with house.sessions() as db:
        return db.get(kind, key)


def feed(house: House, kind: str | None = None) -> list[Feed]:
    with house.sessions() as db:
        rows = list(db.scalars(select(Feed).order_by(Feed.number)))
    return [row for row in rows if kind in (None, row.kind)]


quick = settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@quick
@given(order=st.lists(st.integers(1, 5), min_size=1, max_size=12), split=st.integers(1, 4))
def test_whatever_the_order_the_newest_revision_of_an_alert_stands(
    house: House, order: list[int], split: int
) -> None:
    clear(house)
    values = [alert(revision=number, reason=f"revision {number}") for number in order]
    for begin in range(0, len(values), split):
        house.read("alerts", *values[begin : begin + split])
    row = one(house, Alert, "a1")
    assert (row.revision, row.body["reason"]) == (max(order), f"revision {max(order)}")
    told = [news.body["revision"] for news in feed(house, "alert")]
    assert told == sorted(set(told))


@quick
@given(order=st.permutations(["requested", "offered", "accepted", "joined", "cancelled"]))
def test_whatever_the_order_a_person_who_has_joined_is_shown_as_joined(
    house: House, order: list[str]
) -> None:
    clear(house)
    house.read("alerts", alert())
    for step in order:
        if step in ("requested", "cancelled"):
            ended = {"cancel_reason": "resolved"} if step == "cancelled" else {}
            house.read("routing", route(kind=f"route.{step}", **ended))
        else:
            house.read("routing.outcomes", outcome(step, person_id="cy"))
    row = one(house, Route, "r1")
    assert (row.state, row.desk, row.body["person_id"]) == ("joined", "legal", "cy")


def test_the_next_attempt_of_a_route_begins_anew(house: House) -> None:
    house.read("alerts", alert())
    house.read("routing", route(), route(2, "route.fallback", desk="supervisors"))
    house.read("routing.outcomes", outcome("failed", reason="busy"))
    row = one(house, Route, "r1")
    assert (row.attempt, row.state, row.desk, row.reason) == (2, "requested", "supervisors", None)


def test_an_attempt_that_is_told_anew_stands_as_it_was_told_last(house: House) -> None:
    """A worker died and the next one read a deed before the words: the same request to others."""
    house.read("alerts", alert())
    house.read("routing", route(owner={"id": "carmen", "name": "Carmen"}))
    house.read("routing.outcomes", outcome("accepted", person_id="cy"))
    house.read("routing", route(owner={"id": "dev", "name": "Dev"}, desk="compliance"))
    row = one(house, Route, "r1")
    assert (row.state, row.desk) == ("accepted", "compliance")
    assert (row.body["owner"]["id"], row.body["person_id"]) == ("dev", "cy")
    told = [news.body["owner"]["id"] for news in feed(house, "route")]
    assert told == ["carmen", "carmen", "dev"]


def test_an_attempt_that_was_cancelled_and_is_told_anew_is_asked_for_again(house: House) -> None:
    house.read("alerts", alert())
    house.read("routing", route(), route(kind="route.cancelled", cancel_reason="resolved"))
    assert one(house, Route, "r1").state == "cancelled"
    house.read("routing", route())
    assert one(house, Route, "r1").state == "cancelled", "it was told before it was cancelled"
    house.now += 5
    house.read("routing", route(requested_at=at(NOW + 3)))
    row = one(house, Route, "r1")
    assert (row.state, row.reason, row.body["requested_at"]) == ("requested", None, at(NOW + 3))
    assert row.body["cancel_reason"] is None


def test_a_partial_result_is_replaced_in_place_and_an_old_one_changes_nothing(
    house: House,
) -> None:
    house.read("scores", score(1), score(3, is_final=True, text="the final words"))
    house.read("scores", score(2), score(4, "u2"))
    row = one(house, Turn, ("c1", "u1"))
    assert (row.text, row.is_final, row.first, row.number) == ("the final words", True, 1, 3)
    assert [news.body["number"] for news in feed(house, "turn")] == [3, 4]


def test_what_is_read_twice_counts_once(house: House) -> None:
    arrivals = house.arrivals("alerts", alert()) + house.arrivals("routing", route())
    assert house.intake.take(arrivals) > 0
    before = [news.number for news in feed(house)]
    assert house.intake.take(arrivals) == 0
    assert [news.number for news in feed(house)] == before
    assert one(house, Offset, ("alerts", 0)).next_offset == arrivals[0].offset + 1


def test_what_cannot_be_read_is_passed_over_and_logged_without_its_words(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    broken = (b"my card is 4111", b'{"type": "alert.opened", "version": 9}', None, b"\xff\x00")
    house.read("alerts", *broken, alert())
    assert one(house, Alert, "a1") is not None
    assert house.services.counts.by_name["broken"]["alerts"] >= len(broken)
    assert "4111" not in caplog.text
    assert "alerts/0/" in caplog.text


def test_a_message_that_no_table_takes_does_not_take_others_with_it(house: House) -> None:
    too_large = score(2**63, "u9", at=at())
    house.read("scores", score(1), too_large, score(2, "u2"))
    assert one(house, Turn, ("c1", "u2")) is not None
    assert one(house, Turn, ("c1", "u9")) is None
    house.read("scores", score(5, "u5"))
    assert one(house, Turn, ("c1", "u5")) is not None


def test_catching_up_fills_tables_and_not_the_feed(house: House) -> None:
    house.now = NOW + 3 * 3_600_000
    house.read("scores", *(score(number, f"u{number}") for number in range(50)))
    house.read("alerts", alert())
    assert one(house, Turn, ("c1", "u49")) is not None
    assert {news.kind for news in feed(house)} == {"alert"}
    house.now = NOW + 30 * 24 * 3_600_000
    house.read("scores", score(99, "u99"))
    assert one(house, Turn, ("c1", "u99")) is None


def test_a_call_that_is_not_monitored_says_why_until_it_is(house: House) -> None:
    note = {
        "type": "operations.note",
        "version": 1,
        "about": "not_monitored",
        "detail": "no rules for 'fi'",
        "at": at(NOW + 5),
        "call_id": "c1",
    }
    house.read("operations", note)
    assert one(house, Call, "c1").not_monitored == "no rules for 'fi'"
    house.read("scores", score(6, monitored=False, text=""))
    assert one(house, Call, "c1").not_monitored == "no rules for 'fi'"
    house.read("scores", score(7))
    assert one(house, Call, "c1").not_monitored is None
    again = Arrival(topic="operations", partition=1, offset=0, at=NOW, value=None)
    assert again.place == "operations/1/0"
    with house.sessions() as db:
        assert [row.about for row in db.scalars(select(Note))] == ["not_monitored"]


def test_the_steps_that_the_agent_takes_and_the_next_are_kept(house: House) -> None:
    hint = {
        "type": "coaching.hint",
        "version": 1,
        "hint_id": "h1",
        "call_id": "c1",
        "kind": "next_step",
        "text": "Say what you heard.",
        "at": at(NOW),
        "expires_at": at(NOW + 25_000),
        "agent_id": "ann",
        "step": "hear",
    }
    house.read("coaching", hint, hint)
    assert one(house, Call, "c1").heard["next"] == "hear"
    spoken = {"speaker": "agent", "is_final": True, "steps": ["hear"]}
    house.read("scores", score(1, **spoken))
    assert one(house, Call, "c1").heard["done"] == ["hear"]
    assert len(feed(house, "hint")) == 1


def test_a_verdict_may_come_before_the_action_that_it_is_about(house: House) -> None:
    applied = {"type": "action.applied", "version": 1, "action_id": "x1", "call_id": "c1"}
    house.read("alerts", alert())
    house.read("operations", {**applied, "at": at(NOW + 50), "revision": 2})
    assert feed(house, "deed") == []
    action = {
        "type": "action",
        "version": 1,
        "action_id": "x1",
        "call_id": "c1",
        "action": "claim",
        "actor": {"id": "bo", "role": "supervisor"},
        "alert_id": "a1",
    }
    house.read("supervisor.actions", action, action)
    row = one(house, Deed, "x1")
    assert (row.applied, row.user_id, row.desk) == (True, "bo", "legal")
    (news,) = feed(house, "deed")
    assert (news.body["applied"], news.body["alert_id"], news.queue_id) == (True, "a1", "billing")


def test_why_an_action_was_rejected_is_told(house: House) -> None:
    action = {
        "type": "action",
        "version": 1,
        "action_id": "x1",
        "call_id": "c1",
        "action": "claim",
        "actor": {"id": "bo", "role": "supervisor"},
        "alert_id": "a1",
    }
    house.read("supervisor.actions", action)
    rejected = {"type": "action.rejected", "version": 1, "action_id": "x1", "call_id": "c1"}
    house.read("operations", {**rejected, "at": at(), "reason": "Bo has it already"})
    assert one(house, Deed, "x1").rejected == "Bo has it already"
    assert feed(house, "deed")[0].body["rejected"] == "Bo has it already"


def test_a_callback_is_seen_as_its_alert_is_once_that_is_known(house: House) -> None:
    house.read("callbacks", callback())
    early = one(house, Callback, "CB-1")
    assert (early.handling, early.desk) == ("restricted", "crisis")
    house.read("alerts", alert())
    row = one(house, Callback, "CB-1")
    assert (row.handling, row.desk, row.queue_id) == ("normal", "legal", "billing")
    house.read("callbacks", callback(3, state="committed"), callback(2), None)
    assert one(house, Callback, "CB-1").state == "committed"


RINGS_IN = {"trigger": "caller_rings_in", "desk": None, "callback_reference": "CB-1"}


def test_that_a_caller_rings_in_is_for_the_desk_of_who_owes_them_a_call(house: House) -> None:
    owner = {"owner": {"id": "grace", "name": "Grace"}}
    house.read("alerts", alert("rings", **RINGS_IN, **owner))
    assert one(house, Alert, "rings").desk == "crisis"
    (told,) = (item for item in after(house.sessions, 0) if item.kind == "alert")
    assert may_hear(house.user("grace", "desk", desks=["crisis"]), told)
    assert not may_hear(house.user("elena", "desk", desks=["media"]), told)


def test_what_is_owed_after_a_call_does_not_make_it_go_on(house: House) -> None:
    ended = {"kind": "call_ended", "number": 1, "incident_id": "i1", "call_id": "c1", "at": at()}
    hashes = {"previous_hash": "0" * 64, "commitment": "0" * 64, "hash": "1" * 64}
    house.read("alerts", alert(updated_at=at()))
    house.read("incidents", {"type": "incident.entry", "version": 1, **ended, **hashes})
    assert one(house, Call, "c1").ended_at == NOW
    house.read("alerts", alert("rings", updated_at=at(NOW + 60_000), **RINGS_IN))
    assert one(house, Call, "c1").ended_at == NOW
    house.read("alerts", alert("new", updated_at=at(NOW + 60_000), trigger="fraud"))
    assert one(house, Call, "c1").ended_at is None


def test_an_entry_of_a_record_is_kept_as_it_came_until_it_is_erased(house: House) -> None:
    entry = {
        "type": "incident.entry",
        "version": 1,
        "incident_id": "i1",
        "call_id": "c1",
        "number": 1,
        "kind": "opened",
        "at": at(),
        "previous_hash": "0" * 64,
        "commitment": "1" * 64,
        "hash": "2" * 64,
        "salt": "3" * 64,
        "facts": {"alert": "a1", "desk": "legal"},
    }
    house.read("incidents", entry, entry)
    assert one(house, Entry, ("i1", 1)).desk == "legal"
    blank = {name: value for name, value in entry.items() if name not in ("salt", "facts")}
    house.read("incidents", blank, entry)
    assert one(house, Entry, ("i1", 1)).body["facts"] == {}


def test_a_complaint_is_kept_whole_with_its_due_dates(house: House) -> None:
    complaint = {
        "type": "complaint",
        "version": 1,
        "reference": "CP-1",
        "call_id": "c1",
        "state": "open",
        "acknowledge_by": at(NOW + 1000),
        "answer_by": at(NOW + 2000),
        "queue_id": "billing",
        "basis": "DISP 1.6",
    }
    house.read("complaints", {**complaint, "revision": 2, "state": "answered"}, complaint)
    row = one(house, Complaint, "CP-1")
    assert (row.state, row.answer_by, row.body["basis"]) == ("answered", NOW + 2000, "DISP 1.6")


def test_what_is_old_is_pruned_and_numbers_never_come_again(house: House) -> None:
    house.read("scores", score(1))
    house.read("alerts", alert())
    last = feed(house)[-1].number
    house.now = NOW + 21 * 60_000
    prune(house.sessions, WallboardSettings(), house.now)
    assert "turn" not in {news.kind for news in feed(house)}
    house.now = NOW + 8 * 24 * 3_600_000
    prune(house.sessions, WallboardSettings(), house.now)
    assert [news.number for news in feed(house)] == [last]
    assert one(house, Turn, ("c1", "u1")) is None
    clear(house)
    house.read("alerts", alert("a2"))
    assert feed(house)[0].number > last


def test_a_call_without_a_word_for_a_while_is_over_until_somebody_speaks(house: House) -> None:
    house.read("scores", score(1))
    house.now = NOW + 16 * 60_000
    assert end_silent_calls(house.sessions, house.now) == 1
    assert one(house, Call, "c1").ended_at == NOW + 1
    house.read("scores", score(2, at=at(house.now)))
    assert one(house, Call, "c1").ended_at is None


def test_a_hint_that_was_used_stays_used(house: House) -> None:
    hint = {
        "type": "coaching.hint",
        "version": 1,
        "hint_id": "h1",
        "call_id": "c1",
        "kind": "landmine",
        "text": "…",
        "at": at(),
        "expires_at": at(NOW + 1),
        "agent_id": "ann",
    }
    house.read("coaching", hint)
    for action_id, kind in (("x1", "hint_used"), ("x2", "hint_shown")):
        done = {"type": "action", "version": 1, "action_id": action_id, "call_id": "c1"}
        actor = {"id": "ann", "role": "agent"}
        house.read("supervisor.actions", {**done, "action": kind, "actor": actor, "hint_id": "h1"})
        verdict = {"type": "action.applied", "version": 1, "action_id": action_id}
        house.read("operations", {**verdict, "call_id": "c1", "at": at()})
    assert one(house, Hint, "h1").became == "used"


def test_the_database_tells_how_far_each_partition_has_been_read(tmp_path: Path) -> None:
    house = House(tmp_path)
    house.intake.source = "cluster-a/demo."
    house.read("alerts", alert(), alert("a2"))
    assert house.intake.offsets() == {("alerts", 0): 2}
    house.intake.source = "cluster-b/"
    assert house.intake.offsets() == {}
    house.engine.dispose()
