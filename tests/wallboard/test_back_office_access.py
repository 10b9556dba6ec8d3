"""Who sees what of callbacks, records, complaints and patterns."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from tests.wallboard.office import (
    DAY,
    HOUR,
    NOW,
    Office,
    alert,
    callback,
    complaint,
    entries,
    person,
    told,
)
from wallboard.access import Role, Viewer, may_see
from wallboard.store.engine import open_engine, sessions_of
from wallboard.store.tables import Alert, Table
from wallboard.views.visible import closed_to, visible
from workflow.alerts import RecordHandling
from workflow.incident import incident_id

QUOTE = "my solicitor has the papers ready"
PAGES = ("/callbacks", "/incidents", "/complaints", "/patterns")


@pytest.fixture
def office(tmp_path: Path) -> Office:
    made = Office(tmp_path)
    steps = [("committed", "alex", -HOUR, None)]
    made.add(
        [
            callback("CB-AAAA-AAAA", steps, window=(HOUR, 2 * HOUR), caller_name="Tom Whitfield"),
            complaint(
                "CP-AAAAA-AAAAA",
                [("open", "hardstop", -HOUR, None)],
                "I want it put right",
                acknowledge=HOUR,
                answer=DAY,
            ),
            alert("call-1", event={"customer_ref": "cust-1"}),
            *entries("call-1", told("call-1", "legal_threat", QUOTE, NOW - HOUR)),
        ]
    )
    return made


def everything(office: Office, user: str, role: Role, **who: object) -> str:
    client = office.as_(user, role, **who)
    tabs = ("/callbacks", "/callbacks?tab=overdue", "/complaints", "/complaints?tab=overdue")
    paths = (*tabs, "/incidents", "/patterns", "/complaints/export.csv")
    return "\n".join(client.get(path).text for path in paths)


def test_a_supervisor_of_the_queue_sees_all_of_it(office: Office) -> None:
    seen = everything(office, "alex", Role.SUPERVISOR, queues=["billing"])
    for words in ("Tom Whitfield", "I want it put right", QUOTE, "CP-AAAAA-AAAAA"):
        assert words in seen


def test_a_supervisor_of_another_team_sees_nothing(office: Office) -> None:
    seen = everything(office, "bo", Role.SUPERVISOR, queues=["claims"], teams=["west"])
    for words in ("Tom Whitfield", "I want it put right", QUOTE, "CP-AAAAA-AAAAA", "call-1"):
        assert words not in seen


def test_one_of_another_team_is_refused_a_record_by_its_address(office: Office) -> None:
    client = office.as_("bo", Role.SUPERVISOR, queues=["claims"])
    record = incident_id("call-1")
    paths = (
        f"/incidents/{record}",
        f"/api/incidents/{record}",
        f"/incidents/{record}/export.json",
        f"/incidents/{record}/export.html",
        f"/incidents/{record}/export.pdf",
        "/api/callbacks/CB-AAAA-AAAA",
    )
    for path in paths:
        answer = client.get(path)
        assert answer.status_code == 403, path
        assert QUOTE not in answer.text
    missing = client.get(f"/api/incidents/{incident_id('nobody')}")
    known = client.get(f"/api/incidents/{record}")
    assert (missing.status_code, missing.text) == (known.status_code, known.text)


@pytest.mark.parametrize("path", PAGES)
def test_an_agent_has_none_of_these_pages(office: Office, path: str) -> None:
    client = office.as_("agent", Role.AGENT, agent_id="a-17")
    assert client.get(path).status_code == 403
    assert client.get(f"/api{path}").status_code == 403


@pytest.mark.parametrize("path", [*PAGES, "/api/callbacks", "/api/feedback.jsonl"])
def test_nobody_sees_anything_without_a_sign_in(office: Office, path: str) -> None:
    client = office.as_("alex", Role.SUPERVISOR)
    client.cookies.clear()
    assert client.get(path, headers={"accept": "application/json"}).status_code == 401


def test_what_is_restricted_is_for_its_desk_alone(office: Office) -> None:
    closed = RecordHandling.RESTRICTED
    said = told("call-9", "safeguarding", "he locks her in", NOW - HOUR, "safety")
    office.add(
        [
            *entries("call-9", said, handling=closed, desk="safety"),
            callback(
                "CB-CCCC-CCCC",
                [("offered", "hardstop", -HOUR, None)],
                window=(HOUR, 2 * HOUR),
                caller_name="Ms Adler",
                row={"handling": "restricted", "desk": "safety"},
            ),
        ]
    )
    for user, role in (("alex", Role.SUPERVISOR), ("quinn", Role.QA), ("root", Role.ADMIN)):
        seen = everything(office, user, role)
        assert "he locks her in" not in seen
        assert "Ms Adler" not in seen
    desk = everything(office, "jo", Role.DESK, desks=["safety"])
    assert "he locks her in" in desk
    assert "Ms Adler" in desk
    assert QUOTE not in desk


def test_a_record_that_became_restricted_is_closed_from_its_first_entry(office: Office) -> None:
    rows = entries("call-8", told("call-8", "fraud", "it is me, honestly", NOW - HOUR))
    rows[-1].handling, rows[-1].desk = "restricted", "fraud"
    office.add(rows)
    assert "it is me, honestly" not in everything(office, "alex", Role.SUPERVISOR)
    client = office.as_("alex", Role.SUPERVISOR)
    assert client.get(f"/incidents/{incident_id('call-8')}").status_code == 403


def test_misconduct_never_reaches_the_team_of_the_accused(office: Office) -> None:
    accused = {"handling": "restricted", "desk": "compliance", "team_id": "north"}
    office.add(
        [
            alert("call-7", "misconduct", **accused),
            *entries(
                "call-7",
                told("call-7", "regulator", "she laughed at me", NOW - HOUR, "compliance"),
                handling=RecordHandling.RESTRICTED,
                desk="compliance",
            ),
            callback(
                "CB-DDDD-DDDD",
                [("offered", "hardstop", -HOUR, None)],
                window=(HOUR, 2 * HOUR),
                caller_name="Mr Okoye",
                origin_call_id="call-7",
                row=accused,
            ),
        ]
    )
    of_team = everything(office, "dev", Role.DESK, desks=["compliance"], teams=["north"])
    of_others = everything(office, "ada", Role.DESK, desks=["compliance"], teams=["south"])
    for words in ("she laughed at me", "Mr Okoye"):
        assert words not in of_team
        assert words in of_others


def test_patterns_count_only_what_one_may_see(office: Office) -> None:
    office.add([alert("call-2", "fraud", queue_id="claims", team_id="west")])
    days = "from=2026-11-27&to=2026-11-27&zone=UTC"

    def stops(user: str, **who: object) -> int:
        client = office.as_(user, Role.SUPERVISOR, **who)
        found: int = client.get(f"/api/patterns?{days}").json()["found"]["hard_stops"]
        return found

    assert stops("alex") == 2
    assert stops("bo", queues=["claims"]) == 1
    assert stops("cy", queues=["nothing"]) == 0


def test_what_people_judged_is_for_quality_and_administration(office: Office) -> None:
    for user, role in (("alex", Role.SUPERVISOR), ("jo", Role.DESK)):
        assert office.as_(user, role).get("/api/feedback.jsonl").status_code == 403
    for user, role in (("quinn", Role.QA), ("root", Role.ADMIN)):
        assert office.as_(user, role).get("/api/feedback.jsonl").status_code == 200


NAMES = st.sampled_from(["north", "south", "legal", "safety", None])
GIVEN = st.lists(st.sampled_from(["north", "south", "legal", "safety"]), unique=True, max_size=2)


@given(
    rows=st.lists(
        st.fixed_dictionaries(
            {
                "queue_id": NAMES,
                "team_id": NAMES,
                "agent_id": NAMES,
                "desk": NAMES,
                "handling": st.sampled_from(["normal", "special_category", "restricted"]),
            }
        ),
        min_size=1,
        max_size=6,
    ),
    role=st.sampled_from(Role),
    desks=GIVEN,
    queues=GIVEN | st.just(["*"]),
    teams=GIVEN,
    agent=NAMES,
)
def test_what_sql_lets_through_is_what_access_allows(
    rows: list[dict[str, str | None]],
    role: Role,
    desks: list[str],
    queues: list[str],
    teams: list[str],
    agent: str | None,
) -> None:
    viewer = Viewer(
        id="v",
        name="V",
        role=role,
        desks=tuple(desks),
        queues=tuple(queues),
        teams=tuple(teams),
        agent_id=agent,
    )
    engine = open_engine("sqlite://")
    Table.metadata.create_all(engine, tables=[Alert.__table__])  # type: ignore[list-item]
    made = [alert(f"c{number}", **row) for number, row in enumerate(rows)]  # type: ignore[arg-type]
    for one, row in zip(made, rows, strict=True):
        one.handling = str(row["handling"])
    allowed = {one.alert_id for one in made if may_see(viewer, one)}
    closed = {
        one.alert_id
        for one in made
        if one.handling == "restricted" and one.desk not in viewer.desks
    }
    with sessions_of(engine).begin() as db:
        db.add_all(made)
        db.flush()
        assert set(db.scalars(select(Alert.alert_id).where(visible(Alert, viewer)))) == allowed
        assert set(db.scalars(select(Alert.alert_id).where(closed_to(Alert, viewer)))) == closed
    engine.dispose()


def test_a_record_is_handed_over_as_pdf_to_whoever_may_read_it(office: Office) -> None:
    pytest.importorskip("reportlab", reason="reportlab is not installed")
    client = office.as_("alex", Role.SUPERVISOR, queues=["billing"])
    record = client.get("/api/incidents").json()["records"][0]["incident_id"]
    assert "export.pdf" in client.get(f"/incidents/{record}").text
    answer = client.get(f"/incidents/{record}/export.pdf")
    assert answer.headers["content-type"] == "application/pdf"
    assert answer.content.startswith(b"%PDF")


@pytest.mark.parametrize(("handling", "seen"), [("normal", 1), ("restricted", 0)])
def test_who_owes_a_call_sees_it_though_it_came_from_another_desk(
    tmp_path: Path, handling: str, seen: int
) -> None:
    office = Office(tmp_path)
    steps = [("committed", "alex", -HOUR, None)]
    more = {"owner": person("hugo"), "row": {"handling": handling}}
    office.add([callback("CB-CCCC-CCCC", steps, window=(HOUR, 2 * HOUR), **more)])
    owner = office.as_("hugo", Role.DESK, desks=("fraud",))
    assert len(owner.get("/api/callbacks").json()["rows"]) == seen
    assert owner.get("/api/callbacks/CB-CCCC-CCCC").status_code == (200 if seen else 403)
    other = office.as_("iris", Role.DESK, desks=("fraud",))
    assert not other.get("/api/callbacks").json()["rows"]
