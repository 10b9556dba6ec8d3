"""Who is offered to take a false alarm back: whoever called it, for as long as that is possible."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.wallboard.house import NOW, House, alert, at
from wallboard.app import create_app
from wallboard.store.tables import Deed

FALSE = {"status": "closed", "closed_reason": "false alarm: a song"}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    built = House(tmp_path)
    for person in ("alex", "bo"):
        built.user(person, "supervisor", teams=["north"])
    built.read("alerts", alert())
    yield built
    built.engine.dispose()


def did(house: House, person: str, *, applied: bool | None = True, after_s: int = 1) -> None:
    """Somebody called a1 a false alarm, and this is what became of it."""
    moment = NOW + after_s * 1000
    deed: dict[str, Any] = {"user_id": person, "action": "false_alarm", "applied": applied}
    body = {"alert_id": "a1"}
    with house.sessions.begin() as db:
        row = Deed(action_id=f"{person}-{after_s}", call_id="c1", sent_at=moment, body=body, **deed)
        db.add(row)


def offered(house: House, person: str, path: str = "/api/board") -> list[str]:
    client = TestClient(create_app(house.services), headers=house.cookies(person))
    found: list[str] = client.get(path).json()["mine"]
    return found


def test_whoever_called_a_false_alarm_is_offered_to_undo_it_after_a_reload(house: House) -> None:
    did(house, "alex")
    assert offered(house, "alex") == []
    house.read("alerts", alert(revision=2, updated_at=at(NOW + 2000), **FALSE))
    assert offered(house, "alex") == ["a1"]
    assert offered(house, "bo") == []
    assert offered(house, "alex", "/api/board?wall=1") == []
    house.now = NOW + 61_000
    assert offered(house, "alex") == ["a1"]
    house.now = NOW + 63_000
    assert offered(house, "alex") == []


def test_so_is_who_has_no_answer_yet_but_not_who_was_refused(house: House) -> None:
    house.read("alerts", alert(revision=2, updated_at=at(NOW + 2000), **FALSE))
    did(house, "bo", applied=False, after_s=3)
    did(house, "alex", applied=None)
    assert (offered(house, "alex"), offered(house, "bo")) == (["a1"], [])


def test_what_somebody_else_has_closed_since_is_theirs_to_open(house: House) -> None:
    house.read("alerts", alert(revision=2, updated_at=at(NOW + 9000), **FALSE))
    did(house, "alex")
    did(house, "bo", after_s=8)
    did(house, "alex", applied=None, after_s=9)
    assert (offered(house, "alex"), offered(house, "bo")) == ([], ["a1"])


def test_what_was_resolved_stays_so(house: House) -> None:
    did(house, "alex", applied=None)
    resolved = {"status": "closed", "closed_reason": "resolved: paid"}
    house.read("alerts", alert(revision=2, updated_at=at(NOW + 2000), **resolved))
    assert offered(house, "alex") == []
