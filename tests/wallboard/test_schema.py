"""Migrations lead to the tables, on SQLite and on a real PostgreSQL."""

from __future__ import annotations

from pathlib import Path

import pytest
from alembic import command
from sqlalchemy import Engine, text

from tests.wallboard.house import NOW, House, alert, route, score
from tests.wallboard.postgres import emptied
from tests.wallboard.test_forgetting import ASKED, FORGOTTEN, nothing_stays, record, told
from wallboard.hub import after
from wallboard.pruning import prune
from wallboard.settings import WallboardSettings
from wallboard.store.engine import open_engine
from wallboard.store.schema import configuration, differences, upgrade
from wallboard.store.tables import Alert, Turn


def test_the_migrations_lead_to_the_tables_and_run_again_they_change_nothing(
    tmp_path: Path,
) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'a 50% folder.db'}")
    assert len(differences(engine)) > 10
    upgrade(engine)
    upgrade(engine)
    assert differences(engine) == []
    engine.dispose()


def _lived_in(engine: Engine, revision: str) -> None:
    """A database of an earlier release that has read its topics and told a webhook."""
    with engine.begin() as connection:
        command.upgrade(configuration(connection), revision)
    with engine.begin() as connection:
        for statement in (
            "INSERT INTO offsets VALUES ('abc/t1.incidents', 0, 40), ('abc/t1.alerts', 0, 9)",
            "INSERT INTO feed (number, kind, ref, call_id, at, body, handling, mode)"
            " VALUES (7, 'alert', 'a1', 'c1', 1, '{}', 'normal', 'live')",
            "INSERT INTO webhooks (webhook_id, url, format, secret, kinds, triggers, queues,"
            " with_words, active, created_by, created_at)"
            " VALUES ('w1', 'https://example.com', 'standard', 's', '[]', '[]', '[]',"
            " true, true, 'root', 1)",
            "INSERT INTO deliveries (delivery_id, webhook_id, feed, body, state, tries, created_at)"
            " VALUES ('m1', 'w1', 7, '{}', 'waiting', 2, 1),"
            " ('m2', 'w1', 3, '{}', 'waiting', 0, 1)",
        ):
            connection.execute(text(statement))


def _is_carried_over(engine: Engine, revision: str) -> None:
    upgrade(engine)
    assert differences(engine) == []
    with engine.connect() as connection:
        offsets = dict(connection.execute(text("SELECT topic, next_offset FROM offsets")).all())
        told = connection.execute(text("SELECT webhook_id, call_id, forgotten FROM told")).all()
        about = dict(connection.execute(text("SELECT delivery_id, call_id FROM deliveries")).all())
    # Before 0003 heads of records were passed over: they are read again from the beginning; and
    # of which call a delivery tells was not written down.
    passed_over = revision < "0003"
    assert offsets == {"abc/t1.incidents": 0 if passed_over else 40, "abc/t1.alerts": 9}
    assert about == {"m1": "c1" if passed_over else None, "m2": None}
    # m1 was tried: it may have arrived.
    assert [tuple(row) for row in told] == ([("w1", "c1", False)] if passed_over else [])


@pytest.mark.parametrize("revision", ["0001", "0002", "0003"])
def test_the_database_of_an_earlier_release_is_carried_over(tmp_path: Path, revision: str) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'wallboard.db'}")
    _lived_in(engine, revision)
    _is_carried_over(engine, revision)
    engine.dispose()


def test_complaints_of_calls_that_are_restricted_already_are_closed_with_them(
    tmp_path: Path,
) -> None:
    engine = open_engine(f"sqlite:///{tmp_path / 'wallboard.db'}")
    with engine.begin() as connection:
        command.upgrade(configuration(connection), "0007")
    with engine.begin() as connection:
        for call_id, handling, desk in (("c1", "restricted", "'safety'"), ("c2", "normal", "NULL")):
            connection.execute(
                text(
                    "INSERT INTO calls (call_id, first_at, last_at, degraded, handling, mode, desk)"
                    f" VALUES ('{call_id}', 1, 1, false, '{handling}', 'live', {desk})"
                )
            )
            connection.execute(
                text(
                    "INSERT INTO complaints"
                    " (reference, call_id, state, updated_at, body, handling, mode)"
                    f" VALUES ('of-{call_id}', '{call_id}', 'open', 1, '{{}}', 'normal', 'live')"
                )
            )
    upgrade(engine)
    with engine.connect() as connection:
        found = connection.execute(text("SELECT reference, handling, desk FROM complaints"))
        rows = {tuple(row) for row in found}
    assert rows == {("of-c1", "restricted", "safety"), ("of-c2", "normal", None)}
    engine.dispose()


def test_postgresql_takes_the_same_migrations_and_the_same_events(
    postgres: str, tmp_path: Path
) -> None:
    house = House(tmp_path, postgres)
    upgrade(house.engine)
    assert differences(house.engine) == []
    house.read("alerts", alert(revision=2), alert())
    house.read("routing", route())
    house.read("scores", score(1, text="nul \0 inside"), score(2, "u" * 400), score(3, "u3"))
    with house.sessions() as db:
        row = db.get(Alert, "a1")
        assert row is not None
        assert (row.revision, row.body["revision"]) == (2, 2)
        turn = db.get(Turn, ("c1", "u1"))
        assert turn is not None
        assert turn.text == "nul � inside"
        assert db.get(Turn, ("c1", "u3")) is not None
        assert db.scalar(text("SELECT count(*) FROM turns")) == 2
    assert [item.kind for item in after(house.sessions, 0)].count("turn") == 2
    prune(house.sessions, WallboardSettings(), NOW + 10**9)
    assert len(after(house.sessions, 0)) == 1
    house.engine.dispose()


def test_postgresql_forgets_as_well(postgres: str, tmp_path: Path) -> None:
    emptied(postgres)
    house = House(tmp_path, postgres)
    house.now = ASKED + 1000
    told(house)
    house.read("incidents", *record()[3:], FORGOTTEN)
    nothing_stays(house)
    house.taken_off("callbacks", "CB-1")
    house.engine.dispose()


@pytest.mark.parametrize("revision", ["0001", "0002", "0003"])
def test_postgresql_carries_an_earlier_release_over(postgres: str, revision: str) -> None:
    emptied(postgres)
    engine = open_engine(postgres)
    _lived_in(engine, revision)
    _is_carried_over(engine, revision)
    engine.dispose()
