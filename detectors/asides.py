"""What in an answer is something else than what was asked for."""

from __future__ import annotations

from collections.abc import Sequence

from detectors.digits import Word, word_set
from detectors.markers import Kind

_TELLING = word_set("since in on at for paid until")
"""Before a year, a sum or a time, and hardly before a number that is told."""
_LONGEST_YEAR = 4
"""Digits of a year, a time, and of most sums that callers speak of."""

_ON_A_DAY = frozenset({"on", "since", "until"})
_WITH_BIRTHS = word_set("born birthday birth it's that's is was")
"""Words with which a birth is told: "it's on the fifth of May"."""
_BIRTH_REACH = 4
"""Words between these and the date."""


def is_told_of(kind: Kind | None, digits: str, before: str) -> bool:
    """Whether digits are a year, a sum or a time in what is told: "I paid 1500 in 2019".

    `before` is the word before them. Codes are as short as years are: they are never let be.
    """
    short = len(digits) <= _LONGEST_YEAR and before in _TELLING
    return short and kind in (Kind.CARD, Kind.ACCOUNT, Kind.PHONE)


def is_another_day(words: Sequence[Word], first: int) -> bool:
    """Whether a date is the day of what is told: "I ordered it on the fifth of May"."""
    at = first - 2 if first and words[first - 1].text == "the" else first - 1
    said = [word.text for word in words[max(0, at - _BIRTH_REACH) : max(0, at)]]
    return at > 1 and words[at].text in _ON_A_DAY and _WITH_BIRTHS.isdisjoint(said)
