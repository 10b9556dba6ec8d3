"""What is kept for its time alone: logs of who looked, of what was sent, and people's messages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.wallboard.house import NOW, House, alert, score
from wallboard.hub import can_resume
from wallboard.pruning import DAY, prune
from wallboard.settings import WallboardSettings
from wallboard.store.tables import Audit, Delivery, Feed, Message, Webhook
from wallboard.webhooks import outbox


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    built = House(tmp_path)
    yield built
    built.engine.dispose()


def after(house: House, days: int, **settings: int) -> None:
    """So many days later, with these settings."""
    house.now = NOW + days * DAY
    prune(house.sessions, WallboardSettings(**settings), house.now)


def hook(house: House, *, active: bool = True) -> None:
    with house.sessions.begin() as db:
        db.add(
            Webhook(
                webhook_id="w1",
                url="https://example.com/hook",
                format="standard",
                secret="whsec_x",
                kinds=["alert"],
                created_by="root",
                created_at=NOW,
                active=active,
            )
        )


def spread(house: House) -> int:
    with house.sessions.begin() as db:
        return outbox.spread(db, house.now, "https://board.example")


def deliveries(house: House) -> list[str]:
    with house.sessions() as db:
        return list(db.scalars(select(Delivery.state)))


def test_who_looked_at_what_is_kept_for_a_year_or_as_long_as_is_said(house: House) -> None:
    with house.sessions.begin() as db:
        db.add(Audit(at=NOW, user_id="sam", what="looked.call", ref="c1"))

    def looks() -> int:
        with house.sessions() as db:
            return len(list(db.scalars(select(Audit))))

    after(house, 365)
    assert looks() == 1
    after(house, 366, audit_days=730)
    assert looks() == 1
    after(house, 366)
    assert looks() == 0


@pytest.mark.parametrize("state", [outbox.DELIVERED, outbox.GIVEN_UP, outbox.WAITING])
def test_what_was_sent_or_could_not_be_is_kept_for_a_week(house: House, state: str) -> None:
    hook(house)
    house.read("alerts", alert())
    assert spread(house) == 1
    with house.sessions.begin() as db:
        db.scalars(select(Delivery)).one().state = state
    house.now = NOW + DAY
    house.read("scores", score(1, at="2026-12-01T00:00:00.000Z"))
    after(house, 7)
    assert deliveries(house) == [state]
    after(house, 8, webhook_days=30)
    assert deliveries(house) == [state]
    after(house, 8)
    assert deliveries(house) == []


def test_what_the_feed_still_has_is_not_sent_twice_however_quiet_the_floor(house: House) -> None:
    hook(house)
    house.read("alerts", alert())
    assert spread(house) == 1
    # The newest row of the feed stays, so that its number is known.
    after(house, 400)
    assert spread(house) == 0
    assert len(deliveries(house)) == 1


def test_what_supervisors_wrote_to_an_agent_goes_with_the_words_of_the_call(house: House) -> None:
    with house.sessions.begin() as db:
        line = Message(message_id="m1", call_id="c1", user_id="bo", name="Bo", text="hi", at=NOW)
        db.add(line)
    after(house, 7)
    with house.sessions() as db:
        assert db.get(Message, "m1") is not None
    after(house, 8)
    with house.sessions() as db:
        assert db.get(Message, "m1") is None


MINUTE = 60_000


def fed(house: House, *rows: tuple[str, int]) -> None:
    """A feed of such kinds, so many minutes old, and what pruning leaves of it."""
    with house.sessions.begin() as db:
        for kind, ago in rows:
            row = {"kind": kind, "ref": "x", "call_id": "c1", "body": {}, "handling": "normal"}
            db.add(Feed(at=NOW - ago * MINUTE, mode="live", **row))
            db.flush()
    prune(house.sessions, WallboardSettings(), NOW)


def goes_on(house: House, number: int, *, with_turns: bool = True) -> bool:
    return can_resume(house.sessions, number, NOW, with_turns=with_turns)


def test_a_page_whose_turns_are_gone_loads_anew_however_young_those_that_are_left_are(
    house: House,
) -> None:
    gone = [("turn", ago) for ago in (34, 33, 30, 28, 25, 22)]
    fed(house, ("call", 40), ("turn", 36), *gone, ("turn", 9), ("turn", 1))
    assert [goes_on(house, number) for number in (1, 2, 5, 7)] == [False] * 4
    # Whose next is the first that is left has missed nothing; nor has who wants no turns.
    assert [goes_on(house, number) for number in (8, 9, 10)] == [True] * 3
    assert goes_on(house, 2, with_turns=False)


def test_a_page_goes_on_after_a_quiet_hour_in_which_nothing_went(house: House) -> None:
    fed(house, ("call", 70), ("turn", 2), ("turn", 1))
    assert goes_on(house, 1)
    fed(house, ("turn", 0))
    assert [goes_on(house, number) for number in (1, 2, 3, 4)] == [True] * 4


def test_a_number_that_was_never_given_out_is_no_gap_while_the_one_before_it_is_young(
    house: House,
) -> None:
    fed(house, ("call", 10))
    with house.sessions.begin() as db:
        row = {"kind": "turn", "ref": "x", "body": {}, "handling": "normal", "mode": "live"}
        db.add(Feed(number=5, at=NOW - MINUTE, **row))
    assert goes_on(house, 1)
