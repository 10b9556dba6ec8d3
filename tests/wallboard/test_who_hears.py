"""Restricted is its desk's alone, misconduct never the accused's team's, another team's nothing."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tests.wallboard.house import NOW, House, alert, at, callback, route, score
from tests.wallboard.test_forgetting import SAID, complaint
from wallboard.access import Role, Scope, Viewer, before_a_room, may_see
from wallboard.audience import may_hear
from wallboard.hub import Item, after
from wallboard.store.feeding import Seen
from wallboard.store.tables import Call, Feed, Turn
from wallboard.views.complaint_rows import Tab
from wallboard.views.complaints import register

DESKS = ("legal", "safety", "quality")
TEAMS = ("north", "south")
names = st.sampled_from


@pytest.fixture
def house(tmp_path: object) -> Iterator[House]:
    built = House(tmp_path)  # type: ignore[arg-type]
    yield built
    built.engine.dispose()


viewers = st.builds(
    Viewer,
    id=st.just("somebody"),
    name=st.just("Somebody"),
    role=st.sampled_from(Role),
    desks=st.sets(names(DESKS)).map(tuple),
    queues=st.sets(names(("billing", "sales"))).map(tuple),
    teams=st.sets(names(TEAMS)).map(tuple),
    agent_id=names((None, "ann", "ben")),
    scopes=st.sets(st.sampled_from(Scope)).map(tuple),
    on_a_wall=st.booleans(),
)
things = st.builds(
    Seen,
    queue_id=names((None, "billing", "sales")),
    team_id=names((None, *TEAMS)),
    agent_id=names((None, "ann", "ben")),
    desk=names((None, *DESKS)),
    handling=names(("normal", "special_category", "restricted")),
)


@given(viewer=viewers, thing=things)
def test_restricted_things_are_for_their_desk_alone(viewer: Viewer, thing: Seen) -> None:
    if thing.handling == "restricted" and may_see(viewer, thing):
        assert thing.desk in viewer.desks


@given(viewer=viewers, thing=things, trigger=names((None, "misconduct", "fraud")))
def test_on_a_wall_nothing_restricted_is_anybodys(
    viewer: Viewer, thing: Seen, trigger: str | None
) -> None:
    seen = may_see(before_a_room(viewer, True), thing, trigger=trigger)
    kept = thing.handling == "restricted" or trigger == "misconduct"
    assert seen == (not kept and may_see(before_a_room(viewer, False), thing, trigger=trigger))


@given(viewer=viewers, thing=things)
def test_misconduct_never_reaches_the_accused_or_their_team(viewer: Viewer, thing: Seen) -> None:
    if may_see(viewer, thing, trigger="misconduct"):
        assert thing.team_id not in viewer.teams
        assert thing.team_id is not None or not viewer.teams
        assert viewer.agent_id is None or thing.agent_id != viewer.agent_id
        assert thing.desk in viewer.desks


@given(viewer=viewers, thing=things)
def test_another_team_sees_nothing(viewer: Viewer, thing: Seen) -> None:
    bound = viewer.role in (Role.SUPERVISOR, Role.QA, Role.SERVICE)
    apart = thing.queue_id not in viewer.queues and thing.team_id not in viewer.teams
    if bound and (viewer.queues or viewer.teams) and apart and may_see(viewer, thing):
        assert thing.desk in viewer.desks


@given(viewer=viewers, thing=things, trigger=names((None, "misconduct", "fraud")))
def test_who_leads_every_queue_sees_what_a_supervisor_without_queues_sees_but_of_the_own_team(
    viewer: Viewer, thing: Seen, trigger: str | None
) -> None:
    every = msgspec.structs.replace(viewer, role=Role.SUPERVISOR, queues=("*",))
    unbound = msgspec.structs.replace(every, queues=(), teams=())
    # Of an unknown team it might be theirs.
    of_theirs = bool(every.teams) if thing.team_id is None else thing.team_id in every.teams
    if trigger == "misconduct" and of_theirs:
        assert not may_see(every, thing, trigger=trigger)
    else:
        assert may_see(every, thing, trigger=trigger) == may_see(unbound, thing, trigger=trigger)


@given(viewer=viewers, thing=things)
def test_agents_see_their_own_calls_alone(viewer: Viewer, thing: Seen) -> None:
    if viewer.role is Role.AGENT and thing.handling != "restricted" and may_see(viewer, thing):
        assert thing.agent_id == viewer.agent_id


def heard(house: House, viewer: Viewer) -> list[Item]:
    return [item for item in after(house.sessions, 0) if may_hear(viewer, item)]


def kinds(items: list[Item]) -> set[str]:
    return {item.kind for item in items}


def test_a_restricted_alert_takes_the_call_off_every_board_but_its_desk(house: House) -> None:
    lead = house.user("sam", "supervisor", teams=["north"])
    safety = house.user("jo", "desk", desks=["safety"])
    admin = house.user("root", "admin")
    house.read("scores", score(1, text="what was said"))
    assert kinds(heard(house, lead)) == {"call", "turn"}
    house.read("alerts", alert(trigger="safeguarding", desk="safety", handling="restricted"))
    house.read("scores", score(2, "u2", text="what was said next"))
    house.read("routing", route(desk="safety"))
    for outsider in (lead, admin):
        (gone,) = heard(house, outsider)
        assert (gone.kind, b'"gone":true' in gone.frame) == ("call", True)
    assert kinds(heard(house, safety)) == {"alert", "call", "route", "turn"}
    with house.sessions() as db:
        assert [call.desk for call in db.scalars(select(Call))] == ["safety"]


KEPT = {"trigger": "safeguarding", "desk": "safety", "handling": "restricted"}
ACCUSED = {"trigger": "misconduct", "desk": "quality", "handling": "restricted"}


def last_told(house: House, viewer: Viewer, kind: str) -> list[bool]:
    """Of each thing of a kind that somebody has heard of, whether it is gone."""
    items = [item for item in heard(house, viewer) if item.kind == kind]
    return list({item.ref: b'"gone":true' in item.frame for item in items}.values())


def registered(house: House, viewer: Viewer) -> str:
    found = register(house.sessions(), viewer, house.services.policy, NOW, tab=Tab.OPEN)
    return msgspec.json.encode(found).decode()


def test_a_complaint_that_was_registered_before_its_call_is_restricted_goes_along(
    house: House,
) -> None:
    lead = house.user("sam", "supervisor", teams=["north"])
    safety = house.user("jo", "desk", desks=["safety"])
    house.read("alerts", alert())
    house.read("complaints", complaint("open"))
    assert SAID in registered(house, lead)
    house.read("alerts", alert("a2", **KEPT))
    assert SAID not in registered(house, lead)
    assert SAID in registered(house, safety)
    assert last_told(house, lead, "complaint") == [True]
    assert last_told(house, safety, "complaint") == [False]
    assert SAID.encode() not in b"".join(item.frame for item in heard(house, lead))


def test_a_complaint_that_becomes_restricted_by_itself_is_gone_for_all_others(
    house: House,
) -> None:
    lead = house.user("sam", "supervisor")
    house.read("complaints", complaint("open"))
    assert last_told(house, lead, "complaint") == [False]
    house.read("complaints", complaint("open", revision=2, handling="restricted"))
    assert last_told(house, lead, "complaint") == [True]
    assert SAID not in registered(house, lead)


def test_what_is_gone_is_told_though_the_call_is_then_closed_to_more(house: House) -> None:
    lead = house.user("sam", "supervisor", teams=["north"])
    house.read("complaints", complaint("open"))
    house.read("alerts", alert("a2", **KEPT))
    house.read("alerts", alert("a3", **ACCUSED))
    for kind in ("call", "complaint"):
        assert last_told(house, lead, kind) == [True]


def test_what_becomes_restricted_twice_in_one_breath_is_gone_for_those_who_had_it(
    house: House,
) -> None:
    lead = house.user("sam", "supervisor", teams=["north"])
    house.read("scores", score(1))
    house.read("alerts", alert("a2", **KEPT), alert("a3", **ACCUSED))
    assert last_told(house, lead, "call") == [True]


def test_an_alert_that_becomes_restricted_is_taken_back_from_those_who_had_it(
    house: House,
) -> None:
    lead = house.user("sam", "supervisor")
    fraud = house.user("iris", "desk", desks=["fraud"])
    house.read("alerts", alert(trigger="fraud", desk="fraud"))
    house.read("alerts", alert(revision=2, trigger="fraud", desk="fraud", subtype="impostor"))
    told = [item.frame for item in heard(house, lead) if item.kind == "alert"]
    assert b'"gone":true' in told[-1]
    assert not any(b"impostor" in frame for frame in told)
    assert any(b"impostor" in item.frame for item in heard(house, fraud))


def test_a_wall_loses_what_becomes_restricted_at_the_desk_of_whoever_hung_it_up(
    house: House,
) -> None:
    fraud = house.user("iris", "desk", desks=["fraud"])
    house.read("alerts", alert(trigger="fraud", desk="fraud"))
    house.read("alerts", alert(revision=2, trigger="fraud", desk="fraud", subtype="impostor"))
    told = [item.frame for item in heard(house, before_a_room(fraud, True))]
    assert not any(b"impostor" in frame for frame in told)
    assert [b'"gone":true' in frame for frame in told if b'"kind":"alert"' in frame][-1]


def test_what_somebody_did_in_a_restricted_matter_is_not_for_the_room(house: House) -> None:
    jo = house.user("jo", "desk", desks=["safety"])
    house.read("alerts", alert(trigger="safeguarding", desk="safety", handling="restricted"))
    action = {"type": "action", "version": 1, "action_id": "x1", "call_id": "c1"}
    actor = {"id": "jo", "role": "specialist"}
    house.read(
        "supervisor.actions", {**action, "action": "claim", "actor": actor, "alert_id": "a1"}
    )
    verdict = {"type": "action.rejected", "version": 1, "action_id": "x1", "call_id": "c1"}
    house.read("operations", {**verdict, "at": at(), "reason": "too late"})
    assert "deed" in kinds(heard(house, jo))
    assert [
        item.kind for item in heard(house, before_a_room(jo, True)) if b"gone" not in item.frame
    ] == []


def test_a_route_that_comes_before_its_alert_is_for_its_desk_alone(house: House) -> None:
    lead = house.user("sam", "supervisor")
    house.read("routing", route())
    assert "route" not in kinds(heard(house, lead))
    house.read("alerts", alert())
    assert "route" in kinds(heard(house, lead))


def test_the_transcript_names_no_finding_that_is_for_a_desk_alone(house: House) -> None:
    finding = {"disposition": "review", "probability": 0.5, "reason": "…", "evidence": []}
    labels = ("misconduct", "legal_threat")
    found = [{**finding, "label": label, "rule_id": label} for label in labels]
    house.read("scores", score(1, findings=found))
    with house.sessions() as db:
        (turn,) = db.scalars(select(Turn))
    assert [one["label"] for one in turn.findings or ()] == ["legal_threat"]


def test_who_did_something_hears_what_became_of_it_and_nobody_else_of_another_team(
    house: House,
) -> None:
    doer = house.user("bo", "supervisor", teams=["south"])
    other = house.user("kim", "supervisor", teams=["south"])
    house.read("alerts", alert())
    actor = {"id": "bo", "role": "supervisor"}
    action = {"type": "action", "version": 1, "action_id": "x1", "call_id": "c1"}
    house.read(
        "supervisor.actions", {**action, "action": "claim", "actor": actor, "alert_id": "a1"}
    )
    verdict = {"type": "action.rejected", "version": 1, "action_id": "x1", "call_id": "c1"}
    house.read("operations", {**verdict, "at": at(), "reason": "too late"})
    assert kinds(heard(house, doer)) == {"deed"}
    assert heard(house, other) == []


def test_a_token_hears_words_only_with_the_scope_for_transcripts(house: House) -> None:
    house.read("scores", score(1))
    bare = Viewer(id="token:1", name="t", role=Role.SERVICE, scopes=(Scope.STREAM,))
    full = Viewer(
        id="token:2", name="t", role=Role.SERVICE, scopes=(Scope.STREAM, Scope.TRANSCRIPTS)
    )
    assert "turn" not in kinds(heard(house, bare))
    assert "turn" in kinds(heard(house, full))


def test_where_a_life_is_at_stake_the_agent_hears_what_to_say_and_nothing_of_why(
    house: House,
) -> None:
    agent = house.user("ann", "agent", agent_id="ann")
    colleague = house.user("ben", "agent", agent_id="ben", teams=["north"])
    house.read("alerts", alert(trigger="safeguarding", desk="safety", handling="restricted"))
    told = {item.kind: item.frame for item in heard(house, agent)}
    assert set(told) == {"call", "guidance"}
    assert b"I hear you." in told["guidance"]
    for frame in told.values():
        assert b"safeguarding" not in frame
        assert b"safety" not in frame
    assert heard(house, colleague) == []


def test_of_an_allegation_the_agent_hears_nothing(house: House) -> None:
    agent = house.user("ann", "agent", agent_id="ann")
    house.read("alerts", alert(trigger="misconduct", desk="quality", handling="restricted"))
    assert "guidance" not in kinds(heard(house, agent))
    assert not any(b"I hear you." in item.frame for item in heard(house, agent))


def test_an_agent_hears_that_their_restricted_call_is_over(house: House) -> None:
    agent = house.user("ann", "agent", agent_id="ann")
    house.read("alerts", alert(trigger="safeguarding", desk="safety", handling="restricted"))
    house.read("routing", route(desk="safety"))
    house.now += 10
    over = route(kind="route.cancelled", desk="safety", cancel_reason="call_ended")
    house.read("routing", over)
    last = [item.frame for item in heard(house, agent) if item.kind == "call"][-1]
    assert b'"ended_at":null' not in last


def test_who_owes_a_callback_hears_of_it_from_another_desk_and_of_nothing_else_there(
    house: House,
) -> None:
    owner = house.user("hugo", "desk", desks=["fraud"])
    house.read("alerts", alert())
    house.read("callbacks", callback(owner={"id": "hugo", "name": "Hugo"}))
    assert kinds(heard(house, owner)) == {"callback"}
    colleague = house.user("iris", "desk", desks=["fraud"])
    assert heard(house, colleague) == []


def test_who_owes_it_no_more_hears_that_it_is_gone_and_no_more_of_it(house: House) -> None:
    owner = house.user("hugo", "desk", desks=["fraud"])
    house.read("alerts", alert())
    house.read("callbacks", callback(owner={"id": "hugo", "name": "Hugo"}))
    house.read("callbacks", callback(2), callback(3))
    told = [msgspec.json.decode(item.frame.split(b"data: ")[1]) for item in heard(house, owner)]
    assert [one["body"].get("gone", False) for one in told] == [False, True]
    grace = house.user("grace", "desk", desks=["crisis"])
    assert [b'"gone"' in item.frame for item in heard(house, grace)] == [False, False]


@pytest.mark.parametrize("trigger", ["safeguarding", "misconduct"])
def test_what_a_desk_keeps_to_itself_its_owner_elsewhere_does_not_hear(
    house: House, trigger: str
) -> None:
    owner = house.user("hugo", "desk", desks=["fraud"])
    house.read("alerts", alert(trigger=trigger, desk="safety", handling="restricted"))
    house.read("callbacks", callback(owner={"id": "hugo", "name": "Hugo"}))
    assert heard(house, owner) == []


def test_a_callback_that_a_desk_then_keeps_to_itself_is_gone_for_all_others(house: House) -> None:
    lead = house.user("sam", "supervisor", teams=["north"])
    owner = house.user("hugo", "desk", desks=["fraud"])
    house.read("alerts", alert())
    house.read("callbacks", callback(owner={"id": "hugo", "name": "Hugo"}))
    closed = {"handling": "restricted", "revision": 2, "updated_at": at(NOW + 5)}
    house.read("alerts", alert(**closed))
    for viewer in (lead, owner):
        last = [item.frame for item in heard(house, viewer) if item.kind == "callback"][-1]
        assert b'"gone":true' in last


def refs(house: House, viewer: Viewer, kind: str) -> list[str]:
    return [item.ref for item in heard(house, viewer) if item.kind == kind]


@pytest.mark.parametrize("first", ["alerts", "routing"])
def test_a_desk_that_is_asked_next_hears_of_alert_call_and_route(house: House, first: str) -> None:
    house.read("scores", score(1))
    legal = house.user("carmen", "desk", desks=["legal"])
    safety = house.user("jo", "desk", desks=["safety"])
    passed_on = route(2, "route.fallback", desk="safety")
    told = {"alerts": [alert()], "routing": [route(), passed_on]}
    for topic in sorted(told, reverse=first == "routing"):
        for event in told[topic]:
            house.read(topic, event)
    assert kinds(heard(house, safety)) >= {"alert", "call", "route", "turn"}
    with house.sessions() as db:
        newest = db.scalar(select(Feed.number).order_by(Feed.number.desc()).limit(1)) or 0
    house.read("alerts", alert(revision=2, status="closed"))
    house.read("scores", score(2, "u2"))
    for desk in (legal, safety):
        later = [item for item in heard(house, desk) if item.number > newest]
        assert kinds(later) == {"alert", "turn"}
        assert "route" in kinds(heard(house, desk))


def test_the_alert_is_told_anew_once_another_desk_is_asked(house: House) -> None:
    safety = house.user("jo", "desk", desks=["safety"])
    house.read("alerts", alert())
    house.read("routing", route())
    with house.sessions() as db:
        before = len(list(db.scalars(select(Feed).where(Feed.kind == "alert"))))
    house.read("routing", route(2, "route.fallback", desk="safety"))
    with house.sessions() as db:
        rows = list(db.scalars(select(Feed).where(Feed.kind == "alert")))
    assert len(rows) == before + 1
    house.read("routing", route(3, "route.fallback", desk="legal"))
    with house.sessions() as db:
        assert len(list(db.scalars(select(Feed).where(Feed.kind == "alert")))) == len(rows)
    assert refs(house, safety, "alert")[-1:] == ["a1"]
    house.read("alerts", alert("a2", trigger="media", desk="media"))
    assert "a2" not in refs(house, safety, "alert")
    more = {"desk": "safety", "alert_ids": ["a1", "a2"]}
    house.read("routing", route(4, "route.fallback", **more))
    assert refs(house, safety, "alert")[-1:] == ["a2"]


def test_who_owns_an_alert_hears_of_it_and_of_its_call_wherever_they_sit(house: House) -> None:
    owner = house.user("hugo", "desk", desks=["fraud"])
    colleague = house.user("iris", "desk", desks=["fraud"])
    house.read("alerts", alert(owner={"id": "hugo", "name": "Hugo"}))
    house.read("scores", score(1))
    assert kinds(heard(house, owner)) == {"alert", "call", "turn"}
    assert heard(house, colleague) == []
    closed = {"revision": 2, "handling": "restricted", "owner": {"id": "hugo", "name": "Hugo"}}
    house.read("alerts", alert(**closed))
    house.read("scores", score(2, "u2", text="for legal alone"))
    assert last_told(house, owner, "alert") == [True]
    assert not any(b"for legal alone" in item.frame for item in heard(house, owner))


def test_a_desk_hears_the_ordinary_call_on_which_an_alert_of_theirs_stands(house: House) -> None:
    legal = house.user("carmen", "desk", desks=["legal"])
    other = house.user("elena", "desk", desks=["media"])
    house.read("scores", score(1))
    assert heard(house, legal) == []
    house.read("alerts", alert())
    house.read("scores", score(2, "u2"))
    house.read("complaints", complaint("open"))
    assert kinds(heard(house, legal)) == {"alert", "call", "turn", "complaint"}
    assert heard(house, other) == []


def test_a_call_that_becomes_restricted_is_gone_for_the_desks_of_its_other_alerts(
    house: House,
) -> None:
    legal = house.user("carmen", "desk", desks=["legal"])
    house.read("alerts", alert())
    house.read("complaints", complaint("open"))
    house.read("alerts", alert("a2", **KEPT))
    house.read("scores", score(1, text="for safety alone"))
    assert last_told(house, legal, "call") == [True]
    assert last_told(house, legal, "complaint") == [True]
    assert last_told(house, legal, "alert") == [False]
    assert not any(b"for safety alone" in item.frame for item in heard(house, legal))


def test_two_restricted_alerts_of_two_desks_leave_both_on_the_call(house: House) -> None:
    safety = house.user("jo", "desk", desks=["safety"])
    fraud = house.user("iris", "desk", desks=["fraud"])
    wall = before_a_room(house.user("kim", "desk", desks=["safety", "fraud"]), True)
    house.read("alerts", alert("a2", **KEPT))
    impostor = {"trigger": "fraud", "subtype": "impostor", "desk": "fraud"}
    house.read("alerts", alert("a3", **impostor))
    house.read("scores", score(1))
    house.read("complaints", complaint("open"))
    for desk in (safety, fraud):
        assert kinds(heard(house, desk)) == {"alert", "call", "turn", "complaint"}
        assert last_told(house, desk, "call") == [False]
        assert len([item for item in heard(house, desk) if item.kind == "alert"]) == 1
    assert not any(b"words 1" in item.frame for item in heard(house, wall))


def test_of_an_allegation_against_them_a_colleague_at_its_desk_hears_nothing(house: House) -> None:
    accused = house.user("ann", "desk", desks=["quality"], agent_id="ann")
    quality = house.user("quinn", "desk", desks=["quality"])
    teamed = house.user("kay", "desk", desks=["quality"], teams=["south"])
    house.read("alerts", alert("a3", **ACCUSED))
    assert kinds(heard(house, accused)) == {"call"}
    assert last_told(house, accused, "call") == [True]
    assert "alert" in kinds(heard(house, quality))
    assert "alert" in kinds(heard(house, teamed))
    house.read("alerts", alert("a4", call_id="c4", **ACCUSED, team_id=None))
    assert [item.ref for item in heard(house, teamed) if item.kind == "alert"] == ["a3"]
    assert len([item for item in heard(house, quality) if item.kind == "alert"]) == 2


def test_with_an_allegation_the_other_desk_stays_on_the_call_and_off_its_record(
    house: House,
) -> None:
    safety = house.user("jo", "desk", desks=["safety"])
    quality = house.user("quinn", "desk", desks=["quality"])
    of_team = house.user("kay", "desk", desks=["safety"], teams=["north"])
    house.read("alerts", alert("a2", **KEPT), alert("a3", **ACCUSED))
    house.read("scores", score(1))
    house.read("complaints", complaint("open"))
    assert kinds(heard(house, safety)) == {"alert", "call", "turn"}
    assert kinds(heard(house, quality)) == {"alert", "call", "turn", "complaint"}
    assert "turn" not in kinds(heard(house, of_team))
