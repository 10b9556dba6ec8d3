"""When records are closed and let go, what archives keep, and what no one can slip past a chain."""

from __future__ import annotations

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflow.test_records import (
    ADMIN,
    ALERT,
    AT,
    CHANGES,
    COUNSEL,
    KEY,
    OPENED,
    QA,
    updated,
    written,
)
from workflow.actions import ActionKind, Actor, ActorRole, Deed, HoldChange, Refused
from workflow.alerts import AlertStatus, Owner, RecordHandling
from workflow.archive import due, erased_in
from workflow.call import Mode
from workflow.callbacks import Callback, CallbackState, CallbackStep
from workflow.chain import KEPT, EntryKind, Fault, blank, verify
from workflow.closing import QUIET_MS, SILENT_MS, closing_moment, leaving_moment
from workflow.decision import DeskState
from workflow.happenings import (
    Cause,
    Close,
    Ended,
    Erased,
    ErasureRefused,
    Happening,
    Hold,
    Review,
)
from workflow.incident import RecordState, head_of, record
from workflow.merging import merged
from workflow.policy import PolicyError, Tier, default_policy_text, load_policy, parse_policy
from workflow.recording import erasure_of, happening_of
from workflow.retention import DAY_MS, erasable, state_of, without_erased
from workflow.storage import Retention

ERASE = Erased(ADMIN, "request 9", Cause.FORGET)
STATE, ENTRIES = written(
    OPENED,
    Hold(COUNSEL, "claim 17"),
    ErasureRefused(ADMIN, "request 8", "a legal hold stands: claim 17", Cause.FORGET),
    Review(QA, "handled well"),
    Hold(COUNSEL, "settled", lifted=True),
    Ended("customer_hangup"),
    ERASE,
    Close(),
)
LEFT = without_erased(ENTRIES)
places = st.integers(0, len(LEFT) - 1)


def test_after_an_erasure_no_word_is_left_and_the_account_of_the_hold_is() -> None:
    text = msgspec.json.encode(LEFT)
    assert b"lawyer" not in text
    assert [e.note for e in LEFT if e.kind is EntryKind.HOLD_SET] == ["claim 17"]
    verdict = verify(LEFT, head_of(STATE, "c"))
    assert verdict.intact
    assert verdict.unexplained == ()


BLANK_TOO = sorted(
    name for name in CHANGES if name not in ("actor", "action", "note", "facts", "evidence", "salt")
)


@given(places, st.sampled_from(BLANK_TOO))
def test_any_single_change_is_found_also_after_an_erasure(place: int, field: str) -> None:
    changed = list(LEFT)
    new = msgspec.structs.replace(LEFT[place], **{field: CHANGES[field]})
    changed[place] = new
    # A review and its successors are not flagged any more: there the change changes nothing.
    assert verify(changed).intact == (new == LEFT[place])


@given(places, st.sampled_from(sorted(CHANGES)))
def test_words_put_into_an_erased_entry_are_found(place: int, field: str) -> None:
    changed = list(LEFT)
    changed[place] = new = msgspec.structs.replace(LEFT[place], **{field: CHANGES[field]})
    assert verify(changed).intact == (new == LEFT[place])


@given(places)
def test_words_that_no_entry_says_were_erased_are_missed(place: int) -> None:
    """Whoever can write to an archive could take the quotes out of it."""
    changed = list(ENTRIES)
    changed[place] = gone = blank(ENTRIES[place])
    verdict = verify(changed)
    named = place + 1 in next(e for e in ENTRIES if e.kind is EntryKind.ERASED).erased
    assert verdict.intact == named
    if gone.kind in KEPT:
        assert (verdict.fault, verdict.number) == (Fault.CHANGED, place + 1)
        assert not verify(changed, lets_go=True).intact
    elif not named:
        assert (verdict.fault, verdict.number) == (Fault.ERASED, place + 1)
        assert verify(changed, lets_go=True).intact


def test_an_erasure_speaks_for_what_stood_before_it_alone() -> None:
    state, entries = written(OPENED, ERASE)
    _, more = written(Review(QA, "handled well"), state=state)
    whole = (*without_erased(entries), *more)
    assert verify(whole).intact
    late = (*whole[:-1], blank(whole[-1]))
    assert (verify(late).fault, verify(late).number) == (Fault.ERASED, len(whole))


@given(places)
def test_any_dropped_entry_is_named_also_after_an_erasure(place: int) -> None:
    verdict = verify(LEFT[:place] + LEFT[place + 1 :], head_of(STATE, "c"))
    assert verdict.number == place + 1


@given(places, places)
def test_any_swap_is_found_also_after_an_erasure(one: int, other: int) -> None:
    swapped = list(LEFT)
    swapped[one], swapped[other] = swapped[other], swapped[one]
    assert verify(swapped).intact == (one == other)


happenings = st.lists(
    st.sampled_from(
        [OPENED, Hold(COUNSEL, "17"), Review(QA, "seen"), Ended("lost"), ERASE, Close()]
    ),
    max_size=12,
)


@given(happenings)
def test_the_state_told_from_the_entries_is_the_one_that_was_kept(
    what: list[Happening],
) -> None:
    state, entries = written(OPENED, *what)
    told = state_of(entries)
    for name in ("count", "hash", "holds", "review", "handling", "closed", "last_ms"):
        assert getattr(told, name) == getattr(state, name)


@given(happenings)
def test_holds_and_what_became_of_a_record_are_never_erased(what: list[Happening]) -> None:
    _, entries = written(OPENED, *what)
    left = without_erased(entries)
    assert [e for e in left if e.kind in KEPT] == [e for e in entries if e.kind in KEPT]
    assert verify(left).intact


@given(happenings, happenings)
def test_an_erasure_names_just_what_can_go(one: list[Happening], other: list[Happening]) -> None:
    state, before = written(OPENED, *one)
    state, more = written(ERASE, *other, state=state)
    assert more[0].erased == erasable(without_erased(before))


def held(*more: Happening) -> tuple[RecordState, tuple[object, ...]]:
    return written(OPENED, Hold(COUNSEL, "claim 17"), *more)


def test_who_holds_and_reviews_is_a_supervisor_quality_assurance_or_an_admin() -> None:
    state, _ = written(OPENED)
    deed = Deed(
        action_id="x", call_id="c", action=ActionKind.LEGAL_HOLD, actor=QA, reason="claim 17"
    )
    assert happening_of(msgspec.structs.replace(deed, hold=HoldChange.SET), state) == Hold(
        QA, "claim 17"
    )
    review = msgspec.structs.replace(deed, action=ActionKind.REVIEW_INCIDENT)
    assert happening_of(review, state) == Review(QA, "claim 17")
    for role in (ActorRole.AGENT, ActorRole.SPECIALIST, ActorRole.SERVICE):
        with pytest.raises(Refused, match="a supervisor"):
            happening_of(msgspec.structs.replace(review, actor=Actor(id="x", role=role)), state)


def test_a_request_to_be_forgotten_becomes_a_refusal_under_a_hold() -> None:
    deed = Deed(action_id="x", call_id="c", action=ActionKind.FORGET, actor=ADMIN, reason="9")
    assert isinstance(erasure_of(deed, written(OPENED)[0]), Erased)
    assert isinstance(erasure_of(deed, held()[0]), ErasureRefused)


RECORD = written(OPENED)[0]
OFFERED = Callback(
    reference="CB-1",
    origin_call_id="c",
    issue_summary="legal threat",
    tier=Tier.SPECIALIST,
    state=CallbackState.OFFERED,
    owner=Owner(id="lee", name="Lee"),
    history=(CallbackStep(at="t", by="hardstop", state=CallbackState.OFFERED),),
)
KEPT_ONE = msgspec.structs.replace(OFFERED, state=CallbackState.KEPT)


def closes(
    status: AlertStatus = AlertStatus.CLOSED,
    *,
    ended_ms: int | None = AT,
    mode: Mode = Mode.LIVE,
    callback: Callback | None = None,
) -> int | None:
    reference = callback.reference if callback else None
    alert = msgspec.structs.replace(ALERT, status=status, callback_reference=reference)
    callbacks = {callback.reference: callback} if callback else {}
    desk = DeskState(alerts={"legal_threat": alert}, callbacks=callbacks)
    return closing_moment(RECORD, desk, seen_ms=AT, ended_ms=ended_ms, mode=mode)


@pytest.mark.parametrize("status", ["closed", "retracted", "claimed"])
def test_a_record_is_closed_when_all_alerts_are_over_or_in_hands(status: str) -> None:
    assert closes(AlertStatus(status)) == AT + QUIET_MS


def test_an_alert_that_nobody_took_keeps_the_record_open() -> None:
    assert closes(AlertStatus.CONFIRMED) is None


def test_a_callback_keeps_the_record_open_until_it_is_kept() -> None:
    assert closes(AlertStatus.CONFIRMED, callback=OFFERED) is None
    assert closes(AlertStatus.CONFIRMED, callback=KEPT_ONE) == AT + QUIET_MS


def test_of_a_recording_nobody_takes_the_alerts_and_the_record_is_closed() -> None:
    assert closes(AlertStatus.CONFIRMED, mode=Mode.POST_CALL) == AT + QUIET_MS


def test_a_call_whose_end_was_not_told_is_over_after_a_long_silence() -> None:
    assert closes(ended_ms=None) == AT + SILENT_MS


def test_a_closed_record_is_not_closed_again_and_one_that_goes_on_is() -> None:
    state, _ = written(OPENED, Close())
    again = {"desk": DeskState(), "seen_ms": AT, "ended_ms": None, "mode": Mode.LIVE}
    assert closing_moment(state, **again) is None
    reviewed, _ = written(Review(QA, "seen"), state=state)
    assert closing_moment(reviewed, **again) == AT + QUIET_MS


def test_a_record_is_let_go_when_its_time_is_over_but_not_under_a_hold() -> None:
    desk = DeskState()
    assert leaving_moment(RECORD, desk, seen_ms=AT, days=30) == AT + 30 * DAY_MS
    assert leaving_moment(held()[0], desk, seen_ms=AT, days=30) is None
    assert leaving_moment(RecordState(), desk, seen_ms=AT, days=30) is None


def test_an_archive_takes_every_entry_once_and_what_was_erased_since_goes() -> None:
    before = ENTRIES[:5]
    assert merged(before, ENTRIES[3:]) == (LEFT, ())
    assert merged(LEFT, ENTRIES) == (LEFT, ())


def test_an_erasure_that_somebody_slipped_in_takes_nothing_away() -> None:
    _, entries = written(OPENED)
    other = written(OPENED, Ended("lost"), ERASE)[1]
    forged = msgspec.structs.replace(other[-1], number=3)
    assert entries[1] in merged(entries, [forged])[0]


def a_month(_queue: str | None) -> int:
    return 30


def test_a_purge_is_due_a_day_after_workers_have_let_go() -> None:
    _, entries = written(OPENED, Close())
    _, kept = held(Close())
    records = {"c": entries, "held": kept}
    assert due(records, at_ms=AT + 30 * DAY_MS, days=a_month) == ()  # type: ignore[arg-type]
    found = due(records, at_ms=AT + 31 * DAY_MS, days=a_month)  # type: ignore[arg-type]
    assert [(one.call_id, one.held) for one in found] == [
        ("c", None),
        ("held", "a legal hold stands: claim 17"),
    ]


def test_a_record_is_purged_by_the_time_of_the_queue_on_which_it_was_closed() -> None:
    _, short = written(OPENED, Close("chat"))
    _, moved = written(OPENED, Close("chat"), OPENED, Close("sales"))
    _, old = written(OPENED, Close())
    records = {"short": short, "moved": moved, "old": old}
    days = {"chat": 9}
    found = due(
        records,  # type: ignore[arg-type]
        at_ms=AT + 10 * DAY_MS,
        days=lambda queue: days.get(queue or "", 30),
    )
    assert [(one.call_id, one.queue_id) for one in found] == [("short", "chat")]
    assert verify(short).intact


def test_an_archived_record_is_erased_with_an_entry_that_says_so() -> None:
    _, entries = written(OPENED, Close())
    left, done = erased_in(
        entries, cause=Cause.PURGE, ground="365 days", actor=ADMIN, at_ms=AT, key=KEY
    )
    assert done.refused is None
    assert left[-1].kind is EntryKind.ERASED
    verdict = verify(left)
    assert verdict.intact
    assert verdict.unexplained == ()
    assert due({"c": left}, at_ms=AT + 999 * DAY_MS, days=lambda _: 1) == ()


def test_quotes_of_one_restricted_hard_stop_make_the_whole_record_restricted() -> None:
    restricted = updated(handling=RecordHandling.RESTRICTED)
    state, _ = record(RecordState(), [OPENED, restricted], call="c", at_ms=AT, key=KEY)
    assert state.handling is RecordHandling.RESTRICTED


def test_the_policy_says_how_long_and_why_and_a_mistake_is_named_with_its_line() -> None:
    kept = load_policy().retention
    days = (kept.incidents.days, kept.callbacks.days, kept.complaints.days)
    assert days == (365, 90, 1100)
    assert kept == Retention()
    text = default_policy_text().replace("\ndays = 90", "\ndays = 0")
    with pytest.raises(PolicyError, match=r"line \d+: retention.callbacks.days"):
        parse_policy(text, source="own")
