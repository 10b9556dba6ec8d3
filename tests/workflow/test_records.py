"""Records of hard stops: what is written, what a chain proves, what erasing leaves."""

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from detectors.reading import Evidence, Finding
from detectors.vocabulary import Disposition, Speaker
from workflow.actions import ActionKind, Actor, ActorRole, Deed, Verdict
from workflow.alerts import Alert, AlertChange, AlertStatus, Change, Owner, RecordHandling
from workflow.callbacks import Callback, CallbackState, CallbackStep
from workflow.chain import Entry, EntryKind, Fault, Head, blank, verify
from workflow.decision import CallbackChange, OwnWork, RouteChange
from workflow.delivered import without_repeats
from workflow.happenings import RECORDED, Close, Done, Ended, Happening, Hold, Review
from workflow.incident import RecordError, RecordState, ReviewState, head_of, record
from workflow.policy import RouteMode, Severity, Tier
from workflow.retention import DAY_MS, Cause, Erasure, erase, is_due
from workflow.routing import CancelReason, FailureReason, Outcome, OutcomeKind, Route
from workflow.signing import is_signed_by, sign

KEY = b"k" * 32
AT = 1_790_000_000_000
QA = Actor(id="quinn", role=ActorRole.QA)
COUNSEL = Actor(id="lee", role=ActorRole.SPECIALIST)
ADMIN = Actor(id="root", role=ActorRole.ADMIN)


def quote(utterance: str, words: str) -> Evidence:
    return Evidence(
        utterance_id=utterance,
        speaker=Speaker.CUSTOMER,
        quote=words,
        char_start=0,
        char_end=len(words),
        transcriber="asr",
        confidence=0.8,
    )


SUE = quote("u1", "my lawyer will write to you")
COURT = quote("u2", "we meet in court")
ALERT = Alert(
    alert_id="a1",
    call_id="c",
    episode=1,
    revision=1,
    trigger="legal_threat",
    severity=Severity.HIGH,
    status=AlertStatus.CONFIRMED,
    probability=0.9137,
    reason="classifier 0.9137",
    evidence=(SUE,),
    opened_at="2026-09-21T13:33:20.000Z",
    updated_at="2026-09-21T13:33:20.000Z",
    say_now="",
    do_not_say="",
    policy_version="p",
    rules_version="r",
)
OPENED = AlertChange(Change.OPENED, ALERT)


def updated(**changes: object) -> AlertChange:
    return AlertChange(Change.UPDATED, msgspec.structs.replace(ALERT, **changes))


def written(
    *changes: Happening, state: RecordState | None = None
) -> tuple[RecordState, tuple[Entry, ...]]:
    return record(state or RecordState(), changes, call="c", at_ms=AT, key=KEY)


def kinds(entries: tuple[Entry, ...]) -> list[str]:
    return [entry.kind.value for entry in entries]


CLAIM = Deed(action_id="x", call_id="c", action=ActionKind.CLAIM, actor=COUNSEL, alert_id="a1")
STATE, ENTRIES = written(
    OPENED,
    updated(evidence=(SUE, COURT)),
    Done(CLAIM, Verdict(action_id="x")),
    Ended("customer_hangup"),
    Close(),
)
places = st.integers(0, len(ENTRIES) - 1)


def test_the_record_tells_what_happened_in_order_and_is_intact() -> None:
    assert kinds(ENTRIES) == ["opened", "quote", "quote", "action", "call_ended", "closed"]
    assert [entry.evidence for entry in ENTRIES if entry.evidence] == [SUE, COURT]
    assert ENTRIES[-1].count == 6
    verdict = verify(ENTRIES, head_of(STATE, "c"))
    assert verdict.intact
    assert verdict.closed
    assert verdict.unproven == ()


def test_where_the_sound_is_kept_stands_where_a_hard_stop_is_opened() -> None:
    state, entries = record(
        RecordState(), [OPENED, updated()], call="c", at_ms=AT, key=KEY, recording="rec-7"
    )
    assert kinds(entries) == ["opened", "quote"], "an update that says nothing new is none"
    assert [entry.facts.get("recording") for entry in entries] == ["rec-7", None]
    assert verify(entries, head_of(state, "c")).intact


def sounded(
    state: RecordState, *changes: Happening, recording: str
) -> tuple[RecordState, tuple[Entry, ...]]:
    return record(state, changes, call="c", at_ms=AT, key=KEY, recording=recording)


def test_a_recording_that_is_named_later_is_noted_when_it_is_and_once() -> None:
    state, opening = written(OPENED)
    state, entries = sounded(state, recording="rec-7")
    assert [(e.kind, e.action, e.facts) for e in entries] == [
        (EntryKind.NOTE, RECORDED, {"recording": "rec-7"})
    ]
    state, again = sounded(state, updated(status=AlertStatus.ACKNOWLEDGED), recording="rec-7")
    assert kinds(again) == ["updated"]
    state, another = sounded(state, recording="rec-8")
    assert [e.facts for e in another] == [{"recording": "rec-8"}]
    assert verify((*opening, *entries, *again, *another), head_of(state, "c")).intact


def test_where_the_sound_is_kept_stands_with_what_was_heard_as_own_work() -> None:
    finding = Finding(
        label="fraud",
        disposition=Disposition.RAISE,
        probability=0.9,
        reason="rule",
        rule_id="fraud.victim",
        evidence=(SUE,),
    )
    own = OwnWork(finding, "fraud", "fraud-line", RecordHandling.NORMAL)
    state, entries = sounded(RecordState(), own, recording="rec-7")
    assert kinds(entries) == ["note", "quote"]
    assert entries[0].facts["recording"] == "rec-7"
    assert sounded(state, recording="rec-7")[1] == ()


def test_before_a_record_and_at_its_end_no_recording_is_noted() -> None:
    assert sounded(RecordState(), recording="rec-7")[1] == ()
    state, _ = written(OPENED)
    state, entries = sounded(state, Ended("customer_hangup"), Close(), recording="rec-7")
    assert kinds(entries) == ["call_ended", "closed"]


def test_no_probability_is_put_on_record() -> None:
    assert b"9137" not in msgspec.json.encode(ENTRIES)


def test_a_signal_opens_no_record_and_a_hard_stop_does() -> None:
    signal = updated(trigger="churn_threat")
    assert written(signal, Ended("lost"))[1] == ()
    assert kinds(written(Ended("lost"), OPENED)[1]) == ["opened", "quote"]


def test_the_same_message_read_twice_gives_the_same_bytes() -> None:
    assert written(OPENED) == written(OPENED)


def test_an_update_that_says_nothing_new_is_not_recorded_again() -> None:
    state, _ = written(OPENED)
    assert written(updated(probability=0.99, revision=2), state=state)[1] == ()


def test_an_alert_that_comes_back_is_recorded_again() -> None:
    resolved = AlertChange(
        Change.CLOSED,
        msgspec.structs.replace(ALERT, status=AlertStatus.CLOSED, closed_reason="false_alarm"),
    )
    assert kinds(written(OPENED, resolved, updated())[1]) == [
        "opened",
        "quote",
        "resolved",
        "updated",
    ]


def test_who_acknowledged_stands_once() -> None:
    taken = updated(status=AlertStatus.ACKNOWLEDGED, acknowledged_by="lee", acknowledged_at="t")
    entries = written(OPENED, taken, taken)[1]
    assert [e.actor for e in entries if e.kind is EntryKind.ACKNOWLEDGED] == ["lee"]


def test_a_rejected_action_stands_with_its_reason() -> None:
    entries = written(OPENED, Done(CLAIM, Verdict(action_id="x", rejected="closed already")))[1]
    assert entries[-1].facts["outcome"] == "rejected"
    assert entries[-1].facts["rejected"] == "closed already"


def test_who_was_asked_to_come_and_who_came_stands_on_record() -> None:
    route = Route(
        route_id="r1",
        attempt=1,
        call_id="c",
        alert_ids=("a1",),
        tier=Tier.SPECIALIST,
        desk="legal",
        mode=RouteMode.CONSULT,
        target="queue",
        requested_at="t",
        expires_at="t",
        priority=1,
    )
    again = msgspec.structs.replace(route, attempt=2)
    over = msgspec.structs.replace(again, cancel_reason=CancelReason.CALL_ENDED)
    busy = Outcome(
        kind=OutcomeKind.FAILED, route_id="r1", attempt=1, reason=FailureReason.NO_ANSWER
    )
    joined = Outcome(kind=OutcomeKind.JOINED, route_id="r1", attempt=2, person_id="lee")
    asked = (RouteChange(route), busy, RouteChange(again, fallback=True), joined, RouteChange(over))
    entries = written(OPENED, *asked)[1][2:]
    assert [(e.action, e.actor, e.facts.get("reason")) for e in entries] == [
        ("route.requested", None, None),
        ("route.failed", None, "no_answer"),
        ("route.fallback", None, None),
        ("route.joined", "lee", None),
        ("route.cancelled", None, "call_ended"),
    ]


def test_a_callback_stands_with_its_last_step_and_its_named_owner() -> None:
    offered = Callback(
        reference="CB-1",
        origin_call_id="c",
        issue_summary="legal threat",
        tier=Tier.SPECIALIST,
        state=CallbackState.OFFERED,
        owner=Owner(id="lee", name="Lee Okoro"),
        history=(CallbackStep(at="t", by="hardstop", state=CallbackState.OFFERED),),
    )
    missed = offered.moved(CallbackState.MISSED, "hardstop", AT, "nobody reached the caller")
    entry = written(OPENED, CallbackChange(missed))[1][-1]
    assert (entry.action, entry.actor) == ("callback.missed", "hardstop")
    assert entry.note == "nobody reached the caller"
    assert entry.facts == {"reference": "CB-1", "owner": "Lee Okoro"}


def test_a_record_that_was_restricted_once_stays_restricted() -> None:
    entries = written(updated(handling=RecordHandling.RESTRICTED), OPENED, Ended("lost"))[1]
    assert {entry.handling for entry in entries} == {RecordHandling.RESTRICTED}


def test_a_review_takes_the_flag_for_quality_assurance_off() -> None:
    state, entries = written(Review(QA, "handled well"), state=STATE)
    assert state.review is ReviewState.REVIEWED
    assert ENTRIES[-1].qa_flag
    assert not entries[-1].qa_flag
    with pytest.raises(RecordError, match="note"):
        written(Review(QA, " "), state=STATE)


def test_only_who_set_a_hold_or_an_admin_lifts_it() -> None:
    state, _ = written(Hold(COUNSEL, "claim 17"), state=STATE)
    with pytest.raises(RecordError, match="only who set"):
        written(Hold(QA, "done", lifted=True), state=state)
    for actor in (COUNSEL, ADMIN):
        assert written(Hold(actor, "settled", lifted=True), state=state)[0].holds == {}
    with pytest.raises(RecordError, match="no legal hold"):
        written(Hold(COUNSEL, "settled", lifted=True), state=STATE)


CHANGES = {
    "at": "2026-01-01T00:00:00.000Z",
    "actor": "somebody",
    "action": "else",
    "note": "never said",
    "facts": {"trigger": "media"},
    "evidence": quote("u1", "nothing of the kind"),
    "kind": EntryKind.NOTE,
    "qa_flag": False,
    "handling": RecordHandling.SPECIAL_CATEGORY,
    "call_id": "d",
    "incident_id": "d",
    "number": 99,
    "count": 99,
    "erased": (1,),
    "hash": "1" * 64,
    "previous_hash": "1" * 64,
    "commitment": "1" * 64,
    "salt": "1" * 64,
}


@given(places, st.sampled_from(sorted(CHANGES)))
def test_any_single_change_is_found(place: int, field: str) -> None:
    changed = list(ENTRIES)
    changed[place] = msgspec.structs.replace(ENTRIES[place], **{field: CHANGES[field]})
    assert not verify(changed).intact


@given(places)
def test_any_dropped_entry_is_named_and_a_cut_end_needs_a_head(place: int) -> None:
    left = ENTRIES[:place] + ENTRIES[place + 1 :]
    verdict = verify(left, head_of(STATE, "c"))
    assert (verdict.fault, verdict.number) == (Fault.DROPPED, place + 1)
    if place == len(ENTRIES) - 1:
        cut = verify(left)
        assert cut.intact
        assert "cut off after entry 5 (no closing entry" in cut.unproven[0]


@given(places, places)
def test_any_two_swapped_entries_are_found(one: int, other: int) -> None:
    swapped = list(ENTRIES)
    swapped[one], swapped[other] = swapped[other], swapped[one]
    verdict = verify(swapped)
    if one == other:
        assert verdict.intact
    else:
        assert (verdict.fault, verdict.number) == (Fault.REORDERED, min(one, other) + 1)


@given(places, places)
def test_any_inserted_entry_is_found(source: int, place: int) -> None:
    more = list(ENTRIES)
    more.insert(place, ENTRIES[source])
    assert not verify(more).intact


def test_an_entry_that_was_written_in_between_and_numbered_anew_is_found() -> None:
    forged = msgspec.structs.replace(ENTRIES[1], number=3, previous_hash=ENTRIES[1].hash)
    assert verify((*ENTRIES[:2], forged, *ENTRIES[3:])).number == 3


def test_a_record_written_anew_as_a_whole_is_found_only_with_a_head() -> None:
    _, forged = record(RecordState(), [OPENED], call="c", at_ms=AT, key=b"other" * 8)
    assert verify(forged).intact
    assert "written anew" in verify(forged).unproven[1]
    assert verify(forged, head_of(written(OPENED)[0], "c")).fault is Fault.CHANGED


@given(st.sets(st.integers(0, len(ENTRIES) - 2)))
def test_erasing_content_keeps_the_chain_verifiable(gone: set[int]) -> None:
    """The last entry closes the record: nothing of a caller is in it, and it is never erased."""
    left = [blank(e) if n in gone else e for n, e in enumerate(ENTRIES)]
    verdict = verify(left, head_of(STATE, "c"), lets_go=True)
    assert verdict.intact
    assert verdict.erased == verdict.unexplained == tuple(sorted(n + 1 for n in gone))
    assert verify(left, head_of(STATE, "c")).intact == (not gone)


def test_entries_delivered_twice_count_once_and_a_blanked_copy_wins() -> None:
    assert without_repeats((*ENTRIES, *ENTRIES)) == ENTRIES
    left = without_repeats((*ENTRIES, blank(ENTRIES[1]), ENTRIES[1]))
    assert left == (ENTRIES[0], blank(ENTRIES[1]), *ENTRIES[2:])


def erasing(state: RecordState, entries: tuple[Entry, ...]) -> Erasure:
    return erase(
        state,
        entries,
        cause=Cause.FORGET,
        ground="request 9",
        actor=ADMIN,
        call="c",
        at_ms=AT,
        key=KEY,
    )


def test_who_is_forgotten_leaves_no_word_and_a_chain_that_verifies() -> None:
    done = erasing(STATE, ENTRIES)
    assert done.entry is not None
    gone = {entry.number: entry for entry in done.blanked}
    left = [*(gone.get(entry.number, entry) for entry in ENTRIES), done.entry]
    text = msgspec.json.encode(left)
    assert not [words for words in (b"lawyer", b"court", b"lee") if words in text]
    verdict = verify(left, head_of(done.state, "c"))
    assert verdict.intact
    assert verdict.erased == (1, 2, 3, 4, 5)
    assert verdict.unexplained == ()


def test_a_legal_hold_refuses_erasure_and_its_ground_stands_on_record() -> None:
    state, more = written(Hold(COUNSEL, "claim 17"), state=STATE)
    done = erasing(state, (*ENTRIES, *more))
    assert done.blanked == ()
    assert done.refused == "a legal hold stands: claim 17"
    assert done.entry is not None
    assert done.entry.kind is EntryKind.ERASURE_REFUSED
    assert done.entry.note == done.refused
    assert verify((*ENTRIES, *more, done.entry)).intact


def test_erasing_after_a_hold_was_lifted_keeps_the_account_of_the_hold() -> None:
    state, more = written(
        Hold(COUNSEL, "claim 17"), Hold(COUNSEL, "settled", lifted=True), state=STATE
    )
    done = erasing(state, (*ENTRIES, *more))
    assert [entry.number for entry in done.blanked] == [1, 2, 3, 4, 5]


def test_erasing_needs_the_whole_record() -> None:
    with pytest.raises(ValueError, match="whole record"):
        erasing(STATE, ENTRIES[:-1])


def test_a_purge_is_due_only_for_a_closed_record_whose_time_is_over() -> None:
    assert is_due(ENTRIES, at_ms=AT + 30 * DAY_MS, days=30)
    assert not is_due(ENTRIES, at_ms=AT + 30 * DAY_MS - 1, days=30)
    assert not is_due(ENTRIES[:-1], at_ms=AT + 99 * DAY_MS, days=30)


def test_a_signature_holds_for_its_head_alone() -> None:
    key = Ed25519PrivateKey.from_private_bytes(KEY)
    signed = sign(head_of(STATE, "c"), key)
    assert is_signed_by(signed, key.public_key())
    assert not is_signed_by(msgspec.structs.replace(signed, number=5), key.public_key())
    assert not is_signed_by(msgspec.structs.replace(signed, signature="?"), key.public_key())
    other = Ed25519PrivateKey.from_private_bytes(b"o" * 32)
    assert not is_signed_by(signed, other.public_key())


def test_a_head_of_another_record_proves_nothing() -> None:
    assert not verify(ENTRIES, Head(incident_id="other", number=1, hash="0" * 64)).intact


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        record(RecordState(), [OPENED], call="c", at_ms=AT, key=b"short")


def test_facts_told_again_in_another_order_are_one_record() -> None:
    """A worker dies with entries told and its state unwritten; the next reads the deed first."""
    state, head = written(OPENED)
    words, deed = updated(evidence=(SUE, COURT)), Done(CLAIM, Verdict(action_id="x"))
    _, lost = written(words, deed, state=state)
    went_on, anew = written(deed, words, Ended("lost"), state=state)
    record_ = without_repeats((*head, *lost, *anew, *anew))
    assert record_ == (*head, *anew)
    assert verify(record_, head_of(went_on, "c")).intact


@given(places)
def test_a_record_that_somebody_cuts_short_by_adding_to_it_is_not_believed(place: int) -> None:
    before = RecordState(count=ENTRIES[place].number - 1, hash=ENTRIES[place].previous_hash)
    _, forged = record(
        before, [Ended("never said"), OPENED], call="c", at_ms=AT, key=b"another key" * 3
    )
    told = without_repeats((*ENTRIES, forged[0]))
    if place < len(ENTRIES) - 1 and forged:
        assert not verify(told).intact


def test_a_changed_copy_of_an_entry_is_no_way_on() -> None:
    changed = msgspec.structs.replace(ENTRIES[2], note="never said")
    assert not verify(without_repeats((*ENTRIES, changed))).intact
