"""What somebody is at, by hand or by keys, stays under their hand while the page goes on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.wallboard.browser import CHROMIUM, Floor, served
from tests.wallboard.house import NOW, House, alert, at, callback
from tests.wallboard.house import served as housed
from tests.wallboard.test_board_in_browser import look, until_done
from wallboard.auth.gate import COOKIE
from wallboard.store.tables import Deed, Message
from workflow.moments import rfc3339

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}")

LINKED = "[data-link=live], [data-link=stale]"
HERE = "document.activeElement.closest('[data-alert]')?.dataset.alert"
SECOND = "#alert-al-second"
SAID = "#turns .turn--partial"
MOOD = {"state": "angry", "trend": "rising", "heat": 0.9, "low": 0.1, "turns": 9}


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


def two_alerts(chromium: Any, floor: Floor) -> Any:
    """The page of a call with two alerts: a life stop, and another below it."""
    page = look(chromium, floor, "alex", "/calls/c-7101")
    page.wait_for_selector(LINKED)
    floor.tell_alert("al-second", "self_harm", trigger="legal_threat", status="confirmed")
    page.wait_for_selector(f"{SECOND} [data-act=claim]")
    return page


def test_the_focus_stays_on_a_button_while_the_caller_speaks(chromium: Any, floor: Floor) -> None:
    page = two_alerts(chromium, floor)
    page.focus(f"{SECOND} [data-act=claim]")
    floor.tell_turn("c-7101", "I'm at home, I'm in the kitchen")
    page.wait_for_selector(f"{SAID} >> text=kitchen")
    page.keyboard.press("Enter")
    until_done(floor, page, "claim")
    with floor.services.sessions() as db:
        sent = db.scalars(select(Deed).where(Deed.action == "claim")).one()
        assert sent.body["alert_id"] == "al-second"
    assert page.faults == []


def test_a_click_that_a_turn_comes_into_is_a_click(chromium: Any, floor: Floor) -> None:
    page = two_alerts(chromium, floor)
    page.hover(f"{SECOND} [data-act=claim]")
    page.mouse.down()
    floor.tell_turn("c-7101", "I'm at home, I'm in the kitchen")
    page.wait_for_selector(f"{SAID} >> text=kitchen")
    page.mouse.up()
    page.wait_for_selector(f"{SECOND} [data-act=claim][data-pending]")


def test_what_somebody_marks_in_the_brief_stays_marked(chromium: Any, floor: Floor) -> None:
    page = look(chromium, floor, "alex", "/calls/c-7101")
    page.wait_for_selector("#brief .brief__open")
    page.wait_for_selector(LINKED)
    mark = "getSelection().selectAllChildren(document.querySelector('.brief__open span'))"
    page.evaluate(mark)
    floor.tell_turn("c-7101", "I'm at home, I'm in the kitchen")
    page.wait_for_selector(f"{SAID} >> text=kitchen")
    assert "My colleague has told me" in page.evaluate("getSelection().toString()")


def test_a_click_that_news_of_the_call_come_into_is_a_click(chromium: Any, floor: Floor) -> None:
    page = look(chromium, floor, "alex")
    card = "#alert-al-c-7101-self_harm"
    page.wait_for_selector(LINKED)
    page.hover(f"{card} [data-act=acknowledge]")
    page.mouse.down()
    floor.tell_call("c-7101", mood=MOOD)
    page.wait_for_selector(f"{card} .mood__bar--angry")
    page.mouse.up()
    page.wait_for_selector(f"{card} [data-act=acknowledge][data-pending]")


def test_a_card_that_is_held_stays_while_others_go_round_it(chromium: Any, floor: Floor) -> None:
    page = look(chromium, floor, "alex")
    page.wait_for_selector(LINKED)
    moved = page.evaluate(
        """async () => {
          const { arrange } = await import("/static/dom.js");
          const list = document.body.appendChild(document.createElement("div"));
          const nodes = [..."abcd"].map((name) =>
            Object.assign(document.createElement("button"), { id: `held-${name}` }));
          const [a, b, c, d] = nodes;
          const shown = () => [...list.children].map((node) => node.id.at(-1)).join("");
          arrange(list, nodes);
          c.focus();
          const seen = [];
          for (const order of [[c, a, b, d], [d, b, a, c], [b, c]]) {
            arrange(list, order);
            seen.push(shown(), document.activeElement === c);
          }
          return seen;
        }"""
    )
    assert moved == ["cabd", True, "dbac", True, "bc", True]


def test_when_the_card_in_focus_goes_its_neighbour_has_the_focus_and_no_key_hits_it_at_once(
    chromium: Any, floor: Floor
) -> None:
    page = look(chromium, floor, "alex")
    page.wait_for_selector(LINKED)
    page.focus("#alert-al-c-7105-media")
    # The key comes down in the moment in which the card goes.
    page.evaluate(
        """() => new MutationObserver((_, watch) => {
          if (document.querySelector("article#alert-al-c-7105-media")) return;
          watch.disconnect();
          const pressed = new KeyboardEvent("keydown", { key: "c", bubbles: true });
          document.activeElement.dispatchEvent(pressed);
        }).observe(document.getElementById("others"), { childList: true })"""
    )
    over = {"closed_reason": "resolved", "updated_at": rfc3339(NOW)}
    floor.tell_alert("al-c-7105-media", "media", status="closed", **over)
    page.wait_for_selector(".toast >> text=Nothing was done")
    neighbour = page.evaluate(HERE)
    assert neighbour.startswith("al-c-710")
    assert floor.apply_deeds() == []
    page.wait_for_timeout(1100)
    page.keyboard.press("c")
    until_done(floor, page, "claim")
    assert page.evaluate(HERE) == neighbour
    assert page.faults == []


def test_no_key_hits_an_alert_that_has_just_become_the_most_urgent(
    chromium: Any, floor: Floor
) -> None:
    page = look(chromium, floor, "alex")
    page.wait_for_selector(LINKED)
    page.evaluate(
        """() => new MutationObserver((_, watch) => {
          if (!document.querySelector("#alert-al-first")) return;
          watch.disconnect();
          requestAnimationFrame(() => {
            const pressed = new KeyboardEvent("keydown", { key: "c", bubbles: true });
            document.body.dispatchEvent(pressed);
          });
        }).observe(document.getElementById("life"), { childList: true })"""
    )
    before = rfc3339(NOW - 10**9)
    floor.tell_alert("al-first", "self_harm", status="confirmed", opened_at=before)
    page.wait_for_selector(".toast >> text=Nothing was done")
    assert floor.apply_deeds() == []


def test_a_dialog_gives_the_focus_back_to_a_card_that_was_drawn_anew(
    chromium: Any, floor: Floor
) -> None:
    page = look(chromium, floor, "alex")
    card = "#alert-al-c-7105-media"
    page.wait_for_selector(LINKED)
    page.click(f"{card} [data-act=message]")
    page.wait_for_selector("dialog[open] textarea")
    floor.tell_alert("al-c-7105-media", "media", status="acknowledged", acknowledged_by="jo")
    page.wait_for_selector(f"{card} >> text=Seen by", state="attached")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog[open]", state="detached")
    page.wait_for_selector("[data-act=message]:focus")
    assert page.evaluate(HERE) == "al-c-7105-media"


def test_send_sends_once_however_often_it_is_clicked(chromium: Any, floor: Floor) -> None:
    page = look(chromium, floor, "alex")
    page.wait_for_selector(LINKED)
    asked: list[str] = []

    def slowly(route: Any) -> None:
        asked.append(route.request.post_data_json["message_id"])
        # As if the answer got lost on its way the first time.
        if len(asked) == 1:
            route.fetch()
            route.abort()
        else:
            route.continue_()

    page.route("**/api/calls/*/messages", slowly)
    page.click("#alert-al-c-7105-media [data-act=message]")
    page.fill("dialog[open] textarea", "carmen is on the way")
    page.evaluate(
        """() => {
          const send = document.querySelector("dialog[open] [type=submit]");
          send.click();
          send.click();
        }"""
    )
    page.wait_for_selector("dialog[open] .error:has-text('Not sent')")
    assert len(asked) == 1
    page.click("dialog[open] [type=submit]")
    page.wait_for_selector("dialog[open]", state="detached")
    assert len(set(asked)) == 1
    with floor.services.sessions() as db:
        of_call = select(Message.text).where(Message.call_id == "c-7105")
        assert list(db.scalars(of_call)) == ["carmen is on the way"]


def test_the_seconds_to_undo_are_shown_and_read_out_once(chromium: Any, floor: Floor) -> None:
    page = look(chromium, floor, "alex")
    page.wait_for_selector(LINKED)
    page.click("#alert-al-c-7105-media [data-act=false_alarm]")
    until_done(floor, page, "false_alarm")
    page.wait_for_selector(".toast__text[aria-hidden=true] >> text=/ \\d s to undo/")
    assert "10 s to undo" in page.text_content(".toast .visually-hidden")


def test_a_row_that_leaves_the_log_hands_the_focus_on(chromium: Any, tmp_path: Path) -> None:
    house = House(tmp_path)
    house.now = NOW + 1000
    house.user("hugo", "desk", desks=["legal"])
    owed = {"owner": {"id": "hugo", "name": "Hugo"}, "window_end": at(NOW + 3_600_000)}
    house.read("alerts", alert())
    for name in ("CB-1", "CB-2"):
        house.read("callbacks", callback(reference=name, **owed))
    secret = house.cookies("hugo")["cookie"].partition("=")[2]
    with housed(house) as base:
        context = chromium.new_context(reduced_motion="reduce")
        context.set_default_timeout(30_000)
        context.add_cookies([{"name": COOKIE, "value": secret, "url": base}])
        page = context.new_page()
        page.goto(f"{base}/callbacks")
        page.wait_for_selector("[data-link=live], [data-link=stale]", state="attached")
        rows = "[...document.querySelectorAll('[data-id]')].map((row) => row.dataset.id)"
        first, other = page.evaluate(rows)
        page.locator(f'[data-id="{first}"] [data-act]').first.focus()
        house.read("callbacks", callback(2, reference=first, state="cancelled", **owed))
        page.wait_for_selector(f'[data-id="{first}"]', state="detached")
        there = "document.activeElement.closest('[data-id]')?.dataset.id"
        page.wait_for_function(f"() => {there} === '{other}'")
        context.close()
    house.engine.dispose()
