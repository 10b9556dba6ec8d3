"""An archived record and what the topic has of it become one.

Whoever can write to the topic can write entries that follow on each other: hashes need no key. So
nothing that is archived gives way to what the topic says, be it another entry or an erasure, unless
heads that are signed stand on it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TypeVar

from workflow.chain import FIRST, KEPT, Entry, EntryKind, blank, fault_of, verify
from workflow.delivered import abandoned, standing
from workflow.retention import without_erased
from workflow.signing import SignedHead

E = TypeVar("E", bound=Entry)


def merged(
    older: Sequence[E],
    newer: Sequence[E],
    heads: Sequence[SignedHead] = (),
    *,
    checked: bool = False,
) -> tuple[tuple[E, ...], tuple[str, ...]]:
    """One record from the copy that is kept (`older`) and all that was told of it (`newer`), and
    what of that was not taken, in words.

    `heads`: of the record, as far as they are believed; `checked`: their signatures were checked.
    Without that they settle only which of several ways on the topic is the record's, and whether
    it has an erasure. A record without any head is taken as it comes, where it adds to what is
    kept. Erasures are believed only in a record that is intact.

    Entries that cannot be explained all stay, for `verify` to name the first.
    """
    told, notes = _each_once(older, newer)
    way, more = _chosen(older, told, heads, checked=checked)
    left, doubts = _without_erased(way, heads, checked=checked)
    return left, tuple(dict.fromkeys((*notes, *more, *doubts)))


def _each_once(older: Sequence[E], newer: Sequence[E]) -> tuple[list[E], list[str]]:
    """Every entry once, as it is kept, and of what is not kept the copy that is whole."""
    kept = {(entry.number, entry.hash): entry for entry in older}
    more: dict[tuple[int, str], E] = {}
    notes = []
    for entry in newer:
        place = (entry.number, entry.hash)
        known = kept.get(place)
        if known is None:
            if place not in more or (_is_whole(entry) and not _is_whole(more[place])):
                more[place] = entry
        elif entry not in (known, blank(known)) and known != blank(entry):
            notes.append(f"entry {entry.number} was told with another content: that is not taken")
    return [*older, *more.values()], notes


def _is_whole(entry: Entry) -> bool:
    return not entry.is_blank and fault_of(entry, entry.previous_hash) is None


def _chosen(
    older: Sequence[E], told: list[E], heads: Sequence[SignedHead], *, checked: bool
) -> tuple[tuple[E, ...], list[str]]:
    """The way that is the record's, where more than one was told."""
    in_order = tuple(sorted(told, key=lambda entry: entry.number))
    often = Counter(entry.number for entry in told)
    twice = min((number for number, times in often.items() if times > 1), default=None)
    if twice is None:
        return _as_heads_say(older, in_order, told, heads)
    ways = _ways(told)
    if not ways and not older:
        return in_order, []
    way = _furthest(ways, heads)
    kept = {entry.hash for entry in older}
    if way is not None:
        gone = [e.number for e in older if e.hash not in {entry.hash for entry in way}]
        if not gone:
            return _as_heads_say(older, way, told, heads)
        if checked and _reach(way, heads) >= max(gone):
            return way, []
    ours = _furthest([one for one in ways if kept <= {entry.hash for entry in one}], heads)
    if older and ours is not None:
        return ours, [_other(twice)]
    numbers = {entry.number for entry in older}
    before = [e for e in told if e.number < twice and e.number not in numbers]
    return tuple(sorted((*older, *before), key=lambda entry: entry.number)), [_other(twice)]


def _furthest(ways: Sequence[tuple[E, ...]], heads: Sequence[SignedHead]) -> tuple[E, ...] | None:
    """The way on which heads stand the furthest, and of several the one told last: a worker tells
    anew what another told that died. None while that is shorter than another: nothing says yet
    that it goes on."""
    reached = max((_reach(way, heads) for way in ways), default=0)
    first = [way for way in ways if _reach(way, heads) == reached]
    if not first or len(first[-1]) < max(map(len, first)):
        return None
    return first[-1]


def _as_heads_say(
    older: Sequence[E], way: tuple[E, ...], told: list[E], heads: Sequence[SignedHead]
) -> tuple[tuple[E, ...], list[str]]:
    """What is kept stays alone where a head speaks against what would be added to it. What is
    missing is no reason: `verify` names it."""
    kept = {entry.hash for entry in older}
    more = {entry.number: entry.hash for entry in way if entry.hash not in kept}
    beside = standing(heads, abandoned(told, way), way)
    against = [head.number for head in beside if more.get(head.number, head.hash) != head.hash]
    if not older or not against:
        return way, []
    return tuple(older), [
        f"entry {min(against)} on the topic is not the one that a head stands on: what the topic "
        "adds is not taken"
    ]


def _other(number: int) -> str:
    return (
        f"the topic has another entry {number}: what follows from it is not taken. If a worker "
        "told the record anew, heads that are signed say so: give --public-key"
    )


def _ways(told: Sequence[E]) -> list[tuple[E, ...]]:
    """Every sound way from the first entry to one on which none follows, in the order in which
    their ends were told."""
    by_hash = {entry.hash: entry for entry in told}
    followed = {(entry.number - 1, entry.previous_hash) for entry in told}
    ways = []
    for end in told:
        if (end.number, end.hash) in followed:
            continue
        way = [end]
        while way[-1].previous_hash != FIRST:
            before = by_hash.get(way[-1].previous_hash)
            if before is None or before.number != way[-1].number - 1:
                break
            way.append(before)
        if verify(way[::-1], lets_go=True).intact:
            ways.append(tuple(reversed(way)))
    return ways


def _reach(way: Sequence[Entry], heads: Sequence[SignedHead]) -> int:
    """The number of the last entry of a way on which a head stands, 0 if none does."""
    there = {(entry.number, entry.hash) for entry in way}
    return max((head.number for head in heads if (head.number, head.hash) in there), default=0)


def _without_erased(
    way: tuple[E, ...], heads: Sequence[SignedHead], *, checked: bool
) -> tuple[tuple[E, ...], list[str]]:
    """The way without what is erased, if a head stands on the erasure or none can be asked for."""
    # An entry that somebody slipped in must not take words away.
    if not verify(way).intact:
        return way, []
    reached = _reach(way, heads) if checked or heads else len(way)
    words = {entry.number for entry in way if entry.kind not in KEPT and not entry.is_blank}
    doubted = [
        f"no signed head stands on the erasure in entry {entry.number}: the words stay, as whoever "
        "writes to the topic can say that they are erased"
        for entry in way
        if entry.kind is EntryKind.ERASED and entry.number > reached and words & set(entry.erased)
    ]
    return without_erased(way, until=reached), doubted
