"""Outputs confirmed, then states confirmed, then offsets acknowledged; a fault stops it all."""

import asyncio
from collections.abc import Awaitable, Callable

import msgspec
import pytest

from stream.app import call_reader
from stream.memory import CallMemory
from stream.outputs import Message
from stream.pipeline import Item, LostMessagesError, Pipeline
from stream.reader import CallReader
from stream.state import decode_state
from stream.table import States
from workflow.policy import load_policy

CHANGELOG = "changelog"


@pytest.fixture(scope="module")
def reader() -> CallReader:
    return call_reader(load_policy())


class Broker:
    """Takes records and confirms them when told to; keeps the order in which things happen."""

    def __init__(self) -> None:
        self.log: list[str] = []
        self.open: list[tuple[str, asyncio.Future[None]]] = []
        self.refuse = ""

    async def send(self, topic: str, key: object, value: object, *_: object) -> Awaitable[None]:
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.log.append(f"sent {topic}")
        self.open.append((topic, future))
        return future

    def confirm(self, topic: str | None = None) -> None:
        for name, future in list(self.open):
            if topic in (None, name) and not future.done():
                self.log.append(f"confirmed {name}")
                if name == self.refuse:
                    future.set_exception(RuntimeError("the broker refused it"))
                else:
                    future.set_result(None)


class Bench:
    """A pipeline over that broker."""

    def __init__(self, reader: CallReader, in_flight: int = 8) -> None:
        self.broker = Broker()
        self.stored: dict[bytes, bytes] = {}
        self.failures: list[BaseException] = []
        self.acknowledged: list[int] = []
        self.committed = 1_000

        async def failed(error: BaseException) -> None:
            self.failures.append(error)

        self.pipeline = Pipeline(
            reader=reader,
            memory=CallMemory(lambda: self.stored, ended_s=1000, silent_s=1000, clock=lambda: 0.0),
            send=self.broker.send,
            write_states=self._write_states,
            topic_name=str,
            in_flight=in_flight,
            on_failure=failed,
            lost=self._is_lost,
        )

    async def _is_lost(self, message: Message) -> bool:
        return message.offset > self.committed

    async def _write_states(self, states: States) -> None:
        sent = [await self.broker.send(CHANGELOG, key, value) for key, (_, value) in states.items()]
        await asyncio.gather(*sent)
        self.stored |= {key: value or b"" for key, (_, value) in states.items()}

    def item(self, offset: int, text: str = "hello", call_id: str = "c") -> Item:
        value = msgspec.json.encode(
            {
                "type": "chunk",
                "call_id": call_id,
                "sequence": offset,
                "utterance_id": str(offset),
                "speaker": "customer",
                "text": text,
            }
        )

        async def acknowledge() -> None:
            self.acknowledged.append(offset)
            self.broker.log.append(f"acknowledged {offset}")

        message = Message(
            key=call_id.encode(),
            value=value,
            topic="transcripts",
            partition=0,
            offset=offset,
            timestamp_ms=offset,
        )
        return Item(message, acknowledge)


def run(story: Callable[[], Awaitable[None]]) -> None:
    asyncio.run(asyncio.wait_for(story(), 10))  # type: ignore[arg-type]


async def turns() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def test_nothing_is_acknowledged_before_outputs_and_state_are_confirmed(
    reader: CallReader,
) -> None:
    async def story() -> None:
        bench = Bench(reader)
        await bench.pipeline.process([bench.item(1, "i am going to sue you")])
        await turns()
        assert f"sent {CHANGELOG}" not in bench.broker.log
        bench.broker.confirm()
        await turns()
        assert f"sent {CHANGELOG}" in bench.broker.log
        assert not bench.stored
        assert not bench.acknowledged
        bench.broker.confirm(CHANGELOG)
        await turns()
        assert bench.acknowledged == [1]
        assert "legal_threat" in decode_state(bench.stored[b"c"]).desk.alerts

    run(story)


def test_a_later_batch_that_is_confirmed_first_waits_for_its_turn(reader: CallReader) -> None:
    async def story() -> None:
        bench = Bench(reader)
        await bench.pipeline.process([bench.item(1)])
        first = len(bench.broker.open)
        await bench.pipeline.process([bench.item(2, call_id="d")])
        for _, future in bench.broker.open[first:]:
            future.set_result(None)
        await turns()
        assert not bench.acknowledged
        while len(bench.acknowledged) < 2:
            bench.broker.confirm()
            await turns()
        assert bench.acknowledged == [1, 2]

    run(story)


def test_a_refused_output_stops_everything_behind_it(reader: CallReader) -> None:
    async def story() -> None:
        bench = Bench(reader)
        bench.broker.refuse = "scores"
        await bench.pipeline.process([bench.item(1)])
        await bench.pipeline.process([bench.item(2)])
        bench.broker.confirm()
        await turns()
        assert not bench.acknowledged
        assert not bench.stored
        assert "refused" in str(bench.failures[0])
        await bench.pipeline.drained()

    run(story)


def test_a_fault_while_reading_is_raised_and_nothing_is_acknowledged(reader: CallReader) -> None:
    class Failing(CallReader):
        def read(self, *_: object, **__: object) -> object:  # type: ignore[override]
            raise RuntimeError("fault")

    async def story() -> None:
        bench = Bench(Failing.__new__(Failing))
        with pytest.raises(RuntimeError, match="fault"):
            await bench.pipeline.process([bench.item(1)])
        assert not bench.acknowledged

    run(story)


def test_only_so_many_batches_wait_for_the_broker(reader: CallReader) -> None:
    async def story() -> None:
        bench = Bench(reader, in_flight=2)
        await bench.pipeline.process([bench.item(1)])
        await bench.pipeline.process([bench.item(2)])
        third = asyncio.create_task(bench.pipeline.process([bench.item(3)]))
        await turns()
        assert not third.done()
        while not third.done():
            bench.broker.confirm()
            await turns()

    run(story)


def test_a_repeat_is_acknowledged_and_writes_nothing(reader: CallReader) -> None:
    async def story() -> None:
        bench = Bench(reader)
        repeated = bench.item(1)
        await bench.pipeline.process([repeated])
        while not bench.acknowledged:
            bench.broker.confirm()
            await turns()
        sent = len(bench.broker.open)
        await bench.pipeline.process([repeated])
        await turns()
        assert len(bench.broker.open) == sent
        assert bench.acknowledged == [1, 1]

    run(story)


def test_the_state_of_a_call_is_written_once_a_batch(reader: CallReader) -> None:
    async def story() -> None:
        bench = Bench(reader)
        await bench.pipeline.process([bench.item(n) for n in range(1, 9)])
        bench.broker.confirm()
        await turns()
        assert bench.broker.log.count(f"sent {CHANGELOG}") == 1

    run(story)


def test_a_hole_between_messages_stops_the_worker_before_anything_later_is_acknowledged(
    reader: CallReader,
) -> None:
    async def story() -> None:
        bench = Bench(reader)
        with pytest.raises(LostMessagesError, match="offset 3 came instead of 2"):
            await bench.pipeline.process([bench.item(1), bench.item(3)])
        assert not bench.acknowledged

    run(story)


def test_a_hole_right_after_partitions_have_moved_is_seen_too(reader: CallReader) -> None:
    async def story() -> None:
        bench = Bench(reader)
        bench.committed = 4
        with pytest.raises(LostMessagesError):
            await bench.pipeline.process([bench.item(5)])

    run(story)


def test_messages_that_are_read_again_are_no_hole(reader: CallReader) -> None:
    async def story() -> None:
        bench = Bench(reader)
        await bench.pipeline.process([bench.item(5), bench.item(6)])
        bench.pipeline.forget()
        await bench.pipeline.process([bench.item(5), bench.item(6), bench.item(5)])

    run(story)
