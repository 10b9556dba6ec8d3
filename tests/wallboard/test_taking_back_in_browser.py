"""A false alarm is taken back on the board's line of what has gone, by whoever called it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.wallboard.browser import CHROMIUM, Floor, served
from wallboard.services import now_ms
from workflow.moments import rfc3339

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}")

UNDO = "#gone li#alert-al-odd button"


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    with served(tmp_path) as found:
        # On a call of the queue that Bo leads, too.
        found.tell_alert("al-odd", "self_harm", trigger="regulator", status="confirmed")
        yield found


@pytest.fixture
def chromium() -> Iterator[Any]:
    with playwright.sync_playwright() as found:
        browser = found.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


def look(chromium: Any, floor: Floor, person: str, path: str = "/board") -> Any:
    context = chromium.new_context(reduced_motion="reduce")
    context.set_default_timeout(90_000)
    context.add_cookies([floor.cookie(person)])
    page = context.new_page()
    page.goto(floor.url + path)
    page.wait_for_selector("[data-link=live], [data-link=stale]")
    return page


def until_done(floor: Floor, page: Any, action: str) -> None:
    """What was sent last is this action, and it takes effect."""
    for _ in range(300):
        if done := floor.apply_deeds():
            assert done == [action]
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{action} was not sent")


def test_the_line_of_a_false_alarm_offers_to_undo_it_also_after_a_reload(
    chromium: Any, floor: Floor
) -> None:
    alex, bo = look(chromium, floor, "alex"), look(chromium, floor, "bo")
    alex.click("#alert-al-odd [data-act=false_alarm]")
    until_done(floor, alex, "false_alarm")
    # A slow machine must not take the whole minute: the page counts it from a moment to come.
    at = rfc3339(now_ms() + 60_000)
    closed = {"status": "closed", "closed_reason": "false alarm", "updated_at": at}
    floor.tell_alert("al-odd", "self_harm", **closed)
    alex.wait_for_selector(UNDO)
    bo.wait_for_selector("#gone li#alert-al-odd")
    assert bo.locator(UNDO).count() == 0
    alex.reload()
    alex.wait_for_selector(UNDO)
    assert look(chromium, floor, "alex", "/board?wall=1").locator(UNDO).count() == 0
    alex.focus(UNDO)
    alex.keyboard.press("Enter")
    until_done(floor, alex, "undo_false_alarm")
    alex.wait_for_selector(".toast--good:has-text('open again')")
