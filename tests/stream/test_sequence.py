"""Repeats are dropped, gaps counted, late chunks still read."""

from hypothesis import given
from hypothesis import strategies as st

from stream.sequence import RANGES_KEPT, Arrival, Sequences


def arrivals(*numbers: int) -> list[Arrival]:
    seen, result = Sequences(), []
    for number in numbers:
        seen, arrival, _ = seen.arrive(number)
        result.append(arrival)
    return result


def test_counting_may_start_at_zero_or_one() -> None:
    assert arrivals(0, 1, 2) == [Arrival.NEXT] * 3
    assert arrivals(1, 2, 3) == [Arrival.NEXT] * 3


def test_a_gap_is_named_and_what_fills_it_is_late() -> None:
    seen, _, _ = Sequences().arrive(1)
    seen, arrival, gap = seen.arrive(5)
    assert (arrival, gap) == (Arrival.AFTER_GAP, (2, 4))
    seen, arrival, gap = seen.arrive(3)
    assert (arrival, gap) == (Arrival.LATE, None)
    assert seen.arrive(3)[1] is Arrival.REPEAT
    assert seen.arrive(2)[1] is Arrival.LATE


def test_a_call_joined_in_the_middle_reports_what_was_missed() -> None:
    _, arrival, gap = Sequences().arrive(40)
    assert (arrival, gap) == (Arrival.AFTER_GAP, (1, 39))


@given(st.lists(st.integers(0, 60), max_size=80))
def test_every_number_is_read_exactly_once_in_whatever_order(numbers: list[int]) -> None:
    read = [n for n, a in zip(numbers, arrivals(*numbers), strict=True) if a is not Arrival.REPEAT]
    assert sorted(read) == sorted(set(numbers))


@given(st.lists(st.integers(0, 2**53), max_size=300))
def test_memory_stays_bounded_and_nothing_unseen_is_dropped(numbers: list[int]) -> None:
    seen, known = Sequences(), set()
    for number in numbers:
        seen, arrival, _ = seen.arrive(number)
        assert len(seen.missing) <= RANGES_KEPT
        assert arrival is not Arrival.REPEAT or number in known
        known.add(number)
