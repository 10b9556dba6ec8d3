"""Dates of birth, in figures or in words, whole or in pieces."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from detectors.digits import DIGITS, LARGE, PAUSING, TEENS, TENS, Word, word_set
from detectors.mailboxes import Place
from detectors.markers import Kind
from detectors.naming import Name

MONTHS = word_set(
    "january february march april may june july august september october november december "
    "jan feb mar apr jun jul aug sep sept oct nov dec"
)
_ORDINALS = word_set(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
    "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth "
    "thirtieth"
)
_NUMBERS = frozenset({*DIGITS, *TEENS, *TENS, *LARGE})
_DATE_GLUE = word_set("of the and / - . , th st nd rd in um")
_DATE_REACH = 6
"""Words between "born" and the date: "born in leeds on the third of May"."""
_MOST_YEAR = 4
_MOST_DATE = 14
"""Words of the longest date: "the twenty first of november nineteen hundred and seventy two"."""

_WITH_A_DATE = word_set("i was born on year month day sir madam")
"""Words that may stand beside a piece of a date in an answer, with those that people pause by."""
_NO_DATE = ["one", "second"]
"""Said while somebody looks, and no date."""


def births(
    words: Sequence[Word], names: Sequence[Name], asked: bool, in_pieces: bool
) -> Iterator[Place]:
    """Dates after a name such as "born", or anywhere in the answer to the agent's question.

    `in_pieces`: transcribers cut dates, so a turn may be nothing but a day, a month or a year.
    """
    if in_pieces:
        yield from _pieces(words)
    reach = -1
    for name in names:
        if name.kind is Kind.DATE_OF_BIRTH and name.last >= reach:
            stop = min(len(words), name.last + 1 + _DATE_REACH)
            for at in range(name.last + 1, stop):
                date = _date(words, at)
                if date:
                    yield date
                    reach = date[1]
                    break
    at = 0
    while asked and at < len(words):
        date = _date(words, at)
        if date:
            yield date
            at = date[1]
        at += 1


def _date(words: Sequence[Word], first: int) -> Place | None:
    """The date that starts at a word, if it says more than a year or a month."""
    last = first - 1
    told = 0
    at = first
    while at < min(len(words), first + _MOST_DATE):
        text = words[at].text
        if _tells(text):
            told += 1 if len(text) < 8 or not text.isdecimal() else 3
            last = at
        elif told == 0 or text not in _DATE_GLUE:
            break
        at += 1
    said = [words[i].text for i in range(first, last + 1)]
    if said == _NO_DATE:
        return None
    whole = told >= 3 or (told == 2 and not (MONTHS | _ORDINALS).isdisjoint(said))
    return (first, last) if whole and first <= last else None


def _tells(text: str) -> bool:
    """Whether a word is a day, a month, a year or a part of one."""
    return text.isdecimal() or text in MONTHS or text in _ORDINALS or text in _NUMBERS


def _pieces(words: Sequence[Word]) -> Iterator[Place]:
    """Parts of a date in a turn that says nothing else: "it's the fourth", "of march"."""
    told = [at for at, word in enumerate(words) if _tells(word.text)]
    said = [words[at].text for at in told]
    if said == _NO_DATE or all(text in ("oh", "o") for text in said):
        return
    if [word.text for word in words[:2]] == ["may", "i"]:
        return
    beside = _DATE_GLUE | PAUSING | _WITH_A_DATE | {Kind.DATE_OF_BIRTH.marker}
    if any(not _tells(word.text) and word.text not in beside for word in words):
        return
    if any(text.isdecimal() and len(text) > _MOST_YEAR for text in said):
        return
    first = last = told[0]
    for at in told[1:]:
        if any(word.text not in _DATE_GLUE for word in words[last + 1 : at]):
            yield first, last
            first = at
        last = at
    yield first, last
