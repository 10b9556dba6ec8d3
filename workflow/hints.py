"""Hints: what an agent sees while the call goes on, and the words for it."""

from __future__ import annotations

import re
import tomllib
from enum import StrEnum
from functools import cache
from importlib.resources import files

import msgspec

from detectors.rules import languages, rule_book
from detectors.vocabulary import Emotion, HeardStep, Signal
from workflow.call import Mode
from workflow.identity import stable_id

DEFAULT_LANGUAGE = "en"
BEYOND_AUTHORITY = "beyond_authority"
COMPLAINT_UNANSWERED = "complaint_unanswered"
"""What guardrail hints are about that no rule names."""
BEREAVED = "bereaved"
VULNERABLE = "vulnerable"
"""What next steps are about that answer to circumstances of the caller's, not to a feeling."""


class HintKind(StrEnum):
    NEXT_STEP = "next_step"
    LANDMINE = "landmine"
    GUARDRAIL = "guardrail"


class Hint(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What to do or say next. It lapses at `expires_at` (RFC 3339). `heard` quotes the agent."""

    hint_id: str
    call_id: str
    kind: HintKind
    text: str
    at: str
    expires_at: str
    agent_id: str | None = None
    step: HeardStep | None = None
    heard: str | None = None
    say_instead: str | None = None
    mode: Mode = Mode.LIVE


class Saying(msgspec.Struct, frozen=True):
    """What an agent must not say, by its rule: which kind it is, and what to say in its place."""

    kind: HintKind
    text: str
    instead: str


class StepWords(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What to do for a step, and a sentence for each thing a caller may feel."""

    do: str
    anger: str
    frustration: str
    distress: str
    sadness: str
    neutral: str

    def say(self, feeling: Emotion) -> str:
        """The sentence for a feeling; a caller who is content gets the calm one."""
        match feeling:
            case Emotion.ANGER:
                return self.anger
            case Emotion.FRUSTRATION:
                return self.frustration
            case Emotion.DISTRESS:
                return self.distress
            case Emotion.SADNESS:
                return self.sadness
            case _:
                return self.neutral


class _Order(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    do: str


class _Limit(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    do: str
    alone: str
    approver: str


class _Note(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    do: str
    say: str


class Words(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All words for hints in one language."""

    steps: dict[HeardStep, StepWords]
    fix_first: _Order
    apology_again: _Order
    beyond_authority: _Limit
    complaint_unanswered: _Note
    bereaved: _Note
    vulnerable: _Note


def hint_id_of(call_id: str, kind: HintKind, about: str) -> str:
    """The id of a hint: what it is about is told on a call once."""
    return stable_id("hint", call_id, kind.value, about)


@cache
def words_for(language: str | None) -> Words:
    """The words for a language tag ("en-GB"); English where there are none."""
    text = files("workflow").joinpath("hints.toml").read_text(encoding="utf-8")
    known = msgspec.convert(tomllib.loads(text), dict[str, Words])
    code = re.split("[-_]", (language or DEFAULT_LANGUAGE).lower(), maxsplit=1)[0]
    return known.get(code, known[DEFAULT_LANGUAGE])


@cache
def sayings() -> dict[str, Saying]:
    """Every landmine and guardrail of the rule files, by the id of its rule."""
    return {
        read.rule.id: Saying(
            kind=HintKind(read.rule.id.partition(".")[0]),
            text=f"This {read.rule.says.strip().rstrip('.')}.",
            instead=read.rule.instead or "",
        )
        for language in languages()
        for read in rule_book(language).rules
        if read.label == Signal.AGENT_GUARDRAIL
    }
