"""Pages that are open when a caller is forgotten: words and names go from under one's eyes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.wallboard.browser import CHROMIUM
from tests.wallboard.house import NOW, House, served
from tests.wallboard.test_forgetting import FORGOTTEN, SAID, record, told
from wallboard.auth.gate import COOKIE
from wallboard.views.floor import feed_number
from workflow.incident import incident_id

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with playwright.sync_playwright() as found:
        browser = found.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


@contextmanager
def opened(chromium: Any, folder: Path, path: str) -> Iterator[tuple[House, Any]]:
    """A house in which a call was told of and closed a minute ago, and an administrator's page."""
    house = House(folder)
    house.now = NOW + 61_000
    told(house)
    house.user("root", "admin")
    secret = house.cookies("root")["cookie"].partition("=")[2]
    with served(house) as base:
        context = chromium.new_context(reduced_motion="reduce")
        context.set_default_timeout(30_000)
        context.add_cookies([{"name": COOKIE, "value": secret, "url": base}])
        page = context.new_page()
        page.asked = []
        page.on("request", lambda request: page.asked.append(request.url))
        page.goto(base + path)
        page.wait_for_selector("[data-link=live], [data-link=stale]", state="attached")
        yield house, page
        context.close()
    house.engine.dispose()


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/calls/c1", "main"),
        ("/callbacks?tab=kept", "#list"),
        ("/complaints?tab=closed", "#list"),
        ("/incidents", "main"),
        (f"/incidents/{incident_id('c1')}", "#list"),
    ],
)
def test_an_open_page_drops_what_was_said(
    chromium: Any, tmp_path: Path, path: str, where: str
) -> None:
    with opened(chromium, tmp_path, path) as (house, page):
        page.locator(where).filter(has_text=SAID).first.wait_for()
        house.read("incidents", *record()[3:], FORGOTTEN)
        page.locator(where).filter(has_not_text=SAID).first.wait_for()
        assert SAID not in page.content()


def test_an_open_board_takes_what_is_forgotten_for_no_new_alert(
    chromium: Any, tmp_path: Path
) -> None:
    with opened(chromium, tmp_path, "/board") as (house, page):
        house.read("incidents", *record()[3:], FORGOTTEN)
        with house.sessions() as db:
            number = feed_number(db)
        heard = "async (number) => (await import('/static/live.js')).live.number >= number"
        page.wait_for_function(heard, arg=number)
        assert page.text_content("#announce") == ""
        assert [url for url in page.asked if "undefined" in url] == []
