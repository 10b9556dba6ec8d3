"""A board that is narrowed to a desk, a queue or a trigger is never taken for a calm one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.wallboard.browser import CHROMIUM, Floor, served
from tests.wallboard.test_board_in_browser import COUNT_TONES, SOUND_ON, look
from wallboard.store.tables import Alert

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}")

LINKED = "[data-link=live], [data-link=stale]"


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


def shown(page: Any) -> list[str]:
    found: list[str] = page.evaluate(
        "[...document.querySelectorAll('.alert')].map((card) => card.dataset.alert)"
    )
    return found


@pytest.mark.parametrize("wall", ["", "wall=1&"])
def test_a_filter_that_names_nothing_is_off(chromium: Any, floor: Floor, wall: str) -> None:
    page = look(chromium, floor, "alex", f"/board?{wall}queue=old-name&trigger=media")
    page.wait_for_selector(".alert")
    assert page.evaluate("location.search") == f"?{wall}trigger=media"
    assert shown(page) == ["al-c-7105-media"]
    assert "old-name" in page.text_content("#toasts")
    assert page.faults == []


def test_life_stops_that_a_filter_hides_are_counted_and_ring(chromium: Any, floor: Floor) -> None:
    script = SOUND_ON + COUNT_TONES
    page = look(chromium, floor, "alex", "/board?trigger=media", script=script)
    page.wait_for_selector(LINKED)
    assert page.inner_text("#outside-text") == "2 life stops outside this filter"
    floor.tell_alert("al-hidden", "fraud", status="confirmed")
    floor.tell_note("c-7107", "transcripts_late", "words come late")
    page.wait_for_selector("#unheard >> text=words come late")
    assert page.evaluate("window.tones") == 0
    floor.tell_alert("al-life", "violence", trigger="emergency", status="confirmed")
    page.wait_for_selector("#outside >> text=3 life stops outside this filter")
    assert page.evaluate("window.tones") > 0
    assert "Emergency" in page.text_content("#announce")
    page.click("#show-all")
    page.wait_for_selector("#alert-al-life")
    assert page.is_hidden("#outside")
    assert page.evaluate("location.search") == ""
    assert page.input_value("#filter-trigger") == ""
    assert page.faults == []


def test_nothing_within_a_filter_is_not_said_of_the_floor(chromium: Any, floor: Floor) -> None:
    with floor.services.sessions.begin() as db:
        for alert in db.scalars(select(Alert).where(Alert.rank == 0)):
            alert.status, alert.updated_at = "closed", 0
    page = look(chromium, floor, "alex", "/board?trigger=regulator")
    page.wait_for_selector("#calm[data-state=filtered]")
    assert page.inner_text("#calm-title") == "No open alerts with this filter"
    floor.tell_alert("al-life", "violence", trigger="emergency", status="confirmed")
    page.wait_for_selector("#calm[data-state=outside]")
    assert page.inner_text("#calm-title") == "1 life stop outside this filter"


def test_the_wall_keeps_the_filter_and_names_it(chromium: Any, floor: Floor) -> None:
    page = look(chromium, floor, "alex", "/board?queue=billing&desk=legal")
    page.wait_for_selector(".alert")
    page.keyboard.press("w")
    page.wait_for_selector("body.wall .alert")
    assert page.is_visible("#narrowed")
    assert page.inner_text("#narrowed-to").endswith(" · billing")
    assert page.is_visible("#outside")
    assert shown(page) == ["al-c-7103-legal_threat"]


def test_a_queue_that_is_new_can_be_chosen_at_once(chromium: Any, floor: Floor) -> None:
    page = look(chromium, floor, "alex")
    page.wait_for_selector(LINKED)
    floor.tell_call("c-7101", queue_id="brand-new")
    page.wait_for_selector("#filter-queue option[value=brand-new]", state="attached")
    queues = page.evaluate(
        "[...document.querySelectorAll('#filter-queue option')].map((one) => one.value)"
    )
    assert queues == sorted(queues)
    page.select_option("#filter-queue", "brand-new")
    page.wait_for_function("() => location.search === '?queue=brand-new'")


def test_the_way_back_from_a_call_leads_to_the_board_as_it_was(chromium: Any, floor: Floor) -> None:
    page = look(chromium, floor, "alex", "/board?queue=billing")
    page.click(".alert h3 a >> nth=0")
    page.click("#back[href='/board?queue=billing']")
    page.wait_for_selector("#filter-queue")
    assert page.evaluate("location.search") == "?queue=billing"
