"""Who has heard of a call by a webhook is told when it is forgotten, and hears no word of it."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, select, update

from tests.wallboard.house import NOW, House
from tests.wallboard.test_forgetting import (
    FORGOTTEN,
    OVER,
    SAID,
    YEAR,
    _lift,
    nothing_stays,
    rows,
    told,
)
from wallboard.retention import let_go
from wallboard.settings import WallboardSettings
from wallboard.store.tables import Delivery, Told, Webhook
from wallboard.webhooks import outbox, signing
from wallboard.webhooks.courier import Courier, _Outcome


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    built = House(tmp_path)
    allowed = WallboardSettings(webhook_networks="127.0.0.1")
    built.services = dataclasses.replace(built.services, settings=allowed)
    yield built
    built.engine.dispose()


def _hook(house: House, name: str, format_: str = "standard") -> None:
    with house.sessions.begin() as db:
        db.add(
            Webhook(
                webhook_id=name,
                url="http://127.0.0.1:9/hook",
                format=format_,
                secret=signing.new_secret(),
                kinds=["alert"],
                triggers=["media"] if name == "deaf" else [],
                with_words=True,
                created_by="root",
                created_at=NOW,
            )
        )


def _sent(house: House) -> list[tuple[str, dict[str, Any]]]:
    """What waits for hooks, each tried in vain: nobody listens on that port."""
    asyncio.run(Courier(house.services).round(wait=True))
    found = sorted(rows(house, Delivery), key=lambda row: (row.webhook_id, row.delivery_id))
    return [(row.webhook_id, row.body) for row in found]


def test_who_was_told_of_a_call_is_told_that_it_is_forgotten_by_its_id_alone(
    house: House,
) -> None:
    for name in ("heard", "deaf", "late"):
        _hook(house, name)
    _hook(house, "room", "slack")
    with house.sessions.begin() as db:
        db.get_one(Webhook, "late").active = False
    told(house)
    before = _sent(house)
    assert {name for name, _ in before} == {"heard", "room"}
    assert SAID in repr(before)
    house.read("incidents", FORGOTTEN)
    (heard, data), (room, message) = _sent(house)
    assert (heard, data["type"]) == ("heard", "call.forgotten")
    page = "http://127.0.0.1:8484/calls/c1"
    assert data["data"] == {"call_id": "c1", "id": "c1", "link": page, "mode": "live"}
    assert (room, "c1 is forgotten" in repr(message)) == ("room", True)
    assert SAID not in repr((data, message))
    nothing_stays(house)
    house.read("incidents", FORGOTTEN)
    assert len(_sent(house)) == 2


def test_a_dead_letter_with_the_words_is_gone_and_its_receiver_told(house: House) -> None:
    _hook(house, "heard")
    told(house)
    _sent(house)
    with house.sessions.begin() as db:
        for row in db.scalars(select(Delivery)):
            row.state = outbox.GIVEN_UP
    house.read("incidents", FORGOTTEN)
    assert [data["type"] for _, data in _sent(house)] == ["call.forgotten"]
    with house.sessions.begin() as db:
        assert outbox.resend(db, house.now, "heard") == 0


def test_what_was_never_sent_to_anybody_needs_no_word(house: House) -> None:
    _hook(house, "heard")
    told(house)
    with house.sessions.begin() as db:
        assert outbox.spread(db, house.now, "https://board.example") > 0
    house.read("incidents", FORGOTTEN)
    assert _sent(house) == []


def test_who_heard_a_year_ago_is_told_though_the_message_itself_is_long_gone(
    house: House,
) -> None:
    _hook(house, "heard")
    _hook(house, "room", "teams")
    told(house)
    _sent(house)
    with house.sessions.begin() as db:
        db.execute(delete(Delivery))
    _lift(house)
    assert let_go(house.sessions, YEAR, OVER) == 1
    # Nobody asked: people in a room are not told of every call of a year ago.
    assert [(name, data["type"]) for name, data in _sent(house)] == [("heard", "call.forgotten")]


def test_what_is_forgotten_while_it_is_under_way_is_called_back_too(house: House) -> None:
    _hook(house, "heard")
    told(house)
    courier = Courier(house.services)
    with house.sessions.begin() as db:
        outbox.spread(db, house.now, "https://board.example")
    message, *_ = courier._due("heard")
    house.read("incidents", FORGOTTEN)
    with house.sessions.begin() as db:
        # As where the courier's note of it was not committed yet.
        db.execute(update(Told).values(forgotten=False))
    courier._settle(message.delivery_id, message.call_id, _Outcome(True, "204"))
    assert [data["type"] for _, data in _sent(house)] == ["call.forgotten"]
