"""What a chat room hears by a webhook: what has changed, and nothing back that it never knew."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from tests.wallboard.house import House, alert
from wallboard.store.tables import Delivery
from wallboard.webhooks import hooks, outbox
from wallboard.webhooks.formats import Format

ROOMS = (Format.SLACK, Format.TEAMS)


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    built = House(tmp_path)
    yield built
    built.engine.dispose()


def _hook(house: House, format_: Format) -> None:
    wanted = hooks.wanted(
        name="crisis", url="https://rooms.example/hook", format=format_, kinds=("alert",)
    )
    with house.sessions.begin() as db:
        hooks.create(db, wanted, "ada", house.now)


def _told(house: House) -> list[str]:
    """The states that the hook was told so far."""
    with house.sessions.begin() as db:
        outbox.spread(db, house.now, "https://board.example")
    with house.sessions() as db:
        about = db.scalars(select(Delivery.about).order_by(Delivery.feed))
        return [str(one).rpartition(":")[2] for one in about]


def _life_stop(status: str, revision: int, **more: Any) -> dict[str, Any]:
    said = {"trigger": "self_harm", "severity": "critical", "desk": "crisis"}
    return alert(revision=revision, status=status, **said, **more)


@pytest.mark.parametrize("format_", ROOMS)
def test_a_room_is_told_that_a_false_alarm_was_undone(house: House, format_: Format) -> None:
    _hook(house, format_)
    house.read("alerts", _life_stop("confirmed", 1))
    _told(house)
    house.read("alerts", _life_stop("closed", 2, closed_reason="false alarm: a song"))
    _told(house)
    house.read("alerts", _life_stop("confirmed", 3), _life_stop("confirmed", 4, reason="again"))
    assert _told(house) == ["confirmed", "closed", "confirmed"]


def test_what_is_read_again_changes_nothing_in_a_room(house: House) -> None:
    _hook(house, Format.SLACK)
    house.read("alerts", _life_stop("confirmed", 1), _life_stop("confirmed", 2, reason="again"))
    _told(house)
    house.read("alerts", _life_stop("closed", 3, closed_reason="resolved"))
    for _ in range(3):
        # The second of them is among the newest rows still, and was passed over.
        assert _told(house) == ["confirmed", "closed"]


@pytest.mark.parametrize("format_", ROOMS)
def test_a_room_hears_nothing_of_what_came_and_went_as_a_partial_result(
    house: House, format_: Format
) -> None:
    _hook(house, format_)
    house.read("alerts", alert(status="provisional"))
    _told(house)
    house.read("alerts", alert(revision=2, type="alert.retracted", status="retracted"))
    assert _told(house) == []


def test_a_room_hears_that_what_it_was_told_is_withdrawn(house: House) -> None:
    _hook(house, Format.SLACK)
    house.read("alerts", alert(), alert(revision=2, type="alert.retracted", status="retracted"))
    assert _told(house) == ["confirmed", "retracted"]


ODD = "a>b|c d#e?f%2F/g"


@pytest.mark.parametrize("format_", Format)
def test_a_call_by_an_odd_id_has_a_link_that_leads_to_it(house: House, format_: Format) -> None:
    _hook(house, format_)
    house.read("alerts", alert(call_id=ODD))
    _told(house)
    page = "https://board.example/calls/a%3Eb%7Cc%20d%23e%3Ff%252F%2Fg"
    with house.sessions() as db:
        (body,) = db.scalars(select(Delivery.body))
    match format_:
        case Format.STANDARD:
            assert body["data"]["link"] == page
        case Format.SLACK:
            assert body["blocks"][-1]["text"]["text"] == f"<{page}|Open on the wallboard>"
        case Format.TEAMS:
            (action,) = body["attachments"][0]["content"]["actions"]
            assert action["url"] == page


def test_a_program_hears_of_every_change(house: House) -> None:
    _hook(house, Format.STANDARD)
    house.read("alerts", alert(status="provisional"))
    house.read("alerts", alert(revision=2, type="alert.retracted", status="retracted"))
    assert _told(house) == ["provisional", "retracted"]
