"""`hardstop archive`: records kept in a file, which is what stays of them."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scripts.replay import PREFIX_HELP

if TYPE_CHECKING:
    from scripts.records import Records
    from stream.events import IncidentEntry
    from stream.settings import Settings
    from workflow.chain import Entry

ARCHIVE_HELP = "The archive: records, one JSON event a line. Kept where few may read."
Archive = Annotated[Path, typer.Argument(help=ARCHIVE_HELP, metavar="FILE.jsonl")]
Prefix = Annotated[str | None, typer.Option("--topic-prefix", help=PREFIX_HELP)]


def archive(file: Archive, topic_prefix: Prefix = None) -> None:
    """Add to an archive what `incidents` has, and take out of it what was erased since.

    Kafka drops old entries by itself and can blank none: the archive is what stays. Run it more
    often than the topic's retention. The file is replaced as a whole or not at all.

    Exit code 0: written, all records are intact; 1: written, and one is not; 2: an error.
    """
    from scripts.records import Records, in_order, read_from, read_records
    from scripts.terminal import count, out, printable
    from workflow.archive import merged
    from workflow.chain import verify

    found = read_from(None, topic_prefix)
    there = read_records(file) if file.exists() else Records(str(file), {})
    calls = dict.fromkeys((*there.entries, *found.entries))
    told = {call: (*there.entries.get(call, ()), *found.entries.get(call, ())) for call in calls}
    entries = {
        call: merged(there.entries.get(call, ()), found.entries.get(call, ())) for call in calls
    }
    heads = {
        incident: (*there.heads.get(incident, ()), *found.heads.get(incident, ()))
        for incident in dict.fromkeys((*there.heads, *found.heads))
    }
    if not entries:
        out().print(f"{found.source}: no record yet, nothing is written", markup=False)
        return
    kept = in_order(str(file), entries, told.values(), heads)
    write(file, kept)
    old = sum(map(len, there.entries.values()))
    new = sum(map(len, entries.values())) - old
    out().print(f"{file}: {count(len(entries), 'record')}, {new:,} entries added", markup=False)
    bad = False
    for call, record in entries.items():
        verdict = verify(record)
        if not verdict.intact:
            bad = True
            what = f"NOT INTACT: entry {verdict.number}: {verdict.detail}"
            out().print(printable(f"{call}: {what}"), markup=False)
    raise typer.Exit(1 if bad else 0)


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
