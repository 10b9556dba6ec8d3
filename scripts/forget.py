"""`hardstop forget`: a caller who asks for it is forgotten."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scripts.replay import PREFIX_HELP


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
    topic_prefix: Annotated[str | None, typer.Option(help=PREFIX_HELP)] = None,
) -> None:
    """Have a caller forgotten: workers drop what they know of the call, take its callbacks and
    answered complaints off the logs, and put the erasure on record; wallboards drop its words and
    names. A legal hold refuses it, with its ground.

    With --customer, their calls that left no record are forgotten too, as far as workers know them
    (HARDSTOP_CUSTOMER_KEY), and what one call was told of another.

    Kafka cannot blank what it has: run `hardstop archive` next, which takes the words out of the
    archive; from the topics they go with their retention (docs/workflow.md says when).

    Exit code 0: done; 1: refused for a call, with the reason; 2: an error.
    """
    from scripts.archive import erase
    from scripts.broker import reachable
    from scripts.forgetting import Forgetting, Kept, calls_of
    from scripts.records import Records, read_records, read_topic
    from scripts.terminal import out, printable
    from stream.settings import load_settings

    if (call is None) == (customer is None):
        raise typer.BadParameter("name the CALL to forget, or a --customer")
    settings = reachable(load_settings(topic_prefix=topic_prefix))
    older = read_records(file) if file is not None else Records("", {})
    kept = Kept.of(settings)
    if call is not None:
        calls = [call]
    else:
        calls = calls_of(customer or "", (older, read_topic(settings)), kept, settings)
    forgetting = Forgetting(settings, by=by, ground=ground)
    refused, unknown = False, []
    for name in calls:
        answers = forgetting.ask(name, kept.over(name))
        refused = refused or any(answer.refused for answer in answers)
        if any(answer.unknown for answer in answers) and name in older.entries:
            unknown.append(name)
        for answer in (*answers, *kept.owed(name)):
            out().print(printable(f"{name}: {answer.text}"), markup=False)
    if customer is not None:
        answer = forgetting.caller(customer)
        refused = refused or answer.refused
        out().print(printable(answer.text), markup=False)
    if file is not None and unknown:
        refused = erase(file, older, dict.fromkeys(unknown, ground), settings, by=by) or refused
    raise typer.Exit(1 if refused else 0)
