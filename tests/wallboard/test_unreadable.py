"""What is kept and cannot be read is shown by its id, and all the rest stays as it is."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select, text, update

from tests.wallboard.office import DAY, NOW, Office, alert, furnish
from wallboard.access import Role
from wallboard.retention import let_go
from wallboard.store.tables import Alert, Callback, Complaint, Entry

BODIES = ({}, {"state": 7}, {"history": "none", "facts": None, "evidence": "x"})
TORN = '{"reference": "CB-'
"""As text: what is left of a row that was written by half."""
TORN_LETTER = '{"facts": {"owner": "Zo\u00eb'.encode()[:-1]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    found = Office(tmp_path)
    furnish(found)
    yield found
    found.engine.dispose()


@pytest.fixture
def alex(office: Office) -> TestClient:
    return office.as_("alex", Role.SUPERVISOR)


def spoil(office: Office, kind: Any, body: Any, **where: Any) -> None:
    """Another body for the rows of a table that have these values."""
    if isinstance(body, str | bytes):
        these = " AND ".join(f"{name} = :{name}" for name in where)
        statement = text(
            f"UPDATE {kind.__tablename__} SET body = CAST(:torn AS TEXT) WHERE {these}"
        )
        with office.engine.begin() as connection:
            connection.execute(statement, {"torn": body, **where})
        return
    with office.sessions.begin() as db:
        rows = update(kind).where(*(getattr(kind, name) == value for name, value in where.items()))
        db.execute(rows.values(body=body))


@pytest.mark.parametrize("body", [*BODIES, TORN])
def test_one_callback_that_cannot_be_read_leaves_the_log_as_it_is(
    office: Office, alex: TestClient, body: Any
) -> None:
    before = alex.get("/api/callbacks").json()
    spoil(office, Callback, body, reference="CB-H8RN-0B2C")
    after = alex.get("/api/callbacks").json()
    kept = [row for row in before["rows"] if row["reference"] != "CB-H8RN-0B2C"]
    assert after["rows"] == kept
    assert [one["reference"] for one in after["unreadable"]] == ["CB-H8RN-0B2C"]
    assert after["counts"]["open"] == before["counts"]["open"]
    page = alex.get("/callbacks").text
    assert "Cannot be read" in page
    assert "CB-H8RN-0B2C" in page
    assert "Priya Raman" in page
    assert alex.get("/callbacks?tab=kept").status_code == 200
    assert alex.get("/api/callbacks/CB-H8RN-0B2C").status_code == 409
    assert alex.get("/api/callbacks/CB-P0LV-6ZKE").status_code == 200


def test_a_moment_that_is_none_spoils_one_row_alone(office: Office, alex: TestClient) -> None:
    with office.sessions() as db:
        body = db.get_one(Callback, "CB-H8RN-0B2C").body
    steps = [{**step, "at": "yesterday"} for step in body["history"]]
    spoil(office, Callback, {**body, "history": steps}, reference="CB-H8RN-0B2C")
    log = alex.get("/api/callbacks").json()
    assert [one["reference"] for one in log["unreadable"]] == ["CB-H8RN-0B2C"]


def test_of_a_callback_that_is_not_for_them_nobody_learns_that_it_cannot_be_read(
    office: Office,
) -> None:
    spoil(office, Callback, {}, reference="CB-W3LF-ARE5")
    with office.sessions.begin() as db:
        row = db.get_one(Callback, "CB-W3LF-ARE5")
        row.handling, row.owner_id = "restricted", "femi"
    other = office.as_("bo", Role.SUPERVISOR)
    assert other.get("/api/callbacks").json()["unreadable"] == []
    assert other.get("/api/callbacks/CB-W3LF-ARE5").status_code == 403


@pytest.mark.parametrize("body", [*BODIES, TORN])
def test_one_complaint_that_cannot_be_read_leaves_the_register_as_it_is(
    office: Office, alex: TestClient, body: Any
) -> None:
    before = alex.get("/api/complaints").json()
    spoil(office, Complaint, body, reference="CP-9LKT0-11WZE")
    after = alex.get("/api/complaints").json()
    assert len(after["rows"]) == len(before["rows"]) - 1
    assert [one["reference"] for one in after["unreadable"]] == ["CP-9LKT0-11WZE"]
    page = alex.get("/complaints").text
    assert "CP-9LKT0-11WZE" in page
    assert "CP-2B7QD-MM3RC" in page
    table = alex.get("/complaints/export.csv").text.splitlines()
    assert table[-1].startswith("CP-9LKT0-11WZE,unreadable,")
    assert len(table) == 1 + 4


@pytest.mark.parametrize("body", [*BODIES, TORN])
def test_one_entry_that_cannot_be_read_leaves_the_records_as_they_are(
    office: Office, alex: TestClient, body: Any
) -> None:
    with office.sessions() as db:
        entry = db.scalars(
            select(Entry).where(Entry.call_id == "call-7f3k", Entry.number == 2)
        ).one()
    spoil(office, Entry, body, incident_id=entry.incident_id, number=2)
    found = alex.get("/api/incidents").json()["records"]
    states = {one["call_id"]: one["chain"]["state"] for one in found}
    assert states["call-7f3k"] == "unreadable"
    assert len(states) > 2
    record = alex.get(f"/api/incidents/{entry.incident_id}").json()
    lines = {line["number"]: line["unreadable"] for line in record["lines"]}
    assert lines == {number: number == 2 for number in lines}
    page = alex.get(f"/incidents/{entry.incident_id}").text
    assert "This entry is kept here, but cannot be read as one." in page
    assert "Letter before action received" in page
    assert alex.get("/incidents").status_code == 200
    assert alex.get("/calls/call-live-1").status_code == 200


@pytest.mark.parametrize("body", [*BODIES, TORN, TORN_LETTER])
def test_one_entry_that_cannot_be_read_leaves_the_search_as_it_is(
    office: Office, alex: TestClient, body: Any
) -> None:
    queries = ("?trigger=legal_threat", "?desk=compliance", "?trigger=media&desk=media")
    before = {query: _found(alex, query) for query in queries}
    spoil(office, Entry, body, call_id="call-w3lf", number=1)
    assert {query: _found(alex, query) for query in queries} == before
    assert before["?trigger=legal_threat"] == ["call-7f3k"]
    spoil(office, Entry, body, call_id="call-7f3k", number=1)
    assert _found(alex, "?trigger=legal_threat") == []
    assert "call-7f3k" in _found(alex, "")
    assert alex.get("/incidents?trigger=legal_threat").status_code == 200


def _found(client: TestClient, query: str) -> list[str]:
    return [one["call_id"] for one in client.get(f"/api/incidents{query}").json()["records"]]


@pytest.mark.parametrize("body", [*BODIES, TORN, TORN_LETTER])
def test_one_complaint_that_cannot_be_read_keeps_none_beyond_its_time(
    office: Office, body: Any
) -> None:
    with office.sessions.begin() as db:
        db.get_one(Complaint, "CP-9LKT0-11WZE").state = "answered"
    spoil(office, Complaint, body, reference="CP-9LKT0-11WZE")
    for _ in range(2):
        let_go(office.sessions, office.services.policy, NOW + 1200 * DAY)
    with office.sessions() as db:
        kept = {row.reference: row.body.get("quotes") for row in db.scalars(select(Complaint))}
    assert kept["CP-5HHQ2-0KD7T"] == []
    assert not kept["CP-9LKT0-11WZE"]
    assert kept["CP-2B7QD-MM3RC"]


@pytest.mark.parametrize("body", [*BODIES, TORN])
def test_an_alert_that_cannot_be_read_still_calls_for_help(
    office: Office, alex: TestClient, body: Any
) -> None:
    office.add(
        [alert("call-live-1", "self_harm", NOW - 1000), alert("call-live-2", "fraud", NOW - 2000)]
    )
    spoil(office, Alert, body, alert_id="call-live-1-self_harm")
    told = {one["alert_id"]: one for one in alex.get("/api/board").json()["alerts"]}
    bad = told["call-live-1-self_harm"]
    assert (bad["trigger"], bad["status"], bad["unreadable"]) == ("self_harm", "confirmed", True)
    assert "unreadable" not in told["call-live-2-fraud"]
    for path in ("/board", "/calls/call-live-1", "/patterns", "/api/my-call"):
        assert alex.get(path).status_code == 200
    qa = office.as_("carmen", Role.QA)
    assert qa.get("/api/feedback.jsonl").status_code == 200
