"""What is for a person to look at, in a real browser: marked at the turn, where no alert stands."""

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
"""A call of the scene that the viewer may see."""
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


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not installed")
def test_the_mark_is_accessible(floor: Floor, page: Any) -> None:
    say(floor, 301, ("self_harm", "review"))
    page.locator(".turn__look").first.wait_for()
    assert violations(page) == []
