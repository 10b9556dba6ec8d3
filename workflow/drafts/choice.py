"""Which of seven sentences a place of a draft gets.

Need, feeling, tier and channel choose by a Reed-Solomon code word over GF(7) (Reed and Solomon,
1960, "Polynomial Codes over Certain Finite Fields"): two different words agree in at most two of
their seven positions, and a position serves few places. So two drafts made from the same story for
another need, feeling, tier or channel share fewer than half their sentences.

The story then shifts every place by a number of its own. Within a story that changes nothing; two
stories agree at a place by chance alone, once in seven, wherever their cells stand to each other.
"""

from __future__ import annotations

import hashlib

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
    FactKind.TRIED: 6, "care": 5, "standing": 6, "attempted": 4, "open": 5,
}  # fmt: skip
"""Which position of the code word a place reads: no position serves many more than another."""


def chosen(situation: Situation, place: str) -> int:
    """Which of the sentences of a place: the value of the cell's polynomial there, shifted."""
    x = _POSITION[place]
    a, b, c = _word(situation)
    return (a + b * x + c * x * x + _shift(situation, place)) % FIELD


def _word(situation: Situation) -> tuple[int, int, int]:
    """The coefficients that stand for need, feeling, tier and channel: as digits to the base of the
    field. There are fewer such cells than words, so each has a word of its own."""
    context = situation.context
    # The years are part of the story: with them, every tier would stand alike.
    by_tier = msgspec.structs.replace(context, tenure_months=None)
    standing = 2 if is_priority(by_tier) else 1 if context.tier else 0
    cell = list(Need).index(situation.need)
    cell = cell * len(Emotion) + list(Emotion).index(situation.emotion)
    cell = (cell * 3 + standing) * len(Channel) + list(Channel).index(context.channel)
    return cell % FIELD, cell // FIELD % FIELD, cell // FIELD**2 % FIELD


def _shift(situation: Situation, place: str) -> int:
    """How far a story shifts a place. A cryptographic hash, because places that a checksum shifts
    alike would bring back what the shift is there to part."""
    context = situation.context
    told = (
        situation.said,
        context.history,
        context.tried,
        context.constraints,
        str(context.tenure_months),
        str(situation.trigger),
        str(place),
    )
    digest = hashlib.blake2b("\0".join(told).encode(), digest_size=8).digest()
    return int.from_bytes(digest, "big") % FIELD
