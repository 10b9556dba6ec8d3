"""A call that passes from one agent, team or queue to another takes along what is open on it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from fastapi.testclient import TestClient

from tests.wallboard.house import NOW, House, alert, at, callback, outcome, route, score
from wallboard.access import Viewer
from wallboard.app import create_app
from wallboard.audience import may_hear
from wallboard.auth.gate import viewer_of
from wallboard.hub import after, newest
from wallboard.store.tables import Alert, Call, User
from wallboard.views.my_call import MyCall, my_call

LIFE = {"trigger": "self_harm", "severity": "critical", "desk": "crisis"}
KEPT = {"trigger": "safeguarding", "desk": "safety", "handling": "restricted"}
ACCUSED = {"trigger": "misconduct", "desk": "quality", "handling": "restricted"}
CARDS = {"queue_id": "cards", "team_id": "south", "agent_id": "bob"}
GONE = {"gone": True, "moved": True}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    built = House(tmp_path)
    built.user("bill", "supervisor", queues=["billing"])
    built.user("card", "supervisor", queues=["cards"])
    built.user("both", "supervisor", queues=["billing", "cards"])
    for agent in ("ann", "bob"):
        built.user(agent, "agent", agent_id=agent)
    built.read("scores", score(1))
    yield built
    built.engine.dispose()


def viewer(house: House, person: str) -> Viewer:
    with house.sessions() as db:
        return viewer_of(db.get_one(User, person))


def said(number: int, ms: int, **more: Any) -> dict[str, Any]:
    return score(number, f"u{number}", **{**CARDS, "at": at(NOW + ms), **more})


def passes(house: House, **more: Any) -> None:
    """The call is with bob, in the queue for cards, a minute later."""
    house.now = NOW + 60_000
    house.read("scores", said(2, 50_000, **more))


def told(house: House, person: str, since: int = 0) -> list[tuple[str, str, dict[str, Any]]]:
    """What somebody hears of, after a number of the feed: kind, ref, body."""
    who = viewer(house, person)
    return [
        (item.kind, item.ref, msgspec.json.decode(item.frame.split(b"data: ")[1])["body"])
        for item in after(house.sessions, since)
        if may_hear(who, item)
    ]


def last(house: House, person: str, kind: str, since: int = 0) -> list[Any]:
    """Of each thing of a kind what was told last: its body if it is gone, else True."""
    found = {ref: body for what, ref, body in told(house, person, since) if what == kind}
    # Whose it was stands beside it, so that they hear of it.
    bare = [{name: body[name] for name in body if name != "owner"} for body in found.values()]
    return [body if body.get("gone") else True for body in bare]


def mine(house: House, agent: str) -> MyCall:
    with house.sessions() as db:
        return my_call(db, house.services.policy, viewer(house, agent), house.now)


def opens(house: House, person: str) -> dict[str, Any] | None:
    client = TestClient(create_app(house.services), headers=house.cookies(person))
    answer = client.get("/api/calls/c1")
    return answer.json() if answer.status_code == 200 else None


def on_board(house: House, person: str) -> list[tuple[str, str]]:
    client = TestClient(create_app(house.services), headers=house.cookies(person))
    alerts = client.get("/api/board").json()["alerts"]
    return [(one["alert_id"], one["agent_id"]) for one in alerts]


def test_who_takes_over_a_call_for_a_life_reads_what_to_say_and_the_one_before_no_more(
    house: House,
) -> None:
    house.read("alerts", alert(**LIFE))
    assert [one["alert_id"] for one in mine(house, "ann").alerts] == ["a1"]
    passes(house)
    assert mine(house, "ann").call is None
    assert [one["say_now"] for one in mine(house, "bob").alerts] == ["I hear you."]
    assert last(house, "ann", "call") == last(house, "ann", "alert") == [GONE]
    assert last(house, "bob", "call") == last(house, "bob", "alert") == [True]


def test_the_new_queue_sees_the_alert_and_the_old_one_nothing_of_what_is_said_there(
    house: House,
) -> None:
    house.read("alerts", alert(**LIFE))
    passes(house, text="said in cards")
    assert (on_board(house, "bill"), on_board(house, "card")) == ([], [("a1", "bob")])
    assert opens(house, "bill") is None
    shown = opens(house, "card")
    assert shown is not None
    assert shown["turns"][-1]["text"] == "said in cards"
    assert last(house, "bill", "call") == last(house, "bill", "alert") == [GONE]
    assert "said in cards" not in str(told(house, "bill"))
    assert last(house, "card", "alert") == [True]


def test_a_later_revision_that_still_names_who_had_the_call_gives_it_back_to_nobody(
    house: House,
) -> None:
    house.read("alerts", alert(**LIFE))
    passes(house)
    house.now += 1000
    late = {"status": "claimed", "updated_at": at(NOW + 60_500)}
    house.read("alerts", alert(revision=2, **LIFE, **late))
    house.read("routing", route(requested_at=at(NOW + 60_500)))
    assert opens(house, "bill") is None
    assert on_board(house, "card") == [("a1", "bob")]
    assert mine(house, "bob").alerts[0]["status"] == "claimed"
    assert last(house, "card", "route") == [True]
    assert last(house, "bill", "route") == []


def test_an_alert_that_opens_says_whose_the_call_is_before_its_words_are_read(
    house: House,
) -> None:
    house.now = NOW + 60_000
    house.read("alerts", alert(**LIFE, **CARDS, updated_at=at(NOW + 50_000)))
    assert last(house, "bill", "alert") == []
    assert last(house, "bob", "alert") == [True]


def test_who_sees_both_queues_is_told_that_it_moved_and_then_how_it_stands(house: House) -> None:
    house.read("alerts", alert())
    house.read("routing", route())
    before = newest(house.sessions)
    passes(house)
    heard = [(kind, body.get("moved", False)) for kind, _, body in told(house, "both", before)]
    for kind in ("call", "alert", "route"):
        assert [moved for what, moved in heard if what == kind] == [True, False]
    (body,) = [body for kind, _, body in told(house, "both", before) if kind == "alert"][1:]
    assert {name: body[name] for name in CARDS} == CARDS


def test_who_comes_is_gone_for_the_old_queue_and_seen_by_the_new_one(house: House) -> None:
    house.read("alerts", alert(), alert("a2", status="closed"))
    house.read("routing", route(), route(route_id="r2", alert_ids=["a2"]))
    passes(house)
    house.read("routing.outcomes", outcome("accepted", at=at(NOW + 55_000)))
    assert last(house, "bill", "route") == [GONE, True]
    assert last(house, "card", "route") == [True]


def test_of_two_moves_in_one_breath_each_that_had_the_call_is_told(house: House) -> None:
    house.user("lone", "supervisor", queues=["loans"])
    house.read("alerts", alert())
    house.now = NOW + 60_000
    loans = {"queue_id": "loans", "team_id": "west", "agent_id": "cid"}
    house.read("scores", said(2, 50_000, **loans), said(3, 51_000))
    house.read("scores", said(4, 52_000, **loans), said(5, 53_000))
    for person in ("bill", "lone"):
        assert last(house, person, "call") == [GONE]
    assert last(house, "bill", "alert") == [GONE]
    assert last(house, "card", "call") == last(house, "card", "alert") == [True]


def test_a_restricted_life_stop_tells_whoever_has_the_call_now_what_to_say(house: House) -> None:
    house.user("jo", "desk", desks=["safety"])
    house.read("alerts", alert(**KEPT))
    assert len(mine(house, "ann").guidance) == 1
    passes(house)
    assert last(house, "ann", "guidance") == last(house, "ann", "call") == [GONE]
    assert last(house, "bob", "guidance") == [True]
    assert "safeguarding" not in str(told(house, "bob"))
    assert last(house, "jo", "call") == last(house, "jo", "alert") == [True]
    assert last(house, "card", "alert") == []


def test_an_allegation_stays_with_whom_it_was_heard_of(house: House) -> None:
    house.user("quinn", "desk", desks=["quality"], teams=["south"])
    house.user("kay", "desk", desks=["quality"], teams=["north"])
    house.read("alerts", alert(**ACCUSED))
    passes(house, text="said to bob")
    with house.sessions() as db:
        kept = db.get_one(Alert, "a1")
        assert (kept.team_id, kept.agent_id) == ("north", "ann")
        call = db.get_one(Call, "c1")
        assert (call.queue_id, call.team_id, call.agent_id) == ("cards", "north", "bob")
    assert "said to bob" in str(told(house, "quinn"))
    assert last(house, "kay", "call") == [{"gone": True}]
    assert "said to bob" not in str(told(house, "kay"))


def test_what_is_closed_stays_where_it_was_and_what_is_owed_is_no_agents(house: House) -> None:
    house.read("alerts", alert(status="closed"))
    owed = {"trigger": "callback_missed", "callback_reference": "CB-1", "agent_id": None}
    house.read("alerts", alert("a2", **owed))
    passes(house)
    assert last(house, "bill", "alert") == [True, GONE]
    assert last(house, "card", "alert") == [True]
    assert last(house, "bob", "alert") == []


def test_facts_that_become_known_later_are_told_without_anything_gone(house: House) -> None:
    unknown = {"call_id": "c2", "queue_id": None, "team_id": None, "agent_id": None}
    house.read("scores", score(1, **unknown))
    house.read("alerts", alert("a9", **unknown))
    assert last(house, "bill", "alert") == []
    house.read("scores", score(2, "u2", call_id="c2"))
    assert last(house, "bill", "alert") == [True]
    assert not any(body.get("gone") for _, _, body in told(house, "bill"))


def test_a_revision_that_is_told_anew_after_the_call_has_passed_on_is_no_news(house: House) -> None:
    house.read("alerts", alert())
    passes(house)
    before = newest(house.sessions)
    house.read("alerts", alert())
    house.read("routing", route())
    house.read("routing", route())
    assert [kind for kind, _, _ in told(house, "card", before)] == ["route"]


def test_reports_count_an_alert_where_it_was_heard(house: House) -> None:
    house.read("alerts", alert())
    passes(house)
    house.read("alerts", alert(revision=2, **CARDS, updated_at=at(NOW + 60_000)))
    with house.sessions() as db:
        row = db.get_one(Alert, "a1")
        assert (row.queue_id, row.body["queue_id"]) == ("cards", "billing")


def test_an_alert_that_leaves_a_desk_takes_the_call_along(house: House) -> None:
    crisis = house.user("grace", "desk", desks=["crisis"])
    house.user("jo", "desk", desks=["safety"])
    owed = {"trigger": "callback_missed", "callback_reference": "CB-1", "desk": None}
    house.read("alerts", alert(owner={"id": "grace", "name": "Grace"}, **owed))
    house.read("callbacks", callback())
    assert last(house, crisis.id, "call") == [True]
    house.read("alerts", alert(revision=2, owner={"id": "jo", "name": "Jo"}, **owed))
    assert last(house, crisis.id, "alert") == last(house, crisis.id, "call") == [GONE]
    assert last(house, "jo", "alert") == last(house, "jo", "call") == [True]
    assert last(house, "bill", "call") == [True]


def test_a_desk_that_was_asked_before_hears_of_the_route_still(house: House) -> None:
    for person, desk in (("iris", "fraud"), ("mel", "media"), ("carmen", "legal")):
        house.user(person, "desk", desks=[desk])
    house.read("alerts", alert())
    house.read("routing", route(desk="fraud"), route(2, "route.fallback", desk="media"))
    house.read("routing", route(3, "route.fallback"))
    for person in ("iris", "mel", "carmen"):
        heard = [body["desk"] for kind, _, body in told(house, person) if kind == "route"]
        assert heard == ["fraud", "media", "legal"]
        assert last(house, person, "alert") == last(house, person, "call") == [True]


def test_desks_that_were_asked_go_along_with_a_call_that_passes_on(house: House) -> None:
    house.user("iris", "desk", desks=["fraud"])
    house.user("hugo", "desk", desks=["media"])
    house.read("alerts", alert(owner={"id": "hugo", "name": "Hugo"}))
    house.read("routing", route(), route(2, "route.fallback", desk="fraud"))
    passes(house, text="said in cards")
    for person in ("iris", "hugo"):
        assert last(house, person, "alert") == last(house, person, "call") == [True]
        assert "said in cards" in str(told(house, person))
    (body,) = [body for kind, _, body in told(house, "iris") if kind == "alert"][-1:]
    assert {name: body[name] for name in CARDS} == CARDS
    late = route(3, "route.fallback", desk="media", requested_at=at(NOW + 55_000))
    house.read("routing", late)
    (body,) = [body for kind, _, body in told(house, "hugo") if kind == "alert"][-1:]
    assert {name: body[name] for name in CARDS} == CARDS


def test_who_is_accused_sees_no_allegation_though_they_own_it_or_were_asked(house: House) -> None:
    house.user("ann-too", "desk", desks=["quality", "fraud"], agent_id="ann")
    owner = {"id": "ann-too", "name": "Ann"}
    house.read("alerts", alert(owner=owner, **ACCUSED))
    house.read("routing", route(desk="fraud", owner=owner))
    assert on_board(house, "ann-too") == []
    assert opens(house, "ann-too") is None
    assert [one for one in told(house, "ann-too") if one[2] != {"gone": True}] == []


def test_who_owns_an_alert_no_more_sees_no_more_of_it_but_where_it_is_at_their_desk(
    house: House,
) -> None:
    house.user("hugo", "desk", desks=["media"])
    house.user("iris", "desk", desks=["fraud"])
    house.user("carmen", "desk", desks=["legal"])
    house.read("alerts", alert(owner={"id": "hugo", "name": "Hugo"}))
    house.read("alerts", alert(revision=2, owner={"id": "iris", "name": "Iris"}))
    assert last(house, "hugo", "alert") == last(house, "hugo", "call") == [GONE]
    assert opens(house, "hugo") is None
    for person in ("iris", "carmen", "bill"):
        assert last(house, person, "alert") == last(house, person, "call") == [True]
    house.read("alerts", alert(revision=3, owner={"id": "carmen", "name": "Carmen"}))
    house.read("alerts", alert(revision=4, owner=None))
    assert last(house, "carmen", "alert") == last(house, "carmen", "call") == [True]


def test_who_owns_another_alert_on_a_call_keeps_the_call(house: House) -> None:
    house.user("hugo", "desk", desks=["media"])
    owner = {"id": "hugo", "name": "Hugo"}
    house.read("alerts", alert(owner=owner), alert("a2", owner=owner))
    house.read("alerts", alert(revision=2, owner=None))
    assert last(house, "hugo", "alert") == [GONE, True]
    assert last(house, "hugo", "call") == [True]
