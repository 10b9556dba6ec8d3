"""Erasing what a record says: at the end of its time, or because the caller asked for it.

Content and salt go, commitments stay, so the chain still verifies. A legal hold stops both, and
the refusal is put on record with the hold's ground.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

import msgspec

from workflow.actions import Actor
from workflow.chain import KEPT, Entry, EntryKind, blank
from workflow.happenings import Cause, Erased, ErasureRefused, facts_of
from workflow.incident import RecordState, ReviewState, append, standing_holds
from workflow.moments import milliseconds

DAY_MS = 86_400_000
E = TypeVar("E", bound=Entry)


class Erasure(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it: `blanked` take the place of the entries with their numbers; `entry` records
    it and is None if there was nothing to erase."""

    state: RecordState
    blanked: tuple[Entry, ...] = ()
    entry: Entry | None = None
    refused: str | None = None


def erasable(entries: Sequence[Entry]) -> tuple[int, ...]:
    """The numbers of the entries whose content may go."""
    return tuple(e.number for e in entries if e.kind not in KEPT and not e.is_blank)


def is_due(entries: Sequence[Entry], *, at_ms: int, days: int) -> bool:
    """Whether a closed record has been kept for its time since its last entry."""
    if not any(entry.kind is EntryKind.CLOSED for entry in entries):
        return False
    return milliseconds(entries[-1].at) + days * DAY_MS <= at_ms


def erase(
    state: RecordState,
    entries: Sequence[Entry],
    *,
    cause: Cause,
    ground: str,
    actor: Actor,
    call: str,
    at_ms: int,
    key: bytes,
) -> Erasure:
    """Blanks what may be blanked of one record (`entries`: all of it), or refuses under a hold.

    Raises ValueError if the entries are not those of `state`, or for a key under 32 bytes.
    """
    if len(entries) != state.count or (entries and entries[-1].hash != state.hash):
        raise ValueError("erasing needs the whole record as it stands now")
    numbers = erasable(entries)
    if not numbers:
        return Erasure(state=state)
    mode = entries[0].mode
    refused = standing_holds(state)
    erased: tuple[int, ...] = ()
    if refused is not None:
        ((kind, content),) = facts_of(ErasureRefused(actor, ground, refused, cause))
    else:
        ((kind, content),) = facts_of(Erased(actor, ground, cause))
        erased = numbers
    state, entry = append(
        state, kind, content, call=call, at_ms=at_ms, key=key, mode=mode, erased=erased
    )
    blanked = () if refused else tuple(blank(e) for e in entries if e.number in set(numbers))
    return Erasure(state=state, blanked=blanked, entry=entry, refused=refused)


def without_erased(entries: Sequence[E], *, until: int | None = None) -> tuple[E, ...]:
    """One record with the content gone of every entry that an entry about an erasure names, as far
    as that is numbered `until` or lower."""
    last = len(entries) if until is None else until
    told = [e for e in entries if e.kind is EntryKind.ERASED and e.number <= last]
    named = {n for entry in told for n in entry.erased}
    return tuple(
        blank(entry) if entry.number in named and entry.kind not in KEPT else entry
        for entry in entries
    )


def state_of(entries: Sequence[Entry]) -> RecordState:
    """What can be told of a record's state from its entries: its end, its holds, its handling."""
    state = RecordState()
    for entry in entries:
        holds = dict(state.holds)
        if entry.kind is EntryKind.HOLD_SET:
            holds[entry.actor or ""] = entry.note or ""
        elif entry.kind is EntryKind.HOLD_LIFTED and entry.facts.get("role") == "admin":
            holds = {}
        elif entry.kind is EntryKind.HOLD_LIFTED:
            holds.pop(entry.actor or "", None)
        reviewed = state.review if entry.qa_flag else ReviewState.REVIEWED
        state = msgspec.structs.replace(
            state,
            count=entry.number,
            hash=entry.hash,
            holds=holds,
            review=reviewed,
            handling=entry.handling,
            closed=entry.kind is EntryKind.CLOSED,
            last_ms=milliseconds(entry.at),
        )
    return state
