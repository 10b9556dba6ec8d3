"""What the chain of a record proves, in words that promise no more."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from stream.events import IncidentEntry
from wallboard.store.tables import Entry
from workflow.chain import Verdict, verify


class ChainState(StrEnum):
    INTACT = "intact"
    BROKEN = "broken"
    UNREADABLE = "unreadable"
    """An entry is kept that is none: nothing can be said of the chain."""


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """`told`: what was found; `unproven`: what stays open even so; `bad`: the first bad entry."""

    state: ChainState
    told: tuple[str, ...]
    unproven: tuple[str, ...] = ()
    bad: int | None = None
    head_number: int | None = None
    head: str | None = None


def decoded(rows: Sequence[Entry]) -> tuple[IncidentEntry, ...]:
    """Entries as the workers wrote them. Raises msgspec.ValidationError."""
    return tuple(msgspec.convert(row.body, IncidentEntry) for row in rows)


def chain_of(rows: Sequence[Entry]) -> Chain:
    """The verdict over the entries that are kept here."""
    try:
        verdict = verify(decoded(rows))
    except msgspec.ValidationError:
        return Chain(
            state=ChainState.UNREADABLE,
            told=("An entry that is kept here cannot be read as one.",),
        )
    return in_words(verdict)


def in_words(verdict: Verdict) -> Chain:
    """A verdict for people."""
    if verdict.fault is not None:
        return Chain(
            state=ChainState.BROKEN,
            told=(f"Entry {verdict.number} was {verdict.fault.value}: {verdict.detail}.",),
            bad=verdict.number,
        )
    told = [f"{_entries(verdict.entries)}, each bound to the one before."]
    if verdict.erased:
        told.append(f"The content of {_entries(len(verdict.erased))} was erased; the chain holds.")
    if verdict.unexplained:
        numbers = ", ".join(map(str, verdict.unexplained))
        told.append(f"No entry says why the content of {numbers} was erased.")
    return Chain(
        state=ChainState.INTACT,
        told=tuple(told),
        unproven=tuple(verdict.unproven),
        head_number=verdict.head.number if verdict.head else None,
        head=verdict.head.hash if verdict.head else None,
    )


def _entries(number: int) -> str:
    return "1 entry" if number == 1 else f"{number:,} entries"
