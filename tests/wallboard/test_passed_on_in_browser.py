"""The board as an alert is passed on to another desk, and as it becomes known who calls."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.wallboard.browser import CHROMIUM
from tests.wallboard.house import NOW, House, alert, at, route, score, served
from tests.wallboard.test_board_in_browser import COUNT_TONES, SOUND_ON
from wallboard.auth.gate import COOKIE

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}")

TO_SAFETY = {"desk": "safety", "owner": {"id": "jo", "name": "Jo"}}
HOUR = 3_600_000
CAME = """
document.addEventListener("hardstop:alert", () => { document.body.dataset.came = "yes"; });
"""


class Boards:
    """A house, and windows of its people on the board."""

    def __init__(self, house: House, browser: Any, base: str) -> None:
        self.house, self._browser, self._base = house, browser, base

    def of(self, person: str, query: str = "") -> Any:
        secret = self.house.cookies(person)["cookie"].partition("=")[2]
        context = self._browser.new_context(reduced_motion="reduce")
        context.set_default_timeout(30_000)
        context.add_init_script(SOUND_ON + COUNT_TONES)
        context.add_cookies([{"name": COOKIE, "value": secret, "url": self._base}])
        page = context.new_page()
        page.goto(f"{self._base}/board{query}")
        page.wait_for_selector("[data-link=live], [data-link=stale]", state="attached")
        return page


@pytest.fixture
def boards(tmp_path: Path) -> Iterator[Boards]:
    house = House(tmp_path)
    house.now = NOW + 1000
    house.user("jo", "desk", desks=["safety"])
    house.user("lee", "supervisor", queues=["billing"])
    house.read("scores", score(1, text="hello", is_final=True))
    with playwright.sync_playwright() as found, served(house) as base:
        browser = found.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield Boards(house, browser, base)
        browser.close()
    house.engine.dispose()


def test_an_alert_that_is_passed_on_comes_up_at_the_desk_that_is_asked_next(
    boards: Boards,
) -> None:
    house = boards.house
    jo = boards.of("jo")
    safety, legal = (boards.of("lee", f"?desk={desk}") for desk in ("safety", "legal"))
    house.read("alerts", alert())
    house.read("routing", route())
    legal.locator("#alert-a1").wait_for()
    assert jo.locator(".alert").count() == safety.locator(".alert").count() == 0
    house.read("routing", route(2, "route.fallback", **TO_SAFETY))
    for board in (jo, safety):
        board.locator("#alert-a1").filter(has_text="Jo").wait_for()
        assert "Safety desk" in board.text_content("#announce")
        assert board.locator("#alert-a1 [data-act=claim]").count() == 1
    legal.locator("#alert-a1").wait_for(state="detached")


def test_a_life_stop_that_a_filter_hides_rings_once_however_often_it_is_passed_on(
    boards: Boards,
) -> None:
    house = boards.house
    lee = boards.of("lee", "?desk=media")
    house.read("alerts", alert(trigger="self_harm", severity="critical", desk="crisis"))
    lee.locator("#announce").filter(has_text="Crisis").wait_for(state="attached")
    lee.evaluate(CAME.replace("alert", "route"))
    tones = lee.evaluate("window.tones")
    assert tones > 0
    house.read("routing", route(desk="crisis"), route(2, "route.fallback", **TO_SAFETY))
    lee.wait_for_selector("body[data-came]", state="attached")
    lee.wait_for_timeout(1000)
    assert lee.evaluate("window.tones") == tones


def test_earlier_contacts_are_on_the_card_as_the_workers_count_them(boards: Boards) -> None:
    lee = boards.of("lee")
    boards.house.read("alerts", alert(previous_contacts=4))
    lee.locator("#alert-a1").filter(has_text="4 earlier calls").wait_for()


def test_earlier_contacts_are_asked_for_once_it_is_known_who_calls(boards: Boards) -> None:
    house = boards.house
    before = {"opened_at": at(NOW - HOUR), "updated_at": at(NOW - HOUR)}
    house.read("alerts", alert("a0", call_id="c0", customer_ref="cust-1", **before))
    lee = boards.of("lee")
    house.read("alerts", alert())
    card = lee.locator("#alert-a1")
    card.wait_for()
    assert "1 earlier call" not in card.inner_text()
    house.read("alerts", alert(revision=2, customer_ref="cust-1"))
    card.filter(has_text="1 earlier call").wait_for()


def test_what_a_filter_kept_out_of_sight_is_asked_for_when_it_is_shown(boards: Boards) -> None:
    house = boards.house
    before = {"opened_at": at(NOW - HOUR), "updated_at": at(NOW - HOUR)}
    house.read("alerts", alert("a0", call_id="c0", customer_ref="cust-1", **before))
    lee = boards.of("lee", "?trigger=fraud")
    lee.evaluate(CAME)
    house.read("alerts", alert(customer_ref="cust-1"))
    lee.wait_for_selector("body[data-came]", state="attached")
    lee.select_option("#filter-trigger", "")
    lee.locator("#alert-a1").filter(has_text="1 earlier call").wait_for()
