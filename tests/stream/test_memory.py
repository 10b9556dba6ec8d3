"""Call states in memory: newest first, forgotten when partitions move, expired when over."""

import msgspec
import pytest

from stream.memory import EXPIRY_CHECKS, TICK_AGAIN_MS, CallMemory
from stream.state import CallState, decode_state, encode_state
from workflow.call import CallFacts
from workflow.incident import RecordState


def state(call_id: str, seen_ms: int = 0, ended_ms: int | None = None) -> CallState:
    return CallState(facts=CallFacts(call_id=call_id), seen_ms=seen_ms, ended_ms=ended_ms)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


CLOCK = Clock()


@pytest.fixture(autouse=True)
def start_of_time() -> None:
    CLOCK.now = 0.0


def memory(stored: dict[bytes, bytes]) -> CallMemory:
    return CallMemory(lambda: stored, ended_s=60, silent_s=600, clock=CLOCK)


def expired_after(calls: CallMemory, seconds: float, rounds: int = 3) -> list[tuple[bytes, int]]:
    CLOCK.now += seconds
    return sorted(found for _ in range(rounds) for found in calls.expired())


def test_a_state_survives_the_table() -> None:
    before = state("c", 5, 9)
    assert decode_state(encode_state(before)) == before


def test_the_working_copy_is_newer_than_the_table() -> None:
    calls = memory({b"c": encode_state(state("c", 1))})
    calls.remember(state("c", 2), partition=0)
    found = calls.lookup("c", 0)
    assert found is not None
    assert found.seen_ms == 2


def test_after_partitions_move_only_the_table_is_believed() -> None:
    calls = memory({b"c": encode_state(state("c", 1))})
    calls.remember(state("c", 2), partition=0)
    calls.forget_working()
    found = calls.lookup("c", 0)
    assert found is not None
    assert found.seen_ms == 1


def test_an_ended_call_expires_after_its_time_and_a_live_one_later() -> None:
    calls = memory({})
    calls.remember(state("over", ended_ms=0), partition=3)
    calls.remember(state("live"), partition=3)
    assert expired_after(calls, 59) == []
    assert expired_after(calls, 2) == [(b"over", 3)]
    assert calls.lookup("live", 3) is not None
    assert expired_after(calls, 601) == [(b"live", 3)]


def test_a_call_that_is_touched_does_not_expire() -> None:
    calls = memory({})
    calls.remember(state("c", ended_ms=0), partition=0)
    for _ in range(5):
        assert expired_after(calls, 50) == []
        calls.lookup("c", 0)


def test_the_times_of_messages_expire_nothing() -> None:
    calls = memory({})
    calls.remember(state("of 1970", seen_ms=0, ended_ms=0), partition=0)
    calls.remember(state("of 2100", seen_ms=4_102_444_800_000), partition=0)
    assert expired_after(calls, 1) == []


def test_recovered_calls_expire_too() -> None:
    calls = memory({b"old": encode_state(state("old", ended_ms=0))})
    calls.recovered(b"old", 1, encode_state(state("old", ended_ms=0)))
    assert expired_after(calls, 61) == [(b"old", 1)]


def test_calls_of_partitions_that_another_worker_owns_are_left_to_it() -> None:
    calls = memory({})
    for partition in range(4):
        calls.remember(state(f"c{partition}", ended_ms=0), partition=partition)
    calls.own([1, 3])
    assert expired_after(calls, 61) == [(b"c1", 1), (b"c3", 3)]


def test_looking_for_expired_calls_is_bounded_work_and_reaches_all() -> None:
    calls = memory({})
    for number in range(500):
        calls.remember(state(f"c{number}", ended_ms=0), partition=0)
    CLOCK.now = 61
    rounds, gone = 0, 0
    while gone < 500:
        found = calls.expired()
        assert len(found) <= EXPIRY_CHECKS
        gone += len(found)
        rounds += 1
        assert rounds < 30


def test_a_call_is_told_as_due_once_until_its_state_moves_on() -> None:
    calls = CallMemory(
        dict, ended_s=60, silent_s=600, clock=CLOCK, next_moment=lambda call: call.seen_ms or None
    )
    calls.remember(state("c", 5_000), partition=3)
    calls.recovered(b"d", 1, encode_state(state("d", 9_000)))
    assert calls.due(4_999) == []
    assert calls.due(5_000) == [(b"c", 3)]
    assert calls.due(6_000) == []
    assert calls.due(5_000 + TICK_AGAIN_MS) == [(b"c", 3), (b"d", 1)]
    calls.remember(state("c", 0), partition=3)
    calls.own([3])
    assert calls.due(100_000) == []


def test_a_call_with_an_open_promise_is_never_forgotten() -> None:
    from tests.workflow.test_ways import Story
    from workflow.actions import ActionKind

    story = Story()
    story.does(ActionKind.OFFER_CALLBACK)
    calls = memory({})
    promised = msgspec.structs.replace(state("c", ended_ms=0), desk=story.state)
    calls.remember(promised, partition=0)
    assert expired_after(calls, 100_000) == []
    story.does(ActionKind.CANCEL_CALLBACK, reference=story.callbacks[0].reference, reason="no")
    calls.remember(msgspec.structs.replace(promised, desk=story.state), partition=0)
    assert expired_after(calls, 100_000) == [(b"c", 0)]


def test_a_call_that_is_dropped_is_unknown_at_once_and_may_come_again() -> None:
    stored = {b"c": encode_state(state("c"))}
    calls = memory(stored)
    assert calls.lookup("c", 0) is not None
    assert calls.drop("c") == b"c"
    assert calls.lookup("c", 0) is None
    calls.remember(state("c", seen_ms=7), partition=0)
    again = calls.lookup("c", 0)
    assert again is not None
    assert again.seen_ms == 7


def test_a_call_whose_tombstone_is_read_back_is_watched_no_more() -> None:
    calls = CallMemory(
        lambda: {}, ended_s=60, silent_s=600, clock=CLOCK, next_moment=lambda state: 1
    )
    calls.recovered(b"c", 0, encode_state(state("c")))
    assert calls.due(TICK_AGAIN_MS) == [(b"c", 0)]
    calls.recovered(b"c", 0, None)
    assert calls.due(TICK_AGAIN_MS * 3) == []
    assert len(calls) == 0


def test_a_call_with_a_record_does_not_expire_by_itself() -> None:
    calls = memory({})
    recorded = msgspec.structs.replace(state("c", ended_ms=0), record=RecordState(count=3))
    calls.remember(recorded, partition=0)
    assert expired_after(calls, 10_000) == []
