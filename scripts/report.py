"""`hardstop report`: patterns of a period for those who lead."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scripts.replay import PREFIX_HELP

if TYPE_CHECKING:
    from datetime import date

    from models.evaluation.report.document import Document
    from scripts.gathering import Gathered
    from workflow.patterns.patterns import Patterns
    from workflow.patterns.scope import Scope
    from workflow.patterns.shadow import Shadow
    from workflow.policy import Policy

DAYS = 7
"""Days of a report that names none: the last whole week, today included."""
OUT = Path("hardstop-report")


def report(
    files: Annotated[
        list[Path] | None,
        typer.Argument(
            help="Events instead of Kafka: files as `hardstop tail TOPIC --json` writes them, of "
            "one topic or of many mixed.",
            metavar="EVENTS.jsonl",
        ),
    ] = None,
    more: Annotated[
        list[Path] | None,
        typer.Option(
            "--files", help="More of the same; may be given again.", metavar="EVENTS.jsonl"
        ),
    ] = None,
    first: Annotated[
        str | None, typer.Option("--from", help="The first day.", metavar="YYYY-MM-DD")
    ] = None,
    last: Annotated[
        str | None,
        typer.Option("--to", help="The last day, included; else today.", metavar="YYYY-MM-DD"),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option(help=f"Folder for report.html and report.json; else {OUT}.", metavar="DIR"),
    ] = None,
    time_zone: Annotated[
        str | None,
        typer.Option(
            help="Whose days and hours, such as America/New_York; else that of the policy's "
            "opening hours, else UTC.",
            metavar="ZONE",
        ),
    ] = None,
    queue: Annotated[str | None, typer.Option(help="Only calls of this queue.")] = None,
    shadow: Annotated[
        bool,
        typer.Option(
            "--shadow",
            help="For a site in shadow mode: what would have been raised, against what people did.",
        ),
    ] = False,
    quotes: Annotated[
        bool,
        typer.Option("--quotes", help="With --shadow: also what callers said, redacted."),
    ] = False,
    mode: Annotated[
        str | None,
        typer.Option(
            help="live, shadow, post_call or replay, never mixed; else that of the policy."
        ),
    ] = None,
    policy: Annotated[
        Path | None,
        typer.Option(help="Policy file; else the setting HARDSTOP_POLICY, else the default one."),
    ] = None,
    as_json: Annotated[
        bool,
        typer.Option("--json", help="Print report.json; files only where --out names a folder."),
    ] = False,
    topic_prefix: Annotated[str | None, typer.Option(help=PREFIX_HELP)] = None,
) -> None:
    """Report on a period: hard stops, how soon people came, promises kept, false alarms.

    Writes one page that needs no network, with plots and tables, and the same figures as JSON.
    Without --from: the last seven days. Single agents are named only where the policy allows it.

    Exit code 0, also when there was nothing to report (which is said, and no file written).
    """
    from scripts.gathering import from_files, from_kafka
    from scripts.policy import in_force
    from workflow.policy import load_policy

    if quotes and not shadow:
        raise typer.BadParameter("--quotes goes with --shadow: no other report lists calls")
    if shadow and mode is not None:
        raise typer.BadParameter("--shadow is about shadow mode: leave out --mode")
    rules = load_policy(in_force(policy))
    scope = _scope(rules, first, last, time_zone, "shadow" if shadow else mode, queue)
    named = [*(files or ()), *(more or ())]
    if named:
        gathered = from_files(named, quotes=quotes)
    else:
        gathered = from_kafka(scope, topic_prefix, quotes=quotes, calls=shadow)
    _told_unread(gathered)
    found, told = _shadow(gathered, scope) if shadow else _patterns(gathered, scope)
    if as_json:
        sys.stdout.buffer.write(_json(found, gathered))
        sys.stdout.buffer.flush()
    if told is None:
        _nothing(scope, gathered, found.others)
        return
    if out is not None or not as_json:
        _write(out or OUT, told, found, gathered)


def _patterns(gathered: Gathered, scope: Scope) -> tuple[Patterns, Document | None]:
    from workflow.patterns.chapters import document
    from workflow.patterns.patterns import patterns

    found = patterns(gathered.ledger, scope)
    if found.is_empty:
        return found, None
    read = set(gathered.ledger.read)
    return found, document(found, read, gathered.sources, files=gathered.files)


def _shadow(gathered: Gathered, scope: Scope) -> tuple[Shadow, Document | None]:
    from workflow.call import Mode
    from workflow.patterns.shadow import shadow
    from workflow.patterns.shadow_chapters import shadow_document

    found = shadow(gathered.ledger, scope)
    if not any(call.known_mode is Mode.SHADOW for call in gathered.ledger.calls.values()):
        # Live calls, and calls of which only the end was seen, are nothing to compare.
        return found, None
    read = set(gathered.ledger.read)
    return found, shadow_document(found, read, gathered.sources, files=gathered.files)


def _scope(
    rules: Policy,
    first: str | None,
    last: str | None,
    time_zone: str | None,
    mode: str | None,
    queue: str | None,
) -> Scope:
    """Raises typer.BadParameter for days, zones and modes that make no sense."""
    from datetime import UTC, datetime, timedelta
    from zoneinfo import ZoneInfo

    from workflow.call import Mode
    from workflow.calling import known_zone
    from workflow.patterns.scope import Scope

    if time_zone is not None and not known_zone(time_zone):
        raise typer.BadParameter(f"'{time_zone}' is no time zone; names are like America/New_York")
    if mode is not None and mode not in set(Mode):
        raise typer.BadParameter(f"no mode '{mode}'; modes are {', '.join(Mode)}")
    zones = {hours.time_zone for hours in rules.hours.values()}
    zone = time_zone or (zones.pop() if len(zones) == 1 else "UTC")
    today = datetime.now(UTC).astimezone(ZoneInfo(zone)).date()
    ends = _day("--to", last) or today
    begins = _day("--from", first) or ends - timedelta(days=DAYS - 1)
    if begins > ends:
        raise typer.BadParameter(f"the period ends ({ends}) before it begins ({begins})")
    return Scope.of_days(
        begins,
        ends,
        zone,
        mode=rules.mode if mode is None else Mode(mode),
        queue=queue,
        by_agent=rules.reports.by_agent,
    )


def _day(option: str, text: str | None) -> date | None:
    from datetime import date

    if text is None:
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{option} '{text}' is no day like 2026-11-30") from None


def _told_unread(gathered: Gathered) -> None:
    from scripts.terminal import err
    from workflow.patterns.sources import unread_note

    if note := unread_note(gathered.sources):
        err().print(f"{note} They are left out; the last table says where.", markup=False)


def _nothing(scope: Scope, gathered: Gathered, others: dict[str, int]) -> None:
    """Says that there is nothing, and what to do; on standard error, which JSON is not on."""
    from scripts.terminal import err
    from workflow.patterns.wording import days, plain

    where = f" on queue {scope.queue}" if scope.queue else ""
    lines = [
        f"Nothing of mode {scope.mode.value} happened from {days(scope)}{where} "
        f"({scope.time_zone}). No report is written."
    ]
    if others:
        left = ", ".join(f"{count:,} {plain(mode)}" for mode, count in others.items())
        lines.append(f"There are alerts of other modes: {left}. Ask for them with --mode.")
    elif not gathered.ledger.read:
        lines.append(
            "Nothing at all was read: is a worker running (`hardstop worker`), and do the topics "
            "still hold these days (`hardstop topics describe`)?"
            if not gathered.files
            else "The files hold no event that is counted: write some with "
            "`hardstop tail alerts --json --from-start`, and the same of other topics."
        )
    else:
        lines.append(
            f"{sum(gathered.ledger.read.values()):,} events of other days or queues were read: "
            "choose the days with --from and --to."
        )
    err().print("\n".join(lines), markup=False)


def _json(found: Any, gathered: Gathered) -> bytes:
    import msgspec

    whole = {"sources": gathered.sources, "report": found}
    return msgspec.json.format(msgspec.json.encode(whole), indent=1) + b"\n"


def _write(folder: Path, told: Document, found: Any, gathered: Gathered) -> None:
    from models.evaluation.report.html import html
    from scripts.replacing import replace
    from scripts.terminal import out

    folder.mkdir(parents=True, exist_ok=True)
    replace(folder / "report.html", [html(told).encode()])
    replace(folder / "report.json", [_json(found, gathered)])
    out().print(told.title, style="bold", markup=False)
    out().print(told.summary, markup=False)
    out().print(f"written: {folder / 'report.html'}, {folder / 'report.json'}", markup=False)
