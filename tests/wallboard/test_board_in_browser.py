"""The board in a real browser: what happens is seen, what is lost is said, words stay words."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.wallboard.browser import (
    AXE,
    CHROMIUM,
    Floor,
    served,
    violations,
    violations_in_both_schemes,
)
from wallboard.access import Role
from wallboard.auth import invitations
from wallboard.services import now_ms
from wallboard.store.feeding import News, Seen, add_to_feed
from wallboard.store.tables import Alert, User
from workflow.moments import rfc3339

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}")


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


def look(
    chromium: Any, floor: Floor, person: str, path: str = "/board", script: str = "", **how: Any
) -> Any:
    context = chromium.new_context(reduced_motion="reduce", **how)
    if script:
        context.add_init_script(script)
    # Many tests share a machine.
    context.set_default_timeout(30_000)
    context.add_cookies([floor.cookie(person)])
    page = context.new_page()
    page.faults = []
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    page.goto(floor.url + path)
    return page


def test_the_link_of_the_demo_leads_to_the_board_at_once(chromium: Any, floor: Floor) -> None:
    with floor.services.sessions.begin() as db:
        secret = invitations.invite(db, Role.SUPERVISOR, now_ms(), "alex", direct=True)
    page = chromium.new_context().new_page()
    page.goto(f"{floor.url}/welcome/{secret}")
    page.wait_for_url(f"{floor.url}/board", timeout=30_000)
    page.wait_for_selector("#life .alert")
    page.goto(f"{floor.url}/welcome/{secret}")
    assert page.url == f"{floor.url}/board"


def test_the_welcome_fits_on_a_phone(chromium: Any, floor: Floor) -> None:
    with floor.services.sessions.begin() as db:
        secret = invitations.invite(db, Role.SUPERVISOR, now_ms(), "alex")
    page = chromium.new_page(viewport={"width": 390, "height": 844})
    page.goto(f"{floor.url}/welcome/{secret}")
    page.wait_for_selector("[name=password]")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.close()


def test_an_alert_appears_without_a_reload_and_life_comes_first(
    chromium: Any, floor: Floor
) -> None:
    page = look(chromium, floor, "alex")
    page.wait_for_selector("[data-link=live]")
    floor.tell_alert("al-new", "self_harm", trigger="emergency", status="confirmed", subtype=None)
    page.wait_for_selector("#life #alert-al-new")
    assert "Emergency" in page.inner_text("#alert-al-new h3")
    assert "3 life stops" in page.inner_text("#headline")
    assert page.faults == []


SOUND_ON = """
localStorage.setItem("hardstop.sound", "on");
"""
COUNT_TONES = """
window.tones = 0;
const make = AudioContext.prototype.createOscillator;
AudioContext.prototype.createOscillator = function () {
  window.tones += 1;
  return make.call(this);
};
"""


@pytest.mark.parametrize("mode", ["shadow", "replay", "post_call"])
def test_what_calls_nobody_rings_for_nobody_and_stands_apart(
    chromium: Any, floor: Floor, mode: str
) -> None:
    page = look(chromium, floor, "alex", script=SOUND_ON + COUNT_TONES)
    page.wait_for_selector("[data-link=live]")
    title, before = page.title(), page.inner_text("#headline-count")
    floor.tell_alert("al-quiet", "self_harm", mode=mode, status="confirmed")
    page.wait_for_selector("#quiet #alert-al-quiet.alert--quiet")
    assert page.evaluate("window.tones") == 0
    assert page.text_content("#announce") == ""
    assert (page.title(), page.inner_text("#headline-count")) == (title, before)
    assert "1 more that calls nobody" in page.inner_text("#headline-more")
    floor.tell_alert("al-real", "violence", mode="live", status="confirmed")
    page.wait_for_selector("#life #alert-al-real")
    assert page.evaluate("window.tones") > 0
    assert "Violence" in page.text_content("#announce")
    assert page.faults == []


def test_sound_is_as_in_ones_settings_until_it_is_switched_on_the_board(
    chromium: Any, floor: Floor
) -> None:
    with floor.services.sessions.begin() as db:
        db.get_one(User, "alex").settings = {"sound": True}
    page = look(chromium, floor, "alex", script=COUNT_TONES)
    page.wait_for_selector("#sound[aria-pressed=true]")
    page.wait_for_selector("[data-link=live]")
    floor.tell_alert("al-heard", "fraud", status="confirmed")
    page.wait_for_selector("#alert-al-heard")
    assert page.evaluate("window.tones") > 0
    page.click("#sound")
    page.reload()
    page.wait_for_selector("#sound[aria-pressed=false]")
    other = look(chromium, floor, "bo")
    other.wait_for_selector("#sound[aria-pressed=false]")


def test_in_shadow_mode_an_agent_is_told_nothing(chromium: Any, floor: Floor) -> None:
    page = look(chromium, floor, "priya", "/my-call")
    page.wait_for_selector(".now--life")
    with floor.services.sessions() as db:
        known = db.scalars(select(Alert).where(Alert.call_id == "c-7101")).all()
    for alert in known:
        floor.tell_alert(alert.alert_id, alert.trigger, mode="shadow")
    page.wait_for_selector(".now", state="detached")
    assert page.faults == []


def test_what_is_withdrawn_goes_with_a_trace(chromium: Any, floor: Floor) -> None:
    page = look(chromium, floor, "alex")
    floor.tell_alert("al-maybe", "violence", status="provisional")
    page.wait_for_selector("article#alert-al-maybe.alert--provisional")
    floor.tell_alert(
        "al-maybe",
        "violence",
        status="retracted",
        closed_reason="the final words no longer say it",
        updated_at=rfc3339(now_ms()),
    )
    page.wait_for_selector("li#alert-al-maybe")
    assert "Withdrawn" in page.inner_text("li#alert-al-maybe")
    assert page.query_selector("article#alert-al-maybe") is None


def test_a_card_says_that_its_words_are_no_longer_there(chromium: Any, floor: Floor) -> None:
    page = look(chromium, floor, "alex")
    page.wait_for_selector("[data-link=live]")
    carmen = {"id": "x", "name": "Carmen"}
    floor.tell_alert("al-mine", "media", status="claimed", owner=carmen, taken_back="final")
    page.wait_for_selector("#alert-al-mine >> text=Not in the final words")
    floor.tell_alert("al-mine", "media", status="claimed", owner=carmen, taken_back=None)
    page.wait_for_selector("#alert-al-mine >> text=Not in the final words", state="detached")


@pytest.mark.parametrize("revision", [2, 1])
def test_what_is_told_anew_later_stands_on_an_open_board(
    chromium: Any, floor: Floor, revision: int
) -> None:
    page = look(chromium, floor, "alex")
    page.wait_for_selector("[data-link=live]")
    floor.tell_alert("al-again", "fraud", status="confirmed")
    floor.tell_alert("al-again", "fraud", status="claimed", owner={"id": "x", "name": "Carmen"})
    page.wait_for_selector("#alert-al-again >> text=Claimed by Carmen")
    # As after the death of a worker: of the same revision, or of one before.
    again = {"revision": revision, "owner": {"id": "y", "name": "Femi"}}
    floor.tell_alert("al-again", "fraud", status="claimed", **again)
    page.wait_for_selector("#alert-al-again >> text=Claimed by Femi")


def test_what_an_agent_is_to_say_is_what_was_told_last(chromium: Any, floor: Floor) -> None:
    page = look(chromium, floor, "priya", "/my-call")
    page.wait_for_selector(".now--life")
    for words in ("Stay with me.", "Is somebody with you?"):
        page.evaluate(
            """(say_now) => {
              const body = { alert_id: "al-desk", revision: 1, status: "confirmed", say_now };
              const detail = { kind: "guidance", ref: "al-desk", call_id: "c-7101", body };
              document.dispatchEvent(new CustomEvent("hardstop:guidance", { detail }));
            }""",
            words,
        )
        page.wait_for_selector(f".now__say >> text={words}")


def test_what_was_missed_while_away_comes_once(chromium: Any, floor: Floor) -> None:
    page = look(chromium, floor, "alex")
    page.wait_for_selector("[data-link=live]")
    floor.stop()
    page.wait_for_selector("[data-link=lost]")
    assert "Not connected" in page.inner_text("#link-banner")
    floor.tell_alert("al-missed", "fraud", status="confirmed")
    floor.start()
    page.wait_for_selector("#alert-al-missed", timeout=45_000)
    page.wait_for_selector("[data-link=live]", timeout=45_000)
    assert len(page.query_selector_all("#alert-al-missed")) == 1


def test_what_is_for_one_desk_alone_is_not_on_the_wall(chromium: Any, floor: Floor) -> None:
    with floor.services.sessions.begin() as db:
        for alert in db.scalars(select(Alert).where(Alert.trigger == "self_harm")):
            alert.handling, alert.desk = "restricted", "crisis"
            alert.body = {**alert.body, "handling": "restricted"}
        leader = db.get_one(User, "alex")
        leader.desks = ["crisis"]
    board = look(chromium, floor, "alex")
    board.wait_for_selector("text=I have the tablets")
    wall = look(chromium, floor, "alex", "/board?wall=1")
    wall.wait_for_selector("#life .alert")
    assert "tablets" not in wall.inner_text("body")
    assert "1 life stop" in wall.inner_text("#headline")


@pytest.mark.parametrize("stale", [False, True])
def test_no_line_of_the_words_is_cut_through_on_the_wall(
    chromium: Any, floor: Floor, stale: bool
) -> None:
    size = {"width": 1920, "height": 1080}
    wall = look(chromium, floor, "alex", "/board?wall=1", viewport=size)
    wall.wait_for_selector("#life .alert:nth-child(6)")
    if stale:
        floor.services.freshness.contact_at = 1
        wall.wait_for_selector("[data-link=stale]", timeout=40_000)
    cut = """() => [...document.querySelectorAll(".alert__words")].filter((box) =>
        box.firstElementChild.getBoundingClientRect().bottom - 1
        > box.getBoundingClientRect().bottom).length"""
    assert wall.evaluate(cut) == 0


def test_a_board_that_is_still_loading_does_not_look_calm(chromium: Any, floor: Floor) -> None:
    page = chromium.new_context().new_page()
    page.context.add_cookies([floor.cookie("alex")])
    page.route("**/static/board.js", lambda route: route.abort())
    page.goto(f"{floor.url}/board")
    assert "Loading the board" in page.inner_text("#headline")
    assert page.locator("#headline .icon >> visible=true").count() == 0
    assert page.locator("#calm >> visible=true").count() == 0


def test_silence_is_not_calm(chromium: Any, tmp_path: Path) -> None:
    with served(tmp_path, calm=True) as floor:
        page = look(chromium, floor, "alex")
        page.wait_for_selector("#calm[data-state=calm]")
        assert "No open alerts" in page.inner_text("#calm")
        floor.services.freshness.contact_at = now_ms() - 60_000
        page.wait_for_selector("#calm[data-state=stale]", timeout=45_000)
        assert "This is not calm" in page.inner_text("#calm")


@pytest.mark.parametrize("path", ["/board", "/board?wall=1"])
def test_a_board_that_is_catching_up_is_not_calm(chromium: Any, tmp_path: Path, path: str) -> None:
    with served(tmp_path, calm=True) as floor:
        floor.services.freshness.behind = 20_000
        page = look(chromium, floor, "alex", path)
        page.wait_for_selector("#calm[data-state=catching_up]")
        assert "20000 messages" in page.inner_text("#calm")
        assert "Catching up: 20000 messages behind" in page.inner_text("#link-banner")
        assert "No open alerts" not in page.inner_text("body")
        floor.services.freshness.behind = 0
        page.wait_for_selector("#calm[data-state=calm]")
        assert "No open alerts" in page.inner_text("#headline")


def test_what_a_caller_says_stays_words(chromium: Any, floor: Floor) -> None:
    words = "<img src=x onerror=\"document.title='run'\"><script>document.title='run'</script>"
    evidence = {"utterance_id": "u", "speaker": "customer", "quote": words, "char_start": 0}
    floor.tell_alert(
        "al-xss",
        "fraud",
        status="confirmed",
        evidence=[{**evidence, "char_end": len(words)}],
        owner={"id": "x", "name": words},
        deep_link="javascript:document.title='run'",
    )
    for path in ("/board", "/calls/c-7104"):
        page = look(chromium, floor, "alex", path)
        page.wait_for_selector("#alert-al-xss")
        assert words in page.inner_text("#alert-al-xss")
        assert page.query_selector("#alert-al-xss img") is None
        assert "run" not in page.title()
        assert page.query_selector('a[href^="javascript:"]') is None


def test_a_false_alarm_of_a_life_stop_is_asked_for_its_reason_by_keys_alone(
    chromium: Any, floor: Floor
) -> None:
    page = look(chromium, floor, "alex")
    page.wait_for_selector("#life .alert")
    page.keyboard.press("j")
    assert "self_harm" in page.evaluate("document.activeElement.id")
    page.keyboard.press("f")
    page.wait_for_selector("dialog[open]")
    page.keyboard.press("Control+Enter")
    assert "reason" in page.inner_text("dialog[open] .error")
    page.keyboard.press("Escape")
    page.wait_for_selector("dialog[open]", state="detached")
    assert "self_harm" in page.evaluate("document.activeElement.id")


def until_done(floor: Floor, page: Any, action: str) -> None:
    """What was sent last is this action, and it takes effect."""
    for _ in range(300):
        if done := floor.apply_deeds():
            assert done == [action]
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"{action} was not sent")


@pytest.mark.parametrize("path", ["/board", "/calls/c-7101"])
def test_a_false_alarm_is_taken_back_by_keys_alone(chromium: Any, floor: Floor, path: str) -> None:
    page = look(chromium, floor, "alex", path)
    page.wait_for_selector("[data-link=live]")
    page.wait_for_selector(".alert--life")
    page.keyboard.press("?")
    assert "Undo" in page.inner_text("#help-keys")
    page.keyboard.press("Escape")
    page.keyboard.press("f")
    page.wait_for_selector("dialog[open] input[name=why]")
    page.keyboard.press("Space")
    page.keyboard.press("Control+Enter")
    until_done(floor, page, "false_alarm")
    page.wait_for_selector(".toast [aria-keyshortcuts=z]")
    page.keyboard.press("z")
    until_done(floor, page, "undo_false_alarm")
    page.wait_for_selector(".toast--good:has-text('open again')")
    assert page.query_selector(".toast [aria-keyshortcuts=z]") is None
    page.keyboard.press("z")
    page.wait_for_timeout(300)
    assert floor.apply_deeds() == []
    assert page.faults == []


def test_a_claim_is_pending_until_it_has_been_applied(chromium: Any, floor: Floor) -> None:
    page = look(chromium, floor, "alex")
    page.click("#life .alert >> nth=0 >> [data-act=claim]")
    page.wait_for_selector("#life .alert >> nth=0 >> [data-act=claim][data-pending]")
    assert "Claiming" in page.inner_text("#life .alert >> nth=0 >> [data-act=claim]")


def test_filters_stay_in_the_address(chromium: Any, floor: Floor) -> None:
    page = look(chromium, floor, "alex", "/board?trigger=fraud")
    page.wait_for_selector("#others .alert")
    assert len(page.query_selector_all(".alert")) == 1
    page.select_option("#filter-trigger", "media")
    page.wait_for_function("() => location.search === '?trigger=media'")
    assert "Media" in page.inner_text(".alert h3")


def test_a_board_that_is_left_open_forgets_what_is_over(chromium: Any, floor: Floor) -> None:
    page = look(chromium, floor, "alex")
    kept = page.evaluate(
        """async () => {
          const { Floor } = await import("/static/floor.js");
          const floor = new Floor();
          const [now, long] = [floor.now(), floor.now() - 600_000];
          floor.alert("a", { alert_id: "a", call_id: "with", revision: 1, status: "confirmed" });
          for (const id of ["with", "over"]) floor.call(id, { call_id: id, ended_at: long });
          floor.call("just over", { call_id: "just over", ended_at: now });
          floor.call("going on", { call_id: "going on", ended_at: null });
          const state = "requested";
          floor.route("of it", { alert_ids: ["a"], attempt: 1, state, state_at: long });
          floor.route("of none", { alert_ids: ["b"], attempt: 1, state, state_at: long });
          floor.route("early", { alert_ids: ["c"], attempt: 1, state, state_at: now });
          floor.sweep();
          return [[...floor.calls.keys()], [...floor.routes.keys()]];
        }"""
    )
    assert kept == [["with", "just over", "going on"], ["of it", "early"]]


def test_an_agent_reads_what_to_say_and_what_the_supervisor_wrote(
    chromium: Any, floor: Floor
) -> None:
    page = look(chromium, floor, "priya", "/my-call", viewport={"width": 320, "height": 720})
    page.wait_for_selector(".now--life")
    assert "staying on the line" in page.inner_text(".now__say")
    assert "Alex Morgan" in page.inner_text(".letter")
    page.click(".letter button")
    page.wait_for_selector(".letter", state="detached")
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    assert page.faults == []


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not there: npm install axe-core")
@pytest.mark.parametrize("path", ["/board", "/board?wall=1", "/calls/c-7101", "/account"])
def test_axe_finds_no_violation_on_a_phone(chromium: Any, floor: Floor, path: str) -> None:
    size = {"width": 390, "height": 844}
    page = look(chromium, floor, "alex", path, viewport=size, bypass_csp=True)
    page.wait_for_timeout(1000)
    assert violations(page) == []


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not there: npm install axe-core")
@pytest.mark.parametrize(
    ("person", "path"),
    [
        ("alex", "/board"),
        ("alex", "/board?wall=1"),
        ("alex", "/calls/c-7101"),
        ("priya", "/my-call"),
        ("alex", "/callbacks"),
    ],
)
def test_axe_finds_no_violation(chromium: Any, floor: Floor, person: str, path: str) -> None:
    page = look(chromium, floor, person, path, color_scheme="light")
    page.wait_for_selector("[data-link=live]")
    page.wait_for_timeout(300)
    assert violations_in_both_schemes(page) == []


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not there: npm install axe-core")
@pytest.mark.parametrize("act", ["message", "false_alarm"])
def test_axe_finds_no_violation_in_a_dialog(chromium: Any, floor: Floor, act: str) -> None:
    page = look(chromium, floor, "alex", "/board?trigger=self_harm", color_scheme="light")
    page.wait_for_selector("[data-link=live]")
    page.click(f"#alert-al-c-7101-self_harm [data-act={act}]")
    page.wait_for_selector("dialog[open]")
    assert page.is_visible("#outside")
    assert violations_in_both_schemes(page) == []


def test_what_whoever_runs_it_must_know_is_on_the_board_as_it_comes(
    chromium: Any, floor: Floor
) -> None:
    page = look(chromium, floor, "alex")
    page.wait_for_selector("[data-link=live]")
    assert page.is_hidden("#notices-part")
    body = {"about": "records_off", "call_id": None, "at": now_ms(), "detail": "no key is set"}
    news = News(kind="note", ref="n1", call_id=None, at=now_ms(), body=body, seen=Seen())
    with floor.services.sessions.begin() as db:
        add_to_feed(db, [news])
    floor.services.hub.notify()
    page.wait_for_selector("#notices-part:not([hidden])")
    assert "Nothing is put on record" in page.inner_text("#notices")
    assert "no key is set" in page.inner_text("#notices")
    assert page.faults == []


def test_a_call_that_is_late_is_shown_as_late_until_it_is_in_time(
    chromium: Any, floor: Floor
) -> None:
    page = look(chromium, floor, "alex")
    page.wait_for_selector("[data-link=live]")
    # Topics are read side by side: the note may come before the call.
    floor.tell_note("c-new", "transcripts_late", "words come late", call_first=False)
    page.wait_for_selector("#unheard a[href='/calls/c-new']")
    assert "words come late" in page.inner_text("#unheard")
    floor.tell_note("c-new", "transcripts_in_time", "words come in time again")
    page.wait_for_selector("#unheard a[href='/calls/c-new']", state="detached")
    assert page.faults == []
