"""What pages write by script can be translated, too: in a language of brackets nothing is bare."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.wallboard import pseudo
from tests.wallboard.browser import CHROMIUM, Floor, served

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}")


@pytest.fixture
def page(tmp_path: Path) -> Iterator[tuple[Floor, Any]]:
    tongues = pseudo.build(tmp_path / "languages")
    with (
        served(tmp_path, language=pseudo.TAG, languages=str(tongues)) as floor,
        playwright.sync_playwright() as found,
    ):
        browser = found.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        context = browser.new_context(reduced_motion="reduce")
        context.set_default_timeout(30_000)
        yield floor, context.new_page()
        browser.close()


def test_no_text_that_scripts_write_is_left_out_of_translation(page: tuple[Floor, Any]) -> None:
    floor, window = page
    left: dict[str, list[str]] = {}

    def read(name: str) -> None:
        if found := pseudo.unmarked(window.content(), floor.services):
            left[name] = found

    def go(person: str, path: str, there: str) -> None:
        window.context.clear_cookies()
        window.context.add_cookies([floor.cookie(person)])
        window.goto(floor.url + path)
        window.wait_for_selector(there)
        read(f"{person} {path}")

    go("alex", "/board", "#life .alert")
    window.keyboard.press("?")
    read("the list of keys")
    window.keyboard.press("Escape")
    window.keyboard.press("f")
    read("why it is a false alarm")
    window.keyboard.press("Escape")
    window.keyboard.press("t")
    read("the theme")
    go("alex", "/board?wall=1", "#life .alert")
    go("alex", "/calls/c-7101", "#turns .turn")
    go("priya", "/my-call", "#foot:not([hidden])")
    for at in range(window.locator("#asks button").count()):
        window.locator("#asks button").nth(at).click()
        read(f"what an agent asks for, {at}")
        window.keyboard.press("Escape")
    go("tom", "/my-call", "#quiet:not([hidden]), #none:not([hidden]), #now > *")
    floor.stop()
    window.wait_for_selector("[data-link=lost]", timeout=60_000)
    read("not connected")
    floor.start()
    assert left == {}
