"""A worker that reads nothing although messages wait gives up, and no other does."""

from stream.stall import MOVING_S, StallWatch

STALLED_S = 20.0


def watch(*steps: tuple[float, int, int, bool]) -> bool:
    one = StallWatch(STALLED_S)
    return [
        one.stalled(now_s=now, waiting=waiting, finished=finished, moving=moving)
        for now, waiting, finished, moving in steps
    ][-1]


def test_messages_that_wait_while_nothing_is_finished_are_a_stall() -> None:
    assert not watch((0, 5, 100, False), (STALLED_S - 1, 5, 100, False))
    assert watch((0, 5, 100, False), (STALLED_S + 1, 5, 100, False))


def test_a_slow_worker_is_no_stalled_one() -> None:
    assert not watch((0, 900, 100, False), (15, 900, 101, False), (30, 900, 102, False))


def test_an_idle_worker_is_no_stalled_one() -> None:
    assert not watch((0, 0, 100, False), (1000, 0, 100, False))
    assert not watch((0, 0, 100, False), (1000, 1, 100, False), (1005, 1, 100, False))


def test_partitions_that_move_are_given_more_time_but_not_for_ever() -> None:
    assert not watch((0, 5, 1, False), (30, 5, 1, True), (60, 5, 1, True))
    assert not watch((0, 5, 1, True), (100, 5, 1, True), (101, 5, 1, False), (110, 5, 1, False))
    assert watch((0, 5, 1, True), (MOVING_S + 1, 5, 1, True))
