"""Numbers as people say and write them: runs of digits, in figures or in words."""

from __future__ import annotations

import re
from typing import NamedTuple

from detectors.markers import MARKER


def word_set(text: str) -> frozenset[str]:
    """The words of a text, as a closed set."""
    return frozenset(text.split())


ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
DIGITS = {word: str(value) for value, word in enumerate(ONES)} | {
    "oh": "0",
    "o": "0",
    "nought": "0",
    "naught": "0",
    "nil": "0",
    "niner": "9",
}
_FROM_TEN = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
TEENS = {word: str(value) for value, word in enumerate(_FROM_TEN.split(), 10)}
_TENS = ("twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
TENS = {word: str(value) for value, word in enumerate(_TENS, 2)}
_TIMES = {"double": 2, "treble": 3, "triple": 3}
LARGE = frozenset({"hundred", "thousand", "million", "billion"})
WORDS = frozenset({*DIGITS, *TEENS, *TENS, *_TIMES, *LARGE})

# What may stand between two groups of the same number; a word here is a filler or a spoken dash.
_BETWEEN = word_set("- – . , / ( ) um uh er erm dash hyphen space")
_MOST_BETWEEN = 3
PAUSING = _BETWEEN | word_set(
    "and then yeah yes yep okay ok right so it's its it is that's well now next comma hyphen mm "
    "hmm followed by ah the er . ; : …"
)
"""Words and signs that people say between the groups of one number, or around a piece of it."""
MOST_PAUSING = 4
_MONEY_BEFORE = frozenset("$£€¥")
_AMOUNT_AFTER = word_set(
    "dollar dollars pound pounds euro euros quid bucks cents pence percent % minute minutes "
    "hour hours day days weeks week month months year years times people miles k"
)
# A sort code is written 12-34-56 and a PIN may be 12:34 or 12.34: dates have a whole year here,
# times seconds, and amounts three figures before the cents.
_MEASURE = re.compile(
    r"(?:\d{1,3}(?:,\d{3})+|\d{3,7})\.\d\d"
    r"|(?:19|20)\d\d[-/.](?:0?[1-9]|1[0-2])[-/.](?:0?[1-9]|[12]\d|3[01])"
    r"|(?:0?[1-9]|[12]\d|3[01])[-/.](?:0?[1-9]|[12]\d|3[01])[-/.](?:19|20)\d\d"
    r"|(?:[01]?\d|2[0-4]):[0-5]\d:[0-5]\d(?:[.,]\d+)?"
)
_JOINING = frozenset(",.-/:")
_MOST_MEASURE = 15
"""Figures and signs of the longest amount, date or time that is looked at."""
_TOKEN = re.compile(MARKER.pattern + r"|\d+|[^\W\d_]+(?:['’][^\W\d_]+)*|[^\w\s]|_")


class Word(NamedTuple):
    """A word, number or sign of a text in lower case, and its characters (end exclusive)."""

    text: str
    start: int
    end: int


class Group(NamedTuple):
    """Digits said in one breath ("41", "double seven"); `first` and `last` index the words."""

    digits: str
    first: int
    last: int


class Run(NamedTuple):
    """Groups of digits in a row, perhaps one number. `amount`: money, time or a count."""

    groups: tuple[Group, ...]
    amount: bool

    @property
    def digits(self) -> str:
        """All digits of the run."""
        return "".join(group.digits for group in self.groups)


def words_of(text: str) -> list[Word]:
    """The words and signs of a text; a redaction marker is one word."""
    return [Word(m.group().lower(), m.start(), m.end()) for m in _TOKEN.finditer(text)]


def runs_of(words: list[Word], telephone: bool = False) -> list[Run]:
    """Every run of digits, in order, but for written amounts, dates and times. Linear.

    In a `telephone` number, and in any that begins as one, "nine hundred" is 900 and no amount.
    """
    runs: list[Run] = []
    at = 0
    while at < len(words):
        measured = _measure(words, at)
        if measured:
            at = measured
            continue
        groups, after, large = _run_from(words, at, telephone)
        if not groups:
            at += 1
            continue
        first = groups[0].first
        following = words[after].text if after < len(words) else ""
        amount = large or following in _AMOUNT_AFTER
        if first and words[first - 1].text in _MONEY_BEFORE:
            amount = True
        runs.append(Run(tuple(groups), amount))
        at = after
    return runs


def _run_from(words: list[Word], at: int, telephone: bool) -> tuple[list[Group], int, bool]:
    groups: list[Group] = []
    large = False
    after = at
    between = 0
    while at < len(words):
        if groups and _measure(words, at):
            break
        group = _group(words, at)
        if group is not None:
            groups.append(group)
            at = after = group.last + 1
            between = 0
        elif groups and at == after and _is_noughts(words[at].text, groups, telephone):
            last = groups.pop()
            groups.append(Group(last.digits + "00", last.first, at))
            at = after = at + 1
        elif groups and words[at].text in LARGE:
            large = True
            at = after = at + 1
        elif groups and words[at].text in _BETWEEN and between < _MOST_BETWEEN:
            between += 1
            at += 1
        else:
            break
    return groups, after, large


def _is_noughts(text: str, groups: list[Group], telephone: bool) -> bool:
    """Whether "hundred" is two noughts of a number, "oh seven seven … nine hundred"."""
    if text != "hundred" or len(groups[-1].digits) != 1:
        return False
    begun = len(groups) > 2 or (len(groups) > 1 and len(groups[0].digits) > 1)
    return telephone or (begun and groups[0].digits.startswith("0"))


def _measure(words: list[Word], at: int) -> int:
    """The word after an amount with cents, a date or a time written in one; 0 if there is none."""
    if not words[at].text.isdecimal():
        return 0
    last = at
    while last + 2 < len(words) and last - at < _MOST_MEASURE and _joins(words, last + 1):
        last += 2
    if last == at or (at and words[at - 1].text in _JOINING and _joins(words, at - 1)):
        return 0
    return last + 1 if _MEASURE.fullmatch("".join(w.text for w in words[at : last + 1])) else 0


def _joins(words: list[Word], at: int) -> bool:
    """Whether a sign stands between two figures without a space."""
    return (
        0 < at < len(words) - 1
        and words[at].text in _JOINING
        and words[at - 1].end == words[at].start
        and words[at].end == words[at + 1].start
        and words[at - 1].text.isdecimal()
        and words[at + 1].text.isdecimal()
    )


def _group(words: list[Word], at: int) -> Group | None:
    text = words[at].text
    if text.isdecimal():
        return Group(text, at, at)
    after = words[at + 1].text if at + 1 < len(words) else ""
    if text in TENS:
        skip = 2 if after == "-" and at + 2 < len(words) else 1
        unit = words[at + skip].text if at + skip < len(words) else ""
        if unit in DIGITS and DIGITS[unit] != "0" and unit not in ("o", "oh"):
            return Group(TENS[text] + DIGITS[unit], at, at + skip)
        return Group(TENS[text] + "0", at, at)
    if text in TEENS:
        return Group(TEENS[text], at, at)
    if text in _TIMES:
        digit = DIGITS.get(after) or (after if len(after) == 1 and after.isdecimal() else None)
        return Group(digit * _TIMES[text], at, at + 1) if digit else None
    if text in DIGITS:
        return Group(DIGITS[text], at, at)
    return None
