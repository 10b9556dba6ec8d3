"""`hardstop callbacks`: the Supervisor Callback Log, and what is done about it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scripts.replay import PREFIX_HELP

if TYPE_CHECKING:
    from stream.events import CallbackRecord
    from workflow.actions import CallbackTerms

app = typer.Typer(
    no_args_is_help=True, help="The Supervisor Callback Log: what was promised, and is it kept."
)

WIDE = 160
"""Columns of a table that goes to a file: whole lines, as there is no edge to fit."""

Reference = Annotated[str, typer.Argument(help="The callback, such as CB-7F3K-9QXA.")]
By = Annotated[str, typer.Option("--by", help="Who does this: a person's id in the policy.")]
Note = Annotated[str | None, typer.Option(help="A note for the record.")]
Prefix = Annotated[str | None, typer.Option("--topic-prefix", help=PREFIX_HELP)]


@app.command("list")
def show(
    all_: Annotated[bool, typer.Option("--all", help="Also those kept or cancelled.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Whole records, one a line.")] = False,
    topic_prefix: Prefix = None,
) -> None:
    """Show what is owed, the most urgent first. Exit code 0: nothing is missed; 1: something is."""
    import msgspec

    from scripts.promises import log
    from workflow.callbacks import CallbackState

    records = log(_settings(topic_prefix)).values()
    wanted = sorted((r for r in records if all_ or r.is_open), key=_urgency)
    if as_json:
        for record in wanted:
            sys.stdout.buffer.write(msgspec.json.encode(record) + b"\n")
    else:
        _table(wanted)
    late = {CallbackState.MISSED, CallbackState.ESCALATED}
    raise typer.Exit(1 if any(record.state in late for record in wanted) else 0)


@app.command()
def offer(
    call: Annotated[str, typer.Argument(help="The call in which it is offered.")],
    by: By,
    about: Annotated[str | None, typer.Option(help="What it is about, in a few words.")] = None,
    desk: Annotated[str | None, typer.Option(help="Whose people ring back.")] = None,
    owner: Annotated[str | None, typer.Option(help="Who rings back; else the first there.")] = None,
    topic_prefix: Prefix = None,
) -> None:
    """Offer a callback in a call that a worker knows."""
    _do(
        topic_prefix,
        by,
        "offer_callback",
        call_id=call,
        reason=about,
        desk=desk,
        terms={"owner_id": owner},
    )


@app.command()
def commit(
    reference: Reference,
    by: By,
    number: Annotated[str | None, typer.Option(help="To ring, with its country code.")] = None,
    zone: Annotated[str | None, typer.Option(help="The caller's, such as Europe/London.")] = None,
    start: Annotated[str | None, typer.Option(help="From when, as 2026-12-01T14:00+00:00.")] = None,
    end: Annotated[str | None, typer.Option(help="Until when.")] = None,
    owner: Annotated[str | None, typer.Option(help="Who rings back.")] = None,
    safe_message: Annotated[
        bool | None, typer.Option(help="Whether a message may be left safely.")
    ] = None,
    contact_note: Annotated[
        str | None, typer.Option(help="What to know before ringing; an empty one takes it back.")
    ] = None,
    note: Note = None,
    topic_prefix: Prefix = None,
) -> None:
    """The caller has agreed: now it is a promise. Without a window: the one agreed before, else the
    next decent hours."""
    _do(
        topic_prefix,
        by,
        "commit_callback",
        reference=reference,
        terms={
            "number": number,
            "time_zone": zone,
            "window_start": start,
            "window_end": end,
            "owner_id": owner,
            "safe_to_leave_message": safe_message,
            "contact_note": contact_note,
            "note": note,
        },
    )


@app.command()
def attempt(
    reference: Reference,
    by: By,
    outcome: Annotated[
        str, typer.Option(help="reached, no_answer, busy, message_left or wrong_number.")
    ] = "no_answer",
    note: Note = None,
    topic_prefix: Prefix = None,
) -> None:
    """Somebody has rung. Who was reached has been called back."""
    from workflow.callbacks import AttemptOutcome

    if outcome not in set(AttemptOutcome):
        known = ", ".join(AttemptOutcome)
        raise typer.BadParameter(f"no outcome '{outcome}'; outcomes are {known}")
    terms = {"outcome": AttemptOutcome(outcome), "note": note}
    _do(topic_prefix, by, "attempt_callback", reference=reference, terms=terms)


@app.command()
def keep(reference: Reference, by: By, note: Note = None, topic_prefix: Prefix = None) -> None:
    """The caller has been called back."""
    _do(topic_prefix, by, "keep_callback", reference=reference, reason=note)


@app.command()
def miss(reference: Reference, by: By, note: Note = None, topic_prefix: Prefix = None) -> None:
    """It was not kept: the duty manager takes it over."""
    _do(topic_prefix, by, "miss_callback", reference=reference, reason=note)


@app.command()
def reassign(
    reference: Reference,
    by: By,
    owner: Annotated[str, typer.Option(help="Who rings back from now on.")],
    note: Note = None,
    topic_prefix: Prefix = None,
) -> None:
    """Give a callback to another person."""
    terms = {"owner_id": owner}
    _do(topic_prefix, by, "reassign_callback", reference=reference, reason=note, terms=terms)


@app.command()
def cancel(
    reference: Reference,
    by: By,
    reason: Annotated[str, typer.Option(help="Why nothing is owed any more.")],
    topic_prefix: Prefix = None,
) -> None:
    """Take a callback off the log, with a reason."""
    _do(topic_prefix, by, "cancel_callback", reference=reference, reason=reason)


def _settings(topic_prefix: str | None) -> Any:
    from scripts.broker import reachable
    from stream.settings import load_settings

    return reachable(load_settings(topic_prefix=topic_prefix))


def _do(
    topic_prefix: str | None,
    by: str,
    kind: str,
    *,
    call_id: str | None = None,
    reference: str | None = None,
    reason: str | None = None,
    desk: str | None = None,
    terms: dict[str, Any] | None = None,
) -> None:
    """Send one action and tell what became of it: exit code 1 when it was refused."""
    import uuid

    from scripts.promises import ask, log
    from stream.events import Action, ActionRejected
    from workflow.actions import ActionKind, Actor, ActorRole

    settings = _settings(topic_prefix)
    if call_id is None:
        record = log(settings).get(reference or "")
        if record is None:
            raise typer.BadParameter(f"there is no callback {reference} on the log")
        call_id = record.origin_call_id
    action = Action(
        action_id=str(uuid.uuid4()),
        call_id=call_id,
        action=ActionKind(kind),
        actor=Actor(id=by, role=ActorRole.SUPERVISOR),
        reference=reference,
        reason=reason,
        desk=desk,
        callback=terms_of(**(terms or {})),
    )
    answer = ask(settings, action)
    if isinstance(answer, ActionRejected):
        typer.echo(f"not done: {answer.reason}")
        raise typer.Exit(1)
    found = log(settings)
    of_call = [r for r in found.values() if r.origin_call_id == call_id]
    _table([found[reference]] if reference else sorted(of_call, key=_urgency))


def terms_of(**given: Any) -> CallbackTerms | None:
    """What was said of the callback, if anything was: that no message may be left is something."""
    from workflow.actions import CallbackTerms

    stated = {name: value for name, value in given.items() if value is not None}
    return CallbackTerms(**stated) if stated else None


def _urgency(record: CallbackRecord) -> tuple[bool, bool, str]:
    from workflow.callbacks import CallbackState

    late = {CallbackState.MISSED, CallbackState.ESCALATED, CallbackState.DUE}
    return (not record.welfare, record.state not in late, record.window_start or "")


def _table(records: list[CallbackRecord]) -> None:
    from rich.console import Console
    from rich.table import Table

    from scripts.terminal import printable

    if not records:
        typer.echo("nothing is owed")
        return
    table = Table("reference", "state", "caller", "window", "owner", "about", box=None)
    for record in records:
        state = f"{record.state.value}, welfare" if record.welfare else record.state.value
        state += ", do not call" if record.do_not_call else ""
        who = f"{record.caller_name or '–'} ({record.verified.value} verified)"
        table.add_row(
            record.reference,
            state,
            printable(f"{who}\n{record.number or 'no number'}"),
            _window(record),
            printable(record.owner.name),
            printable(record.issue_summary),
        )
    # A pipe has no width of its own, and rich would take it for 80 columns.
    console = Console(highlight=False)
    (console if console.is_terminal else Console(highlight=False, width=WIDE)).print(table)


def _window(record: CallbackRecord) -> str:
    """In the caller's own zone where it is known."""
    from workflow.calling import known_zone, local
    from workflow.moments import milliseconds

    if record.window_start is None or record.window_end is None:
        return "–"
    zone = record.time_zone if known_zone(record.time_zone) else None
    start = local(milliseconds(record.window_start), zone or "UTC")
    end = local(milliseconds(record.window_end), zone or "UTC")
    return f"{start} – {end}\n{zone or 'UTC; the caller was not asked'}"
