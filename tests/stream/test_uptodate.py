"""When a worker may take a call's silence for what it is."""

from stream.uptodate import DELIVERED_S, RECENT_MS, UpToDate


def looking(waiting: int, *, for_s: float = DELIVERED_S) -> UpToDate:
    """A worker that has looked for so long, with so much waiting on partition 0."""
    one = UpToDate()
    one.looked({0: waiting}, now_s=0.0)
    one.looked({0: waiting}, now_s=for_s)
    return one


def test_words_that_are_read_as_they_come_leave_none_of_long_ago() -> None:
    assert looking(7).all_read(0, behind_ms=40, now_s=DELIVERED_S)


def test_a_backlog_and_a_wrong_clock_prove_nothing() -> None:
    assert not looking(0).all_read(0, behind_ms=RECENT_MS, now_s=DELIVERED_S)
    assert not looking(0).all_read(0, behind_ms=-RECENT_MS, now_s=DELIVERED_S)


def test_where_nothing_was_read_nothing_may_wait() -> None:
    assert looking(0).all_read(0, behind_ms=None, now_s=DELIVERED_S)
    assert not looking(1).all_read(0, behind_ms=None, now_s=DELIVERED_S)


def test_after_a_break_feeds_have_time_to_deliver_what_they_held_back() -> None:
    one = looking(0)
    one.looked(None, now_s=200.0)
    assert not one.all_read(0, behind_ms=40, now_s=200.0)
    one.looked({0: 0}, now_s=300.0)
    assert not one.all_read(0, behind_ms=40, now_s=299.0 + DELIVERED_S)
    assert one.all_read(0, behind_ms=40, now_s=300.0 + DELIVERED_S)


def test_of_other_workers_partitions_it_knows_nothing() -> None:
    assert not looking(0).all_read(1, behind_ms=40, now_s=DELIVERED_S)
