"""Pages that are open when a call becomes one desk's alone: they close to everybody else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.wallboard.browser import CHROMIUM
from tests.wallboard.house import House, alert, served
from tests.wallboard.test_forgetting import SAID, complaint, record
from tests.wallboard.test_forgetting_in_browser import chromium  # noqa: F401 - a fixture
from wallboard.auth.gate import COOKIE
from workflow.incident import incident_id

pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}")


@pytest.mark.parametrize(
    ("path", "where"),
    [
        ("/complaints", "#list"),
        ("/incidents", "main"),
        (f"/incidents/{incident_id('c1')}", "main"),
    ],
)
def test_an_open_page_drops_what_is_another_desks_now(
    chromium: Any,  # noqa: F811
    tmp_path: Path,
    path: str,
    where: str,
) -> None:
    house = House(tmp_path)
    house.read("alerts", alert())
    house.read("incidents", *record(erased=False))
    house.read("complaints", complaint("open"))
    house.user("sam", "supervisor", teams=["north"])
    secret = house.cookies("sam")["cookie"].partition("=")[2]
    with served(house) as base:
        context = chromium.new_context(reduced_motion="reduce")
        context.set_default_timeout(30_000)
        context.add_cookies([{"name": COOKIE, "value": secret, "url": base}])
        page = context.new_page()
        page.goto(base + path)
        page.locator(where).filter(has_text=SAID).first.wait_for()
        page.wait_for_selector("[data-link=live], [data-link=stale]", state="attached")
        kept = {"trigger": "safeguarding", "desk": "safety", "handling": "restricted"}
        house.read("alerts", alert("a2", **kept))
        page.locator(where).filter(has_not_text=SAID).first.wait_for()
        assert SAID not in page.content()
        context.close()
    house.engine.dispose()
