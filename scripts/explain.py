"""`hardstop explain`: why something was raised, or was not."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from scripts.policy import FILE_HELP, in_force


def explain(
    text: Annotated[str, typer.Argument(help="What was said.", metavar="TEXT")],
    speaker: Annotated[
        str, typer.Option(help="Who said it: customer, agent, other or unknown.")
    ] = "customer",
    before: Annotated[
        list[str] | None,
        typer.Option(help="A turn before it; repeat for more, oldest first.", metavar="TEXT"),
    ] = None,
    before_speaker: Annotated[
        list[str] | None,
        typer.Option(
            help="Who said each --before, in the same order; customer where absent.",
            metavar="SPEAKER",
        ),
    ] = None,
    policy: Annotated[Path | None, typer.Option(help=FILE_HELP, metavar="FILE")] = None,
    queue: Annotated[
        str | None,
        typer.Option(help="As on this queue, if the policy has a section for it.", metavar="QUEUE"),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="As one JSON object.")] = False,
) -> None:
    """Explain what is heard in some words: rules hit, context found, scores, decision.

    Exit code 0, whatever is decided; 2: an error.
    """
    import msgspec

    from scripts.classifier import detector
    from scripts.reasons import explained, told
    from scripts.terminal import out
    from workflow.policy import load_policy

    earlier, named = before or [], before_speaker or []
    if len(named) > len(earlier):
        raise typer.BadParameter("there are more --before-speaker than --before")
    speakers = [*named, *["customer"] * (len(earlier) - len(named)), speaker]
    _check(speakers)
    _require_text([*earlier, text])
    reads = detector(load_policy(in_force(policy)).for_queue(queue))
    explanation = explained(reads, list(zip([*earlier, text], speakers, strict=True)))
    if as_json:
        typer.echo(msgspec.json.encode(explanation).decode())
    else:
        out().print(told(explanation))


def _check(speakers: list[str]) -> None:
    from detectors import Speaker

    known = [speaker.value for speaker in Speaker]
    for speaker in speakers:
        if speaker not in known:
            raise typer.BadParameter(f"no speaker {speaker!r}; speakers are {', '.join(known)}")


def _require_text(said: list[str]) -> None:
    """Bytes that are no UTF-8 come from the shell as characters that cannot be written again."""
    for text in said:
        if any("\ud800" <= character <= "\udfff" for character in text):
            raise typer.BadParameter("the words are not UTF-8 text")
