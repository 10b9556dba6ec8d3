"""Pages that are open when a caller is forgotten: words and names go from under one's eyes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.wallboard.browser import CHROMIUM
from tests.wallboard.house import NOW, House, served
from tests.wallboard.test_forgetting import FORGOTTEN, SAID, record, told
from wallboard.auth.gate import COOKIE
from workflow.incident import incident_id

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}")


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with playwright.sync_playwright() as found:
        browser = found.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


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
    house = House(tmp_path)
    house.now = NOW + 61_000
    told(house)
    house.user("root", "admin")
    headers = house.cookies("root")
    secret = headers["cookie"].partition("=")[2]
    with served(house) as base:
        context = chromium.new_context(reduced_motion="reduce")
        context.set_default_timeout(30_000)
        context.add_cookies([{"name": COOKIE, "value": secret, "url": base}])
        page = context.new_page()
        page.goto(base + path)
        page.locator(where).filter(has_text=SAID).first.wait_for()
        page.wait_for_selector("[data-link=live], [data-link=stale]", state="attached")
        house.read("incidents", *record()[3:], FORGOTTEN)
        page.locator(where).filter(has_not_text=SAID).first.wait_for()
        assert SAID not in page.content()
        context.close()
    house.engine.dispose()
