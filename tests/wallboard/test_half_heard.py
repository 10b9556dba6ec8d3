"""What is half heard of a life stop: on the call for a person to look at, until an alert stands."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.wallboard.house import House, score
from wallboard.store.tables import Call


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    built = House(tmp_path)
    yield built
    built.engine.dispose()


def half_heard(sequence: int, *labels: str, **more: Any) -> dict[str, Any]:
    found = [
        {
            "label": label,
            "disposition": "review",
            "probability": 0.4,
            "reason": "…",
            "rule_id": "classifier",
            "evidence": [],
        }
        for label in labels
    ]
    told = {"findings": found, "review": labels, "is_final": True, **more}
    return score(sequence, f"u{sequence}", **told)


def look_of(house: House) -> dict[str, Any] | None:
    with house.sessions() as db:
        (call,) = db.scalars(select(Call))
    return call.look


def test_the_call_keeps_the_latest(house: House) -> None:
    house.read("scores", half_heard(1, "self_harm"))
    first = look_of(house)
    assert first is not None
    assert (first["labels"], first["utterance_id"]) == (["self_harm"], "u1")
    house.read("scores", half_heard(3, "violence", "emergency"))
    house.read("scores", half_heard(2, "self_harm"))
    latest = look_of(house)
    assert latest is not None
    assert (latest["labels"], latest["utterance_id"]) == (["violence", "emergency"], "u3")
    house.read("scores", score(4, "u4", is_final=True))
    assert look_of(house) == latest


def test_what_is_raised_partial_an_agents_for_a_desk_alone_or_no_life_stop_is_let_be(
    house: House,
) -> None:
    house.read("scores", half_heard(1, "self_harm", raised=["self_harm"]))
    house.read("scores", half_heard(2, "self_harm", is_final=False))
    house.read("scores", half_heard(3, "self_harm", speaker="agent"))
    house.read("scores", half_heard(4, "safeguarding", "misconduct"))
    house.read("scores", half_heard(5, "fraud"))
    assert look_of(house) is None
