"""The states of the calls that this worker owns: a working copy in front of the changelogged table.

The table is what survives; it is written only after everything that a batch caused is confirmed.
The working copy runs ahead of it, so that the next batch need not wait for the broker.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, MutableMapping

from stream.state import CallState, decode_state

Stored = MutableMapping[bytes, bytes]

EXPIRY_CHECKS = 64
"""States looked at per call of `expired`: bounded work on the hot path, all reached in time."""


class CallMemory:
    """Call states by call id. Values in the table are bytes; the working copy holds structs."""

    def __init__(self, stored: Callable[[], Stored], *, ended_ms: int, silent_ms: int) -> None:
        self._stored = stored
        self._working: dict[bytes, CallState] = {}
        self._partition_of: dict[bytes, int] = {}
        self._to_check: Iterator[bytes] = iter(())
        self._ended_ms = ended_ms
        self._silent_ms = silent_ms

    def lookup(self, call_id: str, partition: int) -> CallState | None:
        """The newest state of a call, or None."""
        state = self._newest(call_id.encode())
        if state is not None:
            self._partition_of[call_id.encode()] = partition
        return state

    def remember(self, state: CallState, partition: int) -> bytes:
        """Take over a new state; returns the key under which it is to be stored."""
        key = state.facts.call_id.encode()
        self._working[key] = state
        self._partition_of[key] = partition
        return key

    def recovered(self, key: bytes, partition: int) -> None:
        """A value of the table was read back: its call's expiry is watched from now on."""
        self._partition_of[key] = partition

    def forget_working(self) -> None:
        """Partitions are moving: only the table may be believed."""
        self._working.clear()

    def own(self, partitions: Collection[int]) -> None:
        """Keep to the calls of these partitions; the others have another worker now."""
        owned = set(partitions)
        self._partition_of = {k: p for k, p in self._partition_of.items() if p in owned}
        self._to_check = iter(())

    def expired(self, now_ms: int) -> list[tuple[bytes, int]]:
        """Keys and partitions of calls over for long enough; they are forgotten here."""
        gone = []
        for _ in range(EXPIRY_CHECKS):
            key = next(self._to_check, None)
            if key is None:
                self._to_check = iter(list(self._partition_of))
                break
            state = self._newest(key)
            if state is not None and self._is_over(state, now_ms):
                gone.append((key, self._partition_of.pop(key)))
                self._working.pop(key, None)
        return gone

    def __len__(self) -> int:
        return len(self._partition_of)

    def _newest(self, key: bytes) -> CallState | None:
        state = self._working.get(key)
        if state is None and (value := self._stored().get(key)) is not None:
            state = self._working[key] = decode_state(value)
        return state

    def _is_over(self, state: CallState, now_ms: int) -> bool:
        if state.ended_ms is not None:
            return now_ms - state.seen_ms > self._ended_ms
        return now_ms - state.seen_ms > self._silent_ms
