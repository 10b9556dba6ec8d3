"""When the events of recorded calls are due."""

from hypothesis import given
from hypothesis import strategies as st

from scripts.timeline import MS_PER_WORD, Due, merged, timed, whole
from stream.events import CallEnded, CallStarted, CallUpdated, Chunk, TranscriptEvent
from stream.events.transcripts import EndReason


def chunk(call_id: str = "a", text: str = "one two three", **fields: object) -> Chunk:
    known = {"sequence": 1, "utterance_id": "u1"} | fields
    return Chunk(call_id=call_id, text=text, **known)  # type: ignore[arg-type]


def ended(call_id: str = "a") -> CallEnded:
    return CallEnded(call_id=call_id, reason=EndReason.AGENT_HANGUP)


def times(*events: TranscriptEvent) -> list[int]:
    return [due.at_ms for due in timed(events)]


def test_a_chunk_is_due_when_its_words_have_been_said() -> None:
    assert times(chunk(start_ms=500, end_ms=900), chunk(start_ms=1200), ended()) == [
        900,
        1200,
        1200,
    ]


def test_times_of_day_count_from_the_start_of_the_call() -> None:
    events = (
        CallStarted(call_id="a", at="2026-11-22T10:00:00Z"),
        chunk(spoken_at="2026-11-22T10:00:04.500Z"),
        CallUpdated(call_id="a", at="2026-11-22T11:00:05+01:00"),
        CallEnded(call_id="a", reason=EndReason.LOST, at="2026-11-22T10:00:09Z"),
    )
    assert times(*events) == [0, 4500, 5000, 9000]


def test_without_times_words_take_as_long_as_saying_them() -> None:
    three, one = 3 * MS_PER_WORD, MS_PER_WORD
    assert times(chunk(), chunk(text="four"), ended()) == [three, three + one, three + one]


def test_a_partial_is_due_within_the_time_of_its_final() -> None:
    partial = chunk(text="one two", is_final=False)
    assert times(partial, chunk()) == [2 * MS_PER_WORD, 3 * MS_PER_WORD]


def test_nonsense_times_are_as_good_as_none() -> None:
    assert times(chunk(spoken_at="yesterday"), chunk(spoken_at="9999-99-99")) == [1200, 2400]


def test_a_call_without_start_and_end_gets_them() -> None:
    events = whole("a", [chunk(language="en-IE")])
    assert [type(event) for event in events] == [CallStarted, Chunk, CallEnded]
    assert isinstance(events[0], CallStarted)
    assert events[0].language == "en-IE"


def test_a_whole_call_stays_as_it_is() -> None:
    events = [CallStarted(call_id="a"), chunk(), ended()]
    assert whole("a", events) == events


def test_calls_run_side_by_side() -> None:
    calls = {
        "a": [chunk("a", end_ms=100), chunk("a", end_ms=300)],
        "b": [chunk("b", end_ms=200), chunk("b", end_ms=400)],
    }
    order = [(due.at_ms, due.event.call_id) for due in merged(calls, at_once=2)]
    assert order == [(100, "a"), (200, "b"), (300, "a"), (400, "b")]


def test_the_next_call_begins_when_one_ends() -> None:
    calls = {"a": [chunk("a", end_ms=100)], "empty": [], "b": [chunk("b", end_ms=200)]}
    order = [(due.at_ms, due.event.call_id) for due in merged(calls, at_once=1)]
    assert order == [(100, "a"), (300, "b")]


moments = st.one_of(st.none(), st.integers(min_value=0, max_value=10_000))
call = st.lists(st.builds(chunk, start_ms=moments, end_ms=moments, is_final=st.booleans()))


@given(st.dictionaries(st.sampled_from("abcdef"), call), st.integers(min_value=1, max_value=4))
def test_a_timeline_never_goes_back_and_keeps_each_call_in_order(
    calls: dict[str, list[Chunk]], at_once: int
) -> None:
    named = {
        name: [
            chunk(name, sequence=n, end_ms=c.end_ms, start_ms=c.start_ms)
            for n, c in enumerate(chunks)
        ]
        for name, chunks in calls.items()
    }
    timeline: list[Due] = list(merged(named, at_once))
    assert sorted(due.at_ms for due in timeline) == [due.at_ms for due in timeline]
    for name, events in named.items():
        assert [due.event for due in timeline if due.event.call_id == name] == events
