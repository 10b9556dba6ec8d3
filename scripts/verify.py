"""`hardstop verify`: whether records of hard stops are what was written."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from workflow.chain import Verdict


def verify(
    file: Annotated[
        Path,
        typer.Argument(
            help="Entries, one JSON event a line, as `hardstop tail incidents --json --from-start` "
            "writes them. Other events in between are skipped.",
            metavar="FILE.jsonl",
        ),
    ],
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
            help="The head must be signed with this Ed25519 key (PEM).", metavar="FILE.pem"
        ),
    ] = None,
) -> None:
    """Check that no entry of a record was changed, dropped, reordered or added.

    Content that was erased is told and is no fault. Without a head that was kept elsewhere, a cut
    end and a record written anew as a whole cannot be found; the output says so.

    Exit code 0: intact; 1: the first bad entry is named; 2: something could not be read.
    """
    from scripts.records import RecordFault, read_head, read_records
    from scripts.terminal import out, printable
    from workflow.chain import verify as check

    if public_key is not None and head is None:
        raise typer.BadParameter("--public-key checks the signature of a head: give --head too")
    held = read_head(head, public_key) if head else None
    records = read_records(file)
    if held is not None:
        records = {
            call: entries
            for call, entries in records.items()
            if any(entry.incident_id == held.incident_id for entry in entries)
        }
        if not records:
            raise RecordFault(f"{file}: no entry of the head's record {held.incident_id} in it")
    bad = False
    for call, entries in records.items():
        verdict = check(entries, held)
        bad = bad or not verdict.intact
        for line in lines(verdict):
            out().print(printable(f"{call}: {line}"), markup=False)
    raise typer.Exit(1 if bad else 0)


def lines(verdict: Verdict) -> list[str]:
    """A verdict in words."""
    if verdict.fault is not None:
        return [f"NOT INTACT: entry {verdict.number} was {verdict.fault.value}: {verdict.detail}"]
    told = [f"intact, {_entries(verdict.entries)}"]
    if verdict.erased:
        told.append(f"content erased in {_entries(len(verdict.erased))}")
    if verdict.unexplained:
        named = ", ".join(map(str, verdict.unexplained))
        told.append(f"no entry says why the content was erased: {named}")
    told += [f"not proven: {open_point}" for open_point in verdict.unproven]
    if verdict.head is not None:
        told.append(f"head: entry {verdict.head.number}, {verdict.head.hash}")
    return told


def _entries(number: int) -> str:
    return "1 entry" if number == 1 else f"{number:,} entries"
