"""`hardstop draft`: an answer to an escalated situation, and the check of one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from scripts.replay import PREFIX_HELP

if TYPE_CHECKING:
    from scripts.draft_turns import Writer
    from workflow.drafts.check import Fault
    from workflow.drafts.draft import Draft
    from workflow.drafts.session import Session
    from workflow.drafts.situation import Context

CALL_HELP = (
    "One recorded call (chunk JSON lines, WebVTT or CSV), or the id of a call that the workers "
    "heard; or the word check, then a draft's FILE."
)
SITUATION_HELP = "A described situation as plain text instead of a call; - is standard input."
CHANNEL_HELP = "How the answer goes out: call (if nothing is said), email or public."
MODEL_HELP = (
    "Ask a model instead of the built-in writer: claude:<model> or openai:<model>. It is given "
    "redacted words alone. Needs pip install 'hardstop[drafts]' and ANTHROPIC_API_KEY or "
    "OPENAI_API_KEY."
)
BASE_HELP = "Another endpoint for --model, such as a server of your own [env: OPENAI_BASE_URL]."
FOLLOW_HELP = (
    "What to change, or a fact to add, after the draft: 'make it shorter', 'he has been with us "
    "11 years'. Can be given several times."
)
SESSION_HELP = (
    "Keep the draft with all its turns in FILE (redacted words; for your eyes only); where FILE is "
    "there already, go on with it."
)
LENGTH_HELP = "With check: for part of an answer; its length is no fault."
CHECK = "check"
MOST_CLIPPED = 80
"""Characters of a quote that are shown: a fault of length would quote the whole draft."""
FILE_ENDINGS = frozenset({".json", ".jsonl", ".vtt", ".csv", ".tsv", ".txt"})
"""A name with one of these is a file's, even where there is no such file."""


def draft(
    call: Annotated[
        list[str] | None,
        typer.Argument(help=CALL_HELP, metavar="[CALL_FILE | CALL_ID | check FILE]"),
    ] = None,
    situation: Annotated[
        Path | None, typer.Option(help=SITUATION_HELP, metavar="FILE", allow_dash=True)
    ] = None,
    tenure_months: Annotated[
        int | None, typer.Option(min=0, max=2400, help="Months as a customer.")
    ] = None,
    tier: Annotated[str, typer.Option(help="The customer's tier, in your own words.")] = "",
    history: Annotated[str, typer.Option(help="What happened before.", metavar="TEXT")] = "",
    tried: Annotated[str, typer.Option(help="What was offered or tried.", metavar="TEXT")] = "",
    constraints: Annotated[
        str, typer.Option(help="What cannot be offered, and limits.", metavar="TEXT")
    ] = "",
    channel: Annotated[str | None, typer.Option(help=CHANNEL_HELP)] = None,
    follow_up: Annotated[list[str] | None, typer.Option(help=FOLLOW_HELP, metavar="TEXT")] = None,
    interactive: Annotated[
        bool, typer.Option("--interactive", "-i", help="Ask for follow-ups, one a line.")
    ] = False,
    session: Annotated[Path | None, typer.Option(help=SESSION_HELP, metavar="FILE")] = None,
    model: Annotated[str, typer.Option(help=MODEL_HELP, metavar="NAME")] = "",
    base_url: Annotated[str | None, typer.Option(help=BASE_HELP, metavar="URL")] = None,
    model_timeout: Annotated[
        float, typer.Option(min=0.1, help="Seconds to wait for a model.", metavar="SECONDS")
    ] = 60.0,
    topic_prefix: Annotated[str | None, typer.Option(help=PREFIX_HELP)] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
    any_length: Annotated[bool, typer.Option("--any-length", help=LENGTH_HELP)] = False,
) -> None:
    """Draft an answer to an escalated situation: assessment, landmines, options, coaching.

    `hardstop draft check FILE` (- is standard input) reads a draft of your own instead and prints
    every fault with line and column, a length other than 150 to 300 words among them.

    Exit code 0: drafted, or no fault; 1: a fault was found, or a person must take over (a life may
    be at stake, or only a named desk may handle it); 2: an error, or too little was told.
    """
    given = call or []
    if given[:1] == [CHECK] and len(given) == 2:
        if situation is not None:
            raise typer.BadParameter("draft check reads a draft, not a --situation")
        _check(given[1], any_length=any_length)
        return
    if any_length:
        raise typer.BadParameter("--any-length goes with check FILE")
    goes_on = session is not None and session.exists()
    if goes_on and (given or situation is not None):
        raise typer.BadParameter(
            f"{session} is there already: leave out the situation to go on with it, or name "
            "another file",
            param_hint="--session",
        )
    if not goes_on and (len(given) > 1 or (bool(given) == (situation is not None))):
        raise typer.BadParameter(
            "give one CALL_FILE or CALL_ID, or --situation FILE (- for standard input), or check "
            "FILE"
        )
    if interactive and str(situation) == "-":
        raise typer.BadParameter("standard input cannot be both the situation and the follow-ups")
    if base_url and not model:
        raise typer.BadParameter("--base-url is where a --model is asked; name one")
    from scripts.draft_turns import Writer, kept_session, turn
    from scripts.situations import of_description

    context = _context(tenure_months, tier, history, tried, constraints, channel)
    if goes_on and session is not None:
        work = _with_context(kept_session(session), context, given_channel=channel is not None)
    elif situation is not None:
        work = of_description(str(situation), context)
    else:
        work = _of_call(given[0], context, topic_prefix)
    writer = Writer(model=model, base_url=base_url, timeout_s=model_timeout)
    wish = "\n".join(follow_up or ())
    if wish or not work.exchanges:
        work = turn(work, wish, writer, session)
    _show(work.exchanges[-1].draft, as_json=as_json)
    if interactive:
        work = _asked(work, writer, session, as_json=as_json)
    last = work.exchanges[-1].draft
    raise typer.Exit(1 if last.takeover or last.faults else 0)


def _asked(work: Session, writer: Writer, keep: Path | None, *, as_json: bool) -> Session:
    """Follow-ups from standard input until an empty line or its end. What fails is told, and the
    next line is asked for."""
    from scripts import faults
    from scripts.draft_turns import turn

    while True:
        typer.echo("follow-up (an empty line ends): ", nl=False, err=True)
        wish = sys.stdin.readline().strip()
        if not wish:
            return work
        try:
            work = turn(work, wish, writer, keep)
        except Exception as error:
            told = error.message if isinstance(error, typer.BadParameter) else faults.message(error)
            if told is None:
                raise
            typer.echo(f"hardstop: {told}", err=True)
            continue
        _show(work.exchanges[-1].draft, as_json=as_json)


def _of_call(name: str, context: Context, topic_prefix: str | None) -> Session:
    """A call from a file of that name, or by that id where there is no such file."""
    from scripts.situations import of_call, of_file

    path = Path(name)
    if path.exists() or path.suffix.lower() in FILE_ENDINGS or len(path.parts) > 1:
        return of_file(path, context)
    from scripts.broker import reachable
    from stream.settings import load_settings

    return of_call(reachable(load_settings(topic_prefix=topic_prefix)), name, context)


def _with_context(work: Session, given: Context, *, given_channel: bool) -> Session:
    """A session gone on with: what is given now counts, the rest stays."""
    import msgspec

    from scripts.situations import redacted

    given = redacted(given)
    names = ("tenure_months", "tier", "history", "tried", "constraints")
    found = {name: getattr(given, name) for name in names}
    changes = {name: value for name, value in found.items() if value not in ("", None)}
    if given_channel:
        changes["channel"] = given.channel
    context = msgspec.structs.replace(work.context, **changes)
    return msgspec.structs.replace(work, context=context)


def _context(
    tenure_months: int | None,
    tier: str,
    history: str,
    tried: str,
    constraints: str,
    channel: str | None,
) -> Context:
    from workflow.drafts.situation import Channel, Context

    known = [each.value for each in Channel]
    if channel is not None and channel not in known:
        raise typer.BadParameter(f"no channel {channel!r}; channels are {', '.join(known)}")
    return Context(
        tenure_months=tenure_months,
        tier=tier,
        history=history,
        tried=tried,
        constraints=constraints,
        channel=Channel(channel or Channel.CALL),
    )


def _check(name: str, *, any_length: bool) -> None:
    """Prints the faults of a draft; exit code 1 if there is any."""
    from scripts.situations import text_of
    from scripts.terminal import count, printable
    from workflow.drafts.check import Facts, Length, check

    text = text_of(name)
    faults = check(text, facts=Facts(length=None if any_length else Length()))
    for fault in faults:
        line, column = _place(text, fault)
        typer.echo(
            f"{name}:{line}:{column}: {fault.code.value}: “{_clipped(printable(fault.quote))}” "
            f"{fault.reason}\n    {fault.instead}"
        )
    typer.echo(count(len(faults), "fault") if faults else "no fault found")
    raise typer.Exit(1 if faults else 0)


def _place(text: str, fault: Fault) -> tuple[int, int]:
    """Line and column of a fault, each counted from 1."""
    before = text[: fault.start]
    return before.count("\n") + 1, fault.start - before.rfind("\n")


def _show(made: Draft, *, as_json: bool) -> None:
    if as_json:
        import msgspec

        typer.echo(msgspec.json.encode(made).decode())
    else:
        typer.echo(_told(made))


def _told(made: Draft) -> str:
    from scripts.terminal import printable

    seen = made.assessment
    title = "A PERSON MUST TAKE OVER" if made.takeover else "RESPONSE DRAFT"
    parts = [
        f"ASSESSMENT\n{seen.emotion}; needs {seen.need}; severity {seen.severity.value}"
        + (f"; {seen.trigger}" if seen.trigger else "")
        + f"\n{printable(seen.reason)}",
        "LANDMINES\n" + "\n".join(f"- {printable(mine)}" for mine in made.landmines),
        f"{title}\n" + "\n\n".join(printable(each) for each in made.draft.split("\n\n")),
    ]
    if made.options:
        parts.append(
            "OPTIONS\n"
            + "\n".join(
                f"{number}. {printable(option.title)}"
                f"{' (recommended)' if option.recommended else ''}\n"
                f"   {printable(option.detail)}\n   Cost: {printable(option.cost)}"
                for number, option in enumerate(made.options, start=1)
            )
        )
    parts.append(f"COACHING\n{printable(made.coaching)}")
    if made.faults:
        found = "\n".join(
            f"- {fault.part}: {fault.code.value}: “{_clipped(printable(fault.quote))}” "
            f"{fault.reason}\n  {fault.instead}"
            for fault in made.faults
        )
        parts.append(f"STILL AT FAULT: mend this before you use it\n{found}")
    if made.notes:
        parts.append("NOTES\n" + "\n".join(f"- {printable(note)}" for note in made.notes))
    return "\n\n".join(parts)


def _clipped(text: str) -> str:
    return text if len(text) <= MOST_CLIPPED else text[:MOST_CLIPPED] + " …"
