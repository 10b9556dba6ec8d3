"""`hardstop wallboard-users`: accounts from the command line."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import func, select
from typer.testing import CliRunner

from scripts.cli import app
from wallboard.auth import invitations
from wallboard.auth.members import MemberError
from wallboard.services import now_ms
from wallboard.store.engine import open_engine, sessions_of
from wallboard.store.schema import differences
from wallboard.store.tables import Invitation, User

runner = CliRunner()


@pytest.fixture
def database(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'wallboard.db'}"


def _run(*arguments: str) -> str:
    result = runner.invoke(app, ["wallboard-users", *arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output.strip()


def test_an_account_is_made_with_a_link_that_sets_its_password(database: str) -> None:
    link = _run("add", "bo", "--desk", "legal", "--queue", "cards", "--database", database)
    engine = open_engine(database)
    assert differences(engine) == []
    with sessions_of(engine)() as db:
        user = db.get_one(User, "bo")
        assert (user.name, user.role, user.desks) == ("Bo Lindqvist", "supervisor", ["legal"])
        assert invitations.find(db, link.rpartition("/")[2], now_ms()) is not None
    listed = _run("list", "--database", database)
    assert "bo" in listed
    assert "invited" in listed


def test_a_reset_makes_the_earlier_link_void(database: str) -> None:
    first = _run("add", "bo", "--database", database)
    second = _run("reset", "bo", "--database", database)
    with sessions_of(open_engine(database))() as db:
        assert invitations.find(db, first.rpartition("/")[2], now_ms()) is None
        assert invitations.find(db, second.rpartition("/")[2], now_ms()) is not None
        assert db.scalar(select(func.count()).select_from(Invitation)) == 1


def test_without_local_users_no_link_is_printed(
    database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HARDSTOP_WALLBOARD_LOCAL_USERS", "false")
    said = _run("add", "bo", "--queue", "cards", "--database", database)
    assert "company account" in said
    assert "welcome" not in said
    with pytest.raises(MemberError, match="no passwords here"):
        _run("reset", "bo", "--database", database)
    with sessions_of(open_engine(database))() as db:
        assert db.scalar(select(func.count()).select_from(Invitation)) == 0


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("add", "bo", "--role", "king"), "no role 'king'"),
        (("add", "bo", "--desk", "moon"), "no desk 'moon'"),
        (("add", "x", "--role", "agent"), "agent id"),
        (("add", "a b"), "a user's id"),
        (("reset", "ghost"), "no user 'ghost'"),
    ],
)
def test_mistakes_are_said(database: str, arguments: tuple[str, ...], says: str) -> None:
    with pytest.raises(MemberError, match=says):
        _run(*arguments, "--database", database)
