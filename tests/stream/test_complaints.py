"""The complaint register, from what a caller says to the entry on its topic."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from stream.app import call_reader
from stream.events import ComplaintRecord
from stream.memory import CallMemory
from stream.outputs import Output
from stream.reader import CallReader
from stream.state import encode_state
from stream.step import Step
from stream.topics import TopicName
from tests.stream.driver import Played
from workflow.alerts import RecordHandling
from workflow.complaints import ComplaintState, overdue
from workflow.moments import milliseconds
from workflow.policy import default_policy_text, load_policy, parse_policy

READER = call_reader(load_policy())
KEY = b"k" * 32
AT = milliseconds("2026-11-02T10:00:00Z")
COMPLAINS = "i want to make a complaint about the engineer"
UNHAPPY = "this is absolutely unacceptable"
HARMED = "i'm out of pocket by sixty quid here"
SUES = "i am going to sue you people"


class Call(Played):
    """One call in one place."""

    def __init__(self, jurisdiction: str | None = "GB", reader: CallReader = READER) -> None:
        super().__init__(reader, AT)
        started = {"type": "call.started", "queue_id": "billing", "customer": {"ref": "cust-1"}}
        self.hears(started | ({"jurisdiction": jurisdiction} if jurisdiction else {}))

    def hears(self, event: dict[str, Any]) -> Step:
        return self.gets(TopicName.TRANSCRIPTS, event)

    def says(self, text: str, **more: Any) -> list[ComplaintRecord]:
        chunk = {"type": "chunk", "sequence": self.offset + 1, "speaker": "customer", "text": text}
        return told(self.hears(chunk | {"utterance_id": f"u{self.offset}"} | more))

    def acts(self, action: str, reference: str, **more: Any) -> Step:
        deed = {"type": "action", "action_id": f"a{self.offset}", "action": action}
        deed |= {"reference": reference, "actor": {"id": "alex", "role": "supervisor"}}
        return self.gets(TopicName.SUPERVISOR_ACTIONS, deed | more)


def outputs(step: Step, topic: TopicName) -> list[Output]:
    return [output for output in step.outputs if output.topic is topic]


def told(step: Step) -> list[ComplaintRecord]:
    values = [output.value or b"" for output in outputs(step, TopicName.COMPLAINTS)]
    return [msgspec.json.decode(value, type=ComplaintRecord) for value in values]


def verdict(step: Step) -> dict[str, Any]:
    (output,) = outputs(step, TopicName.OPERATIONS)
    decoded: dict[str, Any] = msgspec.json.decode(output.value or b"")
    return decoded


def test_a_complaint_becomes_an_entry_with_its_words_and_dates_and_no_alert() -> None:
    call = Call("AU")
    chunk = {"type": "chunk", "sequence": 9, "utterance_id": "u", "speaker": "customer"}
    step = call.hears(chunk | {"text": COMPLAINS, "start_ms": 4200})
    (entry,) = told(step)
    assert entry.state is ComplaintState.OPEN
    assert [(q.quote, q.start_ms) for q in entry.quotes] == [(COMPLAINS, 4200)]
    assert (entry.jurisdiction, entry.customer_ref, entry.queue_id) == ("AU", "cust-1", "billing")
    assert entry.acknowledge_by == "2026-11-03T12:59:59.000Z"
    assert entry.answer_by == "2026-12-02T12:59:59.000Z"
    assert "RG 271" in entry.test_basis
    (output,) = outputs(step, TopicName.COMPLAINTS)
    assert output.key == entry.reference.encode()
    assert not outputs(step, TopicName.ALERTS)
    assert not outputs(step, TopicName.ROUTING)


def test_in_australia_dissatisfaction_is_enough() -> None:
    (entry,) = Call("AU").says(UNHAPPY)
    assert entry.quotes[0].quote == UNHAPPY


def test_in_britain_dissatisfaction_waits_for_a_loss_and_is_quoted_with_it() -> None:
    call = Call("GB")
    assert not call.says(UNHAPPY)
    (entry,) = call.says(HARMED)
    assert [quote.quote for quote in entry.quotes] == [UNHAPPY, HARMED]
    assert entry.answer_by == "2026-12-28T23:59:59.000Z"
    assert entry.summary_by == "2026-11-05T23:59:59.000Z"


def test_strong_words_alone_are_no_complaint() -> None:
    call = Call("AU")
    assert not call.says("this is ridiculous")
    assert call.state is not None
    assert not call.state.register.waiting


def test_only_final_words_of_the_customer_are_registered() -> None:
    call = Call("AU")
    assert not call.says(COMPLAINS, is_final=False, utterance_id="x")
    assert not call.says(COMPLAINS, speaker="agent")
    assert call.says(COMPLAINS, utterance_id="x")


def test_more_words_are_added_to_the_entry_and_repeats_add_nothing() -> None:
    call = Call("GB")
    (first,) = call.says(COMPLAINS)
    (second,) = call.says(HARMED, utterance_id="loss")
    assert second.reference == first.reference
    assert (first.revision, second.revision) == (1, 2)
    assert second.answer_by == first.answer_by
    assert len(second.history) == 1
    assert not call.says(HARMED, utterance_id="loss")
    assert not call.says("and the weather is lovely here")


def test_quotes_are_redacted() -> None:
    (entry,) = Call("AU").says("i want to complain my card 4111 1111 1111 1111 was charged")
    assert b"1111" not in msgspec.json.encode(entry)


def test_a_long_turn_is_quoted_around_the_words_that_count() -> None:
    filler = "and then the man came round again and looked at it and went away " * 60
    (entry,) = Call("AU").says(f"{filler}{COMPLAINS} {filler}")
    (quote,) = entry.quotes
    assert COMPLAINS in quote.quote
    assert quote.char_end - quote.char_start == len(quote.quote) == 1200


def test_the_same_call_gives_the_same_reference_and_bytes() -> None:
    def play() -> list[bytes | None]:
        call = Call("IE")
        chunk = {"type": "chunk", "sequence": 2, "utterance_id": "u", "speaker": "customer"}
        return [output.value for output in call.hears(chunk | {"text": COMPLAINS}).outputs]

    assert play() == play()


def test_an_entry_is_acknowledged_and_answered_by_people() -> None:
    call = Call("GB")
    (entry,) = call.says(COMPLAINS)
    call.at_ms += 3_600_000
    (seen,) = told(call.acts("acknowledge_complaint", entry.reference, reason="by letter"))
    assert seen.state is ComplaintState.ACKNOWLEDGED
    step = call.acts("answer_complaint", entry.reference, reason="refund, letter 17")
    (done,) = told(step)
    assert verdict(step)["type"] == "action.applied"
    assert [(s.by, s.state.value, s.note) for s in done.history] == [
        ("hardstop", "open", None),
        ("alex", "acknowledged", "by letter"),
        ("alex", "answered", "refund, letter 17"),
    ]


def test_in_ireland_news_is_owed_again_and_again_until_the_answer() -> None:
    call = Call("IE")
    (entry,) = call.says(COMPLAINS)
    first = milliseconds(entry.update_by)
    assert entry.update_by[:10] == "2026-11-30"
    call.acts("acknowledge_complaint", entry.reference)
    call.at_ms = milliseconds("2026-11-26T12:00Z")
    (told_of,) = told(call.acts("update_complaint", entry.reference, reason="we have asked Cork"))
    assert told_of.update_by[:10] == "2026-12-24"
    assert told_of.state is ComplaintState.ACKNOWLEDGED
    assert overdue(told_of, first + 1) is None
    assert overdue(told_of, milliseconds(told_of.update_by) + 1) == "update"
    call.at_ms = milliseconds("2026-12-30T12:00Z")
    (again,) = told(call.acts("update_complaint", entry.reference, reason="still with Cork"))
    assert overdue(again, milliseconds(again.answer_by) + 1) == "answer"
    assert again.update_by > again.answer_by, "it goes on when the answer is late"
    (done,) = told(call.acts("answer_complaint", entry.reference, reason="letter 9"))
    assert overdue(done, milliseconds("2027-06-01T00:00Z")) is None
    assert [step.note for step in done.history if step.note] == [
        "we have asked Cork",
        "still with Cork",
        "letter 9",
    ]


def test_who_is_given_news_of_a_complaint_knows_that_it_has_arrived() -> None:
    call = Call("GB")
    (entry,) = call.says(COMPLAINS)
    (seen,) = told(call.acts("update_complaint", entry.reference, reason="by phone"))
    assert (seen.state, seen.update_by) == (ComplaintState.ACKNOWLEDGED, None)


def test_a_site_can_owe_news_where_no_rule_asks_for_it() -> None:
    text = default_policy_text() + '\n[complaints.terms.GB]\nupdate = "2 weeks"\n'
    (entry,) = Call("GB", call_reader(parse_policy(text, source="p"))).says(COMPLAINS)
    assert entry.update_by[:10] == "2026-11-16"
    assert "news every 2 weeks (policy of this site)" in entry.basis


@pytest.mark.parametrize(
    ("action", "more", "why"),
    [
        ("update_complaint", {}, "what the caller was told"),
        ("answer_complaint", {}, "what the answer was"),
        ("withdraw_complaint", {"reason": " "}, "why nothing is owed"),
        ("withdraw_complaint", {"reason": "x" * 2001}, "2000 is the most"),
        (
            "withdraw_complaint",
            {"reason": "they calmed down", "actor": {"id": "a1", "role": "agent"}},
            "not an agent",
        ),
        ("acknowledge_complaint", {"expected_revision": 7}, "somebody else was faster"),
    ],
)
def test_what_cannot_be_done_is_refused_with_the_reason(
    action: str, more: dict[str, Any], why: str
) -> None:
    call = Call("GB")
    (entry,) = call.says(COMPLAINS)
    step = call.acts(action, entry.reference, **more)
    assert why in verdict(step)["reason"]
    assert not told(step)
    assert call.state is not None
    assert call.state.register.is_open


def test_an_action_on_an_entry_of_another_call_is_refused() -> None:
    call = Call("GB")
    call.says(COMPLAINS)
    step = call.acts("acknowledge_complaint", "CP-NONE")
    assert verdict(step)["reason"] == "there is no complaint CP-NONE on this call"


def test_an_action_that_is_read_twice_is_done_once() -> None:
    call = Call("GB")
    (entry,) = call.says(COMPLAINS)
    call.acts("acknowledge_complaint", entry.reference, action_id="same")
    assert call.acts("acknowledge_complaint", entry.reference, action_id="same").repeat
    again = call.acts("acknowledge_complaint", entry.reference)
    assert "acknowledged already" in verdict(again)["reason"]


def test_after_one_matter_is_closed_only_a_plain_complaint_opens_another() -> None:
    call = Call("AU")
    (first,) = call.says(COMPLAINS)
    call.acts("withdraw_complaint", first.reference, reason="taken back on the line")
    assert not call.says(UNHAPPY)
    (second,) = call.says("right i want to make another complaint")
    assert second.reference != first.reference
    assert [quote.quote for quote in second.quotes] == ["right i want to make another complaint"]


def test_an_unknown_jurisdiction_gets_the_default_and_the_entry_says_so() -> None:
    (entry,) = Call("ZZ").says(COMPLAINS)
    assert entry.basis.startswith("no rules known for ZZ: the default holds")
    (nowhere,) = Call(None).says(COMPLAINS)
    assert nowhere.jurisdiction == "default"


def test_a_policy_can_switch_the_register_off_or_say_where_it_is() -> None:
    text = default_policy_text()
    off = parse_policy(text.replace("enabled = true", "enabled = false"), source="p")
    assert not Call("AU", call_reader(off)).says(COMPLAINS)
    here = parse_policy(text.replace('# jurisdiction = "GB"', 'jurisdiction = "NZ"'), source="p")
    (entry,) = Call(None, call_reader(here)).says(COMPLAINS)
    assert entry.jurisdiction == "NZ"


def test_in_shadow_mode_an_entry_is_made_and_marked() -> None:
    shadow = parse_policy(
        default_policy_text().replace('mode = "live"  ', 'mode = "shadow"'), source="p"
    )
    (entry,) = Call("AU", call_reader(shadow)).says(COMPLAINS)
    assert entry.mode == "shadow"


def test_the_periods_of_a_recording_run_from_when_it_was_said() -> None:
    call = Call("AU")
    call.mode = "post_call"
    (entry,) = call.says(COMPLAINS, spoken_at="2026-10-05T01:00:00Z")
    assert entry.received_at == "2026-10-05T01:00:00.000Z"
    assert entry.answer_by == "2026-11-04T12:59:59.000Z"
    assert overdue(entry, AT) == "acknowledgement"
    assert entry.registered_at == "2026-11-02T10:00:00.000Z"


def test_an_entry_goes_on_the_record_of_a_call_only_if_there_is_one() -> None:
    reader = call_reader(load_policy(), record_key=KEY)
    calm, grave = Call("GB", reader), Call("GB", reader)
    calm.says(COMPLAINS)
    assert calm.state is not None
    assert calm.state.record.count == 0
    grave.says(SUES)
    chunk = {"type": "chunk", "sequence": 50, "utterance_id": "u50", "speaker": "customer"}
    step = grave.hears(chunk | {"text": COMPLAINS})
    entries = [
        msgspec.json.decode(output.value or b"") for output in outputs(step, TopicName.INCIDENTS)
    ]
    (noted,) = [entry for entry in entries if entry["kind"] == "complaint"]
    assert noted["action"] == "complaint.open"
    assert noted["facts"]["reference"] == told(step)[0].reference


def test_what_is_said_beside_a_danger_to_life_is_handled_as_special() -> None:
    call = Call("AU")
    call.says("i want to kill myself")
    (entry,) = call.says(COMPLAINS)
    assert entry.handling == "special_category"


def test_a_call_with_an_open_complaint_is_kept_without_its_talk_until_it_is_answered() -> None:
    now = [0.0]
    stored: dict[bytes, bytes] = {}
    memory = CallMemory(lambda: stored, ended_s=60, silent_s=600, clock=lambda: now[0])
    call = Call("GB")
    (entry,) = call.says(COMPLAINS)
    call.says("and my lovely parrot is called bertie")
    call.hears({"type": "call.ended", "reason": "customer_hangup"})
    assert call.state is not None
    memory.remember(call.state, 3)
    now[0] = 61
    assert [found for _ in range(3) for found in memory.expired()] == []
    ((key, partition, kept),) = memory.thinned()
    assert (key, partition) == (b"c", 3)
    assert b"bertie" not in encode_state(kept)
    assert b"cust-1" in encode_state(kept), "the entry still says whose it is"
    assert [found for _ in range(3) for found in memory.expired()] == []
    assert memory.thinned() == []
    call.state = kept
    (done,) = told(call.acts("answer_complaint", entry.reference, reason="letter 17"))
    assert done.state is ComplaintState.ANSWERED
    memory.remember(call.state, 3)
    now[0] = 130
    assert [found for _ in range(3) for found in memory.expired()] == [(b"c", 3)]


@settings(max_examples=25, deadline=None)
@given(
    st.lists(
        st.sampled_from([COMPLAINS, UNHAPPY, HARMED, "hello", "withdraw", "answer", "acknowledge"]),
        max_size=8,
    ),
    st.sampled_from(["GB", "AU", None]),
)
def test_there_is_never_more_than_one_open_entry_and_revisions_rise_by_one(
    happens: list[str], jurisdiction: str | None
) -> None:
    call = Call(jurisdiction)
    revisions: dict[str, int] = {}
    for what in happens:
        assert call.state is not None
        if what in ("withdraw", "answer", "acknowledge"):
            known = call.state.register.complaints
            reference = known[-1].reference if known else "CP-NONE"
            records = told(call.acts(f"{what}_complaint", reference, reason="said so"))
        else:
            records = call.says(what)
        for record in records:
            assert record.revision == revisions.get(record.reference, 0) + 1
            revisions[record.reference] = record.revision
            assert record.quotes
            assert record.history[-1].state is record.state
        assert sum(entry.is_open for entry in call.state.register.complaints) <= 1


def test_an_entry_made_before_its_call_became_restricted_is_told_again_as_restricted() -> None:
    call = Call("GB")
    (before,) = call.says(COMPLAINS)
    assert before.handling is RecordHandling.NORMAL
    (told_again,) = call.says("my husband beats me and he is listening to this call")
    assert told_again.reference == before.reference
    assert told_again.handling is RecordHandling.RESTRICTED
    assert told_again.revision == before.revision + 1
    assert told_again.history == before.history
    assert not call.says("he is listening to me now and he beats me")
    (answered,) = told(call.acts("answer_complaint", before.reference, reason="letter 17"))
    assert answered.handling is RecordHandling.RESTRICTED


def test_a_complaint_after_the_record_was_closed_takes_the_place_of_no_other() -> None:
    call = Call("GB", call_reader(load_policy(), record_key=KEY))
    call.says(SUES)
    (first,) = call.says(COMPLAINS)
    call.acts("answer_complaint", first.reference, reason="letter 17")
    call.hears({"type": "call.ended", "reason": "customer_hangup"})
    assert call.state is not None
    for callback in call.state.desk.callbacks:
        call.acts("keep_callback", callback)
    call.at_ms += 3 * 3_600_000
    call.gets(TopicName.TICKS, {"type": "tick", "all_read": True})
    assert call.state.record.closed
    assert not call.state.register.complaints
    assert not call.says(HARMED), "of what is answered they may go on speaking"
    (second,) = call.says(COMPLAINS)
    assert second.reference != first.reference
    assert call.state.register.counted == 2
