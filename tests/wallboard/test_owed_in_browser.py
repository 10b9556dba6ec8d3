"""The callback log of somebody who owes a call that came from another desk's call."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.wallboard.browser import CHROMIUM
from tests.wallboard.house import NOW, House, alert, at, callback, served
from wallboard.auth.gate import COOKIE

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}")

HUGO = {"owner": {"id": "hugo", "name": "Hugo Martin"}, "window_end": at(NOW + 3_600_000)}


@pytest.fixture
def page(tmp_path: Path) -> Iterator[tuple[House, Any]]:
    house = House(tmp_path)
    house.now = NOW + 1000
    house.user("hugo", "desk", desks=["fraud"])
    house.read("alerts", alert())
    secret = house.cookies("hugo")["cookie"].partition("=")[2]
    with playwright.sync_playwright() as found, served(house) as base:
        browser = found.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        context = browser.new_context(reduced_motion="reduce")
        context.set_default_timeout(30_000)
        context.add_cookies([{"name": COOKIE, "value": secret, "url": base}])
        opened = context.new_page()
        opened.goto(base + "/callbacks")
        opened.wait_for_selector("[data-link=live], [data-link=stale]", state="attached")
        yield house, opened
        browser.close()
    house.engine.dispose()


def test_what_i_come_to_owe_appears_changes_and_leaves_while_i_look(
    page: tuple[House, Any],
) -> None:
    house, window = page
    row = window.locator('#list [data-id="CB-1"]')
    assert row.count() == 0
    house.read("callbacks", callback(**HUGO))
    row.wait_for()
    rung_in = {"call_id": "c7", "at": at(NOW + 900)}
    house.read("callbacks", callback(2, **HUGO, rung_in=rung_in))
    row.filter(has_text="on the line").wait_for()
    house.read("callbacks", callback(3, **{**HUGO, "owner": {"id": "grace", "name": "Grace"}}))
    row.wait_for(state="detached")
