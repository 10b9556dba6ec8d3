"""The words of `cues.toml` that tell a feeling, a need, a fact, and what a complaint is about."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import NamedTuple

import msgspec

MOST_QUOTED = 24
"""Words of a sentence that may be quoted back: a longer one reads as a transcript."""

_SENTENCE = re.compile(r"[^.!?\n]+(?:\.(?=\d)[^.!?\n]+)*[.!?]*")
_PART = re.compile(r"[;,.\n]|\band\b|\bthen\b")
_PLAIN = str.maketrans({"’": "'", "‘": "'"})


class Cue(NamedTuple):
    """A named entry, and the words it was found in."""

    name: str
    quote: str


class Topic(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a complaint may be about, and what a sentence may call it. `leads`: whatever else is
    spoken of, it is about this."""

    id: str
    pattern: str
    name: str
    leads: bool = False


class Cues(msgspec.Struct, frozen=True, kw_only=True):
    """All entries by section. Patterns are compiled once."""

    sections: dict[str, dict[str, re.Pattern[str]]]
    topics: tuple[Topic, ...]

    def first(self, section: str, text: str) -> Cue | None:
        """The first entry of a section that the text has words of."""
        plain = text.translate(_PLAIN)
        for name, pattern in self.sections[section].items():
            if match := pattern.search(plain):
                return Cue(name, text[match.start() : match.end()])
        return None

    def all(self, section: str, name: str, text: str) -> list[str]:
        """Every place where an entry is found, as it was said."""
        return [text[start:end] for start, end in self.spans(section, name, text)]

    def spans(self, section: str, name: str, text: str) -> list[tuple[int, int]]:
        """Where an entry is found (Python offsets)."""
        pattern = self.sections[section][name]
        return [match.span() for match in pattern.finditer(text.translate(_PLAIN))]

    def topic(self, text: str) -> str:
        """The id of what the text is about; empty where nothing tells."""
        plain = text.translate(_PLAIN)
        found = [
            (not topic.leads, 0 if topic.leads else match.start(), place, topic.id)
            for place, topic in enumerate(self.topics)
            if (match := re.search(topic.pattern, plain, re.IGNORECASE)) is not None
        ]
        return min(found)[-1] if found else ""

    def _quotable(self, sentence: str) -> str:
        """As much of a sentence as may be quoted, up to a comma; all of it where that says nothing
        of what went wrong."""
        words = 0
        best = sentence
        if len(sentence.split()) <= MOST_QUOTED:
            return sentence
        for clause in re.finditer(r"[^,]+,?", sentence):
            words += len(clause[0].split())
            if words > MOST_QUOTED:
                break
            start = sentence[: clause.end()].rstrip(" ,")
            if self.sections["facts"]["failed"].search(start.translate(_PLAIN)):
                best = start
        return best

    def named(self, topic: str) -> str:
        """What a sentence may call a topic."""
        return next((known.name for known in self.topics if known.id == topic), "this")

    def in_own_voice(self, text: str, at: int, *, told_by_them: bool) -> bool:
        """Whether the sentence at a place is the customer speaking, not somebody's note of it.
        Where the account is theirs (`told_by_them`), what is no plain note counts as theirs."""
        plain, words = _sentence_at(text, at), self.sections["words"]
        if words["narrated"].search(plain):
            return False
        return told_by_them or words["own_voice"].search(plain) is not None

    def tells_of_trouble(self, text: str, at: int) -> bool:
        """Whether the sentence at a place is about what went wrong, not how long we have known
        each other."""
        return not self.sections["words"]["long_known"].search(_sentence_at(text, at))

    def done_by_customer(self, text: str, start: int, end: int) -> bool:
        """Whether a note says, right before the words at a place, that the customer did it, and
        nothing in them is put to somebody."""
        plain, words = text.translate(_PLAIN), self.sections["words"]
        before = words["customer_before"].search(plain[:start]) is not None
        return before and not words["addressed"].search(plain[start:end])

    def readable_attempt(self, note: str) -> bool:
        """Whether a note of what was tried may be read back to the customer: each part of it is
        something that was done, short, and says nothing about a person."""
        plain, found = note.translate(_PLAIN), self.sections["attempt"]
        parts = [part.strip() for part in _PART.split(plain) if part.strip()]
        return (
            0 < len(plain.split()) <= MOST_QUOTED
            and all(found["deed"].search(part) for part in parts)
            and found["person"].search(plain) is None
            and self.sections["words"]["coarse"].search(plain) is None
        )

    def complaint(self, text: str) -> tuple[str, bool]:
        """The sentence that states what went wrong, and whether it may be quoted to the customer:
        it is the customer's own, short, and neither coarse nor a threat. Empty where there is
        none."""
        words = self.sections["words"]
        stated = []
        for match in _SENTENCE.finditer(text):
            sentence = self._quotable(match[0].strip())
            plain = sentence.translate(_PLAIN)
            cues = len(words["complaint"].findall(plain))
            if not cues or (len(plain.split()) < 3):
                continue
            own = words["first_person"].search(plain) is not None
            theirs = own and not words["narrated"].search(plain)
            fit = theirs and not words["coarse"].search(plain) and "”" not in sentence
            fit = fit and len(sentence.split()) <= MOST_QUOTED and '"' not in sentence
            strong = cues > len(words["weak"].findall(plain))
            fit = fit and (strong or self.sections["facts"]["failed"].search(plain) is not None)
            about = bool(self.topic(plain))
            stated.append((fit, about, cues, sentence))
        if not stated:
            return "", False
        fit, _, _, sentence = max(stated, key=lambda entry: entry[:3])
        return sentence, fit


def _sentence_at(text: str, at: int) -> str:
    for match in _SENTENCE.finditer(text):
        if match.start() <= at < match.end():
            return match[0].translate(_PLAIN)
    return ""


@cache
def cues() -> Cues:
    """The entries of `cues.toml`, ready to be used."""
    raw = tomllib.loads(files("workflow.drafts").joinpath("cues.toml").read_text("utf-8"))
    topics = msgspec.convert(raw.pop("topic"), tuple[Topic, ...])
    sections = {
        section: {name: re.compile(p, re.IGNORECASE) for name, p in entries.items()}
        for section, entries in raw.items()
    }
    return Cues(sections=sections, topics=topics)
