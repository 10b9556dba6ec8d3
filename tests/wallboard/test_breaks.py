"""Guardrail breaks on the page of a call: all that rules heard, told by a hint or not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.wallboard.house import House, alert, at, score
from wallboard.app import create_app
from wallboard.hub import after
from wallboard.store.tables import Turn
from workflow.hints import HintKind, hint_id_of

FAULT = "that's a breach of contract on our side"
CALM = "you need to calm down"


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    built = House(tmp_path)
    built.user("alex", "supervisor", teams=["north"])
    built.user("grace", "desk", desks=["crisis"])
    yield built
    built.engine.dispose()


def page(house: House, person: str = "alex") -> dict[str, Any]:
    client = TestClient(create_app(house.services), headers=house.cookies(person))
    answer = client.get("/api/calls/c1")
    assert answer.status_code == 200
    found: dict[str, Any] = answer.json()
    return found


def said(sequence: int, text: str, rule: str, **more: Any) -> dict[str, Any]:
    """The agent's words, and the rule that hears them as a whole."""
    utterance = f"u{sequence}"
    piece = {"utterance_id": utterance, "speaker": "agent", "quote": text}
    found = {
        "label": "agent_guardrail",
        "disposition": "raise",
        "probability": 0.9,
        "reason": "a rule",
        "rule_id": rule,
        "evidence": [{**piece, "char_start": 0, "char_end": len(text)}],
    }
    words = {"speaker": "agent", "text": text, "is_final": True, **more}
    return score(sequence, utterance, findings=[{**found, **words.pop("found", {})}], **words)


def heard(found: dict[str, Any]) -> list[tuple[str, str]]:
    return [(one["rule"], one["utterance_id"]) for turn in found["breaks"].values() for one in turn]


def test_what_is_said_while_a_life_is_at_stake_and_said_again_is_listed_each_time(
    house: House,
) -> None:
    house.read("alerts", alert(trigger="self_harm", desk="crisis", severity="critical"))
    house.read("scores", said(1, FAULT, "guardrail.admits_fault"))
    house.read("scores", said(2, CALM, "landmine.calm_down"), said(3, CALM, "landmine.calm_down"))
    found = page(house)
    assert found["hints"] == []
    assert heard(found) == [
        ("guardrail.admits_fault", "u1"),
        ("landmine.calm_down", "u2"),
        ("landmine.calm_down", "u3"),
    ]
    (first,) = found["breaks"]["u1"]
    assert found["turns"][0]["text"][first["char_start"] : first["char_end"]] == first["quote"]
    assert first["says"] == "draws a legal conclusion against the company"
    assert "legal weight" in first["instead"]


def test_a_call_in_shadow_mode_has_its_breaks_too(house: House) -> None:
    house.read("scores", said(1, FAULT, "guardrail.admits_fault", mode="shadow"))
    assert heard(page(house)) == [("guardrail.admits_fault", "u1")]


def test_each_turn_brings_its_breaks_along_live(house: House) -> None:
    house.read("scores", said(1, CALM, "landmine.calm_down", is_final=False))
    house.read("scores", score(2, "u1", speaker="agent", text="keep calm", is_final=True))
    house.read("scores", said(3, CALM, "landmine.calm_down"))
    frames = [one.frame for one in after(house.sessions, 0) if one.kind == "turn"]
    assert [b'"rule":"landmine.calm_down"' in frame for frame in frames] == [False, False, True]


@pytest.mark.parametrize("more", [{"is_final": False}, {"found": {"disposition": "review"}}])
def test_what_may_still_be_revised_or_only_be_looked_at_is_no_break(
    house: House, more: dict[str, Any]
) -> None:
    house.read("scores", said(1, CALM, "landmine.calm_down", **more))
    assert page(house)["breaks"] == {}


def test_breaks_on_a_restricted_call_are_for_its_desk_alone(house: House) -> None:
    house.read("scores", said(1, CALM, "landmine.calm_down"))
    kept = {"trigger": "safeguarding", "desk": "crisis", "handling": "restricted"}
    house.read("alerts", alert(**kept))
    client = TestClient(create_app(house.services), headers=house.cookies("alex"))
    assert client.get("/api/calls/c1").status_code == 403
    assert heard(page(house, "grace")) == [("landmine.calm_down", "u1")]


def test_hints_that_tell_of_the_same_are_known_and_others_stay(house: House) -> None:
    house.read("scores", said(1, CALM, "landmine.calm_down"))
    ids = [
        hint_id_of("c1", HintKind.LANDMINE, "landmine.calm_down"),
        hint_id_of("c1", HintKind.GUARDRAIL, "open_compensation"),
    ]
    for hint_id, kind in zip(ids, ("landmine", "guardrail"), strict=True):
        hint = {"type": "coaching.hint", "version": 1, "hint_id": hint_id, "call_id": "c1"}
        times = {"at": at(), "expires_at": at(house.now + 25_000)}
        house.read("coaching", {**hint, **times, "kind": kind, "text": "x", "agent_id": "ann"})
    found = page(house)
    told = [hint["hint_id"] for hint in found["hints"]]
    assert sorted(told) == sorted(ids)
    assert [one in found["rule_hints"] for one in ids] == [True, False]


def test_findings_that_cannot_be_read_break_no_page(house: House) -> None:
    house.read("scores", said(1, CALM, "landmine.calm_down"))
    with house.sessions.begin() as db:
        db.get_one(Turn, ("c1", "u1")).findings = [{"label": "agent_guardrail"}]
    assert page(house)["breaks"] == {}
