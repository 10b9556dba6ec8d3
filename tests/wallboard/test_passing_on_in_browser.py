"""A call passes to others while pages are open: it goes, it comes, and rings nowhere twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.wallboard.browser import CHROMIUM
from tests.wallboard.house import NOW, House, alert, at, score, served
from tests.wallboard.test_board_in_browser import COUNT_TONES, SOUND_ON
from wallboard.auth.gate import COOKIE

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}")

CARDS = {"queue_id": "cards", "team_id": "south", "agent_id": "bob"}
LIFE = {"trigger": "self_harm", "severity": "critical", "desk": "crisis"}
FAR_MS = 10_000
"""Longer than any page takes from a number of the feed to what it shows."""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    built = House(tmp_path)
    built.now = NOW + 1000
    built.user("bill", "supervisor", queues=["billing"])
    built.user("both", "supervisor", queues=["billing", "cards"])
    for agent in ("ann", "bob"):
        built.user(agent, "agent", agent_id=agent)
    built.read("scores", score(1))
    yield built
    built.engine.dispose()


def passes(house: House, number: int = 2, **to: Any) -> None:
    house.now += FAR_MS
    words = score(number, f"u{number}", **{**CARDS, "at": at(house.now), **to})
    house.read("scores", words)


@contextmanager
def windows(house: House, *wanted: tuple[str, str]) -> Iterator[list[Any]]:
    """A live page for each person and path."""
    with playwright.sync_playwright() as found, served(house) as base:
        browser = found.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        with closing(browser):
            pages = []
            for person, path in wanted:
                context = browser.new_context()
                context.set_default_timeout(60_000)
                context.add_init_script(SOUND_ON + COUNT_TONES)
                secret = house.cookies(person)["cookie"].partition("=")[2]
                context.add_cookies([{"name": COOKIE, "value": secret, "url": base}])
                page = context.new_page()
                page.goto(base + path)
                page.wait_for_selector("[data-link=live], [data-link=stale]")
                pages.append(page)
            yield pages


def test_on_an_open_board_the_alert_goes_or_stays_and_does_not_ring_again(house: House) -> None:
    with windows(house, ("bill", "/board"), ("both", "/board")) as (bill, both):
        house.read("alerts", alert(**LIFE, updated_at=at(house.now)))
        for page in (bill, both):
            page.wait_for_selector("#life #alert-a1")
        both.wait_for_function("() => window.tones > 0")
        tones = both.evaluate("window.tones")
        both.evaluate("window.card = document.getElementById('alert-a1')")
        passes(house)
        bill.wait_for_selector("#alert-a1", state="detached")
        both.wait_for_selector("#alert-a1 >> text=cards")
        # Longer than what has gone is held back.
        both.wait_for_timeout(2500)
        assert both.evaluate("window.card === document.getElementById('alert-a1')")
        assert both.evaluate("window.tones") == tones


def test_what_to_say_passes_on_to_the_agent_who_has_the_call_now(house: House) -> None:
    house.read("alerts", alert(**LIFE, updated_at=at(house.now)))
    with windows(house, ("ann", "/my-call"), ("bob", "/my-call")) as (ann, bob):
        ann.wait_for_selector(".now__say >> text=I hear you.")
        # Another queue, and still hers: she loses nothing.
        ann.evaluate("window.said = document.querySelector('.now__say')")
        passes(house, 2, agent_id="ann")
        ann.wait_for_selector("#call-facts >> text=cards")
        ann.wait_for_timeout(2500)
        assert ann.evaluate("window.said === document.querySelector('.now__say')")
        passes(house, 3)
        bob.wait_for_selector(".now__say >> text=I hear you.")
        ann.wait_for_selector(".now", state="detached")


def test_an_open_page_of_the_call_stays_for_who_may_see_it_still(house: House) -> None:
    house.read("alerts", alert(updated_at=at(house.now)))
    with windows(house, ("bill", "/calls/c1"), ("both", "/calls/c1")) as (bill, both):
        both.evaluate("window.same = true")
        passes(house, text="said in cards")
        both.wait_for_selector("#turns >> text=said in cards")
        bill.wait_for_selector("text=not yours to see")
        both.wait_for_timeout(2500)
        assert both.evaluate("window.same") is True
