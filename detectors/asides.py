"""What in an answer is something else than what was asked for."""

from __future__ import annotations

import re
from collections.abc import Sequence

from detectors.digits import Run, Word, word_set
from detectors.markers import Kind

_TELLING = word_set("since in on at for paid until")
"""Before a year, a sum or a time, and hardly before a number that is told."""
_LONGEST_YEAR = 4
"""Digits of a year, a time, and of most sums that callers speak of."""

_LONGEST_SUM = 6
_YEAR = re.compile(r"(?:19|20)\d\d")
_ENDING = frozenset({"ending", "ends"})
"""Before the last four, which stay: "the one ending 4412"."""
_OWED = word_set("owe owes owed pay pays paid cost costs charged charge sent gave refunded")
_HELD = frozenset({("in", "it"), ("in", "there")})
"""Behind what is on an account: "the one with 14500 in it"."""

_ON_A_DAY = frozenset({"on", "since", "until"})
_WITH_BIRTHS = word_set("born birthday birth it's that's is was")
"""Words with which a birth is told: "it's on the fifth of May"."""
_DATED = word_set("today letter bill invoice statement")
"""What has a date that is no birth: "the letter of the third of May"."""
_BIRTH_REACH = 4
"""Words between these and the date."""


def is_told_of(kind: Kind | None, words: Sequence[Word], run: Run) -> bool:
    """Whether digits are a year, a sum or a time in what is told: "I paid 1500 in 2019".

    Codes are as short as years are: only "since 1998" is none.
    """
    first, after = run.groups[0].first, run.groups[-1].last + 1
    before = [word.text for word in words[max(0, first - 2) : first]]
    if not before:
        return False
    year = _YEAR.fullmatch(run.digits) is not None
    if kind in (Kind.SECURITY_CODE, Kind.NATIONAL_ID):
        dated = before[-1] in ("since", "from") or (kind is Kind.NATIONAL_ID and before[-1] == "in")
        return year and dated
    if kind not in (Kind.CARD, Kind.ACCOUNT, Kind.PHONE):
        return False
    if len(run.digits) <= _LONGEST_YEAR:
        last_four = kind is not Kind.PHONE and not _ENDING.isdisjoint(before)
        mine = before[-1] == "my" and len(run.groups) == 1
        if before[-1] in _TELLING or last_four or mine or (year and before[-1] == "from"):
            return True
    if len(run.digits) > _LONGEST_SUM:
        return False
    behind = tuple(word.text for word in words[after : after + 2])
    return (before[0] in _OWED and before[-1] == "me") or behind in _HELD


def is_another_day(words: Sequence[Word], first: int) -> bool:
    """Whether a date is the day of what is told: "I ordered it on the fifth of May"."""
    at = first - 2 if first and words[first - 1].text == "the" else first - 1
    said = [word.text for word in words[max(0, at - _BIRTH_REACH) : max(0, at)]]
    if not _DATED.isdisjoint(said):
        return True
    return at > 1 and words[at].text in _ON_A_DAY and _WITH_BIRTHS.isdisjoint(said)
