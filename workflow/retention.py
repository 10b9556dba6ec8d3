"""Erasing what a record says: at the end of its time, or because the caller asked for it.

Content and salt go, commitments stay, so the chain still verifies. A legal hold stops both, and
the refusal is put on record with the hold's ground.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from workflow.actions import Actor
from workflow.chain import Content, Entry, EntryKind, blank
from workflow.incident import RecordState, append
from workflow.moments import milliseconds

DAY_MS = 86_400_000

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


class Cause(StrEnum):
    PURGE = "purge"
    """Its time is over."""
    FORGET = "forget"
    """The caller asked to be forgotten."""


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
    refused: str | None = None
    erased: tuple[int, ...] = ()
    facts = {"cause": cause.value, "role": actor.role.value}
    if state.holds:
        standing = "; ".join(state.holds[by] for by in sorted(state.holds))
        refused = f"a legal hold stands: {standing}"
        content = Content(actor=actor.id, note=refused, facts={**facts, "asked": ground})
        kind = EntryKind.ERASURE_REFUSED
    else:
        content = Content(actor=actor.id, note=ground, facts=facts)
        kind, erased = EntryKind.ERASED, numbers
    state, entry = append(
        state, kind, content, call=call, at_ms=at_ms, key=key, mode=mode, erased=erased
    )
    blanked = () if refused else tuple(blank(e) for e in entries if e.number in set(numbers))
    return Erasure(state=state, blanked=blanked, entry=entry, refused=refused)
