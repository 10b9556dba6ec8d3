"""Entries as they were delivered become the record that was written.

Kafka delivers at least once, and a worker that dies may have told of entries whose state it had not
written yet. Whoever reads the messages again finds those of one topic in order, but may read a deed
before a chunk that came first the last time: then the same facts are told again in another order,
and the chain goes on from there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TypeVar

from workflow.chain import FIRST, Entry, Head, blank, fault_of

E = TypeVar("E", bound=Entry)
H = TypeVar("H", bound=Head)


def without_repeats(entries: Iterable[E]) -> tuple[E, ...]:
    """Entries of records without those delivered twice; a blanked copy takes the place of the full.

    Of a record that was told anew after some entry, the way on which it goes on stays. Two of one
    number that cannot be explained so both stay: `verify` names the second.
    """
    kept: list[E] = []
    places: dict[tuple[str, str, int], list[int]] = {}
    for entry in entries:
        known = places.setdefault((entry.incident_id, entry.hash, entry.number), [])
        for place in known:
            if kept[place] == blank(entry) or kept[place] == entry:
                break
            if entry == blank(kept[place]):
                kept[place] = entry
                break
        else:
            known.append(len(kept))
            kept.append(entry)
    records: dict[str, list[E]] = {}
    for entry in kept:
        records.setdefault(entry.incident_id, []).append(entry)
    return tuple(entry for record in records.values() for entry in _living(record))


def abandoned(told: Iterable[Entry], record: Sequence[Entry]) -> frozenset[tuple[int, str]]:
    """Numbers and hashes of what was told and is no part of the record that came of it."""
    living = {(entry.number, entry.hash) for entry in record}
    return frozenset((entry.number, entry.hash) for entry in told) - living


def standing(
    heads: Iterable[H], lost: frozenset[tuple[int, str]], record: Sequence[Entry]
) -> tuple[H, ...]:
    """The heads of one record, without those of an abandoned way.

    One is passed over only where the record has a head of its own that reaches as far: a way that
    somebody else made has none that is signed.
    """
    found = tuple(dict.fromkeys(heads))
    living = {(entry.number, entry.hash) for entry in record}
    reached = max((h.number for h in found if (h.number, h.hash) in living), default=0)
    return tuple(h for h in found if (h.number, h.hash) not in lost or h.number > reached)


def _living(told: Sequence[E]) -> Sequence[E]:
    """The way that leads to the newest entry, if what was told besides is an abandoned one."""
    if len({entry.number for entry in told}) == len(told):
        return told
    by_hash = {entry.hash: entry for entry in told}
    way = [told[-1]]
    while way[-1].number > 1:
        before = by_hash.get(way[-1].previous_hash)
        if before is None or before.number != way[-1].number - 1:
            return told
        way.append(before)
    living = {entry.hash for entry in way}
    left = [entry for entry in told if entry.hash not in living]
    if len(left) + len(way) != len(told):
        return told
    # It was told in good faith: whole by itself, off the same record, and not longer than the way
    # that goes on, so that nobody cuts a record short by adding to it.
    sound = all(
        fault_of(entry, entry.previous_hash) is None
        and (entry.previous_hash == FIRST or entry.previous_hash in by_hash)
        and entry.number <= way[0].number
        for entry in left
    )
    return way[::-1] if sound else told
