"""`hardstop incidents`: records of hard stops for people outside, and what is done to them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from scripts.replay import PREFIX_HELP

if TYPE_CHECKING:
    from workflow.actions import ActionKind

app = typer.Typer(
    help="Records of hard stops: to read, print and keep, hold and review.", no_args_is_help=True
)

Call = Annotated[str, typer.Argument(help="The call of the record.", metavar="CALL")]
By = Annotated[str, typer.Option("--by", help="Who does this.", metavar="PERSON")]
As = Annotated[str, typer.Option("--as", help="Their role: supervisor, qa or admin.")]
Prefix = Annotated[str | None, typer.Option("--topic-prefix", help=PREFIX_HELP)]


@app.callback()
def incidents() -> None:
    """Records of hard stops: to read, print and keep, hold and review."""


@app.command()
def export(
    call: Annotated[str, typer.Argument(help="The call whose record is wanted.", metavar="CALL")],
    to: Annotated[
        Path,
        typer.Option(
            help="Where to write it; the ending decides.", metavar="FILE.pdf|FILE.html|FILE.json"
        ),
    ],
    file: Annotated[
        Path | None,
        typer.Option(
            "--from",
            help="Entries, one JSON event a line, as `hardstop archive` writes them; else "
            "those that Kafka has.",
            metavar="FILE.jsonl",
        ),
    ] = None,
    font: Annotated[
        Path | None,
        typer.Option(
            help="TrueType font for a PDF; without it DejaVu Sans where it is installed. "
            "Characters that it lacks stand as their code points.",
            metavar="FILE.ttf",
        ),
    ] = None,
    topic_prefix: Prefix = None,
) -> None:
    """Write one call's record: every entry verbatim and timed, with the verdict on its chain.

    The file holds what the caller said (redacted). Give it only to who may see the record.
    A PDF needs the `pdf` extra.

    Exit code 0: written, the chain is intact; 1: written, it is not; 2: an error.
    """
    from scripts.printing import html_record, json_record
    from scripts.records import read_from
    from scripts.replacing import replace
    from scripts.terminal import err, printable
    from workflow.chain import verify
    from workflow.signing import fault_of_heads

    ending = to.suffix.lower()
    if ending not in (".pdf", ".html", ".json"):
        raise typer.BadParameter(
            f"{to}: give a name that ends in .pdf, .html or .json", param_hint="--to"
        )
    found = read_from(file, topic_prefix)
    entries = found.of(call)
    heads = found.heads.get(entries[0].incident_id, ())
    # A head that came with the entries and does not fit them is one held elsewhere than its entry.
    odd = [head for head in heads if fault_of_heads(entries, (head,), None) is not None]
    verdict = verify(entries, odd[0] if odd else None)
    if ending == ".pdf":
        from writers.paper import pdf_record

        written = pdf_record(entries, verdict, font)
    else:
        written = (html_record if ending == ".html" else json_record)(entries, verdict)
    replace(to, [written])
    state = "intact" if verdict.intact else f"NOT INTACT from entry {verdict.number}"
    err().print(printable(f"{to}: record of call {call}, {state}"), markup=False)
    raise typer.Exit(0 if verdict.intact else 1)


@app.command()
def hold(
    call: Call,
    by: By,
    ground: Annotated[str, typer.Option(help="Why: the claim or the proceedings.")],
    lift: Annotated[
        bool, typer.Option("--lift", help="Lift the hold that this person set; an admin all.")
    ] = False,
    role: As = "qa",
    topic_prefix: Prefix = None,
) -> None:
    """Set a legal hold: nothing of the record is erased, however old it is, until it is lifted.

    Exit code 0: done; 1: refused, with the reason.
    """
    from workflow.actions import ActionKind, HoldChange

    change = HoldChange.LIFT if lift else HoldChange.SET
    _do(topic_prefix, by, role, ActionKind.LEGAL_HOLD, call, ground, hold=change)


@app.command()
def review(
    call: Call,
    by: By,
    note: Annotated[str, typer.Option(help="What was found.")],
    role: As = "qa",
    topic_prefix: Prefix = None,
) -> None:
    """Put on record that somebody has looked at it: it is not flagged for review any more.

    Exit code 0: done; 1: refused, with the reason.
    """
    from workflow.actions import ActionKind

    _do(topic_prefix, by, role, ActionKind.REVIEW_INCIDENT, call, note)


def _do(
    topic_prefix: str | None,
    by: str,
    role: str,
    kind: ActionKind,
    call: str,
    reason: str,
    **more: Any,
) -> None:
    import uuid

    from scripts.broker import reachable
    from scripts.promises import ask
    from stream.events import Action, ActionRejected
    from stream.settings import load_settings
    from workflow.actions import Actor, ActorRole

    if role not in set(ActorRole):
        raise typer.BadParameter(f"no role '{role}'; give supervisor, qa or admin")
    settings = reachable(load_settings(topic_prefix=topic_prefix))
    action = Action(
        action_id=str(uuid.uuid4()),
        call_id=call,
        action=kind,
        actor=Actor(id=by, role=ActorRole(role)),
        reason=reason,
        **more,
    )
    answer = ask(settings, action)
    if isinstance(answer, ActionRejected):
        typer.echo(f"not done: {answer.reason}")
        raise typer.Exit(1)
    typer.echo(f"on the record of call {call}")
