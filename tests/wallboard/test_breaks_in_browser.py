"""Guardrail breaks in a real browser: each as it is said, with its place in the transcript."""

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
"""A call of the scene on which a life stop is open."""
CALM = "you need to calm down"


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


def say(floor: Floor, number: int) -> None:
    """The agent's words, as the intake would project them."""
    piece = {"utterance_id": f"u-{number}", "speaker": "agent", "quote": CALM, "char_start": 0}
    finding = {
        "label": "agent_guardrail",
        "disposition": "raise",
        "probability": 0.9,
        "reason": "a rule",
        "rule_id": "landmine.calm_down",
        "evidence": [{**piece, "char_end": len(CALM)}],
    }
    with floor.services.sessions.begin() as db:
        call = db.get_one(Call, CALL)
        turn = Turn(
            call_id=CALL,
            utterance_id=f"u-{number}",
            number=number,
            first=number,
            speaker="agent",
            text=CALM,
            is_final=True,
            at=now_ms(),
            findings=[finding],
        )
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


def test_a_break_that_is_said_again_stands_there_twice_and_leads_to_its_words(
    floor: Floor, page: Any
) -> None:
    listed = page.locator("#breaks li", has_text="Tells the caller how to feel")
    for number in (201, 202):
        say(floor, number)
        listed.nth(number - 201).wait_for()
    page.reload()
    listed.nth(1).wait_for()
    assert listed.count() == 2
    listed.nth(0).locator("button").focus()
    page.keyboard.press("Enter")
    turn = page.locator("#turns li:focus")
    assert CALM in turn.inner_text()
    assert page.get_attribute("#follow", "aria-pressed") == "false"
    assert turn.evaluate("node => node.nextElementSibling !== null")


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed")
def test_the_list_of_breaks_is_accessible(floor: Floor, page: Any) -> None:
    say(floor, 201)
    page.wait_for_selector(".breaks__place")
    assert violations(page) == []
