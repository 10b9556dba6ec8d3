"""The chain of a record: numbered entries, each bound to the one before by SHA-256.

    commitment = SHA-256(salt ‖ canonical content)
    hash       = SHA-256(canonical [previous hash, number, ..., commitment])

The hash covers the commitment, not the content: content and salt can be erased and the chain still
verifies. Canonical is JSON (RFC 8259) with sorted keys, no spaces, and absent fields left out.

Salts are derived from a key, so that a message read twice gives the same bytes. Whoever holds the
key can derive a salt again and test a guess at erased content; erasure is complete when the key of
that time is destroyed too. Change the key from time to time.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Sequence
from enum import StrEnum
from typing import TypeVar

import msgspec

from detectors.reading import Evidence
from workflow.alerts import RecordHandling
from workflow.call import Mode

FIRST = "0" * 64
"""What the first entry names as the hash before it."""


class EntryKind(StrEnum):
    OPENED = "opened"
    UPDATED = "updated"
    RETRACTED = "retracted"
    RESOLVED = "resolved"
    """An alert was closed; the record goes on."""
    QUOTE = "quote"
    ACTION = "action"
    ACKNOWLEDGED = "acknowledged"
    ROUTE = "route"
    CALLBACK = "callback"
    CALL_ENDED = "call_ended"
    NOTE = "note"
    REVIEWED = "reviewed"
    HOLD_SET = "hold_set"
    HOLD_LIFTED = "hold_lifted"
    ERASED = "erased"
    ERASURE_REFUSED = "erasure_refused"
    CLOSED = "closed"
    COMPLAINT = "complaint"
    """An entry of the complaint register was made or changed."""


KEPT = frozenset(
    {
        EntryKind.HOLD_SET,
        EntryKind.HOLD_LIFTED,
        EntryKind.ERASED,
        EntryKind.ERASURE_REFUSED,
        EntryKind.CLOSED,
    }
)
"""They tell how the record itself was treated, not what the caller said: never erased."""


class Content(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What can be erased: who said or did what. `facts` are named values, never scores."""

    evidence: Evidence | None = None
    actor: str | None = None
    action: str | None = None
    note: str | None = None
    facts: dict[str, str] = {}


class Entry(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One fact of a record. `at` is RFC 3339; hashes, commitment and salt are 64 hex digits.

    `count`: in the entry that closes a record, how many entries there are with this one.
    `erased`: in an entry about an erasure, the numbers of the entries it is about.
    """

    incident_id: str
    call_id: str
    number: int
    kind: EntryKind
    at: str
    previous_hash: str
    commitment: str
    hash: str
    salt: str | None = None
    evidence: Evidence | None = None
    actor: str | None = None
    action: str | None = None
    note: str | None = None
    facts: dict[str, str] = {}
    qa_flag: bool = True
    handling: RecordHandling = RecordHandling.NORMAL
    mode: Mode = Mode.LIVE
    count: int | None = None
    erased: tuple[int, ...] = ()

    @property
    def content(self) -> Content:
        """What the commitment is about."""
        return Content(**{name: getattr(self, name) for name in Content.__struct_fields__})

    @property
    def is_blank(self) -> bool:
        """Whether content and salt have been erased."""
        return self.salt is None and self.content == Content()


class Head(msgspec.Struct, frozen=True, kw_only=True):
    """The end of a chain at some moment; kept elsewhere, it proves what stood until then."""

    incident_id: str
    number: int
    hash: str


class Fault(StrEnum):
    """What is wrong with the first bad entry."""

    CHANGED = "changed"
    DROPPED = "dropped"
    REORDERED = "reordered"
    ADDED = "added"
    ERASED = "erased"
    """Its content is gone, and no later entry says that it was erased."""


class Verdict(msgspec.Struct, frozen=True, kw_only=True):
    """What a chain proves. `number` is the first bad entry; `unproven` says what stays open."""

    entries: int
    head: Head | None = None
    fault: Fault | None = None
    number: int | None = None
    detail: str | None = None
    closed: bool = False
    erased: tuple[int, ...] = ()
    unexplained: tuple[int, ...] = ()
    """Erased entries that no later entry about an erasure names."""
    unproven: tuple[str, ...] = ()

    @property
    def intact(self) -> bool:
        """Whether nothing was found changed, dropped, reordered, added or taken out."""
        return self.fault is None


def salt_for(key: bytes, incident_id: str, number: int) -> str:
    """HMAC-SHA-256 (RFC 2104) of the record and the number. Raises ValueError for a short key."""
    if len(key) < 32:
        raise ValueError("the key of the records needs 32 bytes or more")
    return hmac.new(key, f"{incident_id}\x1f{number}".encode(), hashlib.sha256).hexdigest()


def commitment_of(salt: str, content: Content) -> str:
    """SHA-256 of the salt's bytes and the canonical content.

    Raises ValueError where it is not hex as it was written: with capitals or spaces in it the bytes
    would be the same, and the record another.
    """
    raw = bytes.fromhex(salt)
    if raw.hex() != salt:
        raise ValueError("salt is not lower-case hex")
    return hashlib.sha256(raw + _canonical(content)).hexdigest()


def hash_of(entry: Entry) -> str:
    """The hash an entry must have: over all that stays when its content is erased."""
    bound = [
        entry.previous_hash,
        entry.number,
        entry.incident_id,
        entry.call_id,
        entry.kind,
        entry.at,
        entry.qa_flag,
        entry.handling,
        entry.mode,
        entry.count,
        entry.erased,
        entry.commitment,
    ]
    return hashlib.sha256(_canonical(bound)).hexdigest()


E = TypeVar("E", bound=Entry)


def blank(entry: E) -> E:
    """The entry without content and salt; its commitment and hash stay."""
    nothing = Content()
    fields = {name: getattr(nothing, name) for name in Content.__struct_fields__}
    return msgspec.structs.replace(entry, salt=None, **fields)


def verify(entries: Sequence[Entry], head: Head | None = None, *, lets_go: bool = False) -> Verdict:
    """Whether the entries of one record, in order, are what was written.

    Without a head held elsewhere, a cut end and a record written anew as a whole cannot be told.
    `lets_go`: whoever keeps this copy takes content out by itself, at the end of its time, so that
    what no entry explains is no fault.
    """
    erased = tuple(entry.number for entry in entries if entry.is_blank)
    unexplained = _unexplained(entries, erased)
    bad = _first_fault(entries, head)
    if bad is None and unexplained and not lets_go:
        # Only now: where the entry about an erasure was dropped, that is what is wrong.
        bad = Fault.ERASED, unexplained[0], "no later entry says that its content was erased"
    closed = bool(entries) and entries[-1].kind is EntryKind.CLOSED
    last = entries[-1] if entries else None
    fault, number, detail = bad or (None, None, None)
    end = Head(incident_id=last.incident_id, number=last.number, hash=last.hash) if last else None
    return Verdict(
        entries=len(entries),
        head=end,
        fault=fault,
        number=number,
        detail=detail,
        closed=closed,
        erased=erased,
        unexplained=unexplained,
        unproven=() if bad else _unproven(entries, head, closed=closed),
    )


Bad = tuple[Fault, int, str]


def _unexplained(entries: Sequence[Entry], erased: Sequence[int]) -> tuple[int, ...]:
    named = {
        number
        for entry in entries
        if entry.kind is EntryKind.ERASED
        for number in entry.erased
        if number < entry.number
    }
    return tuple(number for number in erased if number not in named)


def _first_fault(entries: Sequence[Entry], head: Head | None) -> Bad | None:
    if head is not None and entries and head.incident_id != entries[0].incident_id:
        return Fault.ADDED, 1, "the head is of another record"
    previous = FIRST
    for place, entry in enumerate(entries, start=1):
        if entry.incident_id != entries[0].incident_id or entry.call_id != entries[0].call_id:
            return Fault.ADDED, entry.number, "it belongs to another record"
        if entry.number != place:
            return _out_of_place(entries, place)
        if bad := fault_of(entry, previous):
            return bad
        if head is not None and head.number == place and head.hash != entry.hash:
            return Fault.CHANGED, place, "its hash is not the one of the head held elsewhere"
        previous = entry.hash
    if head is not None and head.number > len(entries):
        missing = len(entries) + 1
        return Fault.DROPPED, missing, f"the head held elsewhere stands at entry {head.number}"
    return None


def _out_of_place(entries: Sequence[Entry], place: int) -> Bad:
    number = entries[place - 1].number
    if number < place:
        return Fault.ADDED, number, f"a second entry {number} stands after entry {place - 1}"
    if any(entry.number == place for entry in entries[place:]):
        return Fault.REORDERED, place, f"entry {number} stands in its place"
    return Fault.DROPPED, place, f"entry {number} stands in its place"


def fault_of(entry: Entry, previous: str) -> Bad | None:
    """What is wrong with an entry by itself, after one with the hash `previous`."""
    number = entry.number
    if entry.previous_hash != previous:
        return Fault.CHANGED, number, "it does not follow on the entry before it"
    if entry.hash != hash_of(entry):
        return Fault.CHANGED, number, "its hash is not the hash of what it says"
    if entry.kind is EntryKind.CLOSED and entry.count != number:
        return Fault.CHANGED, number, f"it closes {entry.count} entries but is number {number}"
    if entry.is_blank and entry.kind not in KEPT:
        return None
    try:
        commitment = commitment_of(entry.salt or "", entry.content)
    except ValueError:
        return Fault.CHANGED, number, "its salt is damaged"
    if entry.salt is None or commitment != entry.commitment:
        return Fault.CHANGED, number, "its content is not what was committed to"
    return None


def _unproven(entries: Sequence[Entry], head: Head | None, *, closed: bool) -> tuple[str, ...]:
    if head is None:
        open_end = "" if closed else " (no closing entry stands at its end)"
        return (
            f"that nothing was cut off after entry {len(entries)}{open_end}",
            "that the record was not written anew as a whole",
        )
    if head.number < len(entries):
        return (
            f"that nothing after entry {head.number}, where the head stands, was cut or changed",
        )
    return ()


def _canonical(value: object) -> bytes:
    return msgspec.json.encode(value, order="sorted")
