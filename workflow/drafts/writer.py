"""The built-in writer: from a situation to a response, offline and always the same.

Which of seven sentences a place of the draft gets is read off a Reed-Solomon code word over GF(7)
(Reed and Solomon, 1960, "Polynomial Codes over Certain Finite Fields"): two different words agree
in at most two of their seven positions, and a position serves two places. So two drafts made from
the same story for another need, feeling, tier or channel share fewer than half their sentences.
"""

from __future__ import annotations

import re
import tomllib
import zlib
from collections.abc import Iterator
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from detectors.vocabulary import Emotion, Trigger
from workflow.drafts.check import LEAST_WORDS, MOST_WORDS, Facts, Length, check, word_count
from workflow.drafts.cues import cues
from workflow.drafts.draft import Assessment, Draft
from workflow.drafts.options import guidance, is_priority, landmines, options, severity
from workflow.drafts.situation import Channel, FactKind, Found, Need, Restriction, Situation
from workflow.policy import Severity

FIELD = 7
"""Sentences to choose from at every place, and positions of a code word."""
MOST_FACTS = 2
"""Facts that are said back in sentences of their own: more would be a list, not an answer."""

MOST_FACTS_LONG = 4
_SPARED = ("found_2", "impact", "need_choice", "found_1", "repeat")
"""What a shorter response does without, in this order, down to the least length."""


class Size(StrEnum):
    """How long a response is to be, within the lengths that are always asked for."""

    SHORTER = "shorter"
    USUAL = "usual"
    LONGER = "longer"


_POSITION = {
    "opening": 0, "account": 1, "impact": 2, "owning": 3, "need_act": 4, "trigger": 5, "step": 6,
    "need_choice": 0, "update": 1, "repeat": 2, "close": 3, "private": 4,
    FactKind.COUNT: 5, FactKind.DURATION: 6, FactKind.COST: 4, FactKind.AMOUNT: 5,
    FactKind.TRIED: 6,
}  # fmt: skip
"""Which position of the code word a place reads: no position serves many more than another."""
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
_NOT_IN_PUBLIC = frozenset({"bereavement"})
"""Topics that are not even named where others read along."""
_SPACE = re.compile(r"\s+")


def draft(situation: Situation, size: Size = Size.USUAL) -> Draft:
    """Everything an agent needs to answer. For a life stop, or somebody who may not be who they
    say: what to do now, and no answer."""
    if situation.is_life_stop:
        return _takeover(situation, str(situation.trigger))
    if Restriction.IMPOSTOR in situation.restricted:
        return _takeover(situation, Restriction.IMPOSTOR.value)
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
        [(place, _line(situation, place)) for place in ("opening", "account", "impact")],
        [(f"found_{number}", line) for number, line in enumerate(_facts(situation, most), start=1)],
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
    kinds = {
        "opening": "fraud" if fraud else situation.emotion.value,
        "account": "quoted" if situation.quotable and not in_public else "plain",
        "impact": "fraud" if fraud else _IMPACT.get(situation.emotion, "calm"),
        "owning": "fraud" if fraud else "any",
        "need_act": situation.need.value,
        "need_choice": "fraud" if fraud else situation.need.value,
        "step": situation.context.channel.value,
        "close": situation.context.channel.value,
    }
    number = (_chosen(situation, place) + further) % FIELD
    line: str = _material()[place][kinds.get(place, "any")][number]
    return _filled(line, situation)


def _facts(situation: Situation, most: int = MOST_FACTS) -> list[str]:
    """The customer's own facts, said back; where others read along, none of them."""
    if situation.context.channel is Channel.PUBLIC:
        return [_line(situation, "private")]
    told = []
    for kind in _TOLD_BACK:
        for found in _untold(situation, kind):
            book = _wording(situation, found)
            if book is not None:
                line: str = _material()[book][kind.value][_chosen(situation, kind)]
                told.append(line.replace("{found}", _one_line(found.quote)))
                break
    return told[:most]


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
    return [lines[_chosen(situation, "trigger")]] if lines else []


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


def _chosen(situation: Situation, place: str) -> int:
    """Which of the sentences of a place: the value of the situation's polynomial there."""
    x = _POSITION[place]
    a, b, c = _word(situation)
    return (a + b * x + c * x * x) % FIELD


def _word(situation: Situation) -> tuple[int, int, int]:
    """The coefficients that stand for a situation: those of its story, shifted digit by digit by
    need, feeling, tier and channel. What sets two tellings of a story apart is so the same for all
    stories, and a test that compares every telling of a few speaks for all."""
    context = situation.context
    told = (
        situation.said,
        context.history,
        context.tried,
        context.constraints,
        context.tenure_months,
        situation.trigger,
    )
    story = zlib.crc32(repr(told).encode())
    standing = 2 if is_priority(context) else 1 if context.tier else 0
    cell = list(Need).index(situation.need)
    cell = cell * len(Emotion) + list(Emotion).index(situation.emotion)
    cell = (cell * 3 + standing) * len(Channel) + list(Channel).index(context.channel)
    (a, b, c), (d, e, f) = _digits(story), _digits(cell)
    return (a + d) % FIELD, (b + e) % FIELD, (c + f) % FIELD


def _digits(number: int) -> tuple[int, int, int]:
    """The last digits to the base of the field: as many as there are coefficients. The cells of a
    story are fewer than the words that these can spell, so each has a word of its own."""
    return number % FIELD, number // FIELD % FIELD, number // FIELD**2 % FIELD


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
