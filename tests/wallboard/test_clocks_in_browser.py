"""Windows are agreed by the caller's clock: it is asked for, and nobody else's takes its place."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.wallboard.browser import CHROMIUM
from tests.wallboard.house import NOW, House, alert, callback, score, served
from wallboard.auth.gate import COOKIE
from wallboard.store.tables import User
from workflow.actions import CallbackTerms

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}")

HOUR = 3_600_000
MANILA, NEW_YORK = "Asia/Manila", "America/New_York"
LATE = NOW + 8 * HOUR
"""22:13 in UTC, of which NOW is 14:13."""
FORM = "#act-commit"


class Desk:
    """A house, and windows of people in Manila."""

    def __init__(self, house: House, browser: Any, base: str) -> None:
        self.house, self._browser, self._base = house, browser, base

    def of(self, person: str | None, path: str) -> Any:
        context = self._browser.new_context(reduced_motion="reduce", timezone_id=MANILA)
        context.set_default_timeout(30_000)
        if person is not None:
            secret = self.house.cookies(person)["cookie"].partition("=")[2]
            context.add_cookies([{"name": COOKIE, "value": secret, "url": self._base}])
        page = context.new_page()
        page.goto(self._base + path)
        if person is not None:
            page.wait_for_selector("[data-link=live], [data-link=stale]", state="attached")
        return page

    def sent(self) -> CallbackTerms:
        """What was sent to the workers of a callback."""
        end = time.monotonic() + 30
        while not self.house.published and time.monotonic() < end:
            time.sleep(0.1)
        terms = self.house.published[-1].callback
        assert terms is not None
        return terms


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    house = House(tmp_path)
    house.now = NOW + 1000
    house.user("ann", "agent", agent_id="ann")
    house.user("lee", "supervisor", time_zone=MANILA)
    house.read("scores", score(1, text="hello", is_final=True))
    with playwright.sync_playwright() as found, served(house) as base:
        browser = found.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield Desk(house, browser, base)
        browser.close()
    house.engine.dispose()


def asked(desk: Desk) -> Any:
    """The agent's page with the form open, and a number in it."""
    page = desk.of("ann", "/my-call")
    page.wait_for_selector("[data-ask=callback]")
    page.keyboard.press("b")
    page.fill("#cb-number", "+12125550142")
    return page


def fill(page: Any, **values: str) -> None:
    for name, value in values.items():
        page.fill(f"#cb-{name}", value)


def test_an_agents_own_zone_is_never_taken_for_the_callers(desk: Desk) -> None:
    page = asked(desk)
    assert [page.input_value(f"#cb-{name}") for name in ("zone", "day", "from", "to")] == [""] * 4
    page.keyboard.press("Control+Enter")
    assert page.locator("dialog[open] #cb-zone:invalid").count() == 1
    fill(page, zone="Londn", day="2031-06-03", **{"from": "23:00", "to": "01:00"})
    page.keyboard.press("Control+Enter")
    page.locator("dialog[open] .error").filter(has_text="No such time zone").wait_for()
    assert page.input_value("#cb-from") == "23:00"
    page.fill("#cb-zone", "america/new_york")
    # By the agent's own clock, so that they see what they promise.
    page.locator("dialog[open] [role=status]").filter(has_text="11:00").wait_for()
    page.keyboard.press("Control+Enter")
    terms = desk.sent()
    assert terms.time_zone == NEW_YORK
    assert terms.window_start == "2031-06-04T03:00:00.000Z"
    assert terms.window_end == "2031-06-04T05:00:00.000Z"


def test_what_the_platform_knows_is_proposed_and_not_told_as_the_callers_word(desk: Desk) -> None:
    desk.house.read("alerts", alert())
    zone = {"time_zone": NEW_YORK, "time_zone_source": "platform"}
    desk.house.read("callbacks", callback(**zone))
    page = asked(desk)
    assert page.input_value("#cb-zone") == NEW_YORK
    fill(page, day="2031-06-03", **{"from": "10:00", "to": "12:00"})
    page.keyboard.press("Control+Enter")
    terms = desk.sent()
    assert (terms.time_zone, terms.window_start) == (None, "2031-06-03T14:00:00.000Z")


def test_a_window_that_is_proposed_late_in_the_evening_ends_after_midnight(desk: Desk) -> None:
    desk.house.now = LATE
    page = asked(desk)
    page.fill("#cb-zone", "UTC")
    assert [page.input_value(f"#cb-{name}") for name in ("from", "to")] == ["23:00", "01:00"]
    page.keyboard.press("Control+Enter")
    terms = desk.sent()
    assert terms.window_start == "2026-09-21T23:00:00.000Z"
    assert terms.window_end == "2026-09-22T01:00:00.000Z"


def test_in_the_log_no_window_is_agreed_without_the_callers_zone(desk: Desk) -> None:
    desk.house.read("alerts", alert())
    desk.house.read("callbacks", callback(number="+12125550142"))
    page = desk.of("lee", "/callbacks")
    page.click(".record [data-act=commit]")
    assert page.input_value(f"{FORM} [name=window_start]") == ""
    page.click(f"{FORM} .button--primary")
    assert page.locator(f"{FORM}[open] [name=time_zone]:invalid").count() == 1
    page.fill(f"{FORM} [name=time_zone]", NEW_YORK)
    assert page.input_value(f"{FORM} [name=window_start]") == "2026-09-21T10:30"
    page.fill(f"{FORM} [name=window_start]", "2031-06-03T10:00")
    page.fill(f"{FORM} [name=window_end]", "2031-06-03T12:00")
    page.click(f"{FORM} .button--primary")
    terms = desk.sent()
    assert (terms.time_zone, terms.window_start) == (NEW_YORK, "2031-06-03T14:00:00.000Z")


def test_in_the_log_a_zone_that_stays_as_it_is_known_is_not_said_anew(desk: Desk) -> None:
    desk.house.read("alerts", alert())
    zone = {"time_zone": NEW_YORK, "time_zone_source": "platform"}
    desk.house.read("callbacks", callback(number="+12125550142", **zone))
    page = desk.of("lee", "/callbacks")
    page.click(".record [data-act=commit]")
    page.click(f"{FORM} .button--primary")
    terms = desk.sent()
    assert (terms.time_zone, terms.window_start) == (None, "2026-09-21T14:30:00.000Z")


def test_a_page_keeps_the_zone_of_the_browser_for_whoever_has_chosen_none(desk: Desk) -> None:
    desk.of("ann", "/my-call")
    end, zone = time.monotonic() + 30, None
    while zone is None and time.monotonic() < end:
        with desk.house.sessions() as db:
            zone = db.get_one(User, "ann").time_zone
        time.sleep(0.1)
    assert zone == MANILA


def test_the_sign_in_page_sends_the_zone_of_the_browser_along(desk: Desk) -> None:
    page = desk.of(None, "/sign-in")
    page.wait_for_selector(f"input[name=time_zone][value='{MANILA}']", state="attached")
