"""The words of `brief.toml`: what a receiver may say first, and what this caller is sore about."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import msgspec

from detectors.vocabulary import LIFE_STOPS, Emotion, Trigger
from workflow.hints import DEFAULT_LANGUAGE

MOST_SORE = 2
"""Things to avoid that a receiver can keep in mind."""

_PLAIN = str.maketrans({"’": "'", "‘": "'"})


class Sore(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words of a caller's, and what must not be done to them again."""

    pattern: str
    avoid: str


class Openings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """All words of one language. `matter` is by trigger or name of an alert."""

    greeting: str
    greeting_unnamed: str
    beside_a_life: str
    feeling: dict[Emotion, str]
    matter: dict[str, str]
    life: dict[str, str]
    sore: tuple[Sore, ...] = ()

    def opening(
        self,
        trigger: str,
        subtype: str | None,
        feeling: Emotion,
        receiver: str | None,
        *,
        at_risk: bool = False,
    ) -> str:
        """The first sentences for whoever comes: for a life at stake without a word of business,
        and for a matter with none either while a life is `at_risk` beside it."""
        hello = self.greeting.format(receiver=receiver) if receiver else self.greeting_unnamed
        if trigger in LIFE_STOPS:
            other = trigger == Trigger.SELF_HARM and subtype == "third_party"
            return f"{hello} {self.life['third_party' if other else trigger]}"
        if at_risk:
            return f"{hello} {self.beside_a_life}"
        matter = self.matter.get(trigger, self.matter["other"])
        return f"{hello} {self.feeling[feeling]} {matter}"


def openings(language: str | None) -> Openings:
    """The words for a language tag ("en-GB"); English where there are none."""
    return _known()[_code(language)]


def prepare() -> None:
    """Have the words ready before the first caller needs them."""
    for code in _known():
        _compiled(code)


@cache
def _known() -> dict[str, Openings]:
    text = files("workflow").joinpath("brief.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, Openings])


def _code(language: str | None) -> str:
    code = re.split("[-_]", (language or DEFAULT_LANGUAGE).lower(), maxsplit=1)[0]
    return code if code in _known() else DEFAULT_LANGUAGE


@cache
def _compiled(code: str) -> tuple[tuple[re.Pattern[str], str], ...]:
    sore = _known()[code].sore
    return tuple((re.compile(each.pattern, re.IGNORECASE), each.avoid) for each in sore)


def sore_points(language: str | None, said: Iterable[str]) -> tuple[str, ...]:
    """What not to do to a caller, by what they said; the newest turns count first."""
    found: dict[str, None] = {}
    for text in reversed(list(said)):
        plain = text.translate(_PLAIN)
        for pattern, avoid in _compiled(_code(language)):
            if pattern.search(plain):
                found.setdefault(avoid)
    return tuple(found)[:MOST_SORE]
