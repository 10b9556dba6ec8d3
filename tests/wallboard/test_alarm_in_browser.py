"""Sound and notifications: a browser that will not have them hides no alert, and it is said."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.wallboard.browser import CHROMIUM, Floor, served
from tests.wallboard.test_board_in_browser import SOUND_ON, look

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}")

LINKED = "[data-link=live], [data-link=stale]"
AS_ON_ANDROID = """
localStorage.setItem("hardstop.notify", localStorage.getItem("hardstop.notify") ?? "on");
window.Notification = class {
  static permission = "granted";
  constructor() { throw new TypeError("Illegal constructor"); }
};
"""
NO_SOUND_UNTOUCHED = """
Object.defineProperty(AudioContext.prototype, "state", {
  get() { return window.touched ? "running" : "suspended"; },
});
AudioContext.prototype.resume = function () {
  if (navigator.userActivation.isActive && !window.touched) {
    window.touched = true;
    this.dispatchEvent(new Event("statechange"));
  }
  return Promise.resolve();
};
"""
WAITS = "Sound waits for a click"


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


def test_an_alert_is_shown_where_a_browser_refuses_to_notify(chromium: Any, floor: Floor) -> None:
    page = look(chromium, floor, "alex", script=AS_ON_ANDROID)
    page.wait_for_selector("#notify[aria-pressed=true]")
    page.wait_for_selector(LINKED)
    floor.tell_alert("al-shown", "fraud", status="confirmed")
    page.wait_for_selector("#alert-al-shown")
    page.wait_for_selector("#notify[aria-pressed=false]")
    page.wait_for_selector(".toast >> text=shows no notifications")
    assert page.faults == []


@pytest.mark.parametrize("where", ["#headline", "#sound"])
def test_sound_that_waits_for_a_click_says_so_until_there_was_one(
    chromium: Any, floor: Floor, where: str
) -> None:
    page = look(chromium, floor, "alex", script=SOUND_ON + NO_SOUND_UNTOUCHED)
    page.wait_for_selector(f"#sound >> text={WAITS}")
    page.click(where)
    page.wait_for_selector("#sound >> text=Sound on")
    page.click("#sound")
    page.wait_for_selector("#sound >> text=Sound off")
    assert page.faults == []


def test_so_does_a_wall(chromium: Any, floor: Floor) -> None:
    page = look(chromium, floor, "alex", "/board?wall=1", script=SOUND_ON + NO_SOUND_UNTOUCHED)
    page.wait_for_selector(f"#sound-waits >> text={WAITS}")
    page.click("#headline")
    page.wait_for_selector("#sound-waits", state="hidden")
    assert page.faults == []
