"""Webhooks fail for hours while the feed is pruned behind them: what is still to be told is told,
what has become restricted meanwhile is not."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.wallboard.door import House
from tests.wallboard.receiver import Receiver, receiving
from wallboard.pruning import prune
from wallboard.store.tables import (
    Alert,
    Call,
    Callback,
    Complaint,
    Delivery,
    Feed,
    Route,
    Table,
)
from wallboard.webhooks import hooks, outbox
from wallboard.webhooks.courier import Courier

KINDS = ("route", "callback", "complaint", "note")
BODIES = {
    "route": {"route_id": "r1", "alert_ids": ["a1"], "state": "joined"},
    "callback": {"reference": "CB-1", "alert_ids": ["a1"], "state": "offered"},
    "complaint": {"reference": "CP-1", "state": "open"},
    "note": {"type": "note.paused", "about": "paused"},
}
REFS = {"route": "r1", "callback": "CB-1", "complaint": "CP-1", "note": "17"}
TRIES = len(outbox.WAITS_MS) + 1


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path, webhook_networks="127.0.0.1")


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as found:
        yield found


def _things(now: int) -> list[Table]:
    call = {"call_id": "c1", "handling": "normal", "mode": "live"}
    return [
        Call(first_at=now, last_at=now, degraded=False, **call),
        Alert(alert_id="a1", trigger="legal_threat", status="confirmed", rank=2, revision=1,
              opened_at=now, updated_at=now, body={}, **call),
        Route(route_id="r1", call_id="c1", attempt=1, state="joined", desk="legal",
              updated_at=now, body=BODIES["route"]),
        Callback(reference="CB-1", state="offered", revision=1, updated_at=now,
                 body=BODIES["callback"], **call),
        Complaint(reference="CP-1", state="open", updated_at=now, body=BODIES["complaint"],
                  **call),
    ]  # fmt: skip


def _told(house: House, receiver: Receiver) -> str:
    """A hook, and one thing of each kind that it is to be told of; gives the hook's id."""
    wanted = hooks.wanted(name="ops", url=receiver.url, format="standard", kinds=KINDS)
    now = house.clock()
    with house.services.sessions.begin() as db:
        hook = hooks.create(db, wanted, "ada", now)
        db.add_all(_things(now))
        for kind in KINDS:
            db.add(Feed(kind=kind, ref=REFS[kind], call_id="c1", at=now, body=BODIES[kind],
                        handling="normal", mode="live"))  # fmt: skip
        return hook.webhook_id


def _round(house: House, *, hours: float = 0) -> None:
    """Time passes, what is old is pruned, and the courier goes round."""
    house.clock.pass_(hours=hours)
    with house.services.sessions.begin() as db:
        # The newest row is never pruned: so that this is none of those that are waited for.
        db.add(Feed(kind="call", ref="c2", call_id="c2", at=house.clock(), body={},
                    handling="normal", mode="live"))  # fmt: skip
    prune(house.services.sessions, house.settings, house.clock())
    asyncio.run(Courier(house.services).round(wait=True))


def _fail(house: House, receiver: Receiver, tries: int) -> None:
    receiver.answers = [503] * (len(KINDS) * tries)
    for wait in (0, *outbox.WAITS_MS[: tries - 1]):
        _round(house, hours=wait / 3_600_000)


def _ends(house: House) -> dict[str, str]:
    with house.services.sessions() as db:
        return {str(one.about).split(":")[0]: one.state for one in db.scalars(select(Delivery))}


def _feed(house: House) -> set[str]:
    with house.services.sessions() as db:
        return set(db.scalars(select(Feed.kind)))


def _another_alert(house: House) -> None:
    with house.services.sessions.begin() as db:
        now = house.clock()
        db.add(Alert(alert_id="a2", call_id="c1", trigger="misconduct", status="confirmed",
                     rank=2, revision=1, opened_at=now, updated_at=now, body={},
                     handling="restricted", mode="live"))  # fmt: skip


def test_the_last_try_after_seven_hours_is_made_for_every_kind(
    house: House, receiver: Receiver
) -> None:
    _told(house, receiver)
    _fail(house, receiver, TRIES - 1)
    _round(house, hours=outbox.WAITS_MS[-1] / 3_600_000)
    assert _feed(house) == {"call"}
    assert _ends(house) == dict.fromkeys(KINDS, "delivered")
    assert len(receiver.received) == len(KINDS) * TRIES


def test_dead_letters_are_sent_again_the_next_day(house: House, receiver: Receiver) -> None:
    webhook_id = _told(house, receiver)
    _fail(house, receiver, TRIES)
    assert _ends(house) == dict.fromkeys(KINDS, "given_up")
    house.clock.pass_(hours=24)
    with house.services.sessions.begin() as db:
        assert outbox.resend(db, house.clock(), webhook_id) == len(KINDS)
    _round(house)
    assert _ends(house) == dict.fromkeys(KINDS, "delivered")


def test_what_was_told_of_a_call_stays_back_once_an_alert_closes_it(
    house: House, receiver: Receiver
) -> None:
    _told(house, receiver)
    _fail(house, receiver, TRIES - 1)
    _another_alert(house)
    _round(house, hours=outbox.WAITS_MS[-1] / 3_600_000)
    # A route and a callback are as closed as the alerts that they are about.
    assert _ends(house) == {
        "route": "delivered",
        "callback": "delivered",
        "complaint": "given_up",
        "note": "given_up",
    }


def test_what_follows_from_an_alert_stays_back_once_that_alert_is_closed(
    house: House, receiver: Receiver
) -> None:
    _told(house, receiver)
    _fail(house, receiver, TRIES - 1)
    with house.services.sessions.begin() as db:
        db.get_one(Alert, "a1").handling = "restricted"
    _round(house, hours=outbox.WAITS_MS[-1] / 3_600_000)
    assert _ends(house) == dict.fromkeys(KINDS, "given_up")
    assert len(receiver.received) == len(KINDS) * (TRIES - 1)
