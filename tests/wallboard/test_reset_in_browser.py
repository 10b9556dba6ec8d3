"""After a break that the feed cannot bridge pages load anew: until it works, and with a word."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.wallboard.browser import CHROMIUM, Floor, served
from tests.wallboard.test_board_in_browser import COUNT_TONES, SOUND_ON, look
from wallboard.services import now_ms
from wallboard.store.tables import Alert, Message
from workflow.moments import rfc3339

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}")

RESET = "document.dispatchEvent(new CustomEvent('hardstop:reset', { detail: {} }))"
BEHIND = "#link-title >> text=Catching up with what was missed"


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with playwright.sync_playwright() as found:
        browser = found.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    with served(tmp_path) as found:
        yield found


def in_the_gap(floor: Floor, alert_id: str, trigger: str) -> None:
    """An alert that comes up while the page hears nothing: it is in no feed."""
    with floor.services.sessions.begin() as db:
        like = db.get_one(Alert, "al-c-7101-self_harm")
        values = {column.name: getattr(like, column.name) for column in Alert.__table__.columns}
        at = {"opened_at": rfc3339(now_ms()), "updated_at": rfc3339(now_ms())}
        body = {**like.body, "alert_id": alert_id, "trigger": trigger, **at}
        db.add(Alert(**{**values, "alert_id": alert_id, "trigger": trigger, "body": body}))


def failing(page: Any, pattern: str) -> Any:
    """The way to the service: cut, then a service that fails, then open again by what is given."""
    ways: list[Any] = [lambda route: route.abort(), lambda route: route.fulfill(status=503)]
    tried: list[str] = []

    def answer(route: Any) -> None:
        tried.append(route.request.url)
        ways[min(len(tried), len(ways)) - 1](route)

    page.route(pattern, answer)

    def open_again() -> list[str]:
        ways.append(lambda route: route.continue_())
        ways[:] = ways[-1:]
        return tried

    return open_again


def test_the_board_loads_until_it_is_there_and_tells_of_what_is_new(
    chromium: Any, floor: Floor
) -> None:
    page = look(chromium, floor, "alex", script=SOUND_ON + COUNT_TONES)
    page.wait_for_selector("[data-link=live]")
    open_again = failing(page, "**/api/board*")
    in_the_gap(floor, "al-gap", "emergency")
    page.evaluate(RESET)
    page.wait_for_selector(BEHIND)
    assert page.evaluate("document.documentElement.dataset.link") == "stale"
    assert page.evaluate("window.tones") == 0
    page.wait_for_timeout(1200)
    assert len(open_again()) >= 2
    page.wait_for_selector("#alert-al-gap")
    page.wait_for_selector("[data-link=live]")
    tones = page.evaluate("window.tones")
    assert tones > 0
    assert page.text_content("#announce").count("New alert") == 1
    assert "Emergency" in page.text_content("#announce")
    # Once: neither a second reload nor the feed rings for it again.
    page.evaluate(RESET)
    floor.tell_alert("al-gap", "emergency", imminent=False)
    page.wait_for_selector("#alert-al-gap:not(.alert--imminent)")
    assert page.evaluate("window.tones") == tones
    assert page.faults == []


def test_a_board_that_lacks_what_it_missed_is_not_calm(chromium: Any, tmp_path: Path) -> None:
    with served(tmp_path, calm=True) as floor:
        page = look(chromium, floor, "alex")
        page.wait_for_selector("#calm[data-state=calm]")
        failing(page, "**/api/board*")
        page.evaluate(RESET)
        page.wait_for_selector("#calm[data-state=loading]")
        assert "No open alerts" not in page.inner_text("body")


def test_the_page_of_a_call_loads_until_it_is_there(chromium: Any, floor: Floor) -> None:
    page = look(chromium, floor, "alex", "/calls/c-7101")
    page.wait_for_selector("[data-link=live]")
    open_again = failing(page, "**/api/calls/c-7101")
    in_the_gap(floor, "al-gap", "emergency")
    page.evaluate(RESET)
    page.wait_for_selector(BEHIND)
    page.wait_for_timeout(1200)
    assert len(open_again()) >= 2
    page.wait_for_selector("#alert-al-gap")
    assert page.text_content("#announce") == "Emergency"
    assert page.faults == []


def test_my_call_loads_until_it_is_there(chromium: Any, floor: Floor) -> None:
    page = look(chromium, floor, "priya", "/my-call")
    page.wait_for_selector("[data-link=live]")
    open_again = failing(page, "**/api/my-call")
    with floor.services.sessions.begin() as db:
        missed = {"user_id": "alex", "name": "Alex Morgan", "text": "grace is nearly there"}
        db.add(Message(message_id="m-2", call_id="c-7101", at=now_ms(), **missed))
    page.evaluate(RESET)
    page.wait_for_selector(BEHIND)
    page.wait_for_timeout(1200)
    assert len(open_again()) >= 2
    page.wait_for_selector(".letter >> text=grace is nearly there")
    assert page.faults == []
