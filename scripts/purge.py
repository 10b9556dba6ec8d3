"""`hardstop purge`: what has been kept for its time goes."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from scripts.archive import ARCHIVE_HELP, now_ms
from scripts.replay import PREFIX_HELP

if TYPE_CHECKING:
    from stream.settings import Settings
    from workflow.policy import Policy
    from workflow.storage import Kept


def purge(
    file: Annotated[Path | None, typer.Argument(help=ARCHIVE_HELP, metavar="FILE.jsonl")] = None,
    callbacks: Annotated[
        bool,
        typer.Option("--callbacks", help="Also the callback log in Kafka, by way of the workers."),
    ] = False,
    complaints: Annotated[
        bool,
        typer.Option(
            "--complaints", help="Also the complaint register in Kafka, by way of the workers."
        ),
    ] = False,
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="Say what would go, and change nothing.")
    ] = False,
    policy: Annotated[
        Path | None, typer.Option(help="Policy file; else the one that the settings name.")
    ] = None,
    topic_prefix: Annotated[str | None, typer.Option(help=PREFIX_HELP)] = None,
) -> None:
    """Take out what has been kept for its time ([retention] of the policy, or of its queue).

    From an archive, the words of records, a day after workers have let go of them: numbers, times
    and hashes stay, so that the chain still verifies. Needs HARDSTOP_RECORD_KEY. From the logs,
    callbacks and complaints that are over. A legal hold keeps all three.

    Exit code 0: done, or nothing to do; 1: refused for a callback or complaint; 2: an error.
    """
    from scripts.policy import in_force
    from stream.settings import load_settings
    from workflow.policy import load_policy

    if file is None and not callbacks and not complaints:
        raise typer.BadParameter("name the archive FILE.jsonl, --callbacks, --complaints, or all")
    rules = load_policy(in_force(policy))
    settings = load_settings(topic_prefix=topic_prefix)
    if file is not None:
        _purge_archive(file, rules, settings, dry_run=dry_run)
    refused = 0
    if callbacks:
        refused += _purge_log("callback", rules, settings, dry_run=dry_run)
    if complaints:
        refused += _purge_log("complaint", rules, settings, dry_run=dry_run)
    raise typer.Exit(1 if refused else 0)


def _purge_archive(file: Path, policy: Policy, settings: Settings, *, dry_run: bool) -> None:
    from scripts.archive import erase
    from scripts.records import read_records
    from scripts.terminal import count, out, printable
    from workflow.archive import due

    def kept(queue: str | None) -> Kept:
        return policy.for_queue(queue).retention.incidents

    records = read_records(file)
    found = due(records.entries, at_ms=now_ms(), days=lambda queue: kept(queue).days)
    going = {r.call_id: _ground(kept(r.queue_id)) for r in found if r.held is None}
    for record in found:
        what = f"stays: {record.held}" if record.held else "its time is over"
        out().print(printable(f"{record.call_id}: {what}"), markup=False)
    if going and not dry_run:
        erase(file, records, going, settings, by="hardstop", purging=True)
    done = "would be erased" if dry_run else "erased"
    out().print(f"{file}: {count(len(going), 'record')} {done}", markup=False)


def _purge_log(
    what: Literal["callback", "complaint"], policy: Policy, settings: Settings, *, dry_run: bool
) -> int:
    """Take what is old off one of the logs; how many were refused."""
    from scripts.broker import reachable
    from scripts.forgetting import Forgetting, old_callbacks, old_complaints
    from scripts.terminal import count, out, printable

    def kept(queue: str | None) -> Kept:
        retention = policy.for_queue(queue).retention
        return retention.callbacks if what == "callback" else retention.complaints

    settings = reachable(settings)
    found = old_callbacks if what == "callback" else old_complaints
    old = found(settings, days=lambda queue: kept(queue).days, at_ms=now_ms())
    refused = 0
    for reference, (call, queue) in old.items() if not dry_run else ():
        forgetting = Forgetting(settings, by="hardstop", ground=_ground(kept(queue)))
        answer = forgetting.off_the_log(call, reference)
        refused += answer.refused
        if answer.refused:
            out().print(printable(f"{reference}: {answer.text}"), markup=False)
    done = "would go" if dry_run else "gone"
    out().print(f"{count(len(old) - refused, what)} {done}", markup=False)
    return refused


def _ground(kept: Kept) -> str:
    return f"kept for {kept.days} days: {kept.reason}"
