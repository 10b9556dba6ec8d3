"""WebVTT captions (W3C WebVTT): cues with voice tags `<v Name>` or lines that begin `Name:`."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator

from detectors.vocabulary import Speaker
from scripts.readers.numbering import Numbering
from scripts.readers.source import OnBad, ReadError, Source
from scripts.readers.speakers import SpeakerNames
from stream.events import TranscriptEvent

# No pattern here may try the same characters in two ways: a caption line can be 900 kB of "<".
_VOICE = re.compile(r"<v(?:\.[^\s<>]*)?[ \t]([^<>]*)>")
_TAG = re.compile(r"<[^<>]*>")
_TIME = re.compile(r"(?:(\d{1,6}):)?(\d{1,2}):(\d{1,2})[.,](\d{3})")
_ASIDE = ("NOTE", "STYLE", "REGION")
_LONGEST_NAME = 40

Said = tuple[Speaker, str]


def read_vtt(
    source: Source, *, call_id: str, speakers: SpeakerNames, on_bad: OnBad
) -> Iterator[TranscriptEvent]:
    """One final chunk per voice in each cue. Words without a name are read as `unknown`."""
    numbering = Numbering()
    for block in _blocks(source, on_bad):
        number, first = block[0]
        if first.startswith("WEBVTT") or first.split(maxsplit=1)[0] in _ASIDE:
            continue
        times = next((i for i, (_, line) in enumerate(block[:2]) if "-->" in line), None)
        if times is None:
            on_bad(ReadError(source.name, number, "no line 'start --> end' in this cue"))
            continue
        number, line = block[times]
        begin, _, rest = line.partition("-->")
        start_ms, end_ms = _milliseconds(begin), _milliseconds(rest)
        if start_ms is None or end_ms is None:
            on_bad(
                ReadError(source.name, number, "times are written 00:01:02.345 --> 00:01:04.000")
            )
            continue
        for speaker, text in _said([line for _, line in block[times + 1 :]], speakers):
            yield numbering.chunk(
                {
                    "call_id": call_id,
                    "text": text,
                    "speaker": speaker,
                    "start_ms": start_ms,
                    "end_ms": max(start_ms, end_ms),
                }
            )


def _blocks(source: Source, on_bad: OnBad) -> Iterator[list[tuple[int, str]]]:
    block: list[tuple[int, str]] = []
    seen_header = False
    for number, raw in source.lines(on_bad):
        line = raw.strip()
        if not seen_header and line:
            seen_header = True
            if not line.startswith("WEBVTT"):
                on_bad(ReadError(source.name, number, "a WebVTT file begins with the line WEBVTT"))
        if line:
            block.append((number, line))
        elif block:
            yield block
            block = []
    if block:
        yield block


def _milliseconds(text: str) -> int | None:
    match = _TIME.match(text.strip())
    if match is None:
        return None
    hours, minutes, seconds, thousandths = (int(part or 0) for part in match.groups())
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + thousandths


def _said(lines: list[str], speakers: SpeakerNames) -> list[Said]:
    said: list[Said] = []
    payload = "\n".join(lines)
    position, voice = 0, None
    for tag in [*_VOICE.finditer(payload), None]:
        words = payload[position : tag.start() if tag else len(payload)]
        said += _named(words, speakers) if voice is None else [(voice, _plain(words))]
        if tag:
            position, voice = tag.end(), speakers.speaker(html.unescape(tag[1]))
    return [(speaker, text) for speaker, text in said if text]


def _named(words: str, speakers: SpeakerNames) -> list[Said]:
    """Lines by the name in front of them; a line without one goes on with the line before."""
    said: list[Said] = []
    for line in words.split("\n"):
        text = _plain(line)
        name, colon, rest = text.partition(":")
        named = bool(colon) and 0 < len(name) <= _LONGEST_NAME
        speaker = speakers.known(name) if named else None
        if speaker is not None:
            said.append((speaker, rest.strip()))
        elif said:
            said[-1] = (said[-1][0], f"{said[-1][1]} {text}".strip())
        else:
            # "Listen: …" is no name, so the words stay whole; a real name is worth a remark.
            if named and name.istitle() and rest.startswith(" "):
                speakers.unrecognised[name] += 1
            said.append((Speaker.UNKNOWN, text))
    return said


def _plain(words: str) -> str:
    return " ".join(html.unescape(_TAG.sub("", words)).split())
