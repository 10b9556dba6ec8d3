"""The table of call states knows how far it is in its changelog."""

import asyncio
from typing import NamedTuple

from faust.types import TP

from stream.app import build_app
from stream.settings import load_settings
from stream.table import CallStore, StateWriter
from workflow.policy import load_policy

CHANGELOG = "changelog"


class Place(NamedTuple):
    partition: int
    offset: int


def store() -> CallStore:
    app = build_app(
        load_settings({"KAFKA_BOOTSTRAP_SERVERS": "127.0.0.1:1"}), load_policy(), partitions=2
    )
    data = app.tables["calls"].data
    assert isinstance(data, CallStore)
    return data


def test_a_state_is_taken_over_only_when_the_broker_has_it() -> None:
    async def story() -> None:
        kept = store()
        answer: asyncio.Future[Place] = asyncio.get_running_loop().create_future()

        async def send(*_: object) -> asyncio.Future[Place]:
            return answer

        writing = asyncio.create_task(
            StateWriter(send, CHANGELOG, lambda: kept).write({b"c": (1, b"v")})
        )
        await asyncio.sleep(0)
        assert b"c" not in kept.data
        answer.set_result(Place(1, 7))
        await writing
        assert kept.data[b"c"] == b"v"
        assert kept.persisted_offset(TP(CHANGELOG, 1)) == 7
        assert kept.persisted_offset(TP(CHANGELOG, 0)) is None

    asyncio.run(story())


def test_what_another_worker_may_have_written_is_read_from_the_start() -> None:
    async def story() -> None:
        kept = store()
        for partition in (0, 1):
            kept.put(b"c%d" % partition, b"v", TP(CHANGELOG, partition), 40)
        await kept.on_rebalance({TP(CHANGELOG, 1)}, {TP(CHANGELOG, 0)}, set())
        assert kept.persisted_offset(TP(CHANGELOG, 0)) is None
        assert kept.persisted_offset(TP(CHANGELOG, 1)) == 40

    asyncio.run(story())


def test_the_offset_never_goes_back_and_a_forgotten_call_is_gone() -> None:
    async def story() -> None:
        kept = store()
        kept.put(b"c", b"v", TP(CHANGELOG, 0), 9)
        kept.put(b"c", None, TP(CHANGELOG, 0), 8)
        assert kept.persisted_offset(TP(CHANGELOG, 0)) == 9
        assert b"c" not in kept.data

    asyncio.run(story())
