"""Call states in memory: newest first, forgotten when partitions move, expired when over."""

from stream.memory import EXPIRY_CHECKS, CallMemory
from stream.state import CallState, decode_state, encode_state
from workflow.call import CallFacts

SECOND = 1000


def state(call_id: str, seen_ms: int = 0, ended_ms: int | None = None) -> CallState:
    return CallState(facts=CallFacts(call_id=call_id), seen_ms=seen_ms, ended_ms=ended_ms)


def memory(stored: dict[bytes, bytes]) -> CallMemory:
    return CallMemory(lambda: stored, ended_ms=60 * SECOND, silent_ms=600 * SECOND)


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


def test_an_ended_call_expires_after_its_time_and_a_live_one_does_not() -> None:
    calls = memory({})
    calls.remember(state("over", 0, ended_ms=0), partition=3)
    calls.remember(state("live", 0), partition=3)
    calls.remember(state("silent", -600 * SECOND), partition=3)
    gone = [key for _ in range(3) for key in calls.expired(61 * SECOND)]
    assert sorted(gone) == [(b"over", 3), (b"silent", 3)]
    assert calls.lookup("live", 3) is not None


def test_recovered_calls_expire_too() -> None:
    calls = memory({b"old": encode_state(state("old", 0, ended_ms=0))})
    calls.recovered(b"old", partition=1)
    assert [key for _ in range(2) for key in calls.expired(61 * SECOND)] == [(b"old", 1)]


def test_calls_of_partitions_that_another_worker_owns_are_left_to_it() -> None:
    calls = memory({})
    for partition in range(4):
        calls.remember(state(f"c{partition}", 0, ended_ms=0), partition=partition)
    calls.own([1, 3])
    gone = [key for _ in range(2) for key in calls.expired(61 * SECOND)]
    assert sorted(gone) == [(b"c1", 1), (b"c3", 3)]


def test_looking_for_expired_calls_is_bounded_work_and_reaches_all() -> None:
    calls = memory({})
    for number in range(500):
        calls.remember(state(f"c{number}", 0, ended_ms=0), partition=0)
    rounds, gone = 0, 0
    while gone < 500:
        found = calls.expired(61 * SECOND)
        assert len(found) <= EXPIRY_CHECKS
        gone += len(found)
        rounds += 1
        assert rounds < 30
