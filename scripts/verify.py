"""`hardstop verify`: whether records of hard stops are what was written."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scripts.replay import PREFIX_HELP
from writers.records import lines

if TYPE_CHECKING:
    from workflow.signing import SignedHead


_RETOLD = (
    "the entry of this head was told and then told anew, as a worker does that dies before it has "
    "written its state: check with a later head of the record"
)


def verify(
    file: Annotated[
        Path | None,
        typer.Argument(
            help="Entries, one JSON event a line, as `hardstop archive` and `hardstop tail "
            "incidents --json --from-start` write them. Other events in between are skipped.",
            metavar="FILE.jsonl",
        ),
    ] = None,
    topic: Annotated[
        bool, typer.Option("--topic", help="Read `incidents` from Kafka, all that it keeps.")
    ] = False,
    call: Annotated[str | None, typer.Option(help="Only the record of this call.")] = None,
    head: Annotated[
        str | None,
        typer.Option(
            help="JSON file with a head that was kept elsewhere: incident_id, number, hash, and a "
            "signature. Only its record is checked.",
            metavar="FILE",
        ),
    ] = None,
    public_key: Annotated[
        Path | None,
        typer.Option(
            help="All heads, that of --head and those found beside the entries, must be signed "
            "with this Ed25519 key (PEM; `hardstop keys new` makes a pair).",
            metavar="FILE.pem",
        ),
    ] = None,
    topic_prefix: Annotated[str | None, typer.Option(help=PREFIX_HELP)] = None,
) -> None:
    """Check that no entry of a record was changed, dropped, reordered, added or taken out.

    Content that a later entry says was erased is told and is no fault; content that is gone
    otherwise is one. An entry that is read twice counts once.
    Without a head that was kept elsewhere, a cut end and a record written anew as a whole cannot
    be found; the output says so.

    Exit code 0: intact; 1: the first bad entry is named; 2: something could not be read.
    """
    from scripts.records import RecordFault, read_from, read_head, read_key
    from scripts.terminal import out, printable
    from workflow.chain import verify as check
    from workflow.signing import fault_of_heads

    if topic == (file is not None):
        raise typer.BadParameter("give a FILE.jsonl to check, or --topic to check what Kafka has")
    held = read_head(head, public_key) if head else None
    key = read_key(public_key) if public_key is not None else None
    found = read_from(file, topic_prefix)
    records = found.entries if call is None else {call: found.of(call)}
    if held is not None:
        records = {
            name: entries
            for name, entries in records.items()
            if any(entry.incident_id == held.incident_id for entry in entries)
        }
        if not records:
            raise RecordFault(
                f"{found.source}: no entry of the head's record {held.incident_id} in it"
            )
    if key is not None and held is None and not found.heads:
        raise RecordFault(f"{found.source}: no head to check in it; give one with --head")
    told: list[tuple[str, str]] = []
    bad = False
    for name, entries in records.items():
        beside = found.heads.get(entries[0].incident_id, ())
        newest = max(beside, key=lambda one: one.number, default=None)
        fault = fault_of_heads(entries, beside, key)
        # A head beside the entries that fits none of them says nothing about the others.
        verdict = check(entries, held or (newest if fault is None else None))
        bad = bad or not verdict.intact or fault is not None
        told += [(name, line) for line in lines(verdict)]
        if besides := found.passed_over(name):
            told.append((name, besides))
        if held is not None and (held.number, held.hash) in found.lost.get(held.incident_id, ()):
            told.append((name, _RETOLD))
        if fault is not None:
            told.append((name, f"NOT INTACT: {fault}"))
        elif held is None and newest is not None:
            told += [(name, line) for line in _about_heads(beside, signed=key is not None)]
    if call is None and held is None:
        lost = found.without_entries()
        bad = bad or bool(lost)
        told += [(name, "NOT INTACT: there is a head of its record and no entry") for name in lost]
    for name, line in told:
        out().print(printable(f"{name}: {line}"), markup=False)
    if not told:
        out().print(printable(f"{found.source}: no record on it"), markup=False)
    raise typer.Exit(1 if bad else 0)


def _about_heads(heads: Sequence[SignedHead], *, signed: bool) -> list[str]:
    """What heads prove that lie where the entries lie."""
    number = max(head.number for head in heads)
    count = "1 head" if len(heads) == 1 else f"{len(heads):,} heads"
    how = "signed with the key" if signed else "signatures not checked: give --public-key"
    return [
        f"{count} beside the entries, {how}",
        f"not proven: that nothing after entry {number} was cut off together with its head "
        "(a head held elsewhere proves that: --head)",
    ]
