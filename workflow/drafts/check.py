"""The draft check: what an answer to an upset customer must not say, whoever wrote it.

Every rule is data in `faults.toml`, with examples and counter-examples. Nothing is corrected here:
a fault says where it is, why, and what to say instead.
"""

from __future__ import annotations

import re
import tomllib
from enum import StrEnum
from functools import cache
from importlib.resources import files

import msgspec

LEAST_WORDS, MOST_WORDS = 150, 300
"""Length of a response draft: shorter reads as brushed off, longer is not read while upset."""

_SENTENCE_END = re.compile(r"[.!?]+(?=\s|$)|\n")
_PLAIN = str.maketrans({"’": "'", "‘": "'", "\u00a0": " "})
"""One character for one, so that positions stay those of the text that was given."""
_QUOTED = re.compile(r"“[^”\n]*”|\"[^\"\n]*\"")
_WORD = re.compile(r"[^\s]*\w[^\s]*")


class Code(StrEnum):
    """What is wrong."""

    PROMISED_TIME = "promised_time"
    HOLLOW_APOLOGY = "hollow_apology"
    JARGON = "jargon"
    EVASIVE_PASSIVE = "evasive_passive"
    DEFENSIVE = "defensive"
    DIGNITY = "dignity"
    LEGAL_CONCLUSION = "legal_conclusion"
    OPEN_COMPENSATION = "open_compensation"
    NAMED_BLAME = "named_blame"
    ASKS_TO_REPEAT = "asks_to_repeat"
    LENGTH = "length"
    INVENTED = "invented"
    UNFINISHED = "unfinished"
    CONSTRAINT = "constraint"


class Known(StrEnum):
    """What the customer has given already and must not be asked for again."""

    WHAT_HAPPENED = "what_happened"
    REFERENCE = "reference"


class Length(msgspec.Struct, frozen=True):
    """How many words are asked for, both ends included."""

    least: int = LEAST_WORDS
    most: int = MOST_WORDS


class Facts(msgspec.Struct, frozen=True, kw_only=True):
    """What the check needs to know of the situation. `said`: the customer's words, which may be
    quoted back whatever they are. Without `length` any length will do."""

    known: frozenset[Known] = frozenset({Known.WHAT_HAPPENED})
    said: str = ""
    length: Length | None = None


NO_FACTS = Facts()


class Fault(msgspec.Struct, frozen=True, kw_only=True):
    """One thing that must not be said. `text[start:end] == quote` (Python string offsets), where
    the text is the `part` of the draft that is named."""

    code: Code
    start: int
    end: int
    quote: str
    reason: str
    instead: str
    part: str = "draft"


class FaultRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule of the file, its words (`<name>`) put in."""

    id: str
    code: Code
    pattern: str
    reason: str
    instead: str
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...]
    unless: str = ""
    unless_sentence: str = ""
    needs: Known | None = None


class _File(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    words: dict[str, str]
    rule: tuple[FaultRule, ...]


def check(text: str, *, facts: Facts = NO_FACTS) -> tuple[Fault, ...]:
    """Every fault of a draft, in order of position. Never raises on any text."""
    faults = list(_said(text, facts))
    if facts.length is not None and (fault := _wrong_length(text, facts.length)):
        faults.append(fault)
    return tuple(sorted(faults, key=lambda fault: (fault.start, fault.end, fault.code)))


def check_sentence(text: str, *, facts: Facts = NO_FACTS) -> tuple[Fault, ...]:
    """The faults of a single spoken sentence of an agent's: no length is asked for."""
    return check(text, facts=msgspec.structs.replace(facts, length=None))


def word_count(text: str) -> int:
    """Words as a person would count them: a dash alone is none."""
    return len(_WORD.findall(text))


@cache
def fault_rules() -> tuple[FaultRule, ...]:
    """The rules of `faults.toml`, ready to be compiled."""
    raw = tomllib.loads(files("workflow.drafts").joinpath("faults.toml").read_text("utf-8"))
    read = msgspec.convert(raw, _File)
    return tuple(
        msgspec.structs.replace(
            rule,
            pattern=_filled(rule.pattern, read.words),
            unless=_filled(rule.unless, read.words),
            unless_sentence=_filled(rule.unless_sentence, read.words),
        )
        for rule in read.rule
    )


def faults_of(rule: FaultRule, text: str) -> tuple[Fault, ...]:
    """What one rule alone finds in a text."""
    plain = text.translate(_PLAIN)
    found = []
    pattern = _compiled(rule.pattern)
    unless = _compiled(rule.unless) if rule.unless else None
    unless_sentence = _compiled(rule.unless_sentence) if rule.unless_sentence else None
    at = 0
    while match := pattern.search(plain, at):
        excused = unless is not None and unless.search(match[0])
        # A sentence may hold an update and a promise: look on inside what was excused.
        at = match.start() + 1 if excused else max(match.end(), match.start() + 1)
        if excused:
            continue
        if unless_sentence is not None and unless_sentence.search(_sentence(plain, match)):
            continue
        found.append(
            Fault(
                code=rule.code,
                start=match.start(),
                end=match.end(),
                quote=text[match.start() : match.end()],
                reason=rule.reason,
                instead=rule.instead,
            )
        )
    return tuple(found)


def _said(text: str, facts: Facts) -> list[Fault]:
    """Faults by rule; of two that overlap with the same code, the one that starts first."""
    theirs = _theirs(text, facts.said)
    kept: list[Fault] = []
    for rule in fault_rules():
        if rule.needs is not None and rule.needs not in facts.known:
            continue
        for fault in faults_of(rule, text):
            quoted = any(start <= fault.start and fault.end <= end for start, end in theirs)
            repeat = any(
                other.code is fault.code and other.start < fault.end and fault.start < other.end
                for other in kept
            )
            if not quoted and not repeat:
                kept.append(fault)
    return kept


def _theirs(text: str, said: str) -> list[tuple[int, int]]:
    """Where the customer's own words are quoted: they are not the writer's to answer for."""
    return [
        match.span() for match in _QUOTED.finditer(text) if match[0][1:-1].strip(" .,…") in said
    ]


def _wrong_length(text: str, length: Length) -> Fault | None:
    words = word_count(text)
    if length.least <= words <= length.most:
        return None
    change = "Say more of" if words < length.least else "Keep to"
    return Fault(
        code=Code.LENGTH,
        start=0,
        end=len(text),
        quote=text,
        reason=f"has {words} words; {length.least} to {length.most} are asked for",
        instead=f"{change} what happened, what you do about it and when they hear from you.",
    )


def _sentence(text: str, match: re.Match[str]) -> str:
    start = 0
    for end in _SENTENCE_END.finditer(text):
        if end.end() >= match.end():
            return text[start : end.end()]
        if end.end() <= match.start():
            start = end.end()
    return text[start:]


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


def _filled(pattern: str, words: dict[str, str]) -> str:
    """The pattern with `<name>` replaced, as often as words speak of words."""
    while names := re.findall(r"<([a-z]+)>", pattern):
        for name in names:
            pattern = pattern.replace(f"<{name}>", words[name])
    return pattern
