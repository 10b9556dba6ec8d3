"""What the chain of a record proves, and its signed heads, in words that promise no more."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from enum import StrEnum

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from sqlalchemy import select
from sqlalchemy.orm import Session

from stream.events import IncidentEntry, IncidentHead
from wallboard.language import _, counted, mark, named
from wallboard.store.tables import Entry, Forgotten, Head
from workflow.chain import Verdict, verify
from workflow.signing import SignedHead, fault_of_heads, is_signed_by

Keys = Sequence[Ed25519PublicKey]
"""The keys that workers sign heads with, as far as the wallboard has been given them."""

ELSEWHERE = "that the end was not cut off together with its head (a head held elsewhere proves it)"
SIGNED = "that the workers signed the head"

_OF_WORKERS = (
    mark("the head is of another record"),
    mark("it belongs to another record"),
    mark("its hash is not the one of the head held elsewhere"),
    mark("the head held elsewhere stands at entry #"),
    mark("a second entry # stands after entry #"),
    mark("entry # stands in its place"),
    mark("it does not follow on the entry before it"),
    mark("its hash is not the hash of what it says"),
    mark("it closes # entries but is number #"),
    mark("its salt is damaged"),
    mark("its content is not what was committed to"),
    mark("that nothing was cut off after entry #"),
    mark("that nothing was cut off after entry # (no closing entry stands at its end)"),
    mark("that the record was not written anew as a whole"),
    mark("that nothing after entry #, where the head stands, was cut or changed"),
    mark("that the workers signed the head"),
    mark("that the end was not cut off together with its head (a head held elsewhere proves it)"),
)
"""What `workflow.chain` says, with # for each number, in their order."""


class ChainState(StrEnum):
    INTACT = "intact"
    BROKEN = "broken"
    UNREADABLE = "unreadable"
    """An entry is kept that is none: nothing can be said of the chain."""
    FOREIGN = "foreign"
    """The entries hold together, but no head of theirs is signed with a key that is known here."""


class Chain(msgspec.Struct, frozen=True, kw_only=True):
    """`told`: what was found; `unproven`: what stays open even so; `bad`: the first bad entry.

    `head`: where the record ends. `signed_number`: the entry at which the newest head stands that
    the workers signed and that fits; `signature_checked`: with a key, not by where it lies alone.
    """

    state: ChainState
    told: tuple[str, ...]
    unproven: tuple[str, ...] = ()
    bad: int | None = None
    head_number: int | None = None
    head: str | None = None
    signed_number: int | None = None
    signature_checked: bool = False


class Proof(msgspec.Struct, frozen=True, kw_only=True):
    """A verdict over entries and heads. `newest`: the newest head that counts and fits; `foreign`:
    how many heads are not signed with a key that is known; `checked`: whether any key is."""

    verdict: Verdict
    newest: SignedHead | None = None
    foreign: int = 0
    checked: bool = False


def decoded(rows: Sequence[Entry]) -> tuple[IncidentEntry, ...]:
    """Entries as the workers wrote them. Raises msgspec.ValidationError."""
    return tuple(msgspec.convert(row.body, IncidentEntry) for row in rows)


def heads_of(db: Session, incident_ids: Collection[str]) -> dict[str, tuple[IncidentHead, ...]]:
    """The signed heads that are kept of records, each in order; one that is none is left out."""
    found: dict[str, list[IncidentHead]] = {incident_id: [] for incident_id in incident_ids}
    query = select(Head).where(Head.incident_id.in_(incident_ids))
    for row in db.scalars(query.order_by(Head.incident_id, Head.number, Head.digest)):
        found[row.incident_id] += _read(row)
    return {incident_id: tuple(heads) for incident_id, heads in found.items()}


def let_go_of(db: Session, call_ids: Collection[str]) -> frozenset[str]:
    """Those of the calls whose words the wallboard has taken out, asked to or at the end of their
    time: no entry may tell of it."""
    named = select(Forgotten.call_id).where(Forgotten.call_id.in_(call_ids))
    return frozenset(db.scalars(named))


def proof_of(
    entries: Sequence[IncidentEntry],
    heads: Sequence[SignedHead] = (),
    keys: Keys = (),
    *,
    let_go: bool = False,
) -> Proof:
    """What entries prove together with their heads. `let_go`: the wallboard itself took out words.

    With keys, a head that none of them signed says nothing of the entries: anybody can write one.
    """
    counting = [head for head in heads if _counts(head, keys)]
    odd = next((h for h in counting if fault_of_heads(entries, (h,), None) is not None), None)
    newest = max(counting, key=lambda head: head.number, default=None)
    verdict = verify(entries, odd or newest, lets_go=let_go)
    if verdict.intact and newest is not None:
        also = (ELSEWHERE,) if keys else (SIGNED, ELSEWHERE)
        verdict = msgspec.structs.replace(verdict, unproven=(*verdict.unproven, *also))
    return Proof(
        verdict=verdict,
        newest=newest if verdict.intact else None,
        foreign=len(heads) - len(counting),
        checked=bool(keys),
    )


def enough(heads: Sequence[IncidentHead], keys: Keys = ()) -> Sequence[IncidentHead]:
    """Of all heads the newest alone, if it counts: checking a signature takes time."""
    return heads[-1:] if heads and _counts(heads[-1], keys) else heads


def chain_of(
    rows: Sequence[Entry],
    heads: Sequence[SignedHead] = (),
    keys: Keys = (),
    *,
    let_go: bool = False,
) -> Chain:
    """The verdict over the entries and heads that are kept here."""
    try:
        entries = decoded(rows)
    except msgspec.ValidationError:
        return Chain(
            state=ChainState.UNREADABLE,
            told=(_("An entry that is kept here cannot be read as one."),),
        )
    return in_words(proof_of(entries, heads, keys, let_go=let_go))


def in_words(proof: Proof) -> Chain:
    """A verdict for people."""
    verdict, newest = proof.verdict, proof.newest
    if verdict.fault is not None:
        return Chain(
            state=ChainState.BROKEN,
            told=(
                _(
                    "Entry %(number)s was %(fault)s: %(why)s.",
                    number=verdict.number,
                    fault=named("fault", verdict.fault.value),
                    why=said(verdict.detail or ""),
                ),
            ),
            bad=verdict.number,
        )
    told = [
        counted(
            "%(num)s entry, each bound to the one before.",
            "%(num)s entries, each bound to the one before.",
            verdict.entries,
        )
    ]
    if verdict.erased:
        told.append(
            counted(
                "The content of %(num)s entry was erased; the chain holds.",
                "The content of %(num)s entries was erased; the chain holds.",
                len(verdict.erased),
            )
        )
    if verdict.unexplained:
        numbers = ", ".join(map(str, verdict.unexplained))
        told.append(
            _(
                "The words of %(numbers)s have gone from here at the end of their time.",
                numbers=numbers,
            )
        )
    told += _about_heads(proof)
    foreign = proof.foreign > 0 and newest is None
    return Chain(
        state=ChainState.FOREIGN if foreign else ChainState.INTACT,
        told=tuple(told),
        unproven=tuple(map(said, verdict.unproven)),
        head_number=verdict.head.number if verdict.head else None,
        head=verdict.head.hash if verdict.head else None,
        signed_number=newest.number if newest else None,
        signature_checked=proof.checked and newest is not None,
    )


def _counts(head: SignedHead, keys: Keys) -> bool:
    return not keys or any(is_signed_by(head, key) for key in keys)


def _about_heads(proof: Proof) -> Iterator[str]:
    if proof.newest is not None:
        how = (
            _("signed by the workers") if proof.checked else _("its signature is not checked here")
        )
        yield _(
            "The newest signed head stands at entry %(number)s and matches; %(how)s.",
            number=proof.newest.number,
            how=how,
        )
    if proof.foreign:
        yield counted(
            "%(num)s head is not signed with a key that is known here.",
            "%(num)s heads are not signed with a key that is known here.",
            proof.foreign,
        )
    elif proof.newest is None and proof.checked:
        yield _("No head of it was signed.")


def said(text: str) -> str:
    """A sentence of `workflow.chain`, translated."""
    numbers = iter(re.findall(r"\d+", text))
    return re.sub("#", lambda _found: next(numbers, "#"), _(re.sub(r"\d+", "#", text)))


def _read(row: Head) -> tuple[IncidentHead, ...]:
    try:
        return (msgspec.convert(row.body, IncidentHead),)
    except msgspec.ValidationError:
        return ()
