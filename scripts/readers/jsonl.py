"""Chunk JSON lines: one event a line, in the contract's words; only `call_id` and `text` needed."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec

from detectors.vocabulary import Speaker
from scripts.readers.numbering import Numbering
from scripts.readers.source import OnBad, ReadError, Source
from scripts.readers.speakers import SpeakerNames
from stream.events import TranscriptEvent

_SPEAKERS = frozenset(speaker.value for speaker in Speaker)


def read_jsonl(
    source: Source, *, call_id: str | None, speakers: SpeakerNames, on_bad: OnBad
) -> Iterator[TranscriptEvent]:
    """The events of the file; `call_id` is for lines that name none."""
    numbering = Numbering()
    for number, text in source.lines(on_bad):
        if text.isspace():
            continue
        try:
            event = _event(text, numbering, call_id, speakers)
        except (msgspec.MsgspecError, RecursionError, ValueError) as error:
            on_bad(ReadError(source.name, number, _problem(error, text)))
            continue
        yield event


def _event(
    text: str, numbering: Numbering, call_id: str | None, speakers: SpeakerNames
) -> TranscriptEvent:
    decoded = msgspec.json.decode(text)
    if not isinstance(decoded, dict):
        raise ValueError(f"not a JSON object; {_advice(text)}")
    fields: dict[str, Any] = {name: value for name, value in decoded.items() if value is not None}
    if call_id is not None:
        fields.setdefault("call_id", call_id)
    if fields.setdefault("type", "chunk") != "chunk":
        event: TranscriptEvent = msgspec.convert(fields, TranscriptEvent)
        numbering.other(event)
        return event
    speaker = fields.get("speaker")
    if isinstance(speaker, str) and speaker not in _SPEAKERS:
        fields["speaker"] = speakers.speaker(speaker)
    return numbering.chunk(fields)


def _advice(text: str) -> str:
    if text.lstrip().startswith(("{", "[")):
        return "write one event per line"
    return "write one event per line; WebVTT and CSV are known by .vtt and .csv"


def _problem(error: Exception, text: str) -> str:
    if isinstance(error, msgspec.ValidationError):
        problem, _, where = str(error).partition(" - at ")
        field = where.strip("`").removeprefix("$.")
        if problem.startswith("Object missing required field"):
            name = problem.split("`")[1]
            advice = ", or name one for the file with --call-id" if name == "call_id" else ""
            return f"the field {name!r} is missing; every line needs it{advice}"
        return f"{field}: {problem}" if field else problem
    if isinstance(error, msgspec.DecodeError | RecursionError):
        return f"not valid JSON ({error}); {_advice(text)}"
    return str(error)
