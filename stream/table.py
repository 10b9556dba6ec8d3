"""The table of call states: in memory, backed by a changelog that is written only when asked."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any

import faust
from faust.stores import memory
from faust.types import TP

from stream.outputs import Send

States = Mapping[bytes, tuple[int, bytes | None]]
"""By call id: the partition it lives on, and its encoded state (None: forget it)."""


class CallStore(memory.Store[bytes, bytes]):
    """Faust's memory store, which also knows how far it is in the changelog.

    Without that, every rebalance reads again all that this worker itself has written since the
    last one: seconds of silence after minutes of load, minutes after hours.
    """

    def __post_init__(self) -> None:
        super().__post_init__()
        self._offsets: dict[TP, int] = {}

    def persisted_offset(self, tp: TP) -> int | None:
        """Offset of the newest changelog record that this store has, or None."""
        return self._offsets.get(tp)

    def set_persisted_offset(self, tp: TP, offset: int) -> None:
        self._offsets[tp] = max(offset, self._offsets.get(tp, -1))

    def put(self, key: bytes, value: bytes | None, tp: TP, offset: int) -> None:
        """Take over what has been written to the changelog."""
        if value is None:
            self.data.pop(key, None)
            self._key_partition.pop(key, None)
        else:
            self.data[key] = value
            self._key_partition[key] = tp.partition
        self.set_persisted_offset(tp, offset)

    async def on_rebalance(
        self,
        assigned: set[TP],
        revoked: set[TP],
        newly_assigned: set[TP],
        generation_id: int = 0,
    ) -> None:
        """Another worker may write to what was lost: it is read from the start if it returns."""
        self._offsets = {tp: n for tp, n in self._offsets.items() if tp in assigned}


class CallTable(faust.Table[bytes, bytes]):
    """A table whose store is a CallStore."""

    def _new_store_by_url(self, url: Any) -> Any:
        return CallStore(
            url,
            self.app,
            self,
            table_name=self.name,
            key_type=self.key_type,
            key_serializer=self.key_serializer,
            value_serializer=self.value_serializer,
            value_type=self.value_type,
            loop=self.loop,
            options=self.options,
        )


class StateWriter:
    """Writes states to the changelog, waits for the broker, then takes them into the store."""

    def __init__(self, send: Send, changelog: str, store: Callable[[], CallStore]) -> None:
        self._send = send
        self._changelog = changelog
        self._store = store

    async def write(self, states: States) -> None:
        """Returns when the broker has confirmed every state. Raises what the broker refused."""
        sent = [
            (key, value, await self._send(self._changelog, key, value, partition, None))
            for key, (partition, value) in states.items()
        ]
        confirmed = await asyncio.gather(*(confirmation for _, _, confirmation in sent))
        store = self._store()
        for (key, value, _), record in zip(sent, confirmed, strict=True):
            store.put(key, value, TP(self._changelog, record.partition), record.offset)
