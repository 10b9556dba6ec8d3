"""`hardstop draft`: an answer to an escalated situation, and the check of one."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

if TYPE_CHECKING:
    from collections.abc import Sequence

    from detectors import Speaker
    from workflow.drafts.check import Fault
    from workflow.drafts.draft import Draft
    from workflow.drafts.situation import Context, Felt, Missing, Situation

CALL_HELP = (
    "One recorded call: chunk JSON lines, WebVTT or CSV; or the word check, then a draft's FILE."
)
SITUATION_HELP = "A described situation as plain text instead of a call; - is standard input."
CHANNEL_HELP = "How the answer goes out: call, email or public."
CHECK = "check"
MOST_SHOWN = 14
"""Words of a turn that are shown as the reason for a feeling."""
WORTH_TELLING = 0.5
"""Intensity times probability of a feeling below which a call is told as neutral."""


def draft(
    call_file: Annotated[
        list[str] | None, typer.Argument(help=CALL_HELP, metavar="[CALL_FILE | check FILE]")
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
    channel: Annotated[str, typer.Option(help=CHANNEL_HELP)] = "call",
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
) -> None:
    """Draft an answer to an escalated situation: assessment, landmines, options, coaching.

    `hardstop draft check FILE` (- is standard input) reads a draft of your own instead and prints
    every fault with line and column.

    Exit code 0: drafted, or no fault; 1: a fault was found, or a life may be at stake and a person
    must take over; 2: an error, or too little was told.
    """
    given = call_file or []
    if given[:1] == [CHECK] and len(given) == 2:
        if situation is not None:
            raise typer.BadParameter("draft check reads a draft, not a --situation")
        _check(given[1])
        return
    if len(given) > 1 or (bool(given) == (situation is not None)):
        raise typer.BadParameter(
            "give one CALL_FILE, or --situation FILE (- for standard input), or check FILE"
        )
    from workflow.drafts.situation import Missing
    from workflow.drafts.writer import draft as drafted

    context = _context(tenure_months, tier, history, tried, constraints, channel)
    read = _of_call(Path(given[0]), context) if given else _described(situation, context)
    if isinstance(read, Missing):
        raise typer.BadParameter(f"{read.message}. Add it to the text and try again.")
    made = drafted(read)
    if as_json:
        import msgspec

        typer.echo(msgspec.json.encode(made).decode())
    else:
        typer.echo(_told(made))
    raise typer.Exit(1 if made.takeover else 0)


def _context(
    tenure_months: int | None, tier: str, history: str, tried: str, constraints: str, channel: str
) -> Context:
    from workflow.drafts.situation import Channel, Context

    known = [each.value for each in Channel]
    if channel not in known:
        raise typer.BadParameter(f"no channel {channel!r}; channels are {', '.join(known)}")
    return Context(
        tenure_months=tenure_months,
        tier=tier,
        history=history,
        tried=tried,
        constraints=constraints,
        channel=Channel(channel),
    )


def _described(path: Path | None, context: Context) -> Situation | Missing:
    """A description, read with everything private taken out of it first."""
    from detectors import Speaker
    from workflow.drafts.situation import read_description

    lines = [line for line in _text(str(path)).splitlines() if line.strip()]
    said, raised, felt = _heard([(Speaker.CUSTOMER, line) for line in lines])
    return read_description("\n".join(text for _, text in said), context, heard=raised, felt=felt)


def _of_call(path: Path, context: Context) -> Situation | Missing:
    import msgspec

    from scripts.readers import read_file
    from stream.events import CallStarted, CallUpdated, Chunk
    from workflow.drafts.situation import read_turns

    turns: list[tuple[Speaker, str]] = []
    calls: set[str] = set()
    for event in read_file(path):
        calls.add(event.call_id)
        if len(calls) > 1:
            raise typer.BadParameter(f"{path} holds several calls; give a file with one")
        if isinstance(event, Chunk) and event.is_final:
            turns.append((event.speaker, event.text))
        elif isinstance(event, CallStarted | CallUpdated) and event.customer is not None:
            context = msgspec.structs.replace(
                context,
                tier=context.tier or event.customer.tier or "",
                tenure_months=event.customer.tenure_months
                if context.tenure_months is None
                else context.tenure_months,
            )
    said, raised, felt = _heard(turns)
    return read_turns(said, context, heard=raised, felt=felt)


def _heard(
    turns: Sequence[tuple[Speaker, str]],
) -> tuple[list[tuple[Speaker, str]], list[str], Felt | None]:
    """The turns with private data taken out, the hard stops raised in them, in order, and the
    strongest feeling that a customer's words show."""
    from detectors import Chunk, Conversation, Emotion
    from detectors.vocabulary import Trigger
    from scripts.classifier import detector
    from scripts.policy import in_force
    from workflow.drafts.situation import Felt
    from workflow.policy import load_policy

    reads = detector(load_policy(in_force(None)))
    conversation = Conversation()
    said: list[tuple[Speaker, str]] = []
    raised: list[str] = []
    felt, strongest = None, WORTH_TELLING
    for number, (speaker, text) in enumerate(turns, start=1):
        chunk = Chunk(
            call_id="draft", sequence=number, utterance_id=f"u{number}", text=text, speaker=speaker
        )
        reading = reads.read(chunk, conversation)
        conversation = conversation.after(reading)
        said.append((speaker, reading.turn.text))
        raised += [label for label in reading.raised() if label in set(Trigger)]
        feeling = reading.emotion
        if feeling is not None and feeling.label is not Emotion.NEUTRAL:
            strength = feeling.intensity * feeling.scores.get(feeling.label, 0.0)
            if strength > strongest:
                felt = Felt(emotion=feeling.label, quote=_shortened(reading.turn.text))
                strongest = strength
    return said, list(dict.fromkeys(raised)), felt


def _shortened(text: str) -> str:
    words = text.split()
    return " ".join(words) if len(words) <= MOST_SHOWN else " ".join(words[:MOST_SHOWN]) + " …"


def _check(name: str) -> None:
    """Prints the faults of a draft; exit code 1 if there is any."""
    from scripts.terminal import count, printable
    from workflow.drafts.check import check

    text = _text(name)
    faults = check(text)
    for fault in faults:
        line, column = _place(text, fault)
        typer.echo(
            f"{name}:{line}:{column}: {fault.code.value}: “{printable(fault.quote)}” "
            f"{fault.reason}\n    {fault.instead}"
        )
    typer.echo(count(len(faults), "fault") if faults else "no fault found")
    raise typer.Exit(1 if faults else 0)


def _place(text: str, fault: Fault) -> tuple[int, int]:
    """Line and column of a fault, each counted from 1."""
    before = text[: fault.start]
    return before.count("\n") + 1, fault.start - before.rfind("\n")


def _text(name: str) -> str:
    data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise typer.BadParameter(f"{name} is not UTF-8 text; save it as UTF-8") from error


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
                f"{number}. {option.title}{' (recommended)' if option.recommended else ''}\n"
                f"   {printable(option.detail)}\n   Cost: {option.cost}"
                for number, option in enumerate(made.options, start=1)
            )
        )
    parts.append(f"COACHING\n{made.coaching}")
    return "\n\n".join(parts)
