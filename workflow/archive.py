"""An archive of records: entries put together over time, blanked where words had to go."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

import msgspec

from workflow.actions import Actor
from workflow.chain import Entry, EntryKind
from workflow.happenings import Cause
from workflow.incident import standing_holds
from workflow.retention import Erasure, erasable, erase, is_due, state_of


class Due(msgspec.Struct, frozen=True):
    """A record whose time is over. `held`: what stands against erasing it; `queue_id`: by whose
    rules it was kept."""

    call_id: str
    held: str | None = None
    queue_id: str | None = None


def queue_of(entries: Sequence[Entry]) -> str | None:
    """The queue by which a record is kept, as its newest closing entry says."""
    ends = [entry for entry in entries if entry.kind is EntryKind.CLOSED]
    return ends[-1].facts.get("queue") if ends else None


def due(
    records: Mapping[str, Sequence[Entry]], *, at_ms: int, days: Callable[[str | None], int]
) -> tuple[Due, ...]:
    """The records that are to be purged at `at_ms` (UTC ms), and those that a hold keeps. `days`:
    how many a record of a queue is kept.

    A day later than workers let go of a record: never do two write to one.
    """
    found = []
    for call_id, entries in records.items():
        queue = queue_of(entries)
        if erasable(entries) and is_due(entries, at_ms=at_ms, days=days(queue) + 1):
            found.append(Due(call_id, standing_holds(state_of(entries)), queue))
    return tuple(found)


def erased_in(
    entries: Sequence[Entry],
    *,
    cause: Cause,
    ground: str,
    actor: Actor,
    at_ms: int,
    key: bytes,
) -> tuple[tuple[Entry, ...], Erasure]:
    """A record that no worker writes to any more, after it was erased, or refused to be.

    Raises ValueError for a key under 32 bytes, or if the record is not whole.
    """
    done = erase(
        state_of(entries),
        entries,
        cause=cause,
        ground=ground,
        actor=actor,
        call=entries[0].call_id,
        at_ms=at_ms,
        key=key,
    )
    gone = {entry.number: entry for entry in done.blanked}
    left: list[Entry] = [gone.get(entry.number, entry) for entry in entries]
    if done.entry is not None:
        left.append(done.entry)
    return tuple(left), done
