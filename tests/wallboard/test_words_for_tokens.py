"""A token without the scope for transcripts gets everything but words, by whichever way."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.wallboard.house import (
    NOW,
    Heard,
    House,
    alert,
    at,
    callback,
    route,
    score,
    served,
    stream,
)
from tests.wallboard.test_forgetting import EVIDENCE, SAID, action, complaint, record
from wallboard.app import create_app
from wallboard.auth import tokens
from wallboard.words import without_words
from workflow.incident import incident_id

RECORD = f"/api/incidents/{incident_id('c1')}"
API = (
    "/api/board",
    "/api/calls/c1",
    "/api/callbacks",
    "/api/callbacks/CB-1",
    "/api/complaints",
    "/api/complaints?tab=closed",
    "/api/incidents",
    "/api/patterns",
)
TOLD = ("alert", "route", "callback", "hint", "deed", "complaint", "entry")
LAST = "deed"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    built = House(tmp_path)
    yield built
    built.engine.dispose()


def happens(house: House) -> None:
    """A call of which words stand everywhere that they may, and in names and numbers nowhere."""
    brief = {"headline": "Legal", "caller": "?", "quotes": [SAID], "opening_line": "Hello."}
    step = {"at": at(NOW), "by": "alex", "state": "offered", "note": f"told {SAID}"}
    noted = {"issue_summary": SAID, "contact_note": SAID, "history": [step]}
    hint = {"type": "coaching.hint", "version": 1, "hint_id": "h1", "call_id": "c1"}
    said = {"kind": "landmine", "text": "Not this.", "heard": SAID, "agent_id": "ann"}
    house.read("alerts", alert(reason=f"says {SAID}", evidence=[EVIDENCE]))
    house.read("alerts", alert("a2", status="closed", closed_reason=f"false alarm: {SAID}"))
    house.read("routing", route(brief={**brief, "do_not_say": ""}))
    house.read("callbacks", callback(**noted))
    opened, *others = record(erased=False)
    house.read("incidents", {**opened, "facts": {"alert": "a1", "desk": "legal"}}, *others)
    house.read("complaints", complaint("open", customer_ref="cu-1"))
    house.read("coaching", {**hint, **said, "at": at(NOW), "expires_at": at(NOW + 1)})
    house.read("scores", score(1, text=SAID, is_final=True))
    house.read("supervisor.actions", action("x1", "acknowledge", alert_id="a1", reason=SAID))
    verdict = {"type": "action.applied", "version": 1, "action_id": "x1", "call_id": "c1"}
    house.read("operations", {**verdict, "at": at(NOW)})


def token(house: House, *scopes: str) -> dict[str, str]:
    with house.sessions.begin() as db:
        _, secret = tokens.issue(db, name="t", scopes=scopes, days=None, created_by="sam", now=NOW)
    return {"authorization": f"Bearer {secret}"}


def test_what_a_token_reads_has_words_with_the_scope_for_them_alone(house: House) -> None:
    happens(house)
    bare = TestClient(create_app(house.services), headers=token(house, "read"))
    full = TestClient(create_app(house.services), headers=token(house, "read", "transcripts"))
    for path in API:
        assert bare.get(path).status_code == 200, path
        assert SAID not in bare.get(path).text, path
    for path in (*API[:5], "/api/incidents", RECORD):
        assert SAID in full.get(path).text, path
    assert bare.get(RECORD).status_code == 403
    assert "'transcripts'" in bare.get(RECORD).json()["detail"]


def test_what_is_left_is_of_the_same_shape_and_says_all_else(house: House) -> None:
    happens(house)
    client = TestClient(create_app(house.services), headers=token(house, "read"))
    told = client.get("/api/calls/c1").json()
    assert [(one["trigger"], one["evidence"]) for one in told["alerts"]] == [
        ("legal_threat", []),
        ("legal_threat", []),
    ]
    assert told["routes"][0]["desk"] == "legal"
    assert told["hints"][0]["text"] == "Not this."
    (row,) = client.get("/api/complaints").json()["rows"]
    assert (row["state"], row["quotes"]) == ("open", [])
    (row,) = client.get("/api/callbacks").json()["rows"]
    assert [step["state"] for step in row["history"]] == ["offered"]


def test_what_a_token_hears_has_words_with_the_scope_for_them_alone(house: House) -> None:
    happens(house)
    heard: dict[str, list[Heard]] = {}
    with served(house) as base:
        for name, scopes in (("bare", ("stream",)), ("full", ("stream", "transcripts"))):
            asked = {"after": 0, "kinds": ",".join(TOLD)}
            with stream(base, token(house, *scopes), **asked) as events:
                heard[name] = [next(events)]
                while heard[name][-1].event != LAST:
                    heard[name].append(next(events))
    refs = {name: [one.data.get("ref") for one in told] for name, told in heard.items()}
    assert refs["bare"] == refs["full"]
    for kind in TOLD:
        said = {
            name: SAID in str([one.data for one in told if one.event == kind])
            for name, told in heard.items()
        }
        assert said == {"bare": False, "full": True}, kind


@pytest.mark.parametrize("history", ["none", [1, {"at": "x", "note": "ypsilon"}], None])
def test_a_history_that_is_none_breaks_nothing(history: Any) -> None:
    left = without_words("complaint", {"history": history, "quotes": "?"})
    assert "ypsilon" not in str(left)
    assert left["quotes"] == ""
