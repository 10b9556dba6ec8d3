"""By whose clock: a person's own until they choose another, and the caller's where it is known."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.wallboard import door
from tests.wallboard.house import NOW, House, alert, at, callback, score
from wallboard.access import Role
from wallboard.app import create_app
from wallboard.auth import invitations


@pytest.fixture
def knocked_at(tmp_path: Path) -> door.House:
    return door.House(tmp_path)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    built = House(tmp_path)
    built.user("ann", "agent", agent_id="ann")
    built.read("scores", score(1, text="hello", is_final=True))
    yield built
    built.engine.dispose()


def zone_at(browser: door.Browser) -> str | None:
    zone: str | None = browser.client.get("/api/me").json()["time_zone"]
    return zone


def test_who_signs_in_has_the_zone_of_their_browser_until_they_choose_one(
    knocked_at: door.House,
) -> None:
    knocked_at.person("bo")
    browser = knocked_at.browser()
    browser.sign_in("bo", time_zone="Asia/Manila")
    assert zone_at(browser) == "Asia/Manila"
    browser.open("/account")
    browser.send("/account", time_zone="Europe/Berlin")
    browser.sign_in("bo", time_zone="Asia/Manila")
    assert zone_at(browser) == "Europe/Berlin"


@pytest.mark.parametrize("said", ["", "Nowhere/Land", "+05:30", "../etc/passwd", "x" * 5000])
def test_a_browser_whose_zone_is_none_signs_in_all_the_same(
    knocked_at: door.House, said: str
) -> None:
    knocked_at.person("bo")
    browser = knocked_at.browser()
    assert browser.sign_in("bo", time_zone=said).status_code == 303
    assert zone_at(browser) is None


def test_who_comes_by_a_link_has_the_zone_of_their_browser(knocked_at: door.House) -> None:
    knocked_at.person("bo")
    with knocked_at.services.sessions.begin() as db:
        secret = invitations.invite(db, Role.SUPERVISOR, knocked_at.clock(), "bo", direct=True)
    browser = knocked_at.browser()
    link = invitations.address(knocked_at.settings, secret)
    assert browser.join(link, time_zone="America/New_York").status_code == 303
    assert zone_at(browser) == "America/New_York"


def test_the_first_page_tells_the_zone_of_a_browser_that_is_signed_in_already(
    house: House,
) -> None:
    client = TestClient(create_app(house.services), headers=house.cookies("ann"))
    told = [
        client.post("/api/me/time-zone", json={"time_zone": zone}).json()["time_zone"]
        for zone in ("Nowhere", "Asia/Manila", "Europe/Berlin")
    ]
    assert told == [None, "Asia/Manila", "Asia/Manila"]
    without = {"cookie": house.cookies("ann")["cookie"]}
    stranger = TestClient(create_app(house.services), headers=without)
    zone = {"time_zone": "Europe/Berlin"}
    assert stranger.post("/api/me/time-zone", json=zone).status_code == 403


@pytest.mark.parametrize(
    ("source", "stated"), [("platform", False), ("caller", True), (None, False)]
)
def test_an_agent_is_told_the_zone_that_is_known_for_their_call(
    house: House, source: str | None, stated: bool
) -> None:
    client = TestClient(create_app(house.services), headers=house.cookies("ann"))
    assert client.get("/api/my-call").json()["caller_zone"] is None
    zone: dict[str, Any] = {"time_zone": "America/New_York", "time_zone_source": source}
    house.read("alerts", alert())
    house.read("callbacks", callback(**zone))
    known = {"time_zone": "America/New_York", "stated": stated}
    assert client.get("/api/my-call").json()["caller_zone"] == known
    later = {"reference": "CB-2", "history": [{"at": at(NOW + 9), "by": "x", "state": "offered"}]}
    house.read("callbacks", callback(**later, time_zone="Nowhere"))
    assert client.get("/api/my-call").json()["caller_zone"] == known
