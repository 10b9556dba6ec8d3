"""Without a broker the service waits, says so, and gives nobody the impression of a quiet floor."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from stream.events import Action
from stream.settings import load_settings
from tests.wallboard.house import NOW, House
from wallboard.freshness import CONTACT_S, Freshness
from wallboard.intake import publisher
from wallboard.intake.publisher import Publisher
from wallboard.intake.reader import Reader
from wallboard.services import NotSent
from workflow.actions import ActionKind, Actor, ActorRole


@pytest.fixture
def nobody() -> Iterator[str]:
    """An address where nobody listens, and nobody else will."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        yield f"127.0.0.1:{held.getsockname()[1]}"


def test_a_broker_that_is_away_is_waited_for_and_said(nobody: str, tmp_path: Path) -> None:
    house = House(tmp_path)
    fresh = house.services.freshness

    async def for_a_while() -> bool:
        settings = load_settings({}, bootstrap_servers=nobody)
        reader = Reader(settings, house.intake, house.services.hub, fresh, house.services.clock)
        reading = asyncio.create_task(reader.run())
        await asyncio.sleep(2)
        died = reading.done()
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)
        return died

    assert not asyncio.run(for_a_while())
    assert not fresh.reading(NOW)
    assert fresh.told(NOW)["at"] is None
    house.engine.dispose()


def test_an_action_that_no_broker_takes_is_not_called_sent(
    nobody: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publisher, "SEND_S", 1.0)
    actor = Actor(id="bo", role=ActorRole.SUPERVISOR)
    action = Action(action_id="x", call_id="c1", action=ActionKind.CLAIM, actor=actor)

    async def send() -> None:
        await Publisher(load_settings({}, bootstrap_servers=nobody))(action)

    with pytest.raises(NotSent):
        asyncio.run(send())


def test_what_is_shown_counts_as_fresh_only_while_the_broker_and_the_database_answer() -> None:
    fresh = Freshness(contact_at=NOW)
    assert fresh.reading(NOW + CONTACT_S * 1000)
    assert not fresh.reading(NOW + CONTACT_S * 1000 + 1)
    fresh.failing_since = NOW
    assert not fresh.reading(NOW)


@pytest.mark.parametrize(
    ("behind", "age_s", "catching_up"),
    [(20_000, 0, True), (20, 600, True), (20, 1, False), (0, 600, False), (None, 0, False)],
)
def test_what_is_caught_up_with_is_not_what_happens_now(
    behind: int | None, age_s: int, catching_up: bool
) -> None:
    fresh = Freshness(behind=behind)
    sent = NOW - age_s * 1000
    fresh.read([sent, sent - 5], NOW)
    assert fresh.reading(NOW)
    assert fresh.told(NOW) | {"catching_up": catching_up, "behind": behind} == fresh.told(NOW)
    assert fresh.last_event_at == (sent if catching_up else NOW)
