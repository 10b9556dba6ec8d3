"""What is for a person to look at, in a browser: its call on the board, its turn on the page."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.wallboard.browser import AXE, CHROMIUM, Floor, served, violations
from wallboard.intake.scores import turn_body
from wallboard.services import now_ms
from wallboard.store.feeding import News, add_to_feed, seen_of
from wallboard.store.tables import Call, Turn

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}")

CALL = "c-7101"
"""A call of the scene on which an alert of self-harm is open."""
QUIET, OTHER = "c-7107", "c-7109"
"""Calls without an alert."""
WORDS = "i've sorted the dog out so there's nothing left to see to"


@pytest.fixture
def floor(tmp_path: Path) -> Iterator[Floor]:
    with served(tmp_path) as found:
        yield found


@pytest.fixture
def page(floor: Floor) -> Iterator[Any]:
    with playwright.sync_playwright() as found:
        browser = found.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        context = browser.new_context(reduced_motion="reduce")
        context.set_default_timeout(90_000)
        context.add_cookies([floor.cookie("alex")])
        page = context.new_page()
        page.goto(f"{floor.url}/calls/{CALL}")
        page.wait_for_selector("[data-link=live], [data-link=stale]")
        yield page
        browser.close()


def say(floor: Floor, number: int, *found: tuple[str, str], **more: Any) -> None:
    """A turn with these labels and dispositions, as the intake would project it."""
    piece = {"utterance_id": f"u-{number}", "speaker": "customer", "quote": WORDS, "char_start": 0}
    findings = [
        {
            "label": label,
            "disposition": how,
            "probability": 0.4,
            "reason": "the classifier hears it",
            "rule_id": "classifier",
            "evidence": [{**piece, "char_end": len(WORDS)}],
        }
        for label, how in found
    ]
    told = {"speaker": "customer", "is_final": True, **more}
    with floor.services.sessions.begin() as db:
        call = db.get_one(Call, CALL)
        place = {"call_id": CALL, "utterance_id": f"u-{number}", "number": number, "first": number}
        turn = Turn(**place, text=WORDS, at=now_ms(), findings=findings, **told)
        db.add(turn)
        db.flush()
        news = News(
            kind="turn",
            ref=f"{CALL}/u-{number}",
            call_id=CALL,
            at=now_ms(),
            body=turn_body(turn),
            seen=seen_of(call),
            trigger=call.trigger,
        )
        add_to_feed(db, [news])
    floor.fresh()
    floor.services.hub.notify()


def test_what_is_half_heard_of_a_life_is_marked_at_its_turn(floor: Floor, page: Any) -> None:
    say(floor, 301, ("self_harm", "review"), ("self_harm", "review"), ("violence", "clear"))
    marks = page.locator(".turn__look")
    marks.first.wait_for()
    assert marks.all_inner_texts() == ["Please look: Self-harm?"]
    assert page.locator("mark", has_text=WORDS).count() == 0
    page.reload()
    marks.first.wait_for()
    assert marks.count() == 1


def test_nothing_is_asked_of_what_was_raised_goes_on_or_is_an_agents(
    floor: Floor, page: Any
) -> None:
    say(floor, 301, ("self_harm", "review"), ("self_harm", "raise"))
    say(floor, 302, ("self_harm", "review"), is_final=False)
    say(floor, 303, ("self_harm", "review"), speaker="agent")
    say(floor, 304, ("emergency", "review"))
    page.locator(".turn__look").first.wait_for()
    assert page.locator(".turn__look").all_inner_texts() == ["Please look: Emergency?"]


def test_the_board_names_the_call_until_somebody_looks(floor: Floor, page: Any) -> None:
    page.goto(f"{floor.url}/board")
    page.wait_for_selector("[data-link=live]")
    assert page.is_hidden("#look-part")
    floor.tell_call(QUIET, look={"labels": ["violence"], "utterance_id": "u-9", "at": now_ms()})
    link = page.locator(f"#look a[href='/calls/{QUIET}']")
    link.wait_for()
    assert page.inner_text("#look-count") == "1 call to look at"
    assert "Please look: Violence?" in page.inner_text("#look")
    if AXE.exists():
        assert violations(page) == []
    link.click()
    page.wait_for_url(f"**/calls/{QUIET}")
    page.goto(f"{floor.url}/board")
    page.wait_for_selector("[data-link=live]")
    assert page.is_hidden("#look-part")
    floor.tell_call(QUIET, look={"labels": ["violence"], "utterance_id": "u-11", "at": now_ms()})
    link.wait_for()


def test_the_board_is_silent_of_what_an_alert_tells_what_is_old_and_what_is_over(
    floor: Floor, page: Any
) -> None:
    page.goto(f"{floor.url}/board")
    page.wait_for_selector("[data-link=live]")
    half = {"labels": ["self_harm"], "utterance_id": "u-9"}
    floor.tell_call(CALL, look={**half, "at": now_ms()})
    floor.tell_call(QUIET, look={**half, "at": now_ms() - 16 * 60_000})
    floor.tell_call(OTHER, look={"labels": ["violence"], "utterance_id": "u-9", "at": now_ms()})
    page.locator(f"#look a[href='/calls/{OTHER}']").wait_for()
    assert page.locator("#look li").count() == 1
    floor.tell_call(OTHER, ended_at=now_ms())
    page.wait_for_selector("#look-part", state="hidden")


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed")
def test_the_mark_is_accessible(floor: Floor, page: Any) -> None:
    say(floor, 301, ("self_harm", "review"))
    page.locator(".turn__look").first.wait_for()
    assert violations(page) == []
