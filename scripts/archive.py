"""`hardstop archive`, `forget` and `purge`: records kept in a file, and words that have to go."""

from __future__ import annotations

import time
from collections.abc import Iterable
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
    from scripts.records import Records, read_from, read_records
    from scripts.terminal import count, out, printable
    from workflow.archive import merged
    from workflow.chain import verify

    found = read_from(None, topic_prefix)
    there = read_records(file) if file.exists() else Records(str(file), {})
    entries = {
        call: merged(there.entries.get(call, ()), found.entries.get(call, ()))
        for call in dict.fromkeys((*there.entries, *found.entries))
    }
    heads = {
        incident: tuple(
            dict.fromkeys((*there.heads.get(incident, ()), *found.heads.get(incident, ())))
        )
        for incident in dict.fromkeys((*there.heads, *found.heads))
    }
    kept = Records(str(file), entries, heads)
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


def forget(
    call: Annotated[str | None, typer.Argument(help="The call to forget.", metavar="CALL")] = None,
    customer: Annotated[
        str | None,
        typer.Option(help="All calls of this caller, by their reference.", metavar="REF"),
    ] = None,
    ground: Annotated[
        str, typer.Option(help="Whose request it is, by its number. No names: it stays on record.")
    ] = "the caller asked for it",
    by: Annotated[str, typer.Option("--by", help="Who has it done (an admin).")] = "admin",
    file: Annotated[
        Path | None,
        typer.Option("--archive", help="The archive that has older records.", metavar="FILE.jsonl"),
    ] = None,
    topic_prefix: Prefix = None,
) -> None:
    """Have a caller forgotten: workers drop what they know of the call, take its callbacks off
    the log, and put the erasure on record. A legal hold refuses it, with its ground.

    Kafka cannot blank what it has: run `hardstop archive` next, which takes the words out of the
    archive; from the topics they go with their retention (docs/workflow.md says when).

    Exit code 0: done; 1: refused for a call, with the reason; 2: an error.
    """
    from scripts.broker import reachable
    from scripts.forgetting import Forgetting, calls_of
    from scripts.promises import log
    from scripts.records import Records, read_records, read_topic
    from scripts.terminal import out, printable
    from stream.settings import load_settings

    if (call is None) == (customer is None):
        raise typer.BadParameter("name the CALL to forget, or a --customer")
    settings = reachable(load_settings(topic_prefix=topic_prefix))
    older = read_records(file) if file is not None else Records("", {})
    callbacks = log(settings)
    calls = (
        [call]
        if call is not None
        else calls_of(customer or "", (older, read_topic(settings)), callbacks)
    )
    if not calls:
        out().print("no call of this caller is known: nothing to forget")
        raise typer.Exit(0)
    forgetting = Forgetting(settings, by=by, ground=ground)
    refused, unknown = False, []
    for name in calls:
        answers = forgetting.ask(
            name, [r for r, c in callbacks.items() if c.origin_call_id == name]
        )
        refused = refused or any(answer.refused for answer in answers)
        if any(answer.unknown for answer in answers) and name in older.entries:
            unknown.append(name)
        for answer in answers:
            out().print(printable(f"{name}: {answer.text}"), markup=False)
    if file is not None and unknown:
        refused = _erase(file, older, unknown, settings, ground=ground, by=by) or refused
    raise typer.Exit(1 if refused else 0)


def purge(
    file: Archive,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would go, and change nothing.")
    ] = False,
    policy: Annotated[
        Path | None, typer.Option(help="Policy file; else the one that the settings name.")
    ] = None,
) -> None:
    """Take the words out of archived records whose time is over ([retention] of the policy).

    A day after workers have let go of a record. A legal hold keeps it. Numbers, times and hashes
    stay, so that the chain still verifies. Needs HARDSTOP_RECORD_KEY.

    Exit code 0: done, or nothing to do; 2: an error.
    """
    from scripts.policy import in_force
    from scripts.records import read_records
    from scripts.terminal import count, out, printable
    from stream.settings import load_settings
    from workflow.archive import due
    from workflow.policy import load_policy

    kept = load_policy(in_force(policy)).retention.incidents
    records = read_records(file)
    found = due(records.entries, at_ms=_now_ms(), days=kept.days)
    going = [record.call_id for record in found if record.held is None]
    for record in found:
        what = f"stays: {record.held}" if record.held else "its time is over"
        out().print(printable(f"{record.call_id}: {what}"), markup=False)
    if going and not dry_run:
        ground = f"kept for {kept.days} days: {kept.reason}"
        _erase(file, records, going, load_settings(), ground=ground, by="hardstop", purging=True)
    done = "would be erased" if dry_run else "erased"
    out().print(f"{file}: {count(len(going), 'record')} {done}", markup=False)


def write(file: Path, records: Records) -> None:
    """Replace an archive, as a whole or not at all. Raises OSError."""
    import os
    from itertools import chain

    import msgspec

    fresh = file.with_name(f"{file.name}.new")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        for event in chain(*records.entries.values(), *records.heads.values()):
            out.write(msgspec.json.encode(event) + b"\n")
        out.flush()
        os.fsync(out.fileno())
    fresh.replace(file)


def _erase(
    file: Path,
    records: Records,
    calls: Iterable[str],
    settings: Settings,
    *,
    ground: str,
    by: str,
    purging: bool = False,
) -> bool:
    """Erase records in an archive that no worker writes to; whether one was refused."""
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
    refused = False
    for call in calls:
        try:
            left, done = erased_in(
                entries[call], cause=cause, ground=ground, actor=actor, at_ms=_now_ms(), key=key
            )
        except ValueError as error:
            raise RecordFault(f"{file}: record of call {call}: {error}") from error
        entries[call] = _events(left)
        refused = refused or done.refused is not None
        what = done.refused or "erased in the archive"
        out().print(printable(f"{call}: {what}"), markup=False)
    write(file, msgspec.structs.replace(records, entries=entries))
    return refused


def _events(entries: Iterable[Entry]) -> tuple[IncidentEntry, ...]:
    from stream.events import IncidentEntry, event_from

    return tuple(
        entry if isinstance(entry, IncidentEntry) else event_from(IncidentEntry, entry)
        for entry in entries
    )


def _now_ms() -> int:
    return round(time.time() * 1000)
