"""Personal data taken out of text before anything else sees it.

Cards by the Luhn check (ISO/IEC 7812-1), national ids by their form, and whatever was named just
before it or asked for by the agent. Amounts, times, order numbers, years and counts stay.
Every step is linear in the length of the text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from detectors.digits import DIGITS, TEENS, TENS, Group, Run, Word, runs_of, word_set, words_of
from detectors.markers import MARKER, Kind
from detectors.naming import Name, names_in
from detectors.private import births, emails, passwords

NAME_REACH = 8
"""Words between a name and its number: "my account number that's the long one is"."""
ASKED_WORDS = 40
"""Words of the agent's that are searched for what was asked: the end of a long turn."""

_FIGURES = re.compile(r"[\d@]")
_LETTERS = re.compile(r"[a-z]+")
_SIGNS = word_set(
    "dot pass password passphrase pin cvv cvc birth birthdate dob born maiden memorable "
    "secret security"
)
_SMALL = frozenset({*DIGITS, *TEENS, *TENS, "double", "triple", "treble"})
"""Without figures, one of `_SIGNS` or two of `_SMALL` there is nothing to take out: most talk."""

_LEAST_DIGITS = {
    Kind.CARD: 8,
    Kind.SECURITY_CODE: 3,
    Kind.ACCOUNT: 6,
    Kind.NATIONAL_ID: 4,
    Kind.PHONE: 7,
}
"""Digits that make a named number: fewer are a count, or the last four that may be read out."""
_LEAST_ASKED = {
    Kind.CARD: 3,
    Kind.SECURITY_CODE: 3,
    Kind.ACCOUNT: 4,
    Kind.NATIONAL_ID: 3,
    Kind.PHONE: 3,
}
"""The same in an answer: transcribers cut a number in pieces."""

_CARD_STARTS = "23456"
_CARD_LENGTHS = (16, 15, 14, 13, 19, 18, 17)
_NANP = re.compile(r"1?[2-9]\d{2}[2-9]\d{6}")
_ZERO_LED = re.compile(r"0[1-9]\d{8,9}")
_FORMS = (
    (Kind.NATIONAL_ID, re.compile(r"(?<![\w-])\d{3}-\d{2}-\d{4}(?![\w-])")),
    (
        Kind.NATIONAL_ID,
        re.compile(
            r"(?<!\w)(?!BG|GB|NK|KN|TN|NT|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z]"
            r"[ -]?\d{2}[ -]?\d{2}[ -]?\d{2}[ -]?[A-D](?!\w)",
            re.IGNORECASE,
        ),
    ),
    (
        Kind.ACCOUNT,
        re.compile(r"(?<!\w)[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?(?!\w)"),
    ),
    (
        Kind.EMAIL,
        re.compile(r"(?<![\w.+%-])[\w.+%-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,5}", re.ASCII),
    ),
)


class _Span(NamedTuple):
    start: int
    end: int
    kind: Kind


class _Text(NamedTuple):
    """A text taken apart, with what came before it."""

    text: str
    words: list[Word]
    runs: list[Run]
    names: list[Name]
    asked: Kind | None
    carried: Kind | None


def redact(text: str, agent_said: str = "", said_before: str = "") -> tuple[str, tuple[str, ...]]:
    """The text without personal data, and the kinds taken out, in order.

    `agent_said` is what the agent said just before (already redacted): a question names its
    answer. `said_before` is the same speaker's text just before: a number may go on from it.
    """
    asked = _asked(agent_said)
    if asked is not Kind.PASSWORD and not _may_hold(text):
        return text, ()
    words = words_of(text)
    carried = _carried(said_before)
    taken = _Text(text, words, runs_of(words), names_in(words), asked, carried)
    spans = sorted(span for find in _FINDERS for span in find(taken))
    parts: list[str] = []
    kinds: list[str] = []
    at = 0
    for start, end, kind in _merged(spans):
        parts += (text[at:start], kind.marker)
        kinds.append(kind.value)
        at = end
    return "".join((*parts, text[at:])), tuple(dict.fromkeys(kinds))


def _may_hold(text: str) -> bool:
    if _FIGURES.search(text):
        return True
    words = _LETTERS.findall(text.lower())
    return not _SIGNS.isdisjoint(words) or sum(word in _SMALL for word in words) > 1


def _merged(spans: list[_Span]) -> list[_Span]:
    merged: list[_Span] = []
    for span in spans:
        if merged and span.start < merged[-1].end:
            last = merged[-1]
            merged[-1] = _Span(last.start, max(last.end, span.end), last.kind)
        else:
            merged.append(span)
    return merged


@lru_cache(maxsize=1024)
def _asked(agent_said: str) -> Kind | None:
    """What the agent asked for last, unless only its last digits."""
    if not agent_said:
        return None
    words = words_of(agent_said[-400:])[-ASKED_WORDS:]
    names = names_in(words)
    if not names:
        return None
    said = {word.text for word in words}
    partial = "last" in said and ("four" in said or "4" in said)
    kind = names[-1].kind
    return None if partial and kind in (Kind.CARD, Kind.ACCOUNT, Kind.PHONE) else kind


def _carried(said_before: str) -> Kind | None:
    """What the speaker was in the middle of saying: a number, or the name of one."""
    words = words_of(said_before[-200:])
    while words and words[-1].text in ".,-":
        words.pop()
    if not words:
        return None
    if MARKER.fullmatch(words[-1].text):
        return Kind(words[-1].text[1:-1])
    names = names_in(words[-NAME_REACH:])
    return names[-1].kind if names else None


def _forms(taken: _Text) -> Iterator[_Span]:
    """What shows by its form alone."""
    for kind, form in _FORMS:
        for match in form.finditer(taken.text):
            yield _Span(match.start(), match.end(), kind)


def _numbers(taken: _Text) -> Iterator[_Span]:
    """Runs of digits: by check digit, by name, by the question they answer, by what they go on."""
    ends = [name.last for name in taken.names]
    for number, run in enumerate(taken.runs):
        first, last = run.groups[0].first, run.groups[-1].last
        start, end = taken.words[first].start, taken.words[last].end
        before = taken.words[first - 1].text if first else ""
        index = bisect_left(ends, first) - 1
        name = taken.names[index] if index >= 0 and first - ends[index] <= NAME_REACH + 1 else None
        if name is not None and number and taken.runs[number - 1].groups[-1].last > name.last:
            name = name if first - taken.runs[number - 1].groups[-1].last <= 2 else None
        opening = number == 0 and first <= 3 and name is None
        kind = _kind_of(run, taken, name, opening, before)
        if kind is not None:
            if before in ("(", "+"):
                start = taken.words[first - 1].start
            yield _Span(start, end, kind)


def _kind_of(run: Run, taken: _Text, name: Name | None, opening: bool, before: str) -> Kind | None:
    digits = run.digits
    if len(digits) < 3:
        return None
    if _has_card(run.groups):
        return Kind.CARD
    if MARKER.fullmatch(before):
        return Kind(before[1:-1])
    if run.amount:
        return None
    if name is not None:
        kind = name.kind
        if kind is None:
            return None
        if len(digits) >= _LEAST_DIGITS.get(kind, 99) and _plausible(kind, digits):
            return kind
    elif opening and taken.carried is not None:
        if len(digits) >= _LEAST_ASKED.get(taken.carried, 99):
            return taken.carried
    elif taken.asked is not None and len(digits) >= _LEAST_ASKED.get(taken.asked, 99):
        return taken.asked
    if 13 <= len(digits) <= 19 and digits[0] in _CARD_STARTS:
        return Kind.CARD
    if before == "+" and 8 <= len(digits) <= 15:
        return Kind.PHONE
    if _NANP.fullmatch(digits) or _ZERO_LED.fullmatch(digits):
        return Kind.PHONE
    return None


def _plausible(kind: Kind, digits: str) -> bool:
    """Whether a number is no longer than its kind: a code of twelve digits is none."""
    return kind is not Kind.SECURITY_CODE or len(digits) <= 8


def _has_card(groups: tuple[Group, ...]) -> bool:
    """Whether whole groups in a row make a card number with a valid check digit."""
    digits = "".join(group.digits for group in groups)
    if len(digits) < 13:
        return False
    edges = [0]
    for group in groups:
        edges.append(edges[-1] + len(group.digits))
    known = set(edges)
    return any(
        edge + length in known and _luhn(digits[edge : edge + length])
        for edge in edges[:-1]
        if digits[edge] in _CARD_STARTS
        for length in _CARD_LENGTHS
    )


def _luhn(digits: str) -> bool:
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit)
        if place % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total % 10 == 0 and digits.strip("0") != ""


def _said(taken: _Text) -> Iterator[_Span]:
    """What is said in words: e-mail addresses, dates of birth, passwords."""
    words = taken.words
    for first, last in emails(words):
        yield _Span(words[first].start, words[last].end, Kind.EMAIL)
    asked = taken.asked if taken.asked is not None else taken.carried
    for first, last in births(words, taken.names, asked is Kind.DATE_OF_BIRTH):
        yield _Span(words[first].start, words[last].end, Kind.DATE_OF_BIRTH)
    for first, last in passwords(words, taken.names, asked is Kind.PASSWORD):
        yield _Span(words[first].start, words[last].end, Kind.PASSWORD)


_FINDERS: tuple[Callable[[_Text], Iterator[_Span]], ...] = (_forms, _numbers, _said)
