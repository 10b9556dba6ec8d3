"""What the person at a desk can open: the calls on which an alert of theirs stands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from fastapi.testclient import TestClient
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tests.wallboard import office
from tests.wallboard.house import House, alert, route, score
from tests.wallboard.test_forgetting import SAID, complaint, record
from wallboard.access import Role, Viewer
from wallboard.app import create_app
from wallboard.store.engine import open_engine, sessions_of
from wallboard.store.tables import Alert, Call, Route, Table
from wallboard.views.visible import calls_for, visible
from workflow.incident import incident_id

RECORD = f"/api/incidents/{incident_id('c1')}"
KEPT = {"trigger": "safeguarding", "desk": "safety", "handling": "restricted"}
IMPOSTOR = {"trigger": "fraud", "subtype": "impostor", "desk": "fraud"}
ACCUSED = {"trigger": "misconduct", "desk": "quality", "handling": "restricted"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    built = House(tmp_path)
    for person, desk in (("carmen", "legal"), ("iris", "fraud"), ("jo", "safety")):
        built.user(person, "desk", desks=[desk])
    built.read("scores", score(1, text=SAID, is_final=True))
    yield built
    built.engine.dispose()


def as_(house: House, person: str) -> TestClient:
    return TestClient(create_app(house.services), headers=house.cookies(person))


def opened(client: TestClient) -> dict[str, int]:
    paths = ("/calls/c1", "/api/calls/c1", "/api/calls/c1/earlier", RECORD)
    return {path: client.get(path).status_code for path in paths}


def offer(client: TestClient) -> int:
    wish = {"action_id": f"offer-{uuid4()}", "call_id": "c1", "action": "offer_callback"}
    return client.post("/api/actions", json=wish).status_code


def test_a_desk_opens_the_ordinary_call_of_its_alert_and_works_on_it(house: House) -> None:
    house.read("alerts", alert(), alert("a2", trigger="media", desk="media"))
    house.read("incidents", *record(erased=False))
    house.read("complaints", complaint("open"))
    client = as_(house, "carmen")
    board = client.get("/api/board").json()
    assert [call["call_id"] for call in board["calls"]] == ["c1"]
    assert [one["alert_id"] for one in board["alerts"]] == ["a1"]
    assert set(opened(client).values()) == {200}
    told = client.get("/api/calls/c1").json()
    assert [turn["text"] for turn in told["turns"]] == [SAID]
    assert [one["alert_id"] for one in told["alerts"]] == ["a1"]
    assert len(told["entries"]) == 3
    assert SAID in client.get("/api/complaints").text
    assert client.post("/api/calls/c1/messages", json={"text": "Well done."}).status_code == 201
    assert offer(client) == 202


def test_a_desk_without_an_alert_on_a_call_sees_nothing_of_it(house: House) -> None:
    house.read("alerts", alert())
    house.read("incidents", *record(erased=False))
    house.read("complaints", complaint("open"))
    client = as_(house, "iris")
    assert client.get("/api/board").json()["calls"] == []
    assert set(opened(client).values()) == {403}
    assert SAID not in client.get("/api/complaints").text
    assert client.get("/api/incidents").json()["records"] == []
    assert offer(client) == 403


def test_an_alert_that_moves_to_another_desk_takes_the_call_along(house: House) -> None:
    house.read("alerts", alert())
    house.read("alerts", alert(revision=2, trigger="legal_threat", desk="fraud"))
    assert opened(as_(house, "iris"))["/api/calls/c1"] == 200
    assert opened(as_(house, "carmen"))["/api/calls/c1"] == 403


def test_a_restricted_call_is_for_the_desks_of_its_restricted_alerts(house: House) -> None:
    house.read("alerts", alert(), alert("a2", **KEPT), alert("a3", **IMPOSTOR))
    house.read("incidents", *record(erased=False))
    house.read("complaints", complaint("open"))
    house.user("root", "admin")
    house.user("sam", "supervisor", teams=["north"])
    for person in ("jo", "iris"):
        client = as_(house, person)
        assert set(opened(client).values()) == {200}
        assert len(client.get("/api/calls/c1").json()["entries"]) == 3
        assert len(client.get("/api/incidents").json()["records"]) == 1
        assert SAID in client.get("/api/complaints").text
        assert offer(client) == 202
    for person in ("carmen", "root", "sam"):
        client = as_(house, person)
        assert set(opened(client).values()) == {403}
        assert SAID not in client.get("/api/complaints").text
        assert client.get("/api/incidents").json()["records"] == []
        assert offer(client) == 403


def test_a_record_with_an_allegation_is_for_the_desk_of_that_alone(house: House) -> None:
    house.read("alerts", alert("a2", **KEPT), alert("a3", **ACCUSED))
    house.read("incidents", *record(erased=False))
    house.read("complaints", complaint("open"))
    house.user("quinn", "desk", desks=["quality"])
    assert set(opened(as_(house, "quinn")).values()) == {200}
    client = as_(house, "jo")
    assert opened(client)["/api/calls/c1"] == 200
    assert opened(client)[RECORD] == 403
    assert client.get("/api/calls/c1").json()["entries"] == []
    assert SAID not in client.get("/api/complaints").text


TO_SAFETY = {"kind": "route.fallback", "desk": "safety", "owner": {"id": "jo", "name": "Jo"}}


def board(client: TestClient) -> dict[str, list[str]]:
    found = client.get("/api/board").json()
    return {
        "alerts": [one["alert_id"] for one in found["alerts"]],
        "routes": [one["desk"] for one in found["routes"]],
        "calls": [one["call_id"] for one in found["calls"]],
    }


def claim(client: TestClient) -> int:
    wish = {"action_id": f"claim-{uuid4()}", "call_id": "c1", "alert_id": "a1", "action": "claim"}
    return client.post("/api/actions", json=wish).status_code


def test_a_desk_to_which_an_alert_is_passed_on_sees_it_and_claims_it(house: House) -> None:
    house.read("alerts", alert())
    house.read("routing", route())
    house.read("routing", route(2, **TO_SAFETY))
    for person in ("carmen", "jo"):
        client = as_(house, person)
        assert board(client) == {"alerts": ["a1"], "routes": ["safety"], "calls": ["c1"]}
        assert opened(client)["/api/calls/c1"] == 200
        assert client.get("/api/calls/c1").json()["alerts"][0]["alert_id"] == "a1"
        assert claim(client) == 202
        assert offer(client) == 202
    stranger = as_(house, "iris")
    assert board(stranger) == {"alerts": [], "routes": [], "calls": []}
    assert opened(stranger)["/api/calls/c1"] == 403
    assert claim(stranger) == 403


def test_who_was_asked_and_did_not_come_keeps_what_they_were_asked_for(house: House) -> None:
    house.read("alerts", alert())
    house.read("routing", route())
    house.read("routing", route(2, **TO_SAFETY), route(3, "route.fallback", desk="fraud"))
    over = route(3, "route.cancelled", desk="fraud", cancel_reason="unanswered")
    house.read("routing", over, over)
    for person in ("carmen", "jo", "iris"):
        assert board(as_(house, person))["alerts"] == ["a1"]


def test_whoever_owns_an_alert_sees_it_at_whatever_desk_they_sit(house: House) -> None:
    house.read("alerts", alert())
    house.read("alerts", alert(revision=2, owner={"id": "iris", "name": "Iris"}))
    client = as_(house, "iris")
    assert board(client) == {"alerts": ["a1"], "routes": [], "calls": ["c1"]}
    assert opened(client)["/api/calls/c1"] == 200
    assert claim(client) == 202
    assert board(as_(house, "jo"))["alerts"] == []


def test_a_restricted_alert_is_at_the_desk_that_was_asked_and_not_its_owners_elsewhere(
    house: House,
) -> None:
    house.user("kit", "desk", desks=["safety"], teams=["north"])
    owner = {"id": "carmen", "name": "Carmen"}
    house.read("alerts", alert(owner=owner, **IMPOSTOR))
    house.read("routing", route(desk="fraud"), route(2, **TO_SAFETY))
    for person in ("iris", "jo", "kit"):
        assert board(as_(house, person))["alerts"] == ["a1"]
        assert opened(as_(house, person))["/api/calls/c1"] == 200
    assert board(as_(house, "carmen")) == {"alerts": [], "routes": [], "calls": []}
    assert claim(as_(house, "carmen")) == 403
    house.read("alerts", alert(revision=3, owner=owner, **ACCUSED))
    assert board(as_(house, "jo"))["alerts"] == ["a1"]
    assert board(as_(house, "kit"))["alerts"] == []


def test_a_damaged_route_brings_an_alert_to_nobody_and_hides_none(house: House) -> None:
    house.read("alerts", alert())
    house.read("routing", route(2, **TO_SAFETY))
    with house.engine.begin() as db:
        db.exec_driver_sql('UPDATE routes SET body = \'{"alert_ids": "a1"}\'')
    assert board(as_(house, "carmen"))["alerts"] == ["a1"]
    assert board(as_(house, "jo"))["alerts"] == []


DESKS = st.sampled_from(["legal", "safety", None])
ASKED = st.lists(st.sampled_from(["legal", "safety", "media"]), max_size=2)
KINDS = st.sampled_from(["normal", "restricted"])


def asking(call_id: str, alert_id: str, desk: str, *before: str) -> Route:
    body = {"alert_ids": [alert_id], "asked_before": list(before)}
    more = {"attempt": 1 + len(before), "state": "requested", "updated_at": 0}
    return Route(route_id=f"r-{alert_id}", call_id=call_id, desk=desk, body=body, **more)


@given(
    calls=st.lists(
        st.tuples(KINDS, DESKS, st.lists(st.tuples(DESKS, KINDS, ASKED), max_size=3)), max_size=5
    ),
    role=st.sampled_from(Role),
    desks=st.sets(st.sampled_from(["legal", "safety", "media"])).map(tuple),
    queues=st.sampled_from([(), ("billing",), ("sales",)]),
    on_a_wall=st.booleans(),
)
def test_what_sql_lets_through_of_calls_is_what_access_allows(
    calls: list[tuple[str, str | None, list[tuple[str | None, str, list[str]]]]],
    role: Role,
    desks: tuple[str, ...],
    queues: tuple[str, ...],
    on_a_wall: bool,
) -> None:
    viewer = Viewer(id="v", name="V", role=role, desks=desks, queues=queues, on_a_wall=on_a_wall)
    engine = open_engine("sqlite://")
    tables = [Alert.__table__, Call.__table__, Route.__table__]
    Table.metadata.create_all(engine, tables=tables)  # type: ignore[arg-type]
    with sessions_of(engine).begin() as db:
        for number, (handling, desk, alerts) in enumerate(calls):
            db.add(office.call(f"c{number}", handling=handling, desk=desk))
            for at, (of_alert, kept, asked) in enumerate(alerts):
                event = {"alert_id": f"{number}-{at}"}
                if asked:
                    db.add(asking(f"c{number}", f"{number}-{at}", *asked))
                db.add(office.alert(f"c{number}", desk=of_alert, handling=kept, event=event))
        db.flush()
        found = list(db.scalars(select(Call)))
        allowed = {call.call_id for call in calls_for(db, viewer, found)}
        query = select(Call.call_id).where(visible(Call, viewer, of_call=True))
        assert set(db.scalars(query)) == allowed
    engine.dispose()
