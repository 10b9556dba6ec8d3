"""Which of seven sentences a place of a draft gets.

It is read off a Reed-Solomon code word over GF(7) (Reed and Solomon, 1960, "Polynomial Codes over
Certain Finite Fields"): two different words agree in at most two of their seven positions, and a
position serves few places. So two drafts made from the same story for another need,
feeling, tier or channel share fewer than half their sentences.
"""

from __future__ import annotations

import zlib

import msgspec

from detectors.vocabulary import Emotion
from workflow.drafts.options import is_priority
from workflow.drafts.situation import Channel, FactKind, Need, Situation

FIELD = 7
"""Sentences to choose from at every place, and positions of a code word."""

_POSITION = {
    "opening": 0, "account": 1, "impact": 2, "owning": 3, "need_act": 4, "trigger": 5, "step": 6,
    "need_choice": 0, "update": 1, "repeat": 2, "close": 3, "private": 4,
    FactKind.COUNT: 5, FactKind.DURATION: 6, FactKind.COST: 4, FactKind.AMOUNT: 5,
    FactKind.TRIED: 6, "care": 5, "standing": 6, "attempted": 4,
}  # fmt: skip
"""Which position of the code word a place reads: no position serves many more than another."""


def chosen(situation: Situation, place: str) -> int:
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
    # The years are part of the story: with them, every tier would stand alike.
    by_tier = msgspec.structs.replace(context, tenure_months=None)
    standing = 2 if is_priority(by_tier) else 1 if context.tier else 0
    cell = list(Need).index(situation.need)
    cell = cell * len(Emotion) + list(Emotion).index(situation.emotion)
    cell = (cell * 3 + standing) * len(Channel) + list(Channel).index(context.channel)
    (a, b, c), (d, e, f) = _digits(story), _digits(cell)
    return (a + d) % FIELD, (b + e) % FIELD, (c + f) % FIELD


def _digits(number: int) -> tuple[int, int, int]:
    """The last digits to the base of the field: as many as there are coefficients. The cells of a
    story are fewer than the words that these can spell, so each has a word of its own."""
    return number % FIELD, number // FIELD % FIELD, number // FIELD**2 % FIELD
