"""Mends of three faults in faust-streaming 0.15.3. Each has a test in tests/stream/test_mends.py.

They can go when faust's `Recovery` (a) clears its queues before it lets new messages in,
(b) clears `signal_recovery_end` when a recovery starts rather than before every changelog read,
and (c) seeks partitions of which nothing is committed yet to their beginning.
"""

from __future__ import annotations

import asyncio
from typing import Any, cast

import faust
from faust.tables.manager import TableManager
from faust.tables.recovery import Recovery

MENDED_VERSION = "0.15.3"


class UnknownFaustError(RuntimeError):
    """Another faust-streaming is installed than the one that the mends were made for."""


class MendedRecovery(Recovery):
    """Table recovery that drops no message and cannot hang.

    Fault 1: `on_recovery_completed` resumes the source partitions, then `flow_control.resume()`
    clears every queue; what was fetched in between is gone. With flow suspended first, the
    conductor delivers nothing before the queues are cleared.

    Fault 2: `_slurp_changelogs` clears `signal_recovery_end` on every turn of its loop, also
    after it was set and before `_restart_recovery` began to wait: the worker then waits for
    ever. Here the signal, once set, stays until the next recovery starts.

    Fault 3: `perform_seek` goes back to what was committed. Where nothing was yet (a new group's
    first seconds) the position stays behind what had been fetched before the partitions moved and
    was cleared with the queues. Here such partitions are read from their beginning.
    """

    async def on_recovery_completed(self, generation_id: int = 0) -> None:
        self.app.flow_control.suspend()
        consumer = cast(Any, self.app.consumer)
        begun = consumer._committed_offset
        fresh = [
            tp
            for tp in consumer.assignment()
            if not self._is_changelog_tp(tp) and begun[tp] is None
        ]
        if fresh:
            # Still paused, so nothing is fetched in between; what was committed is sought after.
            for tp, offset in (await consumer.earliest_offsets(*fresh)).items():
                await consumer.seek(tp, offset or 0)
        await super().on_recovery_completed(generation_id)

    @property
    def signal_recovery_end(self) -> asyncio.Event:
        if self._signal_recovery_end is None:
            self._signal_recovery_end = _KeptUntilRestart()
        return self._signal_recovery_end

    def _set_recovery_started(self) -> None:
        signal = self.signal_recovery_end
        if isinstance(signal, _KeptUntilRestart):
            signal.restart()
        super()._set_recovery_started()


class _KeptUntilRestart(asyncio.Event):
    """An event whose `clear` does nothing; only the start of the next recovery clears it."""

    def clear(self) -> None:
        return

    def restart(self) -> None:
        super().clear()


class MendedTableManager(TableManager):
    """Makes its recovery with the mends."""

    @property
    def recovery(self) -> Recovery:
        if self._recovery is None:
            self._recovery = MendedRecovery(self.app, self, beacon=self.beacon, loop=self.loop)
        return self._recovery


def check_version() -> None:
    """Raises UnknownFaustError when the installed faust is not the one these mends fit."""
    if faust.__version__ != MENDED_VERSION:
        raise UnknownFaustError(
            f"faust-streaming {faust.__version__} is installed; hardstop mends three faults of "
            f"{MENDED_VERSION} that lose messages. Install that version "
            f"(pip install faust-streaming=={MENDED_VERSION})."
        )
