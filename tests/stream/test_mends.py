"""The two mends of Faust's recovery: each fault shown to be there, and gone."""

import asyncio
from typing import Any

import faust
import pytest
from faust.tables.recovery import Recovery
from mode.utils.queues import FlowControlEvent, FlowControlQueue

from stream import mends
from stream.mends import MENDED_VERSION, MendedRecovery, MendedTableManager, UnknownFaustError


def app() -> faust.App:
    return faust.App("test", broker="kafka://127.0.0.1:1", TableManager=MendedTableManager)


class Consumer:
    """Delivers a message as soon as partitions are resumed, as a busy topic does."""

    def __init__(self, deliver: Any) -> None:
        self._deliver = deliver
        self._committed_offset: dict[Any, int | None] = dict.fromkeys(self.assignment())
        self.begun_anew: list[Any] = []

    async def earliest_offsets(self, *places: Any) -> dict[Any, int]:
        return dict.fromkeys(places, 5)

    async def seek(self, place: Any, offset: int) -> None:
        assert offset == 5
        self.begun_anew.append(place)

    def assignment(self) -> set[Any]:
        return {faust.types.TP("transcripts", 0)}

    def resume_partitions(self, _: Any) -> None:
        self._deliver()

    async def perform_seek(self) -> None:
        await asyncio.sleep(0)

    def resume_flow(self) -> None: ...


class Fetcher:
    async def maybe_start(self) -> None: ...


async def messages_left(kind: type[Recovery], committed: int | None = None) -> int:
    """How many of the messages that came during the end of recovery are still there after it."""
    left, _ = await ended(kind, committed)
    return left


async def ended(kind: type[Recovery], committed: int | None) -> tuple[int, list[Any]]:
    """The messages left after a recovery, and the partitions that are read from their beginning."""
    made = app()
    flow = FlowControlEvent(initially_suspended=False)
    queue: FlowControlQueue[str] = FlowControlQueue(flow_control=flow, clear_on_resume=True)
    waiting: list[asyncio.Task[None]] = []

    async def conductor() -> None:
        await flow.acquire()
        queue.put_nowait("a chunk")

    reading = Consumer(lambda: waiting.append(asyncio.ensure_future(conductor())))
    reading._committed_offset = dict.fromkeys(reading.assignment(), committed)

    class Double:
        consumer = reading
        flow_control = flow
        on_rebalance_complete = made.on_rebalance_complete
        consumer_generation_id = 1
        assignor = made.assignor
        conf = made.conf
        _fetcher = Fetcher()
        in_recovery = False

        def on_rebalance_end(self) -> None: ...

    class Tables(dict[str, Any]):
        changelog_topics: frozenset[str] = frozenset()

        def on_actives_ready(self) -> None: ...

        def on_standbys_ready(self) -> None: ...

    recovery = kind(Double(), Tables())  # type: ignore[arg-type]
    await recovery.on_recovery_completed(1)
    await asyncio.gather(*waiting)
    return queue.qsize(), reading.begun_anew


def test_where_nothing_is_committed_yet_reading_begins_anew_and_elsewhere_it_goes_on() -> None:
    assert asyncio.run(ended(Recovery, None))[1] == [], "the fault is gone: so can the mend"
    assert asyncio.run(ended(MendedRecovery, None))[1] == [faust.types.TP("transcripts", 0)]
    assert asyncio.run(ended(MendedRecovery, 8))[1] == []


def test_a_message_that_comes_as_recovery_ends_is_dropped_by_faust_and_kept_by_the_mend() -> None:
    assert asyncio.run(messages_left(Recovery)) == 0, "the fault is gone: so can the mend"
    assert asyncio.run(messages_left(MendedRecovery)) == 1


async def sees_the_end(kind: type[Recovery]) -> bool:
    """Whether a recovery that ends before anyone waits for the end is noticed."""
    recovery = kind(app(), {})  # type: ignore[arg-type]
    recovery._set_recovery_started()
    recovery.signal_recovery_end.set()
    recovery.signal_recovery_end.clear()  # as every turn of the changelog reader's loop does
    try:
        await asyncio.wait_for(recovery.signal_recovery_end.wait(), 0.05)
    except TimeoutError:
        return False
    return True


def test_a_recovery_that_ends_early_hangs_in_faust_and_not_with_the_mend() -> None:
    assert asyncio.run(sees_the_end(Recovery)) is False, "the fault is gone: so can the mend"
    assert asyncio.run(sees_the_end(MendedRecovery)) is True


def test_the_next_recovery_waits_for_its_own_end() -> None:
    async def story() -> bool:
        recovery = MendedRecovery(app(), {})  # type: ignore[arg-type]
        recovery.signal_recovery_end.set()
        recovery._set_recovery_started()
        return recovery.signal_recovery_end.is_set()

    assert asyncio.run(story()) is False


def test_the_app_recovers_with_the_mends() -> None:
    async def story() -> type:
        return type(app().tables.recovery)

    assert asyncio.run(story()) is MendedRecovery


def test_another_faust_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    mends.check_version()
    monkeypatch.setattr(faust, "__version__", "9.9.9")
    with pytest.raises(UnknownFaustError, match=MENDED_VERSION):
        mends.check_version()
