"""`hardstop complaints`: the complaint register, what is late, and what is done about it."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scripts.replay import PREFIX_HELP

if TYPE_CHECKING:
    from stream.events import ComplaintRecord

app = typer.Typer(
    no_args_is_help=True,
    help="The complaint register: who complained, and by when an answer is owed.",
)

WIDE = 160
"""Columns of a table that goes to a file: whole lines, as there is no edge to fit."""

QUOTE_SHOWN = 160
"""Characters of the first quote in the table; --json and export have all of them."""

FILE_HELP = (
    "Read the register from a file that `hardstop tail complaints --json --from-start` wrote, "
    "instead of the topic."
)

Reference = Annotated[str, typer.Argument(help="The complaint, such as CP-7F3K9-QXA4M.")]
By = Annotated[str, typer.Option("--by", help="Who does this: a person's id in the policy.")]
Prefix = Annotated[str | None, typer.Option("--topic-prefix", help=PREFIX_HELP)]
File = Annotated[Path | None, typer.Option("--file", help=FILE_HELP, metavar="FILE.jsonl")]


@app.command("list")
def show(
    open_: Annotated[bool, typer.Option("--open", help="Only those still to be answered.")] = False,
    late: Annotated[bool, typer.Option("--overdue", help="Only those that are late.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Whole records, one a line.")] = False,
    file: File = None,
    topic_prefix: Prefix = None,
) -> None:
    """Show the register, the most urgent first. Times are UTC; the ends of days are those of the
    place whose rules hold.

    Exit code 0: nothing shown is late; 1: something is (replays do not count); 2: an error.
    """
    import msgspec

    now = _now()
    wanted = [
        record
        for record in _records(file, topic_prefix)
        if (record.is_open or not open_) and (_late(record, now) or not late)
    ]
    wanted.sort(key=lambda record: _urgency(record, now))
    if as_json:
        for record in wanted:
            sys.stdout.buffer.write(msgspec.json.encode(record) + b"\n")
    else:
        _table(wanted, now)
    raise typer.Exit(1 if any(_late(record, now) for record in wanted) else 0)


@app.command()
def export(
    to: Annotated[
        Path,
        typer.Option(help="Where to write it; the ending decides.", metavar="FILE.csv|FILE.json"),
    ],
    from_: Annotated[
        str | None, typer.Option("--from", help="Received on this day (UTC) or later: 2026-11-01.")
    ] = None,
    until: Annotated[
        str | None, typer.Option("--until", help="Received on this day (UTC) or before.")
    ] = None,
    file: File = None,
    topic_prefix: Prefix = None,
) -> None:
    """Write the register to a file, oldest first: for a regulator, an audit, a spreadsheet.

    The file holds what callers said (redacted). Give it only to who may see the register.
    """
    from scripts.register import as_csv, as_json
    from scripts.replacing import replace
    from scripts.terminal import count, err, printable

    ending = to.suffix.lower()
    if ending not in (".csv", ".json"):
        raise typer.BadParameter(f"{to}: give a name that ends in .csv or .json", param_hint="--to")
    first, last = _day(from_, "--from"), _day(until, "--until")
    if first and last and first > last:
        raise typer.BadParameter(f"{from_} comes after {until}", param_hint="--from")
    wanted = sorted(
        (
            record
            for record in _records(file, topic_prefix)
            if (first or "") <= record.received_at[:10] <= (last or "9999-12-31")
        ),
        key=lambda record: (record.received_at, record.reference),
    )
    replace(to, [as_csv(wanted, _now()) if ending == ".csv" else as_json(wanted)])
    err().print(printable(f"{to}: {count(len(wanted), 'complaint')}"), markup=False)


@app.command()
def acknowledge(
    reference: Reference,
    by: By,
    note: Annotated[str | None, typer.Option(help="How the caller was told.")] = None,
    topic_prefix: Prefix = None,
) -> None:
    """The caller has been told that the complaint has arrived."""
    _do(topic_prefix, by, "acknowledge_complaint", reference, note)


@app.command()
def update(
    reference: Reference,
    by: By,
    note: Annotated[str, typer.Option(help="What the caller was told, or where it is kept.")],
    topic_prefix: Prefix = None,
) -> None:
    """The caller has had news of how it goes. Where a rule asks for them, the next are due then."""
    _do(topic_prefix, by, "update_complaint", reference, note)


@app.command()
def answer(
    reference: Reference,
    by: By,
    note: Annotated[str, typer.Option(help="What the answer was, or where it is kept.")],
    topic_prefix: Prefix = None,
) -> None:
    """The caller has the final answer."""
    _do(topic_prefix, by, "answer_complaint", reference, note)


@app.command()
def withdraw(
    reference: Reference,
    by: By,
    note: Annotated[str, typer.Option(help="Why nothing is owed: taken back, or no complaint.")],
    topic_prefix: Prefix = None,
) -> None:
    """Nothing is owed: the caller takes it back, or it was no complaint. The entry stays."""
    _do(topic_prefix, by, "withdraw_complaint", reference, note)


def _records(file: Path | None, topic_prefix: str | None) -> list[ComplaintRecord]:
    from scripts.register import from_file, from_topic

    found = from_file(file) if file is not None else from_topic(_settings(topic_prefix))
    return list(found.values())


def _settings(topic_prefix: str | None) -> Any:
    from scripts.broker import reachable
    from stream.settings import load_settings

    return reachable(load_settings(topic_prefix=topic_prefix))


def _do(topic_prefix: str | None, by: str, kind: str, reference: str, note: str | None) -> None:
    """Send one action and tell what became of it: exit code 1 when it was refused."""
    import uuid

    from scripts.promises import ask
    from scripts.register import from_topic
    from stream.events import Action, ActionRejected
    from workflow.actions import ActionKind, Actor, ActorRole

    settings = _settings(topic_prefix)
    record = from_topic(settings).get(reference)
    if record is None:
        raise typer.BadParameter(f"there is no complaint {reference} in the register")
    action = Action(
        action_id=str(uuid.uuid4()),
        call_id=record.call_id,
        action=ActionKind(kind),
        actor=Actor(id=by, role=ActorRole.SUPERVISOR),
        reference=reference,
        reason=note,
    )
    answered = ask(settings, action)
    if isinstance(answered, ActionRejected):
        typer.echo(f"not done: {answered.reason}")
        raise typer.Exit(1)
    _table([from_topic(settings)[reference]], _now())


def _now() -> int:
    import time

    return round(time.time() * 1000)


def _day(text: str | None, option: str) -> str | None:
    from datetime import date

    if text is None:
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise typer.BadParameter(
            f"'{text}' is no date like 2026-11-01", param_hint=option
        ) from error


def _late(record: ComplaintRecord, now_ms: int) -> bool:
    """Of a replay nobody waits for an answer."""
    from workflow.call import Mode
    from workflow.complaints import overdue

    return record.mode is not Mode.REPLAY and overdue(record, now_ms) is not None


def _urgency(record: ComplaintRecord, now_ms: int) -> tuple[bool, bool, bool, str]:
    """Late answers, late acknowledgements, what is open by its next date, what is closed."""
    from workflow.complaints import Owed, next_due, overdue

    late = _late(record, now_ms)
    answer = late and overdue(record, now_ms) is Owed.ANSWER
    return (not answer, not late, not record.is_open, next_due(record) or record.received_at)


def _table(records: list[ComplaintRecord], now_ms: int) -> None:
    from rich.console import Console
    from rich.table import Table

    from scripts.terminal import printable

    if not records:
        typer.echo("no complaint in the register")
        return
    table = Table("reference", "state", "received", "due", "where", "what was said", box=None)
    for record in records:
        said = record.quotes[0].quote if record.quotes else "–"
        shown = said if len(said) <= QUOTE_SHOWN else f"{said[:QUOTE_SHOWN]}…"
        table.add_row(
            record.reference,
            record.state.value if record.mode == "live" else f"{record.state}, {record.mode}",
            _minute(record.received_at),
            _due(record, now_ms),
            printable(f"{record.jurisdiction} {record.queue_id or ''}".strip()),
            printable(shown),
        )
    # A pipe has no width of its own, and rich would take it for 80 columns.
    console = Console(highlight=False)
    (console if console.is_terminal else Console(highlight=False, width=WIDE)).print(table)


def _due(record: ComplaintRecord, now_ms: int) -> str:
    from workflow.complaints import ComplaintState, overdue

    if not record.is_open:
        return "–"
    late = overdue(record, now_ms)
    lines = [f"answer by {_minute(record.answer_by)}"]
    if record.update_by is not None:
        lines.insert(0, f"news by {_minute(record.update_by)}")
    if record.state is ComplaintState.OPEN:
        lines.insert(0, f"acknowledge by {_minute(record.acknowledge_by)}")
    if late is not None:
        lines.insert(0, f"OVERDUE: {late.value}")
    return "\n".join(lines)


def _minute(text: str) -> str:
    return text[:16].replace("T", " ")
