"""What people see, search and are sent, read from a real PostgreSQL."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from models.evaluation.labelled import read_rows
from tests.wallboard import house as feed
from tests.wallboard.door import House
from tests.wallboard.house import House as Intake
from tests.wallboard.office import DAY, HOUR, NOW, Office, alert, entries, furnish, told
from tests.wallboard.postgres import emptied
from tests.wallboard.receiver import receiving
from wallboard.access import Role
from wallboard.hub import after
from wallboard.retention import let_go
from wallboard.store.tables import Alert, Complaint, Delivery, Feed, Turn
from wallboard.webhooks import hooks, outbox
from wallboard.webhooks.courier import Courier
from workflow.chain import Content, EntryKind
from workflow.incident import incident_id

QUEUE = {"queue_id": "cards", "handling": "normal", "mode": "live"}


@pytest.fixture
def office(tmp_path: Path, postgres: str) -> Iterator[Office]:
    emptied(postgres)
    made = Office(tmp_path, url=postgres)
    yield made
    made.engine.dispose()


def _opens(client: TestClient, *paths: str) -> dict[str, str]:
    answers = {path: client.get(path) for path in paths}
    assert {path: answer.status_code for path, answer in answers.items()} == dict.fromkeys(
        paths, 200
    )
    return {path: answer.text for path, answer in answers.items()}


def test_every_page_opens_and_tells_what_is_there(office: Office) -> None:
    furnish(office)
    closed = {"status": "closed", "closed_reason": "false alarm: a test"}
    office.add([alert("call-live-1", "self_harm", NOW - 1000)])
    office.add([alert("call-live-1", "fraud", NOW - 60_000, **closed)])
    record = f"/incidents/{incident_id('call-7f3k')}"
    alex = office.as_("alex", Role.SUPERVISOR)
    pages = _opens(
        alex, "/board", "/calls/call-live-1", "/callbacks", "/callbacks?tab=overdue", "/incidents",
        record, f"{record}/export.html", f"{record}/export.json", "/complaints",
        "/complaints?tab=closed", "/complaints/export.csv", "/patterns", "/patterns/report.html",
        "/account", "/my-call",
    )  # fmt: skip
    assert "call-live-1" in pages["/board"]
    assert "Priya Raman" in pages["/callbacks"]
    assert "CB-7F3K-9QXA" in pages["/callbacks?tab=overdue"]
    assert "Letter before action received" in pages[record]
    assert "CP-5HHQ2-0KD7T" in pages["/complaints?tab=closed"]
    _opens(alex, "/api/board", "/api/calls/call-live-1", "/api/calls/call-live-1/earlier")
    _opens(alex, "/api/callbacks", "/api/complaints", f"/api{record}", "/api/my-call", "/api/me")
    admin = office.as_("root", Role.ADMIN)
    _opens(admin, "/admin/users", "/admin/users/alex", "/admin/tokens", "/admin/webhooks")
    audit = _opens(admin, "/admin/audit", "/metrics")["/admin/audit"]
    assert incident_id("call-7f3k") in audit


def test_records_are_found_by_what_stands_in_their_entries(office: Office) -> None:
    office.add(entries("call-1", told("call-1", "fraud", "my card", NOW - DAY, "fraud")))
    review = Content(actor="quinn", note="well done", facts={"role": "qa"})
    said = told("call-2", "media", "the papers", NOW - HOUR, "media")
    office.add(entries("call-2", [*said, (EntryKind.REVIEWED, NOW, review)]))
    alex = office.as_("alex", Role.SUPERVISOR)
    found = {
        query: [one["call_id"] for one in alex.get(f"/api/incidents?{query}").json()["records"]]
        for query in ("trigger=media", "desk=fraud", "trigger=media&desk=fraud", "call=call-1",
                      "review=reviewed", "review=waiting", "from=2026-11-27", "before=1",
                      "words=THE papers", "words=well done", "words=p_pers", "call=a-17")
    }  # fmt: skip
    assert found == {
        "trigger=media": ["call-2"],
        "desk=fraud": ["call-1"],
        "trigger=media&desk=fraud": [],
        "call=call-1": ["call-1"],
        "review=reviewed": ["call-2"],
        "review=waiting": ["call-1"],
        "from=2026-11-27": ["call-2"],
        "before=1": [],
        "words=THE papers": ["call-2"],
        "words=well done": ["call-2"],
        "words=p_pers": [],
        "call=a-17": ["call-2", "call-1"],
    }


def test_a_nul_in_what_was_heard_hides_no_record_from_a_search(office: Office) -> None:
    office.add(entries("call-1", told("call-1", "fraud", "my card", NOW - DAY, "fraud")))
    odd = told("call-2", "fraud", "my \0 card", NOW - HOUR, "fraud", owner="Car\0men")
    office.add(entries("call-2", odd))
    alex = office.as_("alex", Role.SUPERVISOR)
    for query in ("?trigger=fraud", "?desk=fraud"):
        found = alex.get(f"/api/incidents{query}").json()["records"]
        assert "call-1" in [one["call_id"] for one in found]
    everything = alex.get("/api/incidents").json()["records"]
    states = {one["call_id"]: one["chain"]["state"] for one in everything}
    # As the workers wrote it, to the letter: else its chain would not hold.
    assert states == {"call-1": "intact", "call-2": "intact"}


@pytest.mark.parametrize(
    "query", ["call=%00", "words=a%00b", "trigger=%00", "desk=a%00b", "before=1"]
)
def test_no_address_that_somebody_types_breaks_the_search(office: Office, query: str) -> None:
    alex = office.as_("alex", Role.SUPERVISOR)
    assert alex.get(f"/api/incidents?{query}").json()["records"] == []
    assert alex.get(f"/incidents?{query}").status_code == 200


def test_a_moment_beyond_all_records_is_refused(office: Office) -> None:
    alex = office.as_("alex", Role.SUPERVISOR)
    assert alex.get(f"/api/incidents?before={10**30}").status_code == 422


def test_answered_complaints_are_let_go_of_whatever_stands_in_them(office: Office) -> None:
    furnish(office)
    with office.sessions.begin() as db:
        row = db.get_one(Complaint, "CP-5HHQ2-0KD7T")
        quotes = [{**quote, "quote": "rude \0 man"} for quote in row.body["quotes"]]
        row.body = {**row.body, "quotes": quotes}
    let_go(office.sessions, office.services.policy, NOW + 1200 * DAY)
    with office.sessions() as db:
        assert db.get_one(Complaint, "CP-5HHQ2-0KD7T").body["quotes"] == []
        assert db.get_one(Complaint, "CP-2B7QD-MM3RC").body["quotes"] != []


def test_the_figures_of_a_period_add_up(office: Office) -> None:
    furnish(office)
    alex = office.as_("alex", Role.SUPERVISOR)
    query = "from=2026-11-14&to=2026-11-27&zone=UTC"
    report = alex.get(f"/api/patterns?{query}").json()
    found = report["found"]
    for counts in ("kinds", "queues", "teams"):
        assert sum(count["count"] for count in found[counts]) == found["hard_stops"] > 0
    assert sum(report["hours"]) == found["hard_stops"]
    assert {hint["kind"] for hint in found["hints"]} == {"next_step", "guardrail", "landmine"}
    assert sum(count["count"] for count in found["said"]) > 0
    assert sorted(report["queues"]) == ["billing", "claims", "retention", "technical"]
    one = alex.get(f"/api/patterns?{query}&queue=claims").json()["found"]
    assert 0 < one["hard_stops"] < found["hard_stops"]


def test_what_people_judged_is_handed_on_as_labelled_rows(office: Office) -> None:
    said = [{"utterance_id": "u-2", "speaker": "customer", "quote": "the papers",
             "char_start": 0, "char_end": 10}]  # fmt: skip
    closed = {"event": {"evidence": said}, "status": "closed"}
    office.add(
        [
            alert("call-1", "media", closed_reason="false alarm: a story", **closed),
            alert("call-2", "media", closed_reason="resolved", **closed),
            Turn(call_id="call-1", utterance_id="u-1", number=1, first=1, speaker="agent",
                 text="What happened?", is_final=True, at=NOW),
            Turn(call_id="call-1", utterance_id="u-2", number=2, first=2, speaker="customer",
                 text="it was in the papers", is_final=True, at=NOW),
        ]
    )  # fmt: skip
    answer = office.as_("quinn", Role.QA).get("/api/feedback.jsonl?zone=UTC")
    wrong, right = read_rows("feedback.jsonl", answer.text.splitlines())
    assert (wrong.text, wrong.labels, wrong.about) == (
        "it was in the papers", frozenset(), frozenset({"media"})
    )  # fmt: skip
    assert [turn.text for turn in wrong.before] == ["What happened?"]
    assert right.labels == {"media"}


def test_what_a_person_wrote_with_a_nul_in_it_is_kept(tmp_path: Path, postgres: str) -> None:
    emptied(postgres)
    house = Intake(tmp_path, postgres)
    house.read("alerts", feed.alert(status="closed", closed_reason="a \0 reason"))
    with house.sessions() as db:
        row = db.get_one(Alert, "a1")
        assert (row.closed_reason, row.status) == ("a \ufffd reason", "closed")
    assert [item.ref for item in after(house.sessions, 0) if item.kind == "alert"] == ["a1"]
    house.engine.dispose()


def test_a_webhook_is_told_tried_again_given_up_and_sent_anew(
    tmp_path: Path, postgres: str
) -> None:
    emptied(postgres)
    house = House(tmp_path, database=postgres, webhook_networks="127.0.0.1")
    courier = Courier(house.services)
    with receiving() as receiver:
        wanted = hooks.wanted(
            name="ops",
            url=receiver.url,
            format="standard",
            kinds=("alert",),
            queues=("cards",),
            severities=("high",),
        )
        now = house.clock()
        body = {"alert_id": "a1", "severity": "high", "status": "confirmed", "reason": "a \0 b"}
        with house.services.sessions.begin() as db:
            webhook_id = hooks.create(db, wanted, "ada", now).webhook_id
            db.add(
                Alert(
                    alert_id="a1",
                    call_id="c1",
                    trigger="fraud",
                    status="confirmed",
                    rank=2,
                    revision=1,
                    opened_at=now,
                    updated_at=now,
                    body=body,
                    **QUEUE,
                )
            )
            db.add(Feed(kind="alert", ref="a1", call_id="c1", trigger="fraud", at=now, body=body,
                        **QUEUE))  # fmt: skip
        receiver.answers = [500] * (len(outbox.WAITS_MS) + 1)
        for wait in (0, *outbox.WAITS_MS):
            house.clock.pass_(seconds=wait / 1000)
            asyncio.run(courier.round(wait=True))
        admin = house.signed_in("ada", Role.ADMIN)
        assert "500" in admin.open(f"/admin/webhooks/{webhook_id}").text
        admin.send(f"/admin/webhooks/{webhook_id}/resend")
        asyncio.run(courier.round(wait=True))
        with house.services.sessions() as db:
            states = [one.state for one in db.scalars(select(Delivery))]
    assert states == [outbox.DELIVERED]
    assert len(receiver.received) == len(outbox.WAITS_MS) + 2
    house.services.sessions.kw["bind"].dispose()
