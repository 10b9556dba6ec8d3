"""A draft worked on over several turns: what was told, what was asked for since, what was written.

The built-in writer understands new facts, a shorter or a longer text, and another channel; a model
is asked for the rest. A fact that is given later becomes part of the situation for either.
"""

from __future__ import annotations

import re

import msgspec

from detectors.vocabulary import Speaker
from workflow.drafts.cues import cues
from workflow.drafts.draft import Draft
from workflow.drafts.situation import (
    Channel,
    Context,
    Felt,
    Missing,
    Restriction,
    Situation,
    read_description,
    read_turns,
)
from workflow.drafts.writer import Size

VERSION = 1
NOTE = "Caller note: "
"""Stands before a fact that the employee adds, so that it is never quoted as the caller's words."""

_SIZES = ("shorter", "longer")
_CHANNELS = ("email", "public", "call")
_NOTED = ("constraints", "tried", "history")
_PARTS = re.compile(r"(?<=[.!?;])\s+|\n+")
_WITH_US = re.compile(
    r"\b(?:with\s+us|customers?|member|client|subscriber|loyal|tenure)\b", re.IGNORECASE
)
_NUMBERS = {
    **{"one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8},
    **{"nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "fifteen": 15, "twenty": 20, "thirty": 30},
}
MOST_MONTHS = 2400
"""Two hundred years: no relationship is longer, so a larger number is a slip."""


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """One final turn of a call, or one line of a description, redacted. `at`: RFC 3339."""

    speaker: Speaker
    text: str
    at: str = ""


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """What a detector made of the words: hard stops, restrictions, the strongest feeling."""

    triggers: tuple[str, ...] = ()
    restricted: tuple[Restriction, ...] = ()
    felt: Felt | None = None

    def with_more(self, later: Heard) -> Heard:
        """Both together. The feeling stays the caller's: an employee's wishes show none of it."""
        return Heard(
            triggers=tuple(dict.fromkeys((*self.triggers, *later.triggers))),
            restricted=tuple(dict.fromkeys((*self.restricted, *later.restricted))),
            felt=self.felt,
        )


NOTHING_HEARD = Heard()


class Exchange(msgspec.Struct, frozen=True, kw_only=True):
    """What the employee asked for (nothing, at first) and what was written."""

    request: str
    draft: Draft


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """Everything to go on from later. `described`: a pasted description rather than a call."""

    said: tuple[Said, ...]
    described: bool
    context: Context = Context()
    heard: Heard = NOTHING_HEARD
    size: Size = Size.USUAL
    exchanges: tuple[Exchange, ...] = ()
    version: int = VERSION

    def situation(self) -> Situation | Missing:
        """The situation as it stands with every fact that was added."""
        heard = self.heard
        if self.described:
            return read_description(
                "\n".join(each.text for each in self.said),
                self.context,
                heard=heard.triggers,
                felt=heard.felt,
                restricted=heard.restricted,
            )
        return read_turns(
            [(each.speaker, each.text) for each in self.said],
            self.context,
            heard=heard.triggers,
            felt=heard.felt,
            restricted=heard.restricted,
        )

    def requests(self) -> list[str]:
        """What the employee asked for so far."""
        return [each.request for each in self.exchanges if each.request]

    def written(self, request: str, draft: Draft) -> Session:
        """The session after a draft."""
        exchange = Exchange(request=request, draft=draft)
        return msgspec.structs.replace(self, exchanges=(*self.exchanges, exchange))


class Followed(msgspec.Struct, frozen=True, kw_only=True):
    """A session after a follow-up, what was taken from it in words, and what was not understood."""

    session: Session
    taken: tuple[str, ...] = ()
    left: tuple[str, ...] = ()


def follow(session: Session, text: str, heard: Heard = NOTHING_HEARD) -> Followed:
    """Take in what the employee says after a draft. `heard`: a detector's reading of it."""
    taken: list[str] = []
    left: list[str] = []
    session = msgspec.structs.replace(session, heard=session.heard.with_more(heard))
    for part in filter(None, (each.strip() for each in _PARTS.split(text))):
        session, what = _part(session, part)
        (taken if what else left).append(what or part)
    return Followed(session=session, taken=tuple(dict.fromkeys(taken)), left=tuple(left))


def _part(session: Session, part: str) -> tuple[Session, str]:
    """The session after one sentence, and what it was taken as; empty where nothing was."""
    book = cues()

    def told(name: str) -> str:
        found = book.all("follow_up", name, part)
        return found[0] if found else ""

    for name in _SIZES:
        if told(name):
            return msgspec.structs.replace(session, size=Size(name)), f"{name} text"
    for name in _CHANNELS:
        if told(name):
            context = msgspec.structs.replace(session.context, channel=Channel(name))
            return msgspec.structs.replace(session, context=context), f"channel {name}"
    if _WITH_US.search(part) and (months := _months(told("tenure"))):
        return _with(session, tenure_months=months), f"{months} months as a customer"
    if tier := told("tier"):
        return _with(session, tier=tier), f"tier {tier}"
    for name in _NOTED:
        if told(name):
            before: str = getattr(session.context, name)
            joined = f"{before} {part}".strip()
            return _with(session, **{name: joined}), name
    if _tells_something(part):
        line = Said(speaker=Speaker.OTHER, text=NOTE + part)
        return msgspec.structs.replace(session, said=(*session.said, line)), "a fact"
    return session, ""


def _tells_something(part: str) -> bool:
    """Whether a sentence holds a fact, a feeling or a complaint rather than a wish."""
    book = cues()
    if any(book.first(section, part) for section in ("facts", "emotion", "trigger", "life")):
        return True
    return bool(book.complaint(part)[0]) and not part.endswith("?")


def _with(session: Session, **changes: object) -> Session:
    context = msgspec.structs.replace(session.context, **changes)
    return msgspec.structs.replace(session, context=context)


def _months(told: str) -> int:
    """`11 years` in months; nought where it is no stretch of time that can be."""
    number, _, unit = told.lower().partition(" ")
    count = int(number) if number.isdecimal() else _NUMBERS.get(number, 0)
    months = count * 12 if unit.strip().startswith("year") else count
    return months if months <= MOST_MONTHS else 0


def read_session(data: bytes) -> Session:
    """A session as it was kept. Raises ValueError where it is none."""
    try:
        session = msgspec.json.decode(data, type=Session)
    except msgspec.DecodeError as error:
        raise ValueError(f"is no session of hardstop draft ({_place(error)})") from error
    if session.version != VERSION:
        raise ValueError(f"is a session of version {session.version}; this reads {VERSION}")
    return session


def _place(error: msgspec.DecodeError) -> str:
    """Where it breaks, without the words that stand there."""
    _, _, place = str(error).partition(" - at ")
    return f"at {place}" if place else "broken JSON"
