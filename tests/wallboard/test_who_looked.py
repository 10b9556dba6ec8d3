"""Who looked at what is written down, lists and streams among it, without drowning the log."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from tests.wallboard.house import House, alert, served, stream
from wallboard.app import create_app
from wallboard.store.tables import Audit

MINUTE = 60_000
DAYS = "from=2026-09-01&to=2026-09-07&zone=UTC"
LISTS = {
    "/board": ("board", "board"),
    "/board?wall=1": ("board", "wall"),
    "/api/board": ("board", "board"),
    "/api/board?wall=1": ("board", "wall"),
    "/callbacks": ("callback", "log"),
    "/api/callbacks": ("callback", "log"),
    "/complaints": ("complaint", "register"),
    "/api/complaints?find=their+words": ("complaint", "register"),
    "/incidents": ("record", "search"),
    "/incidents?part=list": ("record", "search"),
    "/api/incidents?call=their+words": ("record", "search"),
    f"/patterns?{DAYS}": ("report", "patterns 2026-09-01/2026-09-07"),
    f"/api/patterns?{DAYS}": ("report", "patterns 2026-09-01/2026-09-07"),
    f"/patterns/report.html?{DAYS}": ("report", "patterns 2026-09-01/2026-09-07"),
}


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    built = House(tmp_path)
    built.user("sam", "supervisor")
    built.read("alerts", alert())
    yield built
    built.engine.dispose()


def looks(house: House) -> list[tuple[str | None, str, str | None]]:
    with house.sessions() as db:
        lines = db.scalars(select(Audit).where(Audit.what.startswith("looked.")))
        return [(line.user_id, line.what.removeprefix("looked."), line.ref) for line in lines]


def as_(house: House, person: str) -> TestClient:
    return TestClient(create_app(house.services), headers=house.cookies(person))


def test_lists_and_patterns_leave_a_line_and_polling_them_no_more(house: House) -> None:
    client = as_(house, "sam")
    for path, (what, ref) in LISTS.items():
        before = len(looks(house))
        assert client.get(path).status_code == 200, path
        assert ("sam", what, ref) in looks(house), path
        house.now += MINUTE // 10
        client.get(path)
        assert len(looks(house)) <= before + 1, path
    assert sorted(looks(house)) == sorted({("sam", what, ref) for what, ref in LISTS.values()})
    house.now += 15 * MINUTE
    client.get("/api/board")
    assert looks(house).count(("sam", "board", "board")) == 2


def test_who_is_refused_a_list_has_not_looked_at_it(house: House) -> None:
    house.user("ann", "agent", agent_id="ann")
    client = as_(house, "ann")
    for path in ("/api/callbacks", "/api/complaints", "/api/incidents", "/api/patterns"):
        assert client.get(path).status_code == 403
    assert client.get("/api/patterns?zone=nowhere").status_code == 403
    assert looks(house) == []


def test_a_stream_is_a_line_as_it_is_opened_and_none_as_it_comes_back(house: House) -> None:
    sam = house.cookies("sam")
    with served(house) as base:
        for asked in ({}, {}, {"call": "c1"}, {"call": "c1", "kinds": "turn"}, {"call": "words"}):
            with stream(base, sam, **asked) as events:
                next(events)
    assert looks(house) == [("sam", "stream", "floor"), ("sam", "stream", "c1")]
