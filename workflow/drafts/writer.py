"""The built-in writer: from a situation to a response, offline and always the same."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from detectors.vocabulary import Emotion, Trigger
from workflow.drafts.check import LEAST_WORDS, MOST_WORDS, Facts, Length, check, word_count
from workflow.drafts.choice import FIELD, chosen
from workflow.drafts.cues import cues
from workflow.drafts.draft import Assessment, Draft
from workflow.drafts.options import guidance, landmines, options, severity
from workflow.drafts.situation import (
    BEREAVEMENT,
    Channel,
    FactKind,
    Found,
    Restriction,
    Situation,
)
from workflow.policy import Severity

MOST_FACTS = 2
"""Facts that are said back in sentences of their own: more would be a list, not an answer."""

MOST_FACTS_LONG = 4
_SPARED = ("attempted", "found_2", "impact", "need_choice", "found_1", "repeat")
"""What a shorter response does without, in this order, down to the least length."""
_TOO_MUCH = ("found_4", "found_3", "found_2", "attempted")
"""What a response that would be too long does without, in this order."""


class Size(StrEnum):
    """How long a response is to be, within the lengths that are always asked for."""

    SHORTER = "shorter"
    USUAL = "usual"
    LONGER = "longer"


_TOLD_BACK = (
    FactKind.COUNT, FactKind.DURATION, FactKind.COST, FactKind.AMOUNT, FactKind.TRIED,
)  # fmt: skip
_IMPACT = {
    Emotion.ANGER: "hot",
    Emotion.FRUSTRATION: "hot",
    Emotion.DISTRESS: "low",
    Emotion.SADNESS: "low",
    Emotion.POSITIVE: "warm",
}
_REACH = {
    Channel.CALL: "call you",
    Channel.EMAIL: "write to you",
    Channel.PUBLIC: "message you",
}
_NOT_IN_PUBLIC = frozenset({BEREAVEMENT})
"""Topics that are not even named where others read along."""
LONG_MONTHS = 36
"""Months after which it is said that somebody has been with us for long: nobody of a year or two
feels that it is."""
_SPACE = re.compile(r"\s+")


def draft(situation: Situation, size: Size = Size.USUAL) -> Draft:
    """Everything an agent needs to answer. For a life stop, and for what only its desk may handle:
    what to do now, and no answer."""
    if situation.is_life_stop:
        return _takeover(situation, str(situation.trigger))
    for why in Restriction:
        if why in situation.restricted:
            return _takeover(situation, why.value)
    return Draft(
        assessment=_assessment(situation),
        landmines=landmines(situation),
        draft=response(situation, size),
        options=options(situation),
        coaching=coaching(situation),
    )


def response(situation: Situation, size: Size = Size.USUAL) -> str:
    """The response in paragraphs, 150 to 300 words, without a fault by the draft check."""
    return "\n\n".join(" ".join(paragraph) for paragraph in sentences(situation, size))


def faults(situation: Situation, text: str) -> tuple[Any, ...]:
    """What the draft check finds in a response to this situation, its length included."""
    known: Facts = situation.for_check()
    return check(text, facts=Facts(known=known.known, said=known.said, length=Length()))


def sentences(situation: Situation, size: Size = Size.USUAL) -> list[list[str]]:
    """The response by paragraph and sentence: empathy, ownership, next step, nothing to repeat."""
    most = MOST_FACTS_LONG if size is Size.LONGER else MOST_FACTS
    placed = [
        [
            (place, _line(situation, place))
            for place in ("opening", *_care(situation), "account", "impact")
        ],
        [
            *((f"found_{n}", line) for n, line in enumerate(_facts(situation, most), start=1)),
            *(("attempted", line) for line in _attempted(situation)),
            *((place, _line(situation, place)) for place in _standing(situation)),
        ],
        [
            ("owning", _line(situation, "owning")),
            ("need_act", _line(situation, "need_act")),
            *(("trigger", line) for line in _trigger(situation)),
        ],
        [(place, _line(situation, place)) for place in ("step", "need_choice", "update")],
        [(place, _line(situation, place)) for place in ("repeat", "close")],
    ]
    if size is Size.SHORTER:
        for spared in _SPARED:
            without = [[line for line in part if line[0] != spared] for part in placed]
            placed = without if _words(without) >= LEAST_WORDS else placed
    for left_out in _TOO_MUCH:
        if _words(placed) > MOST_WORDS:
            placed = [[line for line in part if line[0] != left_out] for part in placed]
    if size is Size.LONGER:
        for at, place in ((3, "need_choice"), (0, "impact")):
            more = [list(part) for part in placed]
            after = next(i for i, line in enumerate(more[at]) if line[0] == place) + 1
            more[at].insert(after, (f"{place}_more", _line(situation, place, further=1)))
            placed = more if _words(more) <= MOST_WORDS else placed
    return [[line for _, line in part] for part in placed if part]


def _words(placed: list[list[tuple[str, str]]]) -> int:
    return word_count(" ".join(line for part in placed for _, line in part))


def coaching(situation: Situation) -> str:
    """Why the draft is as it is, 150 to 250 words, for the agent."""
    coach: dict[str, str] = guidance()["coach"]
    trigger = situation.trigger or ""
    owning = "fraud_owning" if trigger == Trigger.FRAUD else "owning"
    keys = [situation.emotion.value, situation.need.value, owning, "update"]
    keys += [key for key in (trigger,) if key in coach]
    keys += [situation.context.channel.value, severity(situation).value, "repeat"]
    return " ".join(coach[key] for key in keys)


def _assessment(situation: Situation) -> Assessment:
    return Assessment(
        emotion=situation.emotion.value,
        need=situation.need.value,
        reason=f"{situation.emotion_reason}; {situation.need_reason}",
        severity=severity(situation),
        trigger=situation.trigger,
    )


def _line(situation: Situation, place: str, *, further: int = 0) -> str:
    # What a customer told us may be private even where they complain in the open.
    in_public = situation.context.channel is Channel.PUBLIC
    fraud = situation.trigger == Trigger.FRAUD
    opening = situation.emotion.value
    if situation.topic == BEREAVEMENT and not in_public:
        opening = BEREAVEMENT
    disputed = cues().spans("words", "disputed", situation.said)
    kinds = {
        "opening": "fraud" if fraud else opening,
        "account": "quoted" if situation.quotable and not in_public else "plain",
        "impact": "fraud" if fraud else _IMPACT.get(situation.emotion, "calm"),
        "owning": "fraud" if fraud else "disputed" if disputed else "any",
        "need_act": "fraud" if fraud else situation.need.value,
        "need_choice": "fraud" if fraud else situation.need.value,
        "step": situation.context.channel.value,
        "close": situation.context.channel.value,
    }
    number = (chosen(situation, place) + further) % FIELD
    line: str = _material()[place][kinds.get(place, "any")][number]
    return _filled(line, situation)


def _care(situation: Situation) -> tuple[str, ...]:
    """Somebody who depends on what failed comes before all else; nobody else reads of them."""
    book = cues()
    goes_without = book.spans("words", "goes_without", situation.said)
    depends = book.spans("words", "depends", situation.said)
    in_public = situation.context.channel is Channel.PUBLIC
    return ("care",) if goes_without and depends and not in_public else ()


def _standing(situation: Situation) -> tuple[str, ...]:
    in_public = situation.context.channel is Channel.PUBLIC
    long = (situation.context.tenure_months or 0) >= LONG_MONTHS
    return ("standing",) if long and not in_public else ()


def _facts(situation: Situation, most: int = MOST_FACTS) -> list[str]:
    """The customer's own facts, said back; where others read along, none of them."""
    if situation.context.channel is Channel.PUBLIC:
        return [_line(situation, "open"), _line(situation, "private")]
    told = []
    for kind in _TOLD_BACK:
        for found in _untold(situation, kind):
            book = _wording(situation, found)
            if book is not None:
                line: str = _material()[book][kind.value][chosen(situation, kind)]
                told.append(line.replace("{found}", _one_line(found.quote)))
                break
    return told[:most]


def _attempted(situation: Situation) -> list[str]:
    """What an agent noted was tried, read back where it is fit to be: deeds alone, and without what
    the draft check would find in them."""
    note = _one_line(situation.context.tried).rstrip(" .,;:!?")
    public = situation.context.channel is Channel.PUBLIC
    if public or "”" in note or not cues().readable_attempt(note):
        return []
    line = _line(situation, "attempted").replace("{tried}", note)
    return [] if check(line, facts=situation.for_check()) else [line]


def _untold(situation: Situation, kind: FactKind) -> Iterator[Found]:
    """Facts of a kind that tell of trouble and are not quoted already, nor part of another: the two
    days that were taken off are not how long something lasted."""
    for fact in situation.facts:
        if fact.kind is not kind or (situation.quotable and fact.quote in situation.complaint):
            continue
        whole = any(
            other is not fact and other.start <= fact.start and fact.end <= other.end
            for other in situation.facts
            if other.kind in (FactKind.COST, FactKind.TRIED)
        )
        if not whole and cues().tells_of_trouble(situation.said, fact.start):
            yield fact


def _wording(situation: Situation, fact: Found) -> str | None:
    """How a fact is said back: `found`, in words that are the customer's own, or an amount or a
    stretch of time; `noted`, as somebody wrote down of them; None where it cannot be told whose it
    is."""
    own = cues().in_own_voice(situation.said, fact.start, told_by_them=situation.quotable)
    if own or fact.kind in (FactKind.AMOUNT, FactKind.DURATION):
        return "found"
    if fact.kind is FactKind.COUNT:
        return "noted"
    by_them = cues().done_by_customer(situation.said, fact.start, fact.end)
    return "noted" if by_them else None


def _trigger(situation: Situation) -> list[str]:
    lines = _material()["trigger"].get(situation.trigger or "")
    return [lines[chosen(situation, "trigger")]] if lines else []


def _filled(line: str, situation: Situation) -> str:
    soon = severity(situation) is Severity.HIGH
    private = situation.context.channel is Channel.PUBLIC and situation.topic in _NOT_IN_PUBLIC
    put = {
        "{topic}": cues().named("" if private else situation.topic),
        "{reach}": _REACH[situation.context.channel],
        "{when}": "before the end of today" if soon else "before the end of tomorrow",
        "{quote}": _one_line(situation.complaint).rstrip(" .,;:!?"),
    }
    for name, words in put.items():
        line = line.replace(name, words)
    return line


def _one_line(text: str) -> str:
    return _SPACE.sub(" ", text).strip()


def _takeover(situation: Situation, why: str) -> Draft:
    material = _material()
    life = material["life"].get(why) or material["restricted"][why]
    text = (
        f"No answer is drafted here: the words tell of {life['name']}, and a person must take over "
        f"now. {life['now']}"
    )
    assessment = _assessment(situation)
    return Draft(
        assessment=assessment,
        landmines=tuple(life["landmines"]),
        draft=text,
        options=(),
        coaching="A written answer would be the wrong tool. Hand over to the desk that your policy "
        "names for this, stay until that person has joined, and note what was said word for word.",
        takeover=True,
    )


@cache
def _material() -> dict[str, Any]:
    return tomllib.loads(files("workflow.drafts").joinpath("material.toml").read_text("utf-8"))


__all__ = ["LEAST_WORDS", "MOST_WORDS", "draft", "faults", "response", "sentences", "word_count"]
