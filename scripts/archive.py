"""`hardstop archive`: records kept in a file, which is what stays of them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scripts.replay import PREFIX_HELP

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    from scripts.records import Records
    from stream.events import IncidentEntry, IncidentHead
    from stream.settings import Settings
    from workflow.chain import Entry

ARCHIVE_HELP = "The archive: records, one JSON event a line. Kept where few may read."
Archive = Annotated[Path, typer.Argument(help=ARCHIVE_HELP, metavar="FILE.jsonl")]
Prefix = Annotated[str | None, typer.Option("--topic-prefix", help=PREFIX_HELP)]


def archive(
    file: Archive,
    public_key: Annotated[
        Path | None,
        typer.Option(
            help="Only heads that are signed with this Ed25519 key (PEM) are believed. Without it "
            "nothing that is archived gives way to another entry on the topic.",
            metavar="FILE.pem",
        ),
    ] = None,
    topic_prefix: Prefix = None,
) -> None:
    """Add to an archive what `incidents` has, and take out of it what was erased since.

    Kafka drops old entries by itself and can blank none: the archive is what stays. Run it more
    often than the topic's retention. The file is replaced as a whole or not at all. Heads that
    workers have signed are asked first: what they speak against is told and not taken.

    Exit code 0: written, all records are intact; 1: written, and one is not, or something on the
    topic was not taken; 2: an error.
    """
    from scripts.records import Records, read_from, read_key, read_records
    from scripts.terminal import count, out, printable

    key = read_key(public_key) if public_key is not None else None
    found = read_from(None, topic_prefix)
    there = read_records(file) if file.exists() else Records(str(file), {})
    kept, not_taken = added(there, found, key)
    if not kept.entries:
        out().print(f"{found.source}: no record yet, nothing is written", markup=False)
        return
    write(file, kept)
    old = sum(map(len, there.entries.values()))
    new = sum(map(len, kept.entries.values())) - old
    told = [f"{file}: {count(len(kept.entries), 'record')}, {new:,} entries added"]
    if kept.heads and key is None:
        told.append("signatures of heads not checked: give --public-key")
    faults = _faults(kept, key)
    told += [f"{call}: NOT TAKEN: {what}" for call, why in not_taken.items() for what in why]
    told += [f"{call}: NOT INTACT: {what}" for call, what in faults]
    told += [f"{call}: {what}" for call in kept.entries if (what := kept.passed_over(call))]
    for line in told:
        out().print(printable(line), markup=False)
    raise typer.Exit(1 if faults or not_taken else 0)


def added(
    there: Records, found: Records, key: Ed25519PublicKey | None
) -> tuple[Records, dict[str, tuple[str, ...]]]:
    """The records of an archive with what was found on the topic, and by call what was not taken of
    that."""
    from scripts.records import in_order
    from workflow.merging import merged
    from workflow.signing import is_signed_by

    heads: dict[str, tuple[IncidentHead, ...]] = {}
    strange: dict[str, tuple[str, ...]] = {}
    for incident in dict.fromkeys((*there.heads, *found.heads)):
        beside = (*there.heads.get(incident, ()), *found.heads.get(incident, ()))
        good = [head for head in beside if key is None or is_signed_by(head, key)]
        heads[incident] = tuple(good)
        if len(good) < len(beside):
            strange[beside[0].call_id] = ("a head that is not signed with the key",)
    entries: dict[str, tuple[IncidentEntry, ...]] = {}
    told: dict[str, tuple[IncidentEntry, ...]] = {}
    not_taken = dict(strange)
    for call in dict.fromkeys((*there.entries, *found.entries)):
        older, newer = there.entries.get(call, ()), found.told_of(call)
        told[call] = (*older, *newer)
        beside = heads.get(told[call][0].incident_id, ())
        entries[call], why = merged(older, newer, beside, checked=key is not None)
        if why:
            not_taken[call] = (*strange.get(call, ()), *why)
    return in_order(there.source, entries, told.values(), heads), not_taken


def _faults(kept: Records, key: Ed25519PublicKey | None) -> list[tuple[str, str]]:
    """What is wrong with the records of an archive, by call."""
    from workflow.chain import verify
    from workflow.signing import fault_of_heads

    faults = []
    for call, record in kept.entries.items():
        verdict = verify(record)
        if not verdict.intact:
            faults.append((call, f"entry {verdict.number}: {verdict.detail}"))
        elif fault := fault_of_heads(record, kept.heads.get(record[0].incident_id, ()), key):
            faults.append((call, fault))
    return faults


def write(file: Path, records: Records) -> None:
    """Replace an archive, as a whole or not at all. Raises OSError."""
    from itertools import chain

    import msgspec

    from scripts.replacing import replace

    events = chain(*records.entries.values(), *records.heads.values())
    replace(file, (msgspec.json.encode(event) + b"\n" for event in events), private=True)


def erase(
    file: Path,
    records: Records,
    grounds: Mapping[str, str],
    settings: Settings,
    *,
    by: str,
    purging: bool = False,
) -> bool:
    """Erase records in an archive that no worker writes to, by their call and on which ground;
    whether one was refused."""
    import msgspec

    from scripts.records import RecordFault
    from scripts.terminal import out, printable
    from stream.records import record_key
    from workflow.actions import Actor, ActorRole
    from workflow.archive import erased_in
    from workflow.happenings import Cause

    key = record_key(settings.record_key)
    if key is None:
        raise RecordFault(
            "set HARDSTOP_RECORD_KEY, the key that workers have: an erasure is put on record"
        )
    actor = Actor(id=by, role=ActorRole.SERVICE if purging else ActorRole.ADMIN)
    cause = Cause.PURGE if purging else Cause.FORGET
    entries = dict(records.entries)
    told: dict[str, str] = {}
    refused = False
    for call, ground in grounds.items():
        try:
            left, done = erased_in(
                entries[call], cause=cause, ground=ground, actor=actor, at_ms=now_ms(), key=key
            )
        except ValueError as error:
            raise RecordFault(f"{file}: record of call {call}: {error}") from error
        entries[call] = _events(left)
        refused = refused or done.refused is not None
        told[call] = done.refused or "erased in the archive"
    write(file, msgspec.structs.replace(records, entries=entries))
    for call, what in told.items():
        out().print(printable(f"{call}: {what}"), markup=False)
    return refused


def _events(entries: Iterable[Entry]) -> tuple[IncidentEntry, ...]:
    from stream.events import IncidentEntry, event_from

    return tuple(
        entry if isinstance(entry, IncidentEntry) else event_from(IncidentEntry, entry)
        for entry in entries
    )


def now_ms() -> int:
    return round(time.time() * 1000)
