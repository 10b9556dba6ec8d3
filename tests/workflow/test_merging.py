"""Nothing that is archived gives way to what somebody writes to the topic."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.workflow.test_records import ADMIN, OPENED, written
from workflow.chain import Content, Entry, EntryKind, Head, blank, verify
from workflow.happenings import Cause, Close, Ended, Erased
from workflow.incident import append
from workflow.merging import merged
from workflow.retention import state_of, without_erased
from workflow.signing import SignedHead, sign

SIGNER = Ed25519PrivateKey.from_private_bytes(b"s" * 32)
STRANGER = Ed25519PrivateKey.from_private_bytes(b"x" * 32)
STATE, RECORD = written(OPENED, Ended("customer_hangup"), Close())
ERASE = Erased(ADMIN, "request 9", Cause.FORGET)


def forged(
    trunk: Sequence[Entry], notes: int, *, erased: tuple[int, ...] = (), call: str = "c"
) -> list[Entry]:
    """Entries that follow on `trunk` and that no worker has written: hashes need no key."""
    state, made = state_of(trunk), list[Entry]()
    kind = EntryKind.ERASED if erased else EntryKind.NOTE
    for number in range(notes):
        content = Content(note=f"made up {number}")
        state, entry = append(
            state, kind, content, call=call, at_ms=1, key=b"f" * 32, erased=erased
        )
        made.append(entry)
    assert verify([*trunk, *made]).intact
    return made


def heads(
    entries: Sequence[Entry], *numbers: int, key: Ed25519PrivateKey = SIGNER
) -> list[SignedHead]:
    return [
        sign(Head(incident_id=e.incident_id, number=e.number, hash=e.hash), key)
        for e in entries
        if e.number in numbers
    ]


@pytest.mark.parametrize("more", [0, 1, 5])
def test_a_forged_end_takes_no_place_of_what_is_archived(more: int) -> None:
    """As long as the true one, or longer; signatures not checked, checked, or none there."""
    trunk = RECORD[:3]
    tail = forged(trunk, len(RECORD) - 3 + more)
    of_forger = heads(tail, tail[-1].number, key=STRANGER)
    true = heads(RECORD, len(RECORD))
    for beside in ([], true, of_forger, [*true, *of_forger]):
        left, why = merged(RECORD, [*RECORD, *tail], beside)
        assert left == RECORD, "nothing on the topic is checked"
        assert why or beside == true
    left, _ = merged(RECORD, [*RECORD, *tail], true, checked=True)
    assert left == RECORD


def test_a_forged_end_is_told_where_no_head_tells_the_ways_apart() -> None:
    _, why = merged(RECORD, [*RECORD, *forged(RECORD[:3], len(RECORD))])
    assert "another entry 4" in why[0]
    assert "--public-key" in why[0]


def test_of_two_ways_on_the_topic_the_one_with_heads_is_archived() -> None:
    tail = forged(RECORD[:3], len(RECORD))
    left, _ = merged(RECORD[:2], [*RECORD, *tail], heads(RECORD, len(RECORD)), checked=True)
    assert left == RECORD
    left, _ = merged((), [*RECORD, *tail], heads(RECORD, len(RECORD)))
    assert left == RECORD


def test_a_record_that_a_worker_told_anew_is_taken_as_signed_heads_say() -> None:
    lost = forged(RECORD[:3], 1)
    archived = (*RECORD[:3], *lost)
    beside = [*heads(lost, 4), *heads(RECORD, 3, len(RECORD))]
    told = [*archived, *RECORD[3:]]
    assert merged(archived, told, beside, checked=True) == (RECORD, ())
    left, why = merged(archived, told, beside)
    assert left == archived, "heads that nobody has checked move nothing"
    assert "another entry 4" in why[0]


def test_what_is_told_anew_and_not_yet_as_long_is_left_for_later() -> None:
    lost = forged(RECORD[:3], len(RECORD))
    left, why = merged((), [*RECORD[:3], *lost, *RECORD[3:]])
    assert left == RECORD[:3]
    assert why


@pytest.mark.parametrize("checked", [True, False])
def test_a_forged_erasure_takes_no_word_where_heads_are_signed(checked: bool) -> None:
    numbers = tuple(range(1, len(RECORD) + 1))
    told = [*RECORD, *forged(RECORD, 1, erased=numbers)]
    left, why = merged(RECORD, told, heads(RECORD, len(RECORD)), checked=checked)
    assert left[: len(RECORD)] == RECORD
    assert "the words stay" in why[0]
    again, why = merged(left, told, heads(RECORD, len(RECORD)), checked=checked)
    assert again == left, "nor the next time, when the archive has the entry itself"
    assert why


def test_an_erasure_on_which_a_head_stands_takes_the_words() -> None:
    _, more = written(ERASE, state=STATE)
    whole = (*RECORD, *more)
    beside = heads(whole, len(RECORD), len(whole))
    assert merged(RECORD, whole, beside, checked=True) == (without_erased(whole), ())
    assert merged(RECORD, whole) == (without_erased(whole), ()), "of workers that sign nothing"
    unsigned, why = merged(RECORD, whole, [], checked=True)
    assert unsigned[: len(RECORD)] == RECORD
    assert why


def test_a_blank_copy_on_the_topic_takes_no_word_and_one_in_the_archive_keeps_them_away() -> None:
    told = [*map(blank, RECORD)]
    assert merged(RECORD, told) == (RECORD, ())
    _, more = written(ERASE, state=STATE)
    left = without_erased((*RECORD, *more))
    assert merged(left, RECORD) == (left, ())


def test_a_copy_with_other_words_is_not_taken_and_told() -> None:
    other = msgspec.structs.replace(RECORD[0], note="made up")
    left, why = merged(RECORD, [other, *RECORD[1:]])
    assert left == RECORD
    assert why == ("entry 1 was told with another content: that is not taken",)
    assert merged((), [other, *RECORD])[0] == RECORD


def test_what_heads_speak_against_is_not_added() -> None:
    beside = heads(RECORD, 4)
    left, why = merged(RECORD[:3], [*RECORD[:3], *forged(RECORD[:3], 1)], beside)
    assert left == RECORD[:3]
    assert "entry 4 on the topic is not the one that a head stands on" in why[0]


def test_what_the_topic_has_lost_keeps_nothing_else_from_the_archive() -> None:
    left, why = merged(RECORD[:2], RECORD[3:], heads(RECORD, 3, len(RECORD)), checked=True)
    assert left == (*RECORD[:2], *RECORD[3:])
    assert why == ()


def test_a_record_with_a_hole_stays_as_it_is_for_verify_to_name() -> None:
    left, _ = merged((), [RECORD[0], *RECORD[2:]])
    assert left == (RECORD[0], *RECORD[2:])
    assert not verify(left).intact
    tail = forged(RECORD[:3], 4)
    torn = (RECORD[0], *RECORD[2:])
    assert merged(torn, [*torn, *tail])[0][: len(torn)] == torn


def test_the_first_copy_of_a_record_is_taken_as_it_was_told() -> None:
    assert merged((), RECORD) == (RECORD, ())
    assert merged(RECORD[:2], RECORD[1:]) == (RECORD, ())
