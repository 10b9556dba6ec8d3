"""From a caller's words to what people see and do: a real broker, worker, service and browser."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest

from tests.wallboard.browser import AXE, CHROMIUM, violations
from tests.wallboard.live import House, house
from tests.wallboard.window import Window
from wallboard.store.tables import User

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = pytest.mark.skipif(not CHROMIUM.exists(), reason=f"no browser at {CHROMIUM}")

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


def test_an_alert_appears_without_a_reload(chromium: Any, floor: House) -> None:
    with closing(Window(chromium, floor, "alex")) as alex:
        alex.page.evaluate("window.same = true")
        floor.call("appears", "hello there", THREAT)
        card = alex.card("appears", "Legal threat")
        alex.shows(card, "sue you")
        assert alex.page.evaluate("window.same") is True
        assert alex.faults == []


def test_a_claim_in_one_window_shows_in_another(chromium: Any, floor: House) -> None:
    floor.call("claimed", THREAT)
    with (
        closing(Window(chromium, floor, "alex")) as alex,
        closing(Window(chromium, floor, "bo")) as bo,
    ):
        card = bo.card("claimed")
        alex.card("claimed")
        alex.page.click(f"{card} [data-act=claim]")
        bo.shows(card, "Claimed by Alex Morgan")
        alex.shows(card, "Claimed by Alex Morgan")
        assert bo.page.query_selector(f"{card} [data-act=claim]") is None


def test_of_two_claims_at_once_one_is_the_owner_and_the_other_is_told_why(
    chromium: Any, floor: House
) -> None:
    floor.call("raced", THREAT)
    with (
        closing(Window(chromium, floor, "alex")) as alex,
        closing(Window(chromium, floor, "bo")) as bo,
    ):
        windows = {"Alex Morgan": alex, "Bo Lindqvist": bo}
        card = bo.card("raced")
        alex.card("raced")
        # One moment for both: clicked one after the other, the second would find the card claimed.
        moment = alex.page.evaluate("Date.now() + 1000")
        for window in windows.values():
            window.page.evaluate(
                f"setTimeout(() => document.querySelector('{card} [data-act=claim]').click(), "
                f"{moment} - Date.now())"
            )
        for window in windows.values():
            window.shows(card, "Claimed by")
            window.page.wait_for_selector("[data-pending]", state="detached")
        owners = {window.page.inner_text(f"{card} .tag--claimed") for window in windows.values()}
        assert len(owners) == 1
        owner = owners.pop().removeprefix("Claimed by ")
        (loser,) = (window for name, window in windows.items() if name != owner)
        loser.shows(".toast--bad", owner)
        assert windows[owner].page.query_selector(".toast--bad") is None


def test_what_the_final_words_take_back_goes_with_a_trace(chromium: Any, floor: House) -> None:
    with closing(Window(chromium, floor, "alex")) as alex:
        floor.call("maybe", "hello")
        floor.say("maybe", "i am going to sue you", utterance_id="revised", is_final=False)
        card = alex.card("maybe")
        alex.page.wait_for_selector(f"article{card}.alert--provisional")
        floor.say("maybe", "i am going to see you", utterance_id="revised")
        alex.shows(f"li{card}", "Withdrawn")
        assert alex.page.query_selector(f"article{card}") is None


def test_after_a_break_nothing_is_missing_and_nothing_is_there_twice(
    chromium: Any, floor: House
) -> None:
    floor.call("before", "good morning")
    with (
        closing(Window(chromium, floor, "alex")) as board,
        closing(Window(chromium, floor, "alex", "/calls/before")) as call,
    ):
        call.shows("#turns", "good morning")
        floor.shut()
        for window in (board, call):
            window.page.wait_for_selector("[data-link=lost]")
            assert "Not connected" in window.page.inner_text("#link-banner")
        floor.say("before", "are you still there", THREAT)
        floor.call("meanwhile", THREAT)
        floor.open()
        floor.say("before", "good bye")
        cards = [board.card("before"), board.card("meanwhile")]
        call.shows("#turns", "good bye")
        said = call.page.locator("#turns li").all_inner_texts()
        for number, text in enumerate(["good morning", "are you still", "sue you", "good bye"]):
            assert text in said[number]
        assert len(said) == 4
        for card in cards:
            assert board.page.locator(card).count() == 1
        ids = "all => all.map((one) => one.dataset.alert)"
        shown = board.page.eval_on_selector_all("article.alert", ids)
        known = floor.ask("alex", "/api/board").json()["alerts"]
        opened = {one["alert_id"] for one in known if one["status"] not in ("closed", "retracted")}
        assert sorted(shown) == sorted(opened)


def test_an_agent_asks_for_a_supervisor_and_the_board_shows_it(chromium: Any, floor: House) -> None:
    person = floor.agent("ines", "Ines Alvarez")
    floor.call("asks", "can you help me with my bill", agent_id="ines")
    with (
        closing(Window(chromium, floor, "alex")) as alex,
        closing(Window(chromium, floor, person, "/my-call")) as ines,
    ):
        ines.page.wait_for_selector("[data-ask=supervisor]")
        ines.page.keyboard.press("s")
        ines.page.fill("dialog[open] #ask-why", "the bill is beyond me")
        ines.page.keyboard.press("Enter")
        ines.shows(".toast--good", "A supervisor has been asked")
        card = alex.card("asks")
        alex.shows(card, "Ines Alvarez")
        alex.shows(card, "the bill is beyond me")


def test_an_alert_is_claimed_by_keys_alone(chromium: Any, floor: House) -> None:
    floor.call("by-keys", THREAT)
    with closing(Window(chromium, floor, "bo")) as bo:
        card = bo.card("by-keys")
        cards = bo.page.locator("article.alert").count()
        here = "document.activeElement.closest('.alert')?.id"
        for _ in range(cards):
            bo.page.keyboard.press("j")
            if f"#{bo.page.evaluate(here)}" == card:
                break
        for _ in range(4):
            bo.page.keyboard.press("Tab")
            if bo.page.evaluate("document.activeElement.dataset.act") == "claim":
                break
        assert bo.page.evaluate(here) == card[1:]
        bo.page.keyboard.press("Enter")
        bo.shows(card, "Claimed by Bo Lindqvist")
        # The focus stays with the alert: whoever works by keys goes on from there.
        assert bo.page.evaluate(here) == card[1:]


def test_on_a_call_where_somebody_is_at_risk_at_home_the_agent_alone_is_told_what_to_say(
    chromium: Any, floor: House
) -> None:
    person = floor.agent("gus")
    with (
        closing(Window(chromium, floor, "alex")) as alex,
        closing(Window(chromium, floor, "jo")) as jo,
        closing(Window(chromium, floor, person, "/my-call")) as gus,
    ):
        floor.call("at-home", "my husband hits me and he hits the kids", agent_id="gus")
        jo.card("at-home")
        gus.shows("#now .now--life", "Say now")
        assert "Do not" in gus.page.inner_text("#now")
        gus.page.reload()
        gus.shows("#now .now--life", "Say now")
        assert "Safeguarding" not in gus.page.inner_text("body")
        assert '"safeguarding"' not in gus.page.content()
        floor.call("after-home", THREAT)
        alex.card("after-home")
        assert alex.page.locator('a[href="/calls/at-home"]').count() == 0
    assert floor.ask("alex", "/calls/at-home").status_code == 403
    assert floor.ask(person, "/calls/at-home").status_code == 403


def test_another_teams_supervisor_sees_nothing_and_gets_403(chromium: Any, floor: House) -> None:
    with (
        closing(Window(chromium, floor, "alex")) as alex,
        closing(Window(chromium, floor, "noor")) as noor,
    ):
        floor.call("not-theirs", "hello", THREAT)
        alex.card("not-theirs")
        floor.call("theirs", THREAT, queue_id="sales", team_id="south")
        noor.card("theirs")
        assert noor.page.locator("article.alert").count() == 1
        assert "not-theirs" not in noor.page.content()
        assert noor.go("/calls/not-theirs") == 403
        assert "sue you" not in noor.page.content()
    for path in ("/calls/not-theirs", "/api/calls/not-theirs", "/api/calls/not-theirs/earlier"):
        answer = floor.ask("noor", path)
        assert answer.status_code == 403
        assert "sue you" not in answer.text
    kept = [one["incident_id"] for one in floor.ask("alex", "/api/incidents").json()["records"]]
    seen = [one["incident_id"] for one in floor.ask("noor", "/api/incidents").json()["records"]]
    assert len(seen) <= 1
    for record in set(kept) - set(seen):
        assert floor.ask("noor", f"/incidents/{record}").status_code == 403


def test_markup_in_words_names_and_queues_is_inert(chromium: Any, floor: House) -> None:
    markup = "<img src=x onerror='window.ran=1'><script>window.ran=1</script>\"><b id=bold>"
    person = floor.agent("mallory", markup[:100])
    floor.call(
        "markup",
        f"{markup} {THREAT} {markup}",
        agent_id="mallory",
        caller=markup,
        queue_id=markup,
        deep_link="javascript:window.ran=1",
    )
    with closing(Window(chromium, floor, "alex")) as alex:
        alex.shows(alex.card("markup"), "<img src=x onerror=")
    record = floor.record("markup")
    floor.hire(User(user_id="mark", name=markup, role="supervisor"))
    visits = {
        "mark": (
            "/board",
            "/calls/markup",
            "/callbacks",
            "/incidents",
            f"/incidents/{record}",
            "/complaints",
            "/patterns",
            "/account",
        ),
        person: ("/my-call",),
        "root": ("/admin/users",),
    }
    for who, paths in visits.items():
        with closing(Window(chromium, floor, who, paths[0], live=False)) as window:
            for path in paths:
                window.go(path)
                window.page.wait_for_timeout(200)
                assert window.page.evaluate("[window.ran, window.blocked]") == [None, None], path
                assert window.page.locator("img[src=x], #bold").count() == 0, path
                assert window.page.locator('[href^="javascript:"]').count() == 0, path
                assert window.faults == [], path
                if path == "/calls/markup":
                    window.shows("#turns", markup)


PAGES = {
    "alex": (
        "/board",
        "/board?wall=1",
        "/calls/looked-at",
        "/callbacks",
        "/incidents",
        "/incidents/RECORD",
        "/complaints",
        "/patterns",
        "/account",
    ),
    "user-zoe": ("/my-call",),
    "root": (
        "/admin/users",
        "/admin/users/alex",
        "/admin/tokens",
        "/admin/webhooks",
        "/admin/audit",
    ),
    "noor": ("/calls/looked-at",),
}
FOR_STRANGERS = ("/sign-in", "/welcome/used-up")


@pytest.mark.skipif(not AXE.exists(), reason="axe-core is not there: npm install axe-core")
def test_axe_finds_nothing_serious_on_any_page(chromium: Any, floor: House) -> None:
    floor.agent("zoe")
    floor.call("looked-at", "hello there", THREAT, agent_id="zoe")
    with closing(Window(chromium, floor, "alex")) as alex:
        alex.card("looked-at")
    record = floor.record("looked-at")
    found = {}

    def look(window: Window, path: str) -> None:
        window.go(path.replace("RECORD", record))
        window.page.wait_for_timeout(200)
        serious = [one for one in violations(window.page) if one[1] in ("serious", "critical")]
        if serious:
            found[path] = serious

    for person, paths in PAGES.items():
        with closing(Window(chromium, floor, person, "/account", live=False)) as window:
            for path in paths:
                look(window, path)
            window.leave()
            for path in FOR_STRANGERS if person == "noor" else ():
                look(window, path)
    assert found == {}
