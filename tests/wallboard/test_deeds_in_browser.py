"""What people do on the pages, by click and by key, with a real broker and worker behind them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.wallboard.browser import CHROMIUM
from tests.wallboard.live import House, house
from tests.wallboard.window import Window

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}")

DANGER = "i have the tablets here and i am going to end my life tonight"
THREAT = "i am going to sue you people for this"


@pytest.fixture(scope="module")
def floor(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    with house(tmp_path_factory.mktemp("house")) as found:
        yield found


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with playwright.sync_playwright() as found:
        browser = found.chromium.launch(executable_path=str(CHROMIUM), args=["--no-sandbox"])
        yield browser
        browser.close()


def test_a_life_stop_that_was_called_a_false_alarm_is_open_again_after_undo(
    chromium: Any, floor: House
) -> None:
    floor.call("undone", DANGER)
    with closing(Window(chromium, floor, "alex")) as alex:
        card = alex.card("undone", "Self-harm")
        alex.page.click(f"{card} [data-act=false_alarm]")
        alex.page.click("dialog[open] input[name=why] >> nth=1")
        alex.page.click("dialog[open] button[type=submit]")
        alex.shows(".toast", "s to undo")
        alex.page.wait_for_selector(f"article{card}", state="detached")
        alex.page.click(".toast button")
        alex.page.wait_for_selector(f"article{card}")
        alex.page.goto(f"{floor.base}/calls/undone")
        alex.shows("#timeline", "False alarm undone")


def test_a_supervisor_writes_and_the_agent_reads(chromium: Any, floor: House) -> None:
    person = floor.agent("ola")
    floor.call("written-to", THREAT, agent_id="ola")
    with (
        closing(Window(chromium, floor, "alex")) as alex,
        closing(Window(chromium, floor, person, "/my-call")) as ola,
    ):
        alex.page.click(f"{alex.card('written-to')} [data-act=message]")
        alex.page.fill("dialog[open] textarea", "stay with her, carmen is on the way")
        alex.page.keyboard.press("Control+Enter")
        ola.shows(".letter", "carmen is on the way")
        ola.shows(".letter", "Alex Morgan")
        ola.page.click(".letter button")
        ola.page.wait_for_selector(".letter", state="detached")


def test_an_agent_promises_a_callback_by_keys_and_it_stands_in_the_log(
    chromium: Any, floor: House
) -> None:
    person = floor.agent("pia")
    floor.call("promised", "nobody can tell me when it is fixed", agent_id="pia")
    with closing(Window(chromium, floor, person, "/my-call")) as pia:
        pia.page.wait_for_selector("[data-ask=callback]")
        pia.page.keyboard.press("b")
        pia.page.fill("#cb-number", "+44 20 7946 0018")
        pia.page.fill("#cb-zone", "Europe/London")
        pia.page.fill("#cb-day", "2031-06-03")
        pia.page.fill("#cb-from", "10:00")
        pia.page.fill("#cb-to", "12:00")
        pia.page.keyboard.press("Control+Enter")
        pia.shows(".toast--good", "The callback is on the log")
    with closing(Window(chromium, floor, "alex", "/callbacks")) as alex:
        alex.shows(".record", "+442079460018")
        alex.shows(".record", "10:00 – 12:00")
        alex.page.click(".record [data-act=commit]")
        alex.page.fill("#act-commit [name=contact_note]", "ask for Tom")
        alex.page.click("#act-commit .button--primary")
        alex.shows(".record .notice", "ask for Tom")
        alex.shows(".record", "10:00 – 12:00")


def test_an_agent_marks_the_caller_as_verified_and_asks_for_a_specialist(
    chromium: Any, floor: House
) -> None:
    person = floor.agent("rui")
    floor.call("helped", "hello there", THREAT, agent_id="rui")
    with (
        closing(Window(chromium, floor, person, "/my-call")) as rui,
        closing(Window(chromium, floor, "alex", "/calls/helped")) as alex,
    ):
        rui.page.wait_for_selector("[data-ask=verified]")
        rui.page.keyboard.press("v")
        rui.page.check("dialog[open] input[value=full]")
        rui.page.keyboard.press("Control+Enter")
        rui.shows(".toast--good", "Noted")
        alex.shows("#timeline", "Caller verified")
        rui.page.keyboard.press("e")
        rui.page.select_option("#ask-desk", "legal")
        rui.page.keyboard.press("Control+Enter")
        alex.shows("#timeline", "Asked for a specialist")


def test_one_hint_stands_until_the_agent_has_used_it(chromium: Any, floor: House) -> None:
    person = floor.agent("tom")
    floor.call("hinted", "i am so angry this is a disgrace i am furious", agent_id="tom")
    with closing(Window(chromium, floor, person, "/my-call")) as tom:
        tom.page.wait_for_selector("[data-ask=supervisor]")
        floor.say("hinted", "you need to calm down", speaker="agent")
        tom.page.wait_for_selector(".advice")
        assert tom.page.locator(".advice").count() == 1
        tom.page.keyboard.press("u")
        tom.page.wait_for_selector(".advice", state="detached")


def test_a_draft_comes_on_request_and_not_before(chromium: Any, floor: House) -> None:
    floor.call("drafted", "you charged me twice and nobody rings me back", THREAT)
    with closing(Window(chromium, floor, "alex", "/calls/drafted")) as alex:
        alex.shows("#turns", "sue you")
        assert alex.page.locator(".draft__text").count() == 0
        alex.page.keyboard.press("d")
        alex.page.wait_for_selector(".draft__text")
        words = len(alex.page.inner_text(".draft__text").split())
        assert 150 <= words <= 300
        assert alex.page.locator(".draft__options li").count() in (2, 3)
