"""My call: one hint at a time, beside what to say; a click that news come into is a click."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.wallboard.browser import CHROMIUM, Floor, served
from tests.wallboard.test_board_in_browser import look
from wallboard.store.tables import Alert

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}")

LINKED = "[data-link=live], [data-link=stale]"


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


def deeds(page: Any) -> Any:
    """What the page sends from now on."""
    page.evaluate(
        """() => {
          window.sent = [];
          const before = window.fetch;
          window.fetch = (path, how) => {
            if (path === "/api/actions") window.sent.push(JSON.parse(how.body));
            return before(path, how);
          };
        }"""
    )
    return lambda: page.evaluate("window.sent.map((deed) => [deed.action, deed.hint_id])")


def test_a_hint_that_is_not_on_the_screen_is_neither_used_nor_dismissed(
    chromium: Any, floor: Floor
) -> None:
    page = look(chromium, floor, "priya", "/my-call")
    page.wait_for_selector(".now--life")
    assert page.locator(".advice").count() == 0
    sent = deeds(page)
    page.keyboard.press("u")
    page.keyboard.press("x")
    page.wait_for_timeout(200)
    assert sent() == []


@pytest.mark.parametrize(
    ("trigger", "status"), [("legal_threat", "confirmed"), ("agent_request", "claimed")]
)
def test_a_hint_stands_beside_what_to_say_in_a_stop_that_is_not_about_a_life(
    chromium: Any, floor: Floor, trigger: str, status: str
) -> None:
    page = look(chromium, floor, "priya", "/my-call")
    page.wait_for_selector(".now--life")
    page.wait_for_selector(LINKED)
    with floor.services.sessions() as db:
        (known,) = db.scalars(select(Alert).where(Alert.call_id == "c-7101")).all()
    floor.tell_alert(known.alert_id, known.trigger, trigger=trigger, status=status)
    page.wait_for_selector(".now:not(.now--life)")
    page.wait_for_selector(".advice")
    assert page.locator(".advice").count() == 1
    shown = page.inner_text(".advice__text")
    assert "Stay with the feeling" in shown
    sent = deeds(page)
    page.keyboard.press("u")
    page.wait_for_function("() => window.sent.length")
    assert sent() == [["hint_used", "h-3"]]
    assert page.faults == []


def test_on_my_call_a_click_that_news_come_into_is_a_click(chromium: Any, floor: Floor) -> None:
    page = look(chromium, floor, "priya", "/my-call")
    page.wait_for_selector(LINKED)
    page.hover("[data-ask=supervisor]")
    page.mouse.down()
    floor.tell_call("c-7101", heard={"done": ["hear", "apologize", "empathize"], "next": None})
    page.wait_for_selector("#heard li:nth-child(2).progress--done")
    page.mouse.up()
    page.wait_for_selector("dialog[open] #ask-why")
