"""Lists of what is over: every row is on a page, counted once, whatever is newer."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.wallboard.house import NOW, House, alert, at, callback
from tests.wallboard.office import complaint
from wallboard.app import create_app
from wallboard.store.tables import Entry
from wallboard.views import callbacks as callbacks_view
from wallboard.views import complaints as complaints_view


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    built = House(tmp_path)
    for person in ("lee", "grace"):
        built.user(person, "supervisor")
    yield built
    built.engine.dispose()


def as_(house: House, person: str) -> TestClient:
    return TestClient(create_app(house.services), headers=house.cookies(person))


def over(number: int, owner: str, state: str, after: int = 0, **more: Any) -> dict[str, Any]:
    """A callback that has come to its end so long after NOW (ms)."""
    return callback(
        reference=f"CB-{number:04d}",
        origin_call_id=f"call-{number}",
        state=state,
        owner={"id": owner, "name": owner.title()},
        history=[{"at": at(NOW + after), "by": "hardstop", "state": state}],
        **{"alert_ids": [], **more},
    )


def pages(client: TestClient, path: str, rows: str, key: str, **query: str) -> list[list[str]]:
    """What stands on each page, from the newest to the last."""
    found, before = [], ""
    while True:
        told = client.get(path, params={**query, "before": before}).json()
        found.append([row[key] for row in told[rows]])
        if told["older"] is None:
            return found
        before = told["older"]


def test_what_was_kept_is_counted_and_found_however_much_was_cancelled_since(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(callbacks_view, "SHOWN", 4)
    house.read("callbacks", *[over(n, "grace", "kept", -1000 + n) for n in range(3)])
    house.read("callbacks", *[over(10 + n, "lee", "kept") for n in range(6)])
    house.read("callbacks", *[over(20 + n, "lee", "cancelled", 5000) for n in range(9)])
    house.read("callbacks", callback(reference="CB-9999", alert_ids=[]))
    grace = as_(house, "grace")
    counts = {"open": 1, "overdue": 0, "due": 0, "kept": 9, "cancelled": 9}
    assert grace.get("/api/callbacks?tab=kept").json()["counts"] == counts
    mine = grace.get("/api/callbacks?tab=kept&mine=true").json()
    assert (mine["counts"]["kept"], mine["counts"]["cancelled"], mine["older"]) == (3, 0, None)
    assert [row["reference"] for row in mine["rows"]] == ["CB-0002", "CB-0001", "CB-0000"]
    found = pages(grace, "/api/callbacks", "rows", "reference", tab="kept")
    assert [len(page) for page in found] == [4, 4, 1]
    lees = [f"CB-{10 + n:04d}" for n in range(6)]
    assert list(chain.from_iterable(found)) == [*lees, "CB-0002", "CB-0001", "CB-0000"]
    first = grace.get("/callbacks?tab=kept").text
    assert "before=" in first
    assert 'class="pager"' not in grace.get("/callbacks?tab=kept&mine=true").text


def test_callbacks_that_a_viewer_may_not_see_are_in_no_count(house: House) -> None:
    house.user("quinn", "desk", desks=["quality"])
    house.user("kay", "desk", desks=["quality"], teams=["north"])
    accused = {"trigger": "misconduct", "desk": "quality", "handling": "restricted"}
    house.read("alerts", alert(call_id="call-1", **accused))
    house.read("callbacks", over(1, "lee", "kept", alert_ids=["a1"]), over(2, "lee", "kept"))
    seen = {
        person: as_(house, person).get("/api/callbacks?tab=kept").json()
        for person in ("lee", "quinn", "kay")
    }
    assert {who: told["counts"]["kept"] for who, told in seen.items()} == {
        "lee": 1,
        "quinn": 1,
        "kay": 0,
    }
    for told in seen.values():
        assert len(told["rows"]) == told["counts"]["kept"]


def test_closed_complaints_are_counted_and_come_page_by_page(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(complaints_view, "SHOWN", 4)
    steps = [("open", "hardstop", -3, None), ("answered", "alex", -2, "done")]
    with house.sessions.begin() as db:
        db.add_all(
            complaint(f"CP-{number}", steps, "no", acknowledge=0, answer=9) for number in range(9)
        )
    client = as_(house, "lee")
    assert client.get("/api/complaints").json()["counts"] == {"overdue": 0, "open": 0, "closed": 9}
    found = pages(client, "/api/complaints", "rows", "reference", tab="closed")
    assert list(chain.from_iterable(found)) == [f"CP-{number}" for number in range(9)]
    assert [len(page) for page in found] == [4, 4, 1]
    assert "before=" in client.get("/complaints?tab=closed").text


def test_records_of_one_moment_are_all_on_a_page(house: House) -> None:
    with house.sessions.begin() as db:
        for number in range(120):
            call_id, incident_id = f"c{number}", f"i{number:03d}"
            opened = Entry(incident_id=incident_id, number=1, call_id=call_id, kind="opened")
            opened.at, opened.queue_id, opened.body = NOW, "billing", {}
            db.add(opened)
    found = pages(as_(house, "lee"), "/api/incidents", "records", "incident_id")
    assert [len(page) for page in found] == [50, 50, 20]
    assert list(chain.from_iterable(found)) == [f"i{number:03d}" for number in range(120)]


@pytest.mark.parametrize("path", ["incidents", "callbacks", "complaints"])
@pytest.mark.parametrize("before", ["x", "-1", "1e3", "9" * 16, "1.", "1.%00"])
def test_a_page_that_begins_nowhere_is_refused(house: House, path: str, before: str) -> None:
    assert as_(house, "lee").get(f"/api/{path}?before={before}").status_code == 422
