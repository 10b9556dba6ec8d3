"""A call that nobody hears is shown as such for as long as it lasts, and none once it is over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.wallboard.house import NOW, House, alert, at, score
from wallboard.access import Viewer
from wallboard.pruning import end_silent_calls
from wallboard.store.tables import Call, Feed
from wallboard.views.board import board
from wallboard.views.call import call_page

MINUTE = 60_000
HOUR = 60 * MINUTE


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    built = House(tmp_path)
    yield built
    built.engine.dispose()


@pytest.fixture
def lead(house: House) -> Viewer:
    return house.user("lee", "supervisor", queues=["billing"])


def note(about: str, ms: int = NOW, **more: Any) -> dict[str, Any]:
    """What a worker says of call c1."""
    facts = {"queue_id": "billing", "team_id": "north", "agent_id": "ann"}
    base = {"type": "operations.note", "version": 1, "about": about, "detail": f"is {about}"}
    return base | {"at": at(ms), "call_id": "c1"} | facts | more


def call(house: House) -> Call:
    with house.sessions() as db:
        return db.get_one(Call, "c1")


def shown(house: House, viewer: Viewer) -> dict[str, dict[str, Any]]:
    """The calls on a viewer's board."""
    with house.sessions() as db:
        found = board(db, house.services.policy, viewer, house.now)
    return {one["call_id"]: one for one in found.calls}


def test_every_pause_is_shown_until_the_call_is_heard_again(house: House) -> None:
    house.read("scores", score(1))
    for begins in (NOW + 1, NOW + 2_000, NOW + 4_000):
        # What was said in the very moment of the pause is read after it.
        house.read("operations", note("not_monitored", begins))
        house.read("scores", score(begins - NOW, f"u{begins}", at=at(begins)))
        assert call(house).not_monitored == "is not_monitored"
        house.read("operations", note("monitored", begins + 1_000))
        assert call(house).not_monitored is None
    house.read("operations", note("not_monitored", NOW + 6_000))
    house.read("scores", score(7_000, "u9", at=at(NOW + 7_000)))
    assert call(house).not_monitored is None


def test_a_call_of_which_nothing_else_is_known_is_shown_to_those_whose_it_is(
    house: House, lead: Viewer
) -> None:
    noor = house.user("noor", "supervisor", queues=["sales"])
    house.read("operations", note("not_monitored"))
    assert shown(house, lead)["c1"]["not_monitored"] == "is not_monitored"
    assert shown(house, noor) == {}


def test_a_call_that_is_late_is_shown_as_late_until_it_is_in_time(
    house: House, lead: Viewer
) -> None:
    # The note is as old as the words that came late.
    house.now = NOW + 10 * MINUTE
    house.read("operations", note("transcripts_late"))
    assert shown(house, lead)["c1"]["late"] == "is transcripts_late"
    with house.sessions() as db:
        page = call_page(db, house.services.policy, lead, "c1", house.now)
    assert page is not None
    assert page.call["late"] == "is transcripts_late"
    house.read("operations", note("transcripts_in_time", NOW + MINUTE))
    assert "late" not in shown(house, lead)["c1"]
    house.read("operations", note("transcripts_late", NOW + 2 * MINUTE))
    assert "late" in shown(house, lead)["c1"]


@pytest.mark.parametrize("about", ["not_monitored", "transcripts_late"])
def test_silence_does_not_end_a_call_that_is_not_heard(
    house: House, lead: Viewer, about: str
) -> None:
    house.read("operations", note(about))
    house.now = NOW + 5 * HOUR
    assert end_silent_calls(house.sessions, house.now) == 0
    assert "c1" in shown(house, lead)
    house.now = NOW + 6 * HOUR + 1
    assert end_silent_calls(house.sessions, house.now) == 1
    assert shown(house, lead) == {}
    with house.sessions() as db:
        told = list(db.scalars(select(Feed).where(Feed.kind == "call").order_by(Feed.number)))
    assert told[-1].body["ended_at"] == NOW


def test_silence_ends_a_call_that_is_in_time_again(house: House) -> None:
    house.read("operations", note("transcripts_late"), note("transcripts_in_time", NOW + 1))
    assert end_silent_calls(house.sessions, NOW + 16 * MINUTE) == 1


def over(ms: int) -> dict[str, Any]:
    return {"type": "call.over", "version": 1, "call_id": "c1", "at": at(ms)}


def test_a_call_goes_from_the_board_when_it_is_over(house: House, lead: Viewer) -> None:
    house.read("scores", score(1))
    house.read("operations", note("not_monitored", NOW + 5))
    assert "c1" in shown(house, lead)
    house.read("operations", over(NOW + 10))
    assert shown(house, lead) == {}
    assert call(house).ended_at == NOW + 10
    house.read("scores", score(11, "u2"))
    assert "c1" in shown(house, lead), "it was taken for lost, and is heard again"
    house.read("operations", over(NOW + 10))
    assert "c1" in shown(house, lead), "told anew after the death of a worker"


@pytest.mark.parametrize("order", [("scores", "operations"), ("operations", "scores")])
def test_last_words_that_come_after_the_end_do_not_bring_a_call_back(
    house: House, lead: Viewer, order: tuple[str, str]
) -> None:
    house.read("scores", score(1))
    house.read("operations", over(NOW + 10))
    late = {"scores": score(20, "u2"), "operations": over(NOW + 20)}
    for topic in order:
        house.read(topic, late[topic])
    assert shown(house, lead) == {}


def test_what_people_do_about_an_alert_after_the_call_does_not_bring_it_back(
    house: House, lead: Viewer
) -> None:
    house.read("scores", score(1))
    house.read("alerts", alert())
    house.read("operations", over(NOW + 10))
    house.read("alerts", alert(revision=99, status="claimed"))
    assert shown(house, lead)["c1"]["ended_at"] == NOW + 10


def test_what_time_does_to_an_alert_hides_neither_a_pause_nor_the_end(
    house: House, lead: Viewer
) -> None:
    house.read("scores", score(1))
    # Topics are read side by side: this comes first, and happened last.
    house.read("alerts", alert(updated_at=at(NOW + 60_000)))
    house.read("operations", note("not_monitored", NOW + 5))
    assert shown(house, lead)["c1"]["not_monitored"] == "is not_monitored"
    house.read("operations", over(NOW + 10))
    assert shown(house, lead)["c1"]["ended_at"] == NOW + 10


def test_the_end_of_a_call_that_is_not_known_makes_none(house: House, lead: Viewer) -> None:
    house.read("operations", over(NOW))
    assert shown(house, lead) == {}
    with house.sessions() as db:
        assert db.get(Call, "c1") is None
