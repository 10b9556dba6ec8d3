"""Noticing that nothing is read although messages wait: better to stop and be started again."""

from __future__ import annotations

MOVING_S = 120.0
"""Partitions move and states are recovered: minutes of changelog at the slowest rate seen."""


class StalledError(RuntimeError):
    """The worker holds partitions and reads nothing from them."""


class StallWatch:
    """Told now and then how things stand; says when to give up. `now_s` is any steady clock.

    `stalled_s`: how long messages may wait with none finished; the default of the settings is
    three times the longest pause of a busy worker.
    """

    def __init__(self, stalled_s: float) -> None:
        self._stalled_s = stalled_s
        self._finished = -1
        self._since_s: float | None = None
        self._moving_since_s: float | None = None

    def stalled(self, *, now_s: float, waiting: int, finished: int, moving: bool) -> bool:
        """Whether to stop. `waiting`: messages not yet acknowledged; `finished`: a running count.

        `moving`: partitions are being handed over or states recovered.
        """
        if moving:
            self._since_s = None
            if self._moving_since_s is None:
                self._moving_since_s = now_s
            return now_s - self._moving_since_s > MOVING_S
        self._moving_since_s = None
        if waiting <= 0 or finished != self._finished:
            self._finished = finished
            self._since_s = now_s if waiting > 0 else None
            return False
        if self._since_s is None:
            self._since_s = now_s
        return now_s - self._since_s > self._stalled_s
