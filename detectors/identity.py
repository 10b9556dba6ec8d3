"""Identity numbers: letters said with their digits, and those that show by how they are said."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import pairwise

from detectors.digits import DIGITS, TEENS, TENS, Run, Word, word_set
from detectors.mailboxes import Place
from detectors.markers import Kind
from detectors.naming import Name

_NATO = word_set(
    "alpha alfa bravo charlie delta echo foxtrot golf hotel india juliet juliett kilo lima mike "
    "november oscar papa quebec romeo sierra tango uniform victor whiskey whisky xray yankee zulu"
)
"""Letters as they are spelled by radio (ICAO Annex 10)."""
_LONGEST_LETTERS = 6
"""Letters in a row in an id, as in a British driving licence, are five at most."""
_LEAST_SPELLED = 7
_LEAST_FIGURES = 3
"""Letters and digits of an id that is spelled out, and the digits among them."""
_REACH = 8
"""Words between "my passport number" and the id."""
_DASHES = frozenset({"-", "–", "dash", "hyphen"})
_SSN = (3, 2, 4)
"""Digits in the groups of a social security number."""


def letter(text: str) -> str:
    """The letter that a word is or stands for: "a", "alpha"; empty if none."""
    return text[0] if text in _NATO or (len(text) == 1 and text.isalpha()) else ""


def is_national_id(words: Sequence[Word], run: Run) -> bool:
    """Whether digits are said as those of an identity number are, with no name before them."""
    return not run.amount and (_is_ni_number(words, run) or _is_ssn(words, run))


def _is_ni_number(words: Sequence[Word], run: Run) -> bool:
    """A National Insurance number: two letters, six digits, "c"."""
    first, last = run.groups[0].first, run.groups[-1].last
    return (
        len(run.digits) == 6
        and first > 1
        and last + 1 < len(words)
        and all(letter(word.text) for word in words[first - 2 : first])
        and letter(words[last + 1].text) in ("a", "b", "c", "d")
    )


def _is_ssn(words: Sequence[Word], run: Run) -> bool:
    """A social security number: 123 45 6789, or a dash said between its three parts."""
    groups = run.groups
    if len(run.digits) != sum(_SSN) or not _is_issued(run.digits):
        return False
    between = [words[one.last + 1 : other.first] for one, other in pairwise(groups)]
    if any(word.text not in _DASHES for row in between for word in row):
        return False
    if tuple(len(group.digits) for group in groups) == _SSN:
        return True
    parts = [len(groups[0].digits)]
    for group, dash in zip(groups[1:], between, strict=True):
        if dash:
            parts.append(0)
        parts[-1] += len(group.digits)
    return tuple(parts) == _SSN


def _is_issued(digits: str) -> bool:
    """No such number has a part of noughts, or begins with 666 (SSA, POMS RM 10201.035)."""
    return digits[:3] not in ("000", "666") and digits[3:5] != "00" and digits[5:] != "0000"


def with_letters(text: str, words: Sequence[Word], first: int, last: int) -> Place:
    """An id's digits with its letters: "QQ" before and "C" after them, said or written."""
    while first and _is_id_part(text, words, first - 1, first):
        first -= 1
    while last + 1 < len(words) and _is_id_part(text, words, last + 1, last):
        last += 1
    return first, last


def _is_id_part(text: str, words: Sequence[Word], at: int, beside: int) -> bool:
    word = words[at]
    low, high = sorted((at, beside))
    if not word.text.isalnum():
        return False
    if word.text == "for" or (at > 1 and words[at - 1].text == "for"):
        return _stands_for(words, at if word.text == "for" else at - 1)
    if words[low].end == words[high].start or word.text in _NATO:
        return True
    written = text[word.start : word.end]
    if len(word.text) == 1 and word.text.isalpha():
        closes = at + 1 == len(words) or not words[at + 1].text.isalpha()
        return word.text not in "ai" or at < beside or closes
    return written.isupper() and written.isalpha() and len(written) < _LONGEST_LETTERS


def _stands_for(words: Sequence[Word], at: int) -> bool:
    """Whether a letter is spelled around a "for": "j for juliet", "b for butter"."""
    return 0 < at < len(words) - 1 and letter(words[at - 1].text) == words[at + 1].text[0]


def spelled_ids(words: Sequence[Word], names: Sequence[Name], asked: bool) -> Iterator[Place]:
    """Ids spelled out, letters between their digits: "one e g four t e five m k seven two"."""
    ends = [name.last for name in names if name.kind is Kind.NATIONAL_ID]
    if not ends and not asked:
        return
    at = 0
    while at < len(words):
        last = at
        while last < len(words) and _is_spelled(words[last].text):
            last += 1
        said = [word.text for word in words[at:last]]
        figures = sum(not letter(text) or text == "o" for text in said)
        if len(said) >= _LEAST_SPELLED and _LEAST_FIGURES <= figures < len(said):
            before = bisect_left(ends, at) - 1
            if asked or (before >= 0 and at - ends[before] <= _REACH):
                yield at, last - 1
        at = last + 1


def _is_spelled(text: str) -> bool:
    numeral = text in DIGITS or text in TEENS or text in TENS
    return bool(letter(text)) or numeral or text.isdecimal()
