"""A call that is not heard, or late, is said to be so at each change, and when it is over."""

from __future__ import annotations

from typing import Any

import msgspec

from stream.app import call_reader
from stream.outputs import Message
from stream.reader import CallReader
from stream.state import CallState, decode_state, encode_state
from stream.step import Step
from stream.topics import TopicName
from workflow.call import Mode
from workflow.moments import rfc3339
from workflow.policy import default_policy_text, load_policy, parse_policy

READER = call_reader(load_policy())
AT = 1_790_000_000_000
RULES = load_policy().calls
LATE_MS = RULES.late_seconds * 1000
WORDLESS_MS = RULES.wordless_seconds * 1000
FACTS = {"queue_id": "billing", "team_id": "north", "agent_id": "ann"}


class Call:
    """A call that is read `waited_ms` after each message was written; its state goes through the
    table between all messages."""

    def __init__(self, reader: CallReader = READER, mode: str | None = None) -> None:
        self.reader, self.mode = reader, mode
        self.state: CallState | None = None
        self.at_ms, self.offset, self.chunks = AT, 0, 0

    def gets(
        self, *, about: TopicName = TopicName.TRANSCRIPTS, waited: int = 0, **event: Any
    ) -> Step:
        self.offset += 1
        message = Message(
            key=b"c",
            value=msgspec.json.encode({"call_id": "c"} | event),
            topic=about.value,
            partition=0,
            offset=self.offset,
            timestamp_ms=self.at_ms,
            mode=self.mode,
            about=about,
        )
        step = self.reader.read(message, lambda _: self.state, waited_ms=waited)
        if step.state is not None:
            self.state = decode_state(encode_state(step.state))
        return step

    def starts(self, **facts: Any) -> Step:
        return self.gets(type="call.started", **FACTS | facts)

    def records(self, state: str) -> Step:
        return self.gets(type="call.updated", recording={"state": state})

    def says(self, text: str = "hello there", *, waited: int = 0, **more: Any) -> Step:
        self.chunks += 1
        chunk = {"sequence": self.chunks, "utterance_id": f"u{self.chunks}", "speaker": "customer"}
        return self.gets(type="chunk", waited=waited, text=text, **chunk | more)

    def ticks(self, after_ms: int = 0, *, all_read: bool = True) -> Step:
        self.at_ms += after_ms
        return self.gets(about=TopicName.TICKS, type="tick", all_read=all_read)


def notes(*steps: Step) -> list[dict[str, Any]]:
    told = [o for step in steps for o in step.outputs if o.topic is TopicName.OPERATIONS]
    return [msgspec.json.decode(output.value or b"") for output in told]


def about(*steps: Step) -> list[str]:
    return [note["about"] for note in notes(*steps) if note["type"] == "operations.note"]


def test_every_pause_of_the_recording_is_told_and_so_is_its_end() -> None:
    call = Call()
    assert about(call.starts(), call.says()) == []
    for _ in range(3):
        paused = call.records("paused")
        (note,) = notes(paused)
        assert (note["about"], note["detail"]) == ("not_monitored", "recording is off")
        assert FACTS.items() <= note.items()
        assert about(call.says(), call.records("paused")) == [], "once"
        assert about(call.records("on")) == ["monitored"]
        assert about(call.says(), call.records("on")) == []


def test_of_a_declined_recording_is_told_before_any_word_comes() -> None:
    assert about(Call().starts(recording={"state": "declined"})) == ["not_monitored"]


def test_a_recording_that_is_on_again_says_nothing_of_words_that_never_came() -> None:
    call = Call()
    call.starts(recording={"state": "paused"})
    assert about(call.ticks(WORDLESS_MS * 2)) == [], "it is known not to be heard"
    assert about(call.records("on")) == []
    assert about(call.ticks()) == ["not_monitored"]


def test_a_pause_after_the_end_of_a_call_is_no_news() -> None:
    call = Call()
    call.says()
    call.gets(type="call.ended", reason="customer_hangup")
    assert about(call.records("paused")) == []


def test_a_lost_call_that_goes_on_unheard_is_said_to_be_so_anew() -> None:
    call = Call()
    call.says()
    call.records("paused")
    call.ticks(RULES.silent_minutes * 60_000)
    assert call.state is not None
    assert call.state.lost
    assert about(call.says()) == ["not_monitored"]


def test_words_that_are_read_late_are_told_once_until_they_come_in_time_for_a_while() -> None:
    call = Call()
    assert about(call.says(waited=LATE_MS)) == []
    (note,) = notes(call.says(waited=LATE_MS + 1))
    assert note["about"] == "transcripts_late"
    assert FACTS.keys() <= note.keys()
    # One side in time, the other late: late.
    for _ in range(5):
        call.at_ms += 5_000
        assert about(call.says(), call.says(waited=LATE_MS * 2)) == []
    call.at_ms += 14_999
    assert about(call.says()) == []
    call.at_ms += 1
    assert about(call.says()) == ["transcripts_in_time"]
    assert about(call.says()) == []
    assert about(call.says(waited=LATE_MS * 2)) == ["transcripts_late"]


def test_words_that_the_feed_sends_late_are_late_however_soon_they_are_read() -> None:
    spoken = rfc3339(AT - LATE_MS - 4_001)
    assert about(Call().says(spoken_at=spoken, start_ms=0, end_ms=4_000)) == ["transcripts_late"]
    assert about(Call().says(spoken_at=spoken, start_ms=0, end_ms=5_000)) == []
    # Without its length, a long utterance cannot be told from a late one.
    assert about(Call().says(spoken_at=spoken)) == []
    for odd in ("yesterday", "2026-01-01T00:00:00"):
        assert about(Call().says(spoken_at=odd, start_ms=0, end_ms=1)) == []


def test_a_call_without_a_word_is_said_not_to_be_heard() -> None:
    call = Call()
    call.starts()
    assert call.state is not None
    assert READER.next_moment(call.state) == AT + WORDLESS_MS
    call.at_ms += WORDLESS_MS - 1
    # What is told of the call meanwhile are no words.
    call.gets(type="call.updated", agent_id="bea")
    assert about(call.ticks()) == []
    assert about(call.ticks(1, all_read=False)) == [], "they may be waiting to be read"
    (note,) = notes(call.ticks())
    assert (note["about"], note["agent_id"]) == ("not_monitored", "bea")
    assert about(call.ticks(WORDLESS_MS)) == []
    assert READER.next_moment(call.state) is None
    assert TopicName.SCORES in [output.topic for output in call.says().outputs]


def test_a_call_with_words_or_over_or_recorded_is_not_waited_for() -> None:
    spoken, over, played = Call(), Call(), Call(mode=Mode.REPLAY.value)
    spoken.says()
    over.starts()
    over.gets(type="call.ended", reason="customer_hangup")
    played.starts()
    for call in (spoken, over, played):
        assert about(call.ticks(WORDLESS_MS * 2)) == []
    assert about(played.says(waited=LATE_MS * 9)) == []


def test_a_queue_may_be_given_more_time() -> None:
    own = "\n[queues.waiting.calls]\nwordless_seconds = 120\nlate_seconds = 60\n"
    call = Call(call_reader(parse_policy(default_policy_text() + own, source="test")))
    call.starts(queue_id="waiting")
    assert about(call.ticks(119_999)) == []
    assert about(call.ticks(1)) == ["not_monitored"]
    assert about(call.says(waited=60_000)) == []
    assert about(call.says(waited=60_001)) == ["transcripts_late"]


def test_what_is_read_again_is_told_under_the_same_id() -> None:
    first, second = Call(), Call()
    for call in (first, second):
        call.starts()
    assert first.records("paused").outputs == second.records("paused").outputs
