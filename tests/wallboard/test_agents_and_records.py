"""What is on record of a call is on record of its agent: others read it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.wallboard.house import House, alert, at, callback, score
from tests.wallboard.test_forgetting import SAID, complaint, record
from wallboard.app import create_app
from wallboard.audience import may_hear
from wallboard.auth.gate import viewer_of
from wallboard.hub import after
from wallboard.store.tables import User

NOTE = "she talked the caller down"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    built = House(tmp_path)
    built.user("ann", "agent", agent_id="ann")
    built.user("sam", "supervisor", teams=["north"])
    built.read("scores", score(1))
    built.read("alerts", alert())
    built.read("incidents", *record(erased=False))
    built.read("complaints", complaint("open"))
    built.read("callbacks", callback())
    does(built, "x1", "review_incident", "quinn", "qa", reason=NOTE)
    does(built, "x2", "offer_callback", "ann", "agent")
    yield built
    built.engine.dispose()


def does(house: House, name: str, action: str, who: str, role: str, **more: Any) -> None:
    deed = {"type": "action", "version": 1, "action_id": name, "call_id": "c1", "action": action}
    house.read("supervisor.actions", {**deed, "actor": {"id": who, "role": role}, **more})
    verdict = {"type": "action.applied", "version": 1, "action_id": name, "call_id": "c1"}
    house.read("operations", {**verdict, "at": at(house.now)})


def heard(house: House, person: str) -> dict[str, set[str]]:
    """The refs of what somebody hears, by kind."""
    with house.sessions() as db:
        viewer = viewer_of(db.get_one(User, person))
    found: dict[str, set[str]] = {}
    for item in after(house.sessions, 0):
        if may_hear(viewer, item):
            found.setdefault(item.kind, set()).add(item.ref)
    return found


def test_an_agent_hears_nothing_that_is_on_record_of_them(house: House) -> None:
    theirs = heard(house, "ann")
    assert theirs.keys() == {"call", "alert", "turn", "deed"}
    assert theirs["deed"] == {"x2"}
    assert {"entry", "complaint", "callback"} <= heard(house, "sam").keys()
    assert heard(house, "sam")["deed"] == {"x1", "x2"}


def test_on_the_page_of_their_call_there_is_none_of_it(house: House) -> None:
    def page(person: str) -> Any:
        client = TestClient(create_app(house.services), headers=house.cookies(person))
        return client.get("/api/calls/c1")

    theirs, leads = page("ann"), page("sam")
    assert theirs.status_code == 200
    assert (theirs.json()["entries"], len(leads.json()["entries"])) == ([], 3)
    assert [deed["action_id"] for deed in theirs.json()["deeds"]] == ["x2"]
    assert NOTE not in theirs.text
    assert NOTE in leads.text
    assert SAID not in theirs.text


def test_an_agent_hears_of_a_callback_that_they_owe(house: House) -> None:
    house.read("callbacks", callback(2, owner={"id": "ann", "name": "Ann"}))
    assert heard(house, "ann")["callback"] == {"CB-1"}
