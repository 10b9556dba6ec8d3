"""Hundreds of alerts in one moment: all are shown, in order, and the page answers in between."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.wallboard.browser import CHROMIUM, Floor, served

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}")

MANY = 250
FRAMES = """
(() => {
  const most = (window.__most = { cards: 0, asked: 0 });
  let [cards, asking] = [0, 0];
  new MutationObserver((changes) => {
    const added = changes.flatMap((change) => [...change.addedNodes]);
    cards += added.filter((node) => node.dataset?.alert).length;
    most.cards = Math.max(most.cards, cards);
    cards = 0;
  }).observe(document, { childList: true, subtree: true });
  const before = window.fetch;
  window.fetch = async (...given) => {
    most.asked = Math.max(most.asked, (asking += 1));
    try { return await before(...given); } finally { asking -= 1; }
  };
})();
"""
"""How many cards came into the page in one piece, and how much was asked at once."""
SHOWN = """() => [...document.querySelectorAll(".alert")].map((card) => card.dataset.alert)"""


@pytest.fixture
def seen(tmp_path: Path) -> Iterator[tuple[Floor, Any]]:
    with served(tmp_path) as floor, playwright.sync_playwright() as found:
        browser = found.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        context = browser.new_context(reduced_motion="reduce")
        context.set_default_timeout(60_000)
        context.add_init_script(FRAMES)
        context.add_cookies([floor.cookie("alex")])
        page = context.new_page()
        page.faults = []
        page.on("pageerror", lambda error: page.faults.append(str(error)))
        page.goto(f"{floor.url}/board")
        page.wait_for_selector("#life .alert")
        yield floor, page
        assert page.faults == []
        browser.close()


def _wait_for(page: Any, count: int) -> list[str]:
    page.wait_for_selector(f"#others .alert:nth-child({count})", state="attached")
    page.wait_for_timeout(300)
    shown: list[str] = page.evaluate(SHOWN)
    return shown


def test_a_burst_is_shown_whole_and_in_order_and_in_small_pieces(seen: tuple[Floor, Any]) -> None:
    floor, page = seen
    before = page.evaluate(SHOWN)
    floor.tell_many("b", "fraud", MANY)
    floor.tell_many("l", "self_harm", 20)
    page.wait_for_selector("#life .alert:nth-child(21)", state="attached")
    shown = _wait_for(page, MANY)
    assert len(shown) == len(set(shown)) == len(before) + MANY + 20
    burst = [f"al-b-{number}" for number in range(MANY)]
    assert [name for name in shown if name in set(burst)] == burst
    most = page.evaluate("window.__most")
    assert 0 < most["cards"] < MANY
    assert 0 < most["asked"] <= 5
    page.reload()
    assert _wait_for(page, MANY) == shown
    assert page.evaluate("window.__most.cards") < MANY


def test_after_a_break_all_that_was_missed_is_there_and_once(seen: tuple[Floor, Any]) -> None:
    floor, page = seen
    before = page.evaluate(SHOWN)
    floor.stop()
    page.wait_for_selector("[data-link=lost]")
    floor.tell_many("b", "fraud", MANY)
    floor.start()
    shown = _wait_for(page, MANY)
    assert len(shown) == len(set(shown)) == len(before) + MANY
    assert page.evaluate("window.__most.cards") < MANY


def test_a_card_far_below_says_the_right_time_once_it_is_in_sight(
    seen: tuple[Floor, Any],
) -> None:
    floor, page = seen
    floor.tell_many("b", "fraud", MANY)
    _wait_for(page, MANY)
    last = page.locator("#others .alert").last
    age = last.locator('[data-tick="age"]')
    page.wait_for_timeout(2500)
    still = age.inner_text()
    last.scroll_into_view_if_needed()
    page.wait_for_timeout(200)
    said = age.inner_text()
    assert said > still
    page.wait_for_timeout(2200)
    assert age.inner_text() > said
