"""A call whose platform never says that it is over, and words that never became final."""

from __future__ import annotations

from typing import Any

import msgspec

from detectors import Chunk, Conversation, Detector, Reading
from stream.app import call_reader, versions
from stream.reader import CallReader
from stream.state import CallState
from stream.step import Step
from stream.topics import TopicName
from tests.stream.driver import Played
from workflow.call import Mode
from workflow.policy import default_policy_text, load_policy, parse_policy

READER = call_reader(load_policy(), None, b"k" * 32)
AT = 1_790_000_000_000
MINUTE = 60_000
HUNG_UP = {"type": "call.ended", "reason": "customer_hangup"}
LIMIT = load_policy().calls.silent_minutes


class Call(Played):
    def __init__(self, reader: CallReader = READER, mode: str | None = None) -> None:
        super().__init__(reader, AT, mode)

    def says(self, text: str, **more: object) -> Step:
        chunk: dict[str, object] = {"type": "chunk", "speaker": "customer", "text": text}
        chunk |= {"sequence": self.offset + 1, "utterance_id": f"u{self.offset}"}
        return self.gets(TopicName.TRANSCRIPTS, chunk | more)

    def ticks(self, minutes: float, *, all_read: bool = True) -> Step:
        self.at_ms += round(minutes * MINUTE)
        return self.gets(TopicName.TICKS, {"type": "tick", "all_read": all_read})

    @property
    def known(self) -> CallState:
        assert self.state is not None
        return self.state


def told(step: Step, topic: TopicName) -> list[dict[str, Any]]:
    return [msgspec.json.decode(o.value or b"") for o in step.outputs if o.topic is topic]


def test_a_call_that_falls_silent_counts_as_lost() -> None:
    call = Call()
    call.says("thank you that is very kind")
    assert call.reader.next_moment(call.known) == AT + LIMIT * MINUTE
    assert call.ticks(LIMIT - 1).state == call.state
    assert call.known.ended_ms is None
    step = call.ticks(1)
    assert call.known.ended_ms == call.at_ms
    over, note = told(step, TopicName.OPERATIONS)
    assert (over["type"], over["call_id"]) == ("call.over", "c")
    assert (note["about"], note["call_id"]) == ("feed_silent", "c")


def test_whoever_was_at_risk_on_it_is_rung_by_a_named_person() -> None:
    call = Call()
    call.says("i don't want to live any more")
    for _ in range(LIMIT):
        call.ticks(0.9)
    step = call.ticks(LIMIT)
    (welfare,) = told(step, TopicName.CALLBACKS)
    assert welfare["welfare"]
    assert welfare["owner"]["name"] == "Femi Adeyemi"
    (ended,) = [e for e in told(step, TopicName.INCIDENTS) if e["kind"] == "call_ended"]
    assert ended["facts"] == {"reason": "lost"}


def test_silence_says_nothing_while_words_may_be_waiting_to_be_read() -> None:
    call = Call()
    call.says("hello")
    call.ticks(LIMIT * 3, all_read=False)
    assert call.known.ended_ms is None
    call.ticks(0)
    assert call.known.ended_ms is not None


def test_a_call_that_is_heard_of_again_goes_on_as_before() -> None:
    call = Call()
    call.says("i am going to sue you people")
    call.ticks(LIMIT)
    assert call.known.desk.ended
    step = call.says("and my son is going to end his life tonight")
    assert call.known.ended_ms is None
    assert not call.known.desk.ended
    opened = [a["trigger"] for a in told(step, TopicName.ALERTS) if a["type"] == "alert.opened"]
    assert opened == ["self_harm"]
    assert "heard again" in [entry["action"] for entry in told(step, TopicName.INCIDENTS)]


def test_a_call_that_falls_silent_twice_is_on_record_as_heard_again_twice() -> None:
    call = Call()
    call.says("i am going to sue you people")
    heard = []
    for _ in range(2):
        call.ticks(LIMIT)
        assert call.known.lost
        heard += told(call.says("are you still there"), TopicName.INCIDENTS)
    assert [entry["action"] for entry in heard].count("heard again") == 2


def test_who_was_at_risk_and_is_heard_again_has_somebody_asked_to_come_anew() -> None:
    call = Call()
    call.says("i don't want to live any more")
    call.ticks(LIMIT)
    step = call.says("i want to kill myself right now, i have the pills in my hand")
    (route,) = [r for r in told(step, TopicName.ROUTING) if r["type"] == "route.requested"]
    assert (route["desk"], route["mode"], route["priority"]) == ("crisis", "join", 1)
    assert "pills" in route["brief"]["text"]
    entries = [(e["kind"], e.get("action")) for e in told(step, TopicName.INCIDENTS)]
    assert entries[0][1] == "heard again"
    assert "route" in [kind for kind, _ in entries]
    step = call.ticks(1)
    assert [r["type"] for r in told(step, TopicName.ROUTING)] == ["route.fallback"]


def test_a_repeat_of_a_lost_call_asks_nobody() -> None:
    call = Call()
    call.says("i don't want to live any more", sequence=7)
    call.ticks(LIMIT)
    step = call.says("i don't want to live any more", sequence=7)
    assert step.repeat
    assert not step.outputs


def test_the_same_words_delivered_again_do_not_bring_a_lost_call_back() -> None:
    call = Call()
    call.says("i am going to sue you people", sequence=7)
    call.ticks(LIMIT)
    assert call.says("i am going to sue you people", sequence=7).repeat
    assert call.known.ended_ms is not None


def test_an_end_that_the_platform_tells_late_is_no_second_end() -> None:
    call = Call()
    call.says("hello")
    call.ticks(LIMIT)
    assert call.gets(TopicName.TRANSCRIPTS, HUNG_UP).repeat


def test_recordings_have_all_the_time_there_is() -> None:
    call = Call(mode=Mode.REPLAY.value)
    call.says("hello")
    call.ticks(LIMIT * 2)
    assert call.known.ended_ms is None


def test_a_queue_may_have_longer_silences() -> None:
    text = default_policy_text() + "\n[queues.waiting.calls]\nsilent_minutes = 90\n"
    call = Call(call_reader(parse_policy(text, source="test")))
    call.gets(TopicName.TRANSCRIPTS, {"type": "call.started", "queue_id": "waiting"})
    call.says("hello")
    assert call.reader.next_moment(call.known) == AT + 90 * MINUTE


def test_a_complaint_cut_off_by_the_end_of_the_call_is_registered_all_the_same() -> None:
    call = Call()
    call.says("i want to make a formal complaint about this", is_final=False)
    step = call.gets(TopicName.TRANSCRIPTS, HUNG_UP)
    (complaint,) = told(step, TopicName.COMPLAINTS)
    assert "formal complaint" in complaint["quotes"][0]["quote"]


def test_a_hard_stop_cut_off_by_the_end_stands_as_it_was_last_heard() -> None:
    call = Call()
    call.says("i am going to sue you people", is_final=False)
    step = call.gets(TopicName.TRANSCRIPTS, HUNG_UP)
    statuses = [alert["status"] for alert in told(step, TopicName.ALERTS)]
    assert statuses
    assert "provisional" not in statuses
    assert "retracted" not in statuses


def test_a_call_ends_whatever_the_detector_makes_of_what_was_cut_off() -> None:
    class Fails(Detector):
        def read(
            self, chunk: Chunk, conversation: Conversation, *, hurried: bool = False
        ) -> Reading:
            if chunk.is_final:
                raise RuntimeError
            return super().read(chunk, conversation, hurried=hurried)

    policy = load_policy()
    reader = CallReader(Fails.from_policy(policy), policy, versions(policy, None))
    call = Call(reader)
    call.says("i am going to sue you people", is_final=False)
    step = call.gets(TopicName.TRANSCRIPTS, HUNG_UP)
    assert call.known.ended_ms is not None
    assert told(step, TopicName.CALLBACKS)
    note, over = told(step, TopicName.OPERATIONS)
    assert (note["about"], over["type"]) == ("chunk_failed", "call.over")


def test_that_a_call_is_over_is_told_whatever_was_said_on_it() -> None:
    call = Call()
    call.says("thank you that is very kind")
    (over,) = told(call.gets(TopicName.TRANSCRIPTS, HUNG_UP), TopicName.OPERATIONS)
    at = over.pop("at")
    assert over == {"type": "call.over", "version": 1, "call_id": "c"}
    assert told(call.gets(TopicName.TRANSCRIPTS, HUNG_UP), TopicName.OPERATIONS) == []
    # The transcriber's last words come when the line is down already.
    call.at_ms += 900
    after = call.says("and good bye", sequence=2)
    assert told(after, TopicName.SCORES)
    (again,) = told(after, TopicName.OPERATIONS)
    assert again["type"] == "call.over"
    assert again["at"] > at
