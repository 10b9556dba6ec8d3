"""What people hear and do over HTTP, with a real server: nothing missing, nothing twice."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.wallboard.house import NOW, House, alert, callback, score, served, stream
from wallboard import hub as hub_module
from wallboard.auth.gate import digest
from wallboard.hub import Hub
from wallboard.routes import stream as stream_module
from wallboard.services import NotSent
from wallboard.store.tables import Deed, Token


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    built = House(tmp_path)
    yield built
    built.engine.dispose()


@pytest.fixture
def lead(house: House) -> dict[str, str]:
    house.user("sam", "supervisor", teams=["north"])
    return house.cookies("sam")


def test_nobody_hears_anything_without_a_sign_in(house: House) -> None:
    with served(house) as base:
        answer = httpx.get(f"{base}/api/stream")
        assert answer.status_code == 401
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert httpx.post(f"{base}/api/actions", json={}).status_code in (400, 401)
        wrong = httpx.get(f"{base}/api/stream", headers={"authorization": "Bearer nonsense"})
        assert wrong.status_code == 401


def test_what_changes_is_heard_as_it_changes(house: House, lead: dict[str, str]) -> None:
    house.read("alerts", alert("before"))
    with served(house) as base, stream(base, lead) as events:
        hello = next(events)
        assert (hello.event, hello.number) == ("hello", hello.data["number"])
        house.read("alerts", alert("a1"), alert("other", call_id="c2", team_id="south"))
        house.read("scores", score(1))
        heard = list(itertools.islice(events, 2))
    assert [one.event for one in heard] == ["alert", "turn"]
    assert heard[0].data["ref"] == "a1"
    assert heard[0].data["body"]["say_now"] == "I hear you."
    assert heard[1].data["body"]["text"] == "words 1"


def test_a_wall_is_sent_nothing_restricted_by_page_json_or_stream(house: House) -> None:
    house.user("jo", "supervisor", desks=["safety"])
    jo = house.cookies("jo")
    kept = {"trigger": "safeguarding", "desk": "safety", "handling": "restricted"}
    kept |= {"call_id": "c9", "reason": "he locks her in"}
    house.read("alerts", alert("open"), alert("kept", **kept))
    with served(house) as base:
        for path, there in (("/board", True), ("/board?wall=1", False)):
            assert ("he locks her in" in httpx.get(base + path, headers=jo).text) is there
        for wall, ids in (("0", {"open", "kept"}), ("1", {"open"})):
            told = httpx.get(f"{base}/api/board", params={"wall": wall}, headers=jo).json()
            assert {one["alert_id"] for one in told["alerts"]} == ids
            assert {one["call_id"] for one in told["calls"]} == {"c1", "c9"} - (
                {"c9"} if wall == "1" else set()
            )
        with stream(base, jo, after=0, wall=1, kinds="alert") as events:
            heard = [next(events), next(events)]
            house.read("alerts", alert("kept2", **kept), alert("last"))
            heard.append(next(events))
    assert [one.data.get("ref") for one in heard] == [None, "open", "last"]


def test_a_wall_stays_one_when_its_session_is_looked_at_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_module, "CHECK_S", 0.0)
    house.user("jo", "supervisor", desks=["safety"])
    kept = {"trigger": "safeguarding", "desk": "safety", "handling": "restricted"}
    with (
        served(house) as base,
        stream(base, house.cookies("jo"), wall=1, kinds="alert") as events,
    ):
        next(events)
        for number in range(3):
            house.read("alerts", alert(f"kept{number}", **kept, call_id="c9"))
            house.read("alerts", alert(f"open{number}"))
            assert next(events).data["ref"] == f"open{number}"


def test_whoever_comes_back_misses_nothing_and_hears_nothing_twice(
    house: House, lead: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub_module, "READ_ROWS", 7)
    heard: list[tuple[int | None, str]] = []
    wanted = [f"a{number}" for number in range(40)]
    with served(house) as base:
        for chunk in range(4):
            # Events come while nobody listens, and more of them while somebody does.
            names = wanted[chunk * 10 : chunk * 10 + 10]
            for name in names[:5]:
                house.read("alerts", alert(name))
            last = heard[-1][0] if heard else 0
            with stream(base, lead, last_event_id=last, kinds="alert") as events:
                for name in names[5:]:
                    house.read("alerts", alert(name))
                told = (one for one in events if one.event == "alert")
                heard += [(one.number, one.data["ref"]) for one in itertools.islice(told, 10)]
    assert [ref for _, ref in heard] == wanted


def test_a_page_that_was_away_too_long_is_told_to_load_anew(
    house: House, lead: dict[str, str]
) -> None:
    house.read("scores", score(1))
    house.read("alerts", alert())
    with served(house) as base:
        house.now = NOW + 16 * 60_000
        with stream(base, lead, last_event_id=1) as events:
            assert [next(events).event, next(events).event] == ["reset", "hello"]
        with stream(base, lead, last_event_id=1, kinds="alert") as events:
            assert [next(events).event, next(events).event] == ["hello", "alert"]
        with stream(base, lead, last_event_id=10_000) as events:
            assert next(events).event == "reset"


def test_who_reads_too_slowly_is_let_go() -> None:
    subscriber = hub_module.Subscriber()
    item = hub_module.Item(
        number=1,
        kind="alert",
        ref="a",
        call_id=None,
        trigger=None,
        at=0,
        queue_id=None,
        team_id=None,
        agent_id=None,
        desk=None,
        handling="normal",
        person=None,
        frame=b"",
    )
    assert subscriber.offer([item] * hub_module.WAITING_ROWS)
    assert not subscriber.offer([item])
    assert subscriber.ended


def test_a_stream_ends_when_its_session_does(
    house: House, lead: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(stream_module, "CHECK_S", 0.1)
    with served(house) as base, stream(base, lead) as events:
        assert next(events).event == "hello"
        house.now = NOW + 10**10
        assert next(events).event == "signed_out"
        assert next(events, None) is None


def test_a_token_needs_the_scope_for_the_stream(house: House) -> None:
    with house.sessions.begin() as db:
        for name, scopes in (("reads", ["read"]), ("hears", ["stream"])):
            db.add(
                Token(
                    token_id=name,
                    digest=digest(name),
                    name=name,
                    scopes=scopes,
                    queues=[],
                    created_by="root",
                    created_at=NOW,
                )
            )
    with served(house) as base:
        refused = httpx.get(f"{base}/api/stream", headers={"authorization": "Bearer reads"})
        assert refused.status_code == 403
        with stream(base, {"authorization": "Bearer hears"}) as events:
            assert next(events).event == "hello"


def test_an_action_is_sent_once_and_shown_when_it_has_taken_effect(
    house: House, lead: dict[str, str]
) -> None:
    house.read("alerts", alert())
    wish = {"action_id": "claim-0001", "call_id": "c1", "action": "claim", "alert_id": "a1"}
    with served(house) as base:
        url = f"{base}/api/actions"
        first = httpx.post(url, json=wish, headers=lead)
        assert (first.status_code, first.json()["applied"]) == (202, None)
        (sent,) = house.published
        assert (sent.actor.id, sent.actor.role.value, sent.call_id) == ("sam", "supervisor", "c1")
        other = httpx.post(url, json={**wish, "action": "resolve"}, headers=lead)
        assert other.status_code == 409
        with stream(base, lead, kinds="deed") as events:
            next(events)
            applied = {"type": "action.applied", "version": 1, "action_id": "claim-0001"}
            house.read("operations", {**applied, "call_id": "c1", "at": "2026-09-21T14:13:20Z"})
            deed = next(events)
        assert (deed.data["ref"], deed.data["body"]["applied"]) == ("claim-0001", True)
        again = httpx.post(url, json=wish, headers=lead)
        assert (again.status_code, again.json()["applied"]) == (202, True)
        assert len(house.published) == 1
        assert httpx.get(f"{url}/claim-0001", headers=lead).json()["action"] == "claim"
        assert httpx.get(f"{url}/claim-9999", headers=lead).status_code == 404


def test_an_action_without_the_page_s_token_is_refused(house: House, lead: dict[str, str]) -> None:
    house.read("alerts", alert())
    with served(house) as base:
        cookie = {"cookie": lead["cookie"]}
        wish = {"action_id": "claim-0001", "call_id": "c1", "action": "claim", "alert_id": "a1"}
        assert httpx.post(f"{base}/api/actions", json=wish, headers=cookie).status_code == 403
    assert house.published == []


def test_who_may_do_what(house: House) -> None:
    house.read("scores", score(1))
    house.read("alerts", alert(), alert("life", trigger="self_harm", desk="crisis"))
    house.read("callbacks", callback())
    people = {
        "sam": ("supervisor", {"teams": ["north"]}),
        "kim": ("supervisor", {"teams": ["south"]}),
        "lex": ("desk", {"desks": ["legal"]}),
        "ann": ("agent", {"agent_id": "ann"}),
        "ben": ("agent", {"agent_id": "ben"}),
        "quinn": ("qa", {}),
        "root": ("admin", {}),
    }
    headers = {}
    for name, (role, more) in people.items():
        house.user(name, role, **more)
        headers[name] = house.cookies(name)
    numbers = itertools.count(1)
    claim = {"action": "claim", "alert_id": "a1"}
    false_alarm = {"action": "false_alarm", "alert_id": "life"}
    ask = {"action": "request_supervisor"}
    commit = {"action": "commit_callback", "reference": "CB-1"}
    cases = [
        ("sam", claim, 202),
        ("lex", claim, 202),
        ("kim", claim, 403),
        ("ann", claim, 403),
        ("quinn", claim, 403),
        ("root", claim, 403),
        ("sam", false_alarm, 400),
        ("sam", {**false_alarm, "reason": "a song"}, 202),
        ("ann", ask, 202),
        ("ben", ask, 403),
        ("ann", {"action": "set_verified", "verified": "full"}, 202),
        ("ann", {"action": "set_verified"}, 400),
        ("ann", {"action": "request_specialist"}, 400),
        ("ann", commit, 202),
        ("ben", commit, 403),
        ("kim", commit, 403),
        ("quinn", {"action": "legal_hold", "reason": "a court asks", "hold": "set"}, 202),
        ("quinn", {"action": "legal_hold"}, 400),
        ("ann", {"action": "legal_hold", "reason": "no"}, 403),
        ("ann", {"action": "hint_used", "hint_id": "none"}, 404),
        ("sam", {"action": "hint_used", "hint_id": "none"}, 403),
        ("sam", {**claim, "alert_id": "none"}, 404),
        ("sam", {**claim, "call_id": "c2"}, 404),
        ("sam", {"action": "dance"}, 400),
        ("sam", {**claim, "surprise": 1}, 400),
    ]
    with served(house) as base, httpx.Client(timeout=20) as client:
        for name, wish, wanted in cases:
            body = {"action_id": f"number-{next(numbers)}", "call_id": "c1", **wish}
            answer = client.post(f"{base}/api/actions", json=body, headers=headers[name])
            assert answer.status_code == wanted, (name, wish, answer.text)
    assert len(house.published) == sum(wanted == 202 for *_, wanted in cases)


def test_an_action_that_does_not_get_through_can_be_sent_again(
    house: House, lead: dict[str, str]
) -> None:
    house.read("alerts", alert())
    wish = {"action_id": "claim-0001", "call_id": "c1", "action": "claim", "alert_id": "a1"}
    working = house.services

    async def away(_: object) -> None:
        raise NotSent("TimeoutError")

    house.services = dataclasses.replace(working, publish=away)
    with served(house) as base:
        assert httpx.post(f"{base}/api/actions", json=wish, headers=lead).status_code == 503
    house.services = dataclasses.replace(working, hub=Hub())
    with served(house) as base:
        assert httpx.post(f"{base}/api/actions", json=wish, headers=lead).status_code == 202
    with house.sessions() as db:
        assert db.get(Deed, "claim-0001") is not None
    assert len(house.published) == 1


def test_a_time_zone_that_nobody_knows_is_named_at_once(house: House, lead: dict[str, str]) -> None:
    house.read("scores", score(1))
    wish = {"action_id": "offer-0001", "call_id": "c1", "action": "offer_callback"}
    with served(house) as base:
        unknown = wish | {"callback": {"time_zone": "Pacific Time"}}
        answer = httpx.post(f"{base}/api/actions", json=unknown, headers=lead)
        assert answer.status_code == 400
        assert "'Pacific Time' is no time zone" in answer.text
        known = wish | {"callback": {"time_zone": "America/Los_Angeles"}}
        assert httpx.post(f"{base}/api/actions", json=known, headers=lead).status_code == 202
    assert len(house.published) == 1


def test_health_says_what_is_away_and_metrics_hold_no_words(house: House) -> None:
    house.read("scores", score(1, text="what was said"))
    with served(house) as base:
        assert httpx.get(f"{base}/healthz").status_code == 200
        away = httpx.get(f"{base}/readyz")
        assert (away.status_code, away.json()["database"]) == (503, True)
        house.services.freshness.contact_at = NOW
        ready = httpx.get(f"{base}/readyz")
        assert (ready.status_code, ready.json()["catching_up"]) == (200, False)
        house.services.freshness.behind = 20_000
        ready = httpx.get(f"{base}/readyz")
        assert (ready.status_code, ready.json()["catching_up"]) == (200, True)
        text = httpx.get(f"{base}/metrics").text
    assert 'hardstop_wallboard_read_total{topic="scores"} 1' in text
    assert "hardstop_wallboard_catching_up 1" in text
    assert "what was said" not in text
