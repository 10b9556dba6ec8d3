"""What a caller was promised on another call is shown to the agent whom they reach next."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from tests.wallboard.browser import CHROMIUM
from tests.wallboard.house import NOW, House, alert, at, callback, score, served
from wallboard.auth.gate import COOKIE, viewer_of
from wallboard.store.tables import User
from wallboard.views.my_call import my_call
from workflow.policy import load_policy

PROMISED = {"owner": {"id": "hugo", "name": "Hugo Martin"}, "window_end": at(NOW + 3_600_000)}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = House(tmp_path)
    made.now = NOW + 1000
    made.user("tom", "agent", agent_id="a-9")
    made.read("alerts", alert())
    made.read("callbacks", callback(**PROMISED))
    made.read("scores", score(1, call_id="c9", agent_id="a-9"))
    yield made
    made.engine.dispose()


def rings_in(reference: str = "CB-1") -> dict[str, Any]:
    return {
        "type": "operations.note",
        "about": "caller_has_callback",
        "detail": f"the caller rings in while callback {reference} is open",
        "at": at(NOW + 500),
        "call_id": "c9",
    }


def owed(house: House) -> list[dict[str, Any]]:
    with house.sessions() as db:
        viewer = viewer_of(db.get_one(User, "tom"))
        return list(my_call(db, load_policy(), viewer, house.now).owed)


def test_the_agent_learns_who_owes_the_caller_a_call(house: House) -> None:
    assert owed(house) == []
    house.read("operations", rings_in())
    (promise,) = owed(house)
    assert (promise["reference"], promise["owner"]) == ("CB-1", "Hugo Martin")


def test_a_promise_that_is_kept_is_not_shown_any_more(house: House) -> None:
    house.read("operations", rings_in())
    assert owed(house)
    house.read("callbacks", callback(2, **PROMISED, state="kept"))
    assert owed(house) == []


def test_what_is_for_one_desk_alone_is_not_shown(house: House) -> None:
    house.read("operations", rings_in())
    house.read("alerts", alert(revision=2, handling="restricted"))
    assert owed(house) == []


@pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}")
def test_it_appears_on_the_page_while_the_call_goes_on(house: House) -> None:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    secret = house.cookies("tom")["cookie"].partition("=")[2]
    with playwright.sync_playwright() as found, served(house) as base:
        browser = found.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        with closing(browser):
            context = browser.new_context()
            context.set_default_timeout(30_000)
            context.add_cookies([{"name": COOKIE, "value": secret, "url": base}])
            page = context.new_page()
            page.goto(base + "/my-call")
            page.wait_for_selector("#quiet:not([hidden])")
            house.read("operations", rings_in())
            page.wait_for_selector("#owed .letter")
            assert "Hugo Martin owes this caller a call" in page.inner_text("#owed")
