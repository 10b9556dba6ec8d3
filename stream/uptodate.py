"""Whether a worker has heard all there is: only then does a call's silence say anything."""

from __future__ import annotations

from collections.abc import Mapping

RECENT_MS = 30_000
"""A partition whose newest words were read within so long holds none of long ago."""

DELIVERED_S = 120.0
"""After a break, feeds have this long to deliver what they held back meanwhile."""


class UpToDate:
    """Told now and then what waits. `now_s` is any steady clock.

    A break is anything that kept the worker from looking: it was started, partitions moved, the
    broker was away. What a feed could not deliver then is not in any topic yet.
    """

    def __init__(self) -> None:
        self._waiting: dict[int, int] = {}
        self._since_s: float | None = None

    def looked(self, waiting: Mapping[int, int] | None, *, now_s: float) -> None:
        """`waiting`: messages by partition that have not been finished; None: could not look."""
        if waiting is None:
            self._waiting, self._since_s = {}, None
            return
        self._waiting = dict(waiting)
        if self._since_s is None:
            self._since_s = now_s

    def all_read(self, partition: int, *, behind_ms: int | None, now_s: float) -> bool:
        """Whether no words of long ago can be missing from a partition.

        `behind_ms`: how old the newest message read there was when it was read, None if none was.
        Where that is much, a backlog is being read or a clock is wrong: silence proves nothing.
        """
        if self._since_s is None or now_s - self._since_s < DELIVERED_S:
            return False
        if partition not in self._waiting:
            return False
        if behind_ms is None:
            return self._waiting[partition] == 0
        return abs(behind_ms) < RECENT_MS
