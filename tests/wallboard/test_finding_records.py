"""Records are found by who and what is in them, among those that one may see."""

from __future__ import annotations

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from fastapi.testclient import TestClient

from tests.wallboard.house import House
from tests.wallboard.office import DAY, HOUR, NOW, Office, alert, call, entries, told
from tests.wallboard.test_words_for_tokens import token
from wallboard.access import Role, Scope
from wallboard.app import create_app
from wallboard.store.tables import User
from workflow.alerts import RecordHandling
from workflow.chain import Content, EntryKind
from workflow.incident import incident_id

SAID = "My solicitor will have 100% of it"
KEPT = "he locks me in at night"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    made = Office(tmp_path)
    furnished(made)
    return made


def furnished(office: Office) -> None:
    review = Content(actor="quinn", note="Escalated by the book", facts={"role": "qa"})
    first = [*told("call-1", "legal_threat", SAID, NOW - HOUR), (EntryKind.REVIEWED, NOW, review)]
    closed = {"handling": RecordHandling.RESTRICTED, "desk": "safety"}
    office.add(
        [
            User(user_id="ann", name="Ann Archer", role="agent", agent_id="a-17", created_at=NOW),
            call("call-1", customer_ref="cust-1", agent_id="a-17", queue_id="billing"),
            *entries("call-1", first),
            *entries(
                "call-2",
                told("call-2", "media", "the papers will love this", NOW - DAY),
                queue_id="sales",
                agent_id="a-99",
            ),
            *entries("call-3", told("call-3", "safeguarding", KEPT, NOW - DAY, "safety"), **closed),
            alert("call-3", "safeguarding", **{**closed, "handling": "restricted"}),
        ]
    )


def found(client: TestClient, **query: str) -> list[str]:
    answer = client.get("/api/incidents", params=query)
    assert answer.status_code == 200
    return sorted(one["call_id"] for one in answer.json()["records"])


@pytest.mark.parametrize(
    ("name", "calls"),
    [
        ("call-1", ["call-1"]),
        (incident_id("call-2"), ["call-2"]),
        ("a-99", ["call-2"]),
        ("ann archer", ["call-1"]),
        ("sales", ["call-2"]),
        ("cust-1", ["call-1"]),
        ("cust", []),
    ],
)
def test_a_record_is_found_by_whatever_names_it(
    office: Office, name: str, calls: list[str]
) -> None:
    assert found(office.as_("alex", Role.SUPERVISOR), call=name) == calls


@pytest.mark.parametrize(
    ("words", "calls"),
    [
        ("solicitor will", ["call-1"]),
        ("  SOLICITOR   will ", ["call-1"]),
        ("100%", ["call-1"]),
        ("s%r", []),
        ("_apers", []),
        ("by the book", ["call-1"]),
        ("will", ["call-1", "call-2"]),
        ("confirmed", []),
        ("no such words", []),
    ],
)
def test_a_record_is_found_by_what_was_said_or_noted(
    office: Office, words: str, calls: list[str]
) -> None:
    assert found(office.as_("alex", Role.SUPERVISOR), words=words) == calls


def test_words_and_names_narrow_each_other(office: Office) -> None:
    alex = office.as_("alex", Role.SUPERVISOR)
    assert found(alex, words="will", call="sales") == ["call-2"]
    page = alex.get(f"/incidents?words={quote('the papers')}")
    assert 'value="the papers"' in page.text
    assert "call-2" in page.text


@pytest.mark.parametrize("query", [{"words": "locks me in"}, {"call": "call-3"}])
def test_what_is_restricted_is_found_by_its_desk_alone(
    office: Office, query: dict[str, str]
) -> None:
    assert found(office.as_("jo", Role.DESK, desks=["safety"]), **query) == ["call-3"]
    others: tuple[tuple[str, Role, dict[str, Any]], ...] = (
        ("alex", Role.SUPERVISOR, {}),
        ("quinn", Role.QA, {}),
        ("root", Role.ADMIN, {}),
        ("carmen", Role.DESK, {"desks": ["legal"]}),
    )
    for name, role, more in others:
        assert found(office.as_(name, role, **more), **query) == []


def test_a_token_that_reads_no_words_searches_none(tmp_path: Path) -> None:
    house = House(tmp_path)
    without = TestClient(create_app(house.services), headers=token(house, Scope.READ))
    assert without.get("/api/incidents?words=sue").status_code == 403
    assert without.get("/api/incidents?call=c1").status_code == 200
    reads = TestClient(
        create_app(house.services), headers=token(house, Scope.READ, Scope.TRANSCRIPTS)
    )
    assert reads.get("/api/incidents?words=sue").status_code == 200
    house.engine.dispose()
