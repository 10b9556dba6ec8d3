"""The states of the calls that this worker owns, and of the callers: a working copy in front of
the changelogged table.

The table is what survives; it is written only after everything that a batch caused is confirmed.
The working copy runs ahead of it, so that the next batch need not wait for the broker.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, MutableMapping

from stream.state import (
    CUSTOMER,
    CallState,
    caller_key,
    decode_caller,
    decode_state,
    encode_caller,
    for_complaints,
)
from workflow.customers import CustomerState

Stored = MutableMapping[bytes, bytes]

TICK_AGAIN_MS = 5_000
"""A tick that has not changed anything by then is sent again: it may have been lost."""

EXPIRY_CHECKS = 64
"""States looked at per call of `expired`: bounded work on the hot path, all reached in time."""

CALLER_CHECKED_S = 900
"""Looking whether a caller can be forgotten means decoding them, and days are what counts."""


class CallMemory:
    """Call states by call id, callers' by pseudonym. Values in the table are bytes; the working
    copy holds structs, and bytes of callers, of whom there are many.

    `clock` is any steady clock in seconds. How long a state has not been touched is measured
    here and not by the messages' times: feeds with a wrong clock, or of old calls, lose nothing.
    Callers are kept for days, which no process lives through: `customer_over` says when.
    """

    def __init__(
        self,
        stored: Callable[[], Stored],
        *,
        ended_s: float,
        silent_s: float,
        clock: Callable[[], float],
        next_moment: Callable[[CallState], int | None] = lambda state: None,
        customer_over: Callable[[CustomerState], bool] = lambda state: False,
    ) -> None:
        self._next_moment = next_moment
        self._customer_over = customer_over
        self._customers: dict[bytes, bytes] = {}
        self._due: dict[bytes, int] = {}
        self._ticked: dict[bytes, int] = {}
        self._stored = stored
        self._working: dict[bytes, CallState] = {}
        self._dropped: set[bytes] = set()
        self._owned: dict[bytes, tuple[int, float]] = {}
        self._to_check: Iterator[bytes] = iter(())
        self._thinned: list[tuple[bytes, int, CallState]] = []
        self._ended_s = ended_s
        self._silent_s = silent_s
        self._clock = clock

    def lookup(self, call_id: str, partition: int) -> CallState | None:
        """The newest state of a call, or None."""
        key = call_id.encode()
        state = self._newest(key)
        if state is not None:
            self._owned[key] = (partition, self._clock())
        return state

    def remember(self, state: CallState, partition: int) -> bytes:
        """Take over a new state; returns the key under which it is to be stored."""
        key = state.facts.call_id.encode()
        self._working[key] = state
        self._dropped.discard(key)
        self._owned[key] = (partition, self._clock())
        self._watch(key, state)
        return key

    def customer(self, pseudonym: str, partition: int) -> CustomerState | None:
        """The newest state of a caller, or None."""
        key = caller_key(pseudonym)
        state = self._newest_customer(key)
        if state is not None:
            self._owned[key] = (partition, self._clock())
        return state

    def remember_customer(self, state: CustomerState, partition: int) -> tuple[bytes, bytes]:
        """Take over a caller's new state; returns key and value as they are to be stored."""
        key, value = caller_key(state.pseudonym), encode_caller(state)
        self._customers[key] = value
        self._owned[key] = (partition, self._clock())
        return key, value

    def drop(self, call_id: str) -> bytes:
        """Forget a call at once; returns the key under which nothing is to be stored."""
        key = call_id.encode()
        for known in (self._working, self._owned, self._due, self._ticked):
            known.pop(key, None)
        # The table still has it until the broker has confirmed that it is gone.
        self._dropped = {gone for gone in self._dropped if gone in self._stored()} | {key}
        return key

    def recovered(self, key: bytes, partition: int, value: bytes | None) -> None:
        """A value of the table was read back: its call is watched from now on, or no longer."""
        if value is None:
            self._owned.pop(key, None)
            self._due.pop(key, None)
            self._customers.pop(key, None)
            return
        self._owned[key] = (partition, self._clock())
        if not key.startswith(CUSTOMER):
            self._watch(key, decode_state(value))

    def due(self, now_ms: int) -> list[tuple[bytes, int]]:
        """Keys and partitions of calls on which something is due (UTC ms), each told once in
        TICK_AGAIN_MS until its state moves on."""
        found = []
        for key, due_ms in self._due.items():
            owned = self._owned.get(key)
            waits = now_ms - self._ticked.get(key, 0) < TICK_AGAIN_MS
            if due_ms <= now_ms and owned is not None and not waits:
                self._ticked[key] = now_ms
                found.append((key, owned[0]))
        return found

    def _watch(self, key: bytes, state: CallState) -> None:
        due_ms = self._next_moment(state)
        self._ticked.pop(key, None)
        if due_ms is None:
            self._due.pop(key, None)
        else:
            self._due[key] = due_ms

    def forget_working(self) -> None:
        """Partitions are moving: only the table may be believed."""
        self._working.clear()
        self._customers.clear()
        self._thinned.clear()
        self._dropped.clear()

    def own(self, partitions: Collection[int]) -> None:
        """Keep to the calls of these partitions; the others have another worker now."""
        owned = set(partitions)
        self._owned = {key: at for key, at in self._owned.items() if at[0] in owned}
        self._due = {key: due_ms for key, due_ms in self._due.items() if key in self._owned}
        self._ticked.clear()
        self._to_check = iter(())

    def expired(self) -> list[tuple[bytes, int]]:
        """Keys and partitions of calls over for long enough; they are forgotten here."""
        gone = []
        now = self._clock()
        for _ in range(EXPIRY_CHECKS):
            key = next(self._to_check, None)
            if key is None:
                self._to_check = iter(list(self._owned))
                break
            if key in self._owned and self._is_over(key, now):
                gone.append((key, self._owned.pop(key)[0]))
                self._due.pop(key, None)
                self._working.pop(key, None)
                self._customers.pop(key, None)
        return gone

    def thinned(self) -> list[tuple[bytes, int, CallState]]:
        """Keys, partitions and new states of calls that are kept for a complaint alone, each told
        once: its answer may be owed for weeks, and what was said otherwise is not needed for it."""
        told, self._thinned = self._thinned, []
        return told

    def __len__(self) -> int:
        return len(self._owned)

    def _newest(self, key: bytes) -> CallState | None:
        if key in self._dropped:
            return None
        state = self._working.get(key)
        if state is None and (value := self._stored().get(key)) is not None:
            state = self._working[key] = decode_state(value)
        return state

    def _newest_customer(self, key: bytes) -> CustomerState | None:
        value = self._customers.get(key) or self._stored().get(key)
        return None if value is None else decode_caller(value)

    def _is_caller_over(self, key: bytes, now: float) -> bool:
        partition, looked_at = self._owned[key]
        if now - looked_at <= CALLER_CHECKED_S:
            return False
        self._owned[key] = (partition, now)
        caller = self._newest_customer(key)
        return caller is None or self._customer_over(caller)

    def _is_over(self, key: bytes, now: float) -> bool:
        if key.startswith(CUSTOMER):
            return self._is_caller_over(key, now)
        untouched_s = now - self._owned[key][1]
        if untouched_s <= min(self._ended_s, self._silent_s):
            return False
        state = self._newest(key)
        if state is not None and any(c.is_open for c in state.desk.callbacks.values()):
            # A promise outlives its call.
            return False
        if state is not None and state.record.count:
            # So does a record: ticks close it, and let it go when its time is over.
            return False
        ended = state is not None and state.ended_ms is not None
        over = untouched_s > (self._ended_s if ended else self._silent_s)
        if over and state is not None and state.register.is_open:
            self._thin(key, state)
            return False
        return over

    def _thin(self, key: bytes, state: CallState) -> None:
        kept = for_complaints(state)
        if kept != state:
            self._working[key] = kept
            self._thinned.append((key, self._owned[key][0], kept))
