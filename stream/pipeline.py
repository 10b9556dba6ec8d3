"""From a batch of messages to confirmed records, stored states and acknowledged offsets.

The order is what loses nothing: outputs are sent and confirmed by the broker, then the states
are written and confirmed, then the offsets are acknowledged, batch after batch. A worker killed
anywhere in between leaves messages that are read again and cause the same ids again.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

import msgspec

from stream.memory import CallMemory
from stream.outputs import Confirmation, Message, Output, Send
from stream.reader import CallReader
from stream.state import CallState, encode_state
from stream.step import Lookup, Step
from stream.table import States
from stream.topics import TopicName


class LostMessagesError(RuntimeError):
    """The client skipped messages. They are read again after a restart."""


class Item(msgspec.Struct, frozen=True):
    """A message and the way to acknowledge it."""

    message: Message
    acknowledge: Callable[[], Awaitable[Any]]


class _Batch(msgspec.Struct, frozen=True):
    items: Sequence[Item]
    confirmations: Sequence[Confirmation]
    states: States


class Pipeline:
    """Processes batches in order, several of them awaiting the broker at once."""

    def __init__(
        self,
        *,
        reader: CallReader,
        memory: CallMemory,
        send: Send,
        write_states: Callable[[States], Awaitable[None]],
        topic_name: Callable[[TopicName], str],
        in_flight: int,
        on_failure: Callable[[BaseException], Awaitable[None]],
        lost: Callable[[Message], Awaitable[bool]],
        transactional: bool = False,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._reader = reader
        self._memory = memory
        self._send = send
        self._write_states = write_states
        self._topic_name = topic_name
        self._slots = asyncio.Semaphore(in_flight)
        self._on_failure = on_failure
        self._lost = lost
        self._transactional = transactional
        self._clock = clock
        self._last: asyncio.Task[None] | None = None
        self._next_offset: dict[tuple[str, int], int] = {}
        self.behind_ms: dict[int, int] = {}
        """By partition: how old the transcript message read last was when it was read."""
        self.counts: Counter[str] = Counter()

    async def process(self, items: Sequence[Item]) -> None:
        """Read a batch and hand what it causes to the broker. Raises what must stop the worker."""
        await self._slots.acquire()
        try:
            confirmations: list[Confirmation] = []
            states: dict[bytes, tuple[int, bytes | None]] = {}
            changed: dict[bytes, tuple[int, CallState]] = {}
            for item in items:
                message = item.message
                await self._check_contiguous(message)
                step = self._read(message)
                self._count(step.outputs, repeat=step.repeat)
                if step.state is not None:
                    key = self._memory.remember(step.state, message.partition)
                    changed[key] = (message.partition, step.state)
                if step.customer is not None:
                    key, value = self._memory.remember_customer(step.customer, message.partition)
                    states[key] = (message.partition, value)
                if step.gone is not None:
                    key = self._memory.drop(step.gone)
                    changed.pop(key, None)
                    states[key] = (message.partition, None)
                for output in step.outputs:
                    confirmations.append(await self._dispatch(output))
            for key, partition in self._memory.expired():
                if key not in changed and key not in states:
                    states[key] = (partition, None)
            for key, partition, kept in self._memory.thinned():
                if key not in changed:
                    states[key] = (partition, encode_state(kept))
            for key, (partition, state) in changed.items():
                states[key] = (partition, encode_state(state))
        except BaseException:
            self._slots.release()
            raise
        batch = _Batch(items, confirmations, states)
        self._last = asyncio.create_task(self._finish(batch, self._last))

    async def drained(self) -> None:
        """Wait until every batch begun has been acknowledged (or has failed)."""
        last = self._last
        if last is not None:
            await asyncio.wait([last])

    def forget(self) -> None:
        """Partitions are moving: nothing in memory may be trusted any longer."""
        self._memory.forget_working()
        self._next_offset.clear()
        self.behind_ms.clear()

    def _read(self, message: Message) -> Step:
        waited_ms = round(self._clock() * 1000) - message.timestamp_ms
        if message.about is TopicName.TRANSCRIPTS:
            self.behind_ms[message.partition] = waited_ms
        if message.about is TopicName.CUSTOMERS:
            return self._reader.read_customer(
                message, lambda name: self._memory.customer(name, message.partition)
            )
        return self._reader.read(message, self._lookup(message.partition), waited_ms=waited_ms)

    def _lookup(self, partition: int) -> Lookup:
        return lambda call_id: self._memory.lookup(call_id, partition)

    async def _dispatch(self, output: Output) -> Confirmation:
        topic = self._topic_name(output.topic)
        return await self._send(topic, output.key, output.value, None, output.headers)

    async def _finish(self, batch: _Batch, before: asyncio.Task[None] | None) -> None:
        try:
            await asyncio.gather(*batch.confirmations)
            if before is not None:
                await before
            await self._write_states(batch.states)
            for item in batch.items:
                await item.acknowledge()
                self.counts["acknowledged"] += 1
        except asyncio.CancelledError:
            raise
        except BaseException as error:
            # Nothing after this batch may be acknowledged: stop, and let it be read again.
            await self._on_failure(error)
            raise
        finally:
            self._slots.release()

    async def _check_contiguous(self, message: Message) -> None:
        """Raises LostMessagesError when messages were skipped that the broker still has.

        Stopping before anything later is acknowledged makes them be read after all.
        """
        place = (message.topic, message.partition)
        expected = self._next_offset.get(place)
        follows = expected is not None and message.offset <= expected
        if not follows and await self._skipped(message, expected):
            raise LostMessagesError(
                f"{message.topic}, partition {message.partition}: offset {message.offset} came "
                f"instead of {'the committed one' if expected is None else expected}; "
                "start the worker again"
            )
        self._next_offset[place] = message.offset + 1

    async def _skipped(self, message: Message, expected: int | None) -> bool:
        # Feeds that write in transactions leave markers in the log, which are no messages.
        if self._transactional:
            return False
        return expected is not None or await self._lost(message)

    def _count(self, outputs: Sequence[Output], *, repeat: bool) -> None:
        self.counts["messages"] += 1
        if repeat:
            self.counts["repeats"] += 1
        for output in outputs:
            self.counts[output.topic.value] += 1
