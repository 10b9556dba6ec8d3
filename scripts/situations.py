"""What a draft starts from: a recorded call, a description, or a live call; always redacted."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from detectors import Detector, Speaker
    from detectors.reading import EmotionScore, Finding
    from stream.events import Score
    from stream.settings import Settings
    from workflow.authority import Authority
    from workflow.drafts.session import Heard, Said, Session
    from workflow.drafts.situation import Context, Felt, Restriction
    from workflow.policy import Policy

MOST_SHOWN = 14
"""Words of a turn that are shown as the reason for a feeling."""
WORTH_TELLING = 0.5
"""Intensity times probability of a feeling below which a call is told as neutral."""


class Restricted(RuntimeError):
    """A call that only its named desk may handle: nothing is drafted from it."""


def of_description(name: str, context: Context) -> Session:
    """A description, read with everything private taken out of it first."""
    from detectors import Speaker
    from workflow.drafts.session import Session

    lines = [line for line in text_of(name).splitlines() if line.strip()]
    said, heard = _read([(Speaker.CUSTOMER, line) for line in lines])
    context = _may_promise(redacted(context), queue_id=None)
    return Session(said=said, described=True, context=context, heard=heard)


def of_file(path: Path, context: Context) -> Session:
    """The one call in a file, with what the platform knew of the customer."""
    import msgspec

    from scripts.readers import read_file
    from stream.events import CallStarted, CallUpdated, Chunk
    from workflow.drafts.session import Session

    turns: list[tuple[Speaker, str]] = []
    calls: set[str] = set()
    queue_id: str | None = None
    for event in read_file(path):
        calls.add(event.call_id)
        if len(calls) > 1:
            raise typer.BadParameter(f"{path} holds several calls; give a file with one")
        if isinstance(event, Chunk) and event.is_final:
            turns.append((event.speaker, event.text))
        if not isinstance(event, CallStarted | CallUpdated):
            continue
        queue_id = event.queue_id or queue_id
        if event.customer is not None:
            context = msgspec.structs.replace(
                context,
                tier=context.tier or event.customer.tier or "",
                tenure_months=event.customer.tenure_months
                if context.tenure_months is None
                else context.tenure_months,
            )
    said, heard = _read(turns)
    context = _may_promise(redacted(context), queue_id)
    return Session(said=said, described=False, context=context, heard=heard)


def of_call(settings: Settings, call_id: str, context: Context) -> Session:
    """A call as the workers heard it: the redacted final turns on `scores`.

    Raises ClusterError where there is no such call, Restricted where its handling is restricted.
    """
    from scripts.heard_calls import heard_call
    from workflow.drafts.session import Heard, Said, Session
    from workflow.drafts.situation import Restriction

    call = heard_call(settings, call_id)
    restricted = {each for score in call.turns for each in _restrictions(score.findings)}
    if Restriction.SAFEGUARDING in call.triggers or call.restricted or restricted:
        why = f" ({', '.join(sorted(restricted))})" if restricted else ""
        raise Restricted(
            f"call {call_id} is restricted{why}: only the desk named for it may handle it, and "
            "nothing is drafted"
        )
    heard = Heard(triggers=call.triggers, felt=_strongest(call.turns))
    said = tuple(
        Said(speaker=score.speaker, text=score.text, at=score.spoken_at or score.at)
        for score in call.turns
    )
    queue_id = next((score.queue_id for score in reversed(call.turns) if score.queue_id), None)
    context = _may_promise(redacted(context), queue_id)
    return Session(said=said, described=False, context=context, heard=heard)


def heard_in(text: str) -> tuple[str, Heard]:
    """A follow-up, redacted, and what a detector hears in it."""
    from detectors import Speaker

    said, heard = _read([(Speaker.CUSTOMER, line) for line in text.splitlines() if line.strip()])
    return "\n".join(each.text for each in said), heard


def redacted(context: Context) -> Context:
    """What is known besides the words, with everything private taken out of it."""
    import msgspec

    texts = {name: getattr(context, name) for name in ("tier", "history", "tried", "constraints")}
    changed = {name: heard_in(text)[0] for name, text in texts.items() if text.strip()}
    return msgspec.structs.replace(context, **changed)


def _may_promise(context: Context, queue_id: str | None) -> Context:
    """With what an agent on that queue may promise by the policy in force."""
    import msgspec

    from workflow.duty import PersonRole

    authority: Authority | None = _policy().for_queue(queue_id).authority.get(PersonRole.AGENT)
    return msgspec.structs.replace(context, authority=authority)


def text_of(name: str) -> str:
    """The text of a file; - is standard input."""
    data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    try:
        return data.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise typer.BadParameter(f"{name} is not UTF-8 text; save it as UTF-8") from error


def _read(turns: Sequence[tuple[Speaker, str]]) -> tuple[tuple[Said, ...], Heard]:
    """The turns with private data taken out; the hard stops raised in them, in order; what is
    restricted; and the strongest feeling that a customer's words show."""
    from detectors import Chunk, Conversation
    from detectors.vocabulary import Trigger
    from workflow.drafts.session import Heard, Said

    reads = _detector()
    conversation = Conversation()
    said: list[Said] = []
    raised: list[str] = []
    restricted: list[Restriction] = []
    felt, strongest = None, WORTH_TELLING
    for number, (speaker, text) in enumerate(turns, start=1):
        chunk = Chunk(
            call_id="draft", sequence=number, utterance_id=f"u{number}", text=text, speaker=speaker
        )
        reading = reads.read(chunk, conversation)
        conversation = conversation.after(reading)
        said.append(Said(speaker=speaker, text=reading.turn.text))
        raised += [label for label in reading.raised() if label in set(Trigger)]
        restricted += _restrictions(reading.findings)
        if (found := _felt(reading.emotion, reading.turn.text)) and found[0] > strongest:
            strongest, felt = found
    heard = Heard(
        triggers=tuple(dict.fromkeys(raised)),
        restricted=tuple(dict.fromkeys(restricted)),
        felt=felt,
    )
    return tuple(said), heard


def _restrictions(findings: Sequence[Finding]) -> list[Restriction]:
    from detectors.vocabulary import Disposition, Signal, Trigger
    from workflow.drafts.situation import Restriction

    found = []
    for finding in findings:
        if finding.disposition is not Disposition.RAISE:
            continue
        if finding.label == Trigger.SAFEGUARDING:
            found.append(Restriction.SAFEGUARDING)
        if finding.label == Signal.MISCONDUCT:
            found.append(Restriction.MISCONDUCT)
        if finding.subtype == Restriction.IMPOSTOR:
            found.append(Restriction.IMPOSTOR)
    return found


def _strongest(turns: Sequence[Score]) -> Felt | None:
    felt, strongest = None, WORTH_TELLING
    for score in turns:
        if (found := _felt(score.emotion, score.text)) and found[0] > strongest:
            strongest, felt = found
    return felt


def _felt(feeling: EmotionScore | None, text: str) -> tuple[float, Felt] | None:
    """A feeling and its strength, unless there is none or it is neutral."""
    from detectors import Emotion
    from workflow.drafts.situation import Felt

    if feeling is None or feeling.label is Emotion.NEUTRAL:
        return None
    strength = feeling.intensity * feeling.scores.get(feeling.label, 0.0)
    return strength, Felt(emotion=feeling.label, quote=_shortened(text))


def _shortened(text: str) -> str:
    words = text.split()
    return " ".join(words) if len(words) <= MOST_SHOWN else " ".join(words[:MOST_SHOWN]) + " …"


@cache
def _detector() -> Detector:
    from scripts.classifier import detector

    return detector(_policy())


def _policy() -> Policy:
    from scripts.policy import in_force
    from workflow.policy import load_policy

    return load_policy(in_force(None))
