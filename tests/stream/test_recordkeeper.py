"""Records over time: closed when all is done, held, reviewed, erased, let go; heads signed."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from stream.app import call_reader
from stream.events import IncidentEntry, IncidentEvent, IncidentHead
from stream.step import Step
from stream.topics import TopicName
from tests.stream.test_reports import Call, told
from workflow.chain import EntryKind, verify
from workflow.incident import head_of
from workflow.policy import default_policy_text, load_policy, parse_policy
from workflow.retention import DAY_MS, without_erased
from workflow.signing import is_signed_by

KEY = b"k" * 32
SIGNER = Ed25519PrivateKey.from_private_bytes(KEY)
READER = call_reader(load_policy(), record_key=KEY, signer=SIGNER)
QA = {"id": "quinn", "role": "qa"}
ADMIN = {"id": "root", "role": "admin"}
HOUR_S = 3600


class Recorded(Call):
    """A call whose record is kept as it comes out."""

    def __init__(self, reader: Any = READER) -> None:
        super().__init__(reader)
        self.entries: list[IncidentEntry] = []
        self.heads: list[IncidentHead] = []

    def gets(self, about: TopicName, value: Any, key: bytes = b"c") -> Step:
        step = super().gets(about, value, key)
        for output in step.outputs:
            if output.topic is TopicName.INCIDENTS:
                event = msgspec.json.decode(output.value or b"", type=IncidentEvent)
                found = self.entries if isinstance(event, IncidentEntry) else self.heads
                found.append(event)  # type: ignore[attr-defined]
        if step.gone is not None:
            self.state = None
        return step

    def ends(self) -> Step:
        ended = {"type": "call.ended", "call_id": "c", "reason": "customer_hangup"}
        return self.gets(TopicName.TRANSCRIPTS, ended)

    def kinds(self) -> list[EntryKind]:
        return [entry.kind for entry in self.entries]


@pytest.fixture
def call() -> Recorded:
    """A call with a legal threat, resolved, and over."""
    call = Recorded()
    call.says("i am going to sue you people")
    assert call.state is not None
    alert = call.state.desk.alerts["legal_threat"]
    call.acts("resolve", alert_id=alert.alert_id, reason="agreed")
    call.ends()
    return call


@pytest.fixture
def closed(call: Recorded) -> Recorded:
    call.ticks(HOUR_S)
    return call


def rejected(step: Step) -> str:
    (answer,) = told(step, TopicName.OPERATIONS)
    return str(answer["reason"]) if answer["type"] == "action.rejected" else ""


def test_a_record_is_closed_an_hour_after_the_last_thing_that_happened(call: Recorded) -> None:
    assert call.state is not None
    assert READER.next_moment(call.state) == call.at_ms + HOUR_S * 1000
    call.ticks(HOUR_S - 1)
    assert EntryKind.CLOSED not in call.kinds()
    call.ticks(1)
    assert call.kinds()[-1] is EntryKind.CLOSED
    verdict = verify(call.entries, head_of(call.state.record, "c"))
    assert verdict.intact
    assert verdict.closed


def test_of_a_closed_record_workers_keep_no_word_and_nobodys_name(closed: Recorded) -> None:
    assert closed.state is not None
    kept = msgspec.json.encode(closed.state)
    assert b"sue" not in kept
    assert b"alex" not in kept
    assert closed.state.record.closed


def test_a_record_stays_open_while_nobody_has_taken_the_alert_or_a_callback_is_owed() -> None:
    call = Recorded()
    call.says("i am going to sue you people")
    call.ends()
    for _ in range(3):
        call.ticks(HOUR_S)
    assert call.state is not None
    (callback,) = call.state.desk.callbacks.values()
    assert EntryKind.CLOSED not in call.kinds()
    call.acts("keep_callback", reference=callback.reference)
    call.ticks(HOUR_S)
    assert call.kinds()[-1] is EntryKind.CLOSED


def test_the_end_of_every_step_that_was_recorded_is_signed(closed: Recorded) -> None:
    assert closed.state is not None
    ends = {entry.number: entry.hash for entry in closed.entries}
    assert all(ends[head.number] == head.hash for head in closed.heads)
    assert closed.heads[-1].number == len(closed.entries)
    assert all(is_signed_by(head, SIGNER.public_key()) for head in closed.heads)


def test_without_a_signer_no_heads_are_written() -> None:
    call = Recorded(call_reader(load_policy(), record_key=KEY))
    call.says("i am going to sue you people")
    assert call.entries
    assert not call.heads


def test_an_alert_carries_the_head_of_the_record_that_its_own_entries_made() -> None:
    call = Recorded()
    step = call.says("i am going to sue you people")
    assert call.state is not None
    (alert,) = told(step, TopicName.ALERTS)
    assert alert["chain_head"] == call.entries[-1].hash == call.state.record.hash


def test_without_a_record_an_alert_has_no_head() -> None:
    (alert,) = told(Call().says("i am going to sue you people"), TopicName.ALERTS)
    assert alert["chain_head"] is None


def test_a_message_read_twice_gives_the_same_entries_and_heads() -> None:
    one, other = Recorded(), Recorded()
    for call in (one, other):
        call.says("i am going to sue you people")
    assert (one.entries, one.heads) == (other.entries, other.heads)


def test_a_hold_is_put_on_record_with_its_ground_and_lifted_by_who_set_it(call: Recorded) -> None:
    assert rejected(call.acts("legal_hold", hold="set", reason="claim 17", actor=QA)) == ""
    assert (call.entries[-1].kind, call.entries[-1].note) == (EntryKind.HOLD_SET, "claim 17")
    why = rejected(call.acts("legal_hold", hold="lift", reason="done"))
    assert why == "only who set a legal hold, or an admin, can lift it"
    assert call.entries[-1].facts["rejected"] == why
    assert rejected(call.acts("legal_hold", hold="lift", reason="settled", actor=QA)) == ""
    assert call.entries[-1].kind is EntryKind.HOLD_LIFTED


@pytest.mark.parametrize(
    ("more", "why"),
    [
        ({"hold": "set"}, "needs its ground"),
        ({"reason": "claim 17"}, "set or to be lifted"),
        ({"hold": "lift", "reason": "over"}, "no legal hold stands"),
        ({"hold": "set", "reason": "mine", "actor": {"id": "a", "role": "agent"}}, "supervisor"),
    ],
)
def test_a_hold_that_cannot_be_is_refused_and_the_reason_told(
    call: Recorded, more: dict[str, Any], why: str
) -> None:
    assert why in rejected(call.acts("legal_hold", **more))


def test_a_call_without_a_record_cannot_be_held() -> None:
    call = Recorded()
    call.says("hello there")
    assert "no record" in rejected(call.acts("legal_hold", hold="set", reason="claim 17"))


def test_a_closed_record_is_reviewed_and_then_closed_again(closed: Recorded) -> None:
    assert rejected(closed.acts("review_incident", reason="handled well", actor=QA)) == ""
    assert closed.entries[-1].kind is EntryKind.REVIEWED
    assert not closed.entries[-1].qa_flag
    closed.ticks(HOUR_S)
    assert closed.kinds()[-1] is EntryKind.CLOSED
    assert verify(closed.entries).intact


def test_a_call_that_comes_again_goes_on_with_its_record_and_opens_the_next_episode(
    closed: Recorded,
) -> None:
    closed.ticks(HOUR_S)
    step = closed.says("i am going to sue you people")
    (alert,) = told(step, TopicName.ALERTS)
    assert (alert["type"], alert["episode"]) == ("alert.opened", 2)
    assert verify(closed.entries).intact
    assert closed.state is not None
    closed.acts("resolve", alert_id=alert["alert_id"])
    closed.ends()
    closed.ticks(HOUR_S)
    assert closed.kinds()[-1] is EntryKind.CLOSED
    assert verify(closed.entries).closed


def test_workers_let_go_of_a_record_when_its_time_is_over(closed: Recorded) -> None:
    closed.ticks(364 * 24 * HOUR_S)
    assert closed.state is not None
    assert closed.ticks(24 * HOUR_S).gone == "c"


def test_a_hold_keeps_a_record_beyond_its_time(closed: Recorded) -> None:
    closed.acts("legal_hold", hold="set", reason="claim 17", actor=QA)
    closed.ticks(HOUR_S)
    closed.ticks(999 * 24 * HOUR_S)
    assert closed.state is not None
    assert READER.next_moment(closed.state) is None
    closed.acts("legal_hold", hold="lift", reason="settled", actor=ADMIN)
    assert EntryKind.HOLD_LIFTED in closed.kinds()


def test_how_long_records_are_kept_is_said_by_the_policy() -> None:
    text = default_policy_text().replace("days = 365 ", "days = 30 ")
    call = Recorded(call_reader(parse_policy(text, source="own"), record_key=KEY))
    call.says("i am going to sue you people")
    assert call.state is not None
    call.acts("resolve", alert_id=call.state.desk.alerts["legal_threat"].alert_id)
    call.ends()
    call.ticks(HOUR_S)
    assert call.reader.next_moment(call.state) == call.at_ms + 30 * DAY_MS


def test_a_queue_may_keep_its_records_for_another_time() -> None:
    text = f"{default_policy_text()}\n[queues.chat.retention.incidents]\ndays = 9"
    reader = call_reader(parse_policy(text, source="own"), record_key=KEY)
    kept: dict[str, int] = {}
    for queue in ("chat", "sales"):
        call = Recorded(reader)
        started = {"type": "call.started", "call_id": "c", "queue_id": queue}
        call.gets(TopicName.TRANSCRIPTS, started)
        call.says("i am going to sue you people")
        assert call.state is not None
        call.acts("resolve", alert_id=call.state.desk.alerts["legal_threat"].alert_id)
        call.ends()
        call.ticks(HOUR_S)
        moment = reader.next_moment(call.state)
        assert moment is not None
        kept[queue] = (moment - call.at_ms) // DAY_MS
        assert call.entries[-1].facts == {"queue": queue}
        assert verify(call.entries).closed
    assert kept == {"chat": 9, "sales": 365}


def test_a_caller_who_is_forgotten_leaves_the_numbers_of_what_is_to_go(call: Recorded) -> None:
    assert rejected(call.acts("forget", reason="request 9", actor=ADMIN)) == ""
    erased, end = call.entries[-2:]
    assert (erased.kind, end.kind) == (EntryKind.ERASED, EntryKind.CLOSED)
    assert erased.erased == tuple(range(1, erased.number))
    left = without_erased(call.entries)
    assert b"sue" not in msgspec.json.encode(left)
    assert verify(left).intact
    assert call.state is not None
    assert b"sue" not in msgspec.json.encode(call.state)


def test_to_forget_twice_erases_once(call: Recorded) -> None:
    for _ in range(2):
        assert rejected(call.acts("forget", reason="request 9", actor=ADMIN)) == ""
    assert call.kinds().count(EntryKind.ERASED) == 1


def test_an_account_of_a_hold_is_not_among_what_is_erased(call: Recorded) -> None:
    call.acts("legal_hold", hold="set", reason="claim 17", actor=QA)
    held = call.entries[-1].number
    call.acts("legal_hold", hold="lift", reason="settled", actor=QA)
    call.acts("forget", reason="request 9", actor=ADMIN)
    (erased,) = [entry for entry in call.entries if entry.kind is EntryKind.ERASED]
    assert not {held, held + 1} & set(erased.erased)


def test_a_hold_refuses_to_forget_and_the_refusal_stands_on_record(call: Recorded) -> None:
    call.acts("legal_hold", hold="set", reason="claim 17", actor=QA)
    why = rejected(call.acts("forget", reason="request 9", actor=ADMIN))
    assert why == "a legal hold stands: claim 17"
    assert (call.entries[-1].kind, call.entries[-1].note) == (EntryKind.ERASURE_REFUSED, why)
    assert call.entries[-1].facts["asked"] == "request 9"


@pytest.mark.parametrize(
    ("more", "why"),
    [({"reason": "r"}, "admin"), ({"actor": ADMIN}, "on what ground")],
)
def test_who_forgets_must_be_an_admin_and_say_why(
    call: Recorded, more: dict[str, Any], why: str
) -> None:
    assert why in rejected(call.acts("forget", **more))


def test_a_call_that_goes_on_is_not_forgotten() -> None:
    call = Recorded()
    call.says("i am going to sue you people")
    assert "still on the line" in rejected(call.acts("forget", reason="r", actor=ADMIN))


def test_a_callback_that_is_owed_is_not_forgotten_and_one_that_was_kept_leaves_the_log() -> None:
    call = Recorded()
    call.says("i am going to sue you people")
    call.ends()
    assert call.state is not None
    (name,) = call.state.desk.callbacks
    assert "still owed" in rejected(call.acts("forget", reason="r", actor=ADMIN))
    assert "still owed" in rejected(call.acts("forget", reference=name, reason="r", actor=ADMIN))
    call.acts("keep_callback", reference=name)
    step = call.acts("forget", reason="r", actor=ADMIN)
    (tombstone,) = [o for o in step.outputs if o.topic is TopicName.CALLBACKS]
    assert (tombstone.key, tombstone.value) == (name.encode(), None)


def test_a_callback_of_a_call_that_nobody_knows_any_more_leaves_the_log() -> None:
    step = Recorded().acts("forget", reference="CB-1", reason="r", actor=ADMIN)
    assert [(o.key, o.value) for o in step.outputs if o.topic is TopicName.CALLBACKS] == [
        (b"CB-1", None)
    ]


def test_of_a_forgotten_call_without_a_record_no_word_is_kept_and_it_may_be_asked_twice() -> None:
    call = Recorded()
    call.says("hello there")
    call.ends()
    for _ in range(2):
        assert rejected(call.acts("forget", reason="r", actor=ADMIN)) == ""
    assert b"hello" not in msgspec.json.encode(call.state)
    assert not call.entries


def test_a_hard_stop_on_a_queue_whose_own_work_it_is_stands_on_record_and_raises_nothing() -> None:
    own = (
        default_policy_text()
        .replace('# e.g. ["fraud-line"]', "")
        .replace(
            'roster = ["hugo", "iris"]\nthen = "supervisors"\nowns_queues = []',
            'roster = ["hugo", "iris"]\nthen = "supervisors"\nowns_queues = ["fraud-line"]',
        )
    )
    call = Recorded(call_reader(parse_policy(own, source="own"), record_key=KEY))
    started = {"type": "call.started", "call_id": "c", "queue_id": "fraud-line"}
    call.gets(TopicName.TRANSCRIPTS, started)
    words = "someone has stolen money from my account, it is fraud"
    steps = [call.says(words), call.says(words)]
    assert not [o for s in steps for o in s.outputs if o.topic is TopicName.ALERTS]
    assert not [o for s in steps for o in s.outputs if o.topic is TopicName.ROUTING]
    notes = [entry for entry in call.entries if entry.kind is EntryKind.NOTE]
    assert [(note.facts["trigger"], note.facts["queue"]) for note in notes] == [
        ("fraud", "fraud-line")
    ]
    quotes = [entry.evidence.quote for entry in call.entries if entry.evidence is not None]
    assert quotes
    assert all(quote in words for quote in quotes)


def test_the_record_names_the_recording_of_the_platform() -> None:
    call = Recorded()
    started = {"type": "call.started", "call_id": "c", "recording": {"id": "rec-7", "state": "on"}}
    call.gets(TopicName.TRANSCRIPTS, started)
    call.says("i am going to sue you people")
    assert call.entries[0].facts["recording"] == "rec-7"


def test_a_recording_that_the_platform_names_later_is_noted() -> None:
    call = Recorded()
    call.gets(TopicName.TRANSCRIPTS, {"type": "call.started", "call_id": "c"})
    call.says("i am going to sue you people")
    assert not [entry for entry in call.entries if "recording" in entry.facts]
    told = {"type": "call.updated", "call_id": "c", "recording": {"id": "rec-7", "state": "on"}}
    call.gets(TopicName.TRANSCRIPTS, told)
    call.gets(TopicName.TRANSCRIPTS, told)
    noted = [entry for entry in call.entries if "recording" in entry.facts]
    assert [(entry.kind, entry.facts) for entry in noted] == [
        (EntryKind.NOTE, {"recording": "rec-7"})
    ]
