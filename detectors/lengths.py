"""How many digits make a number of a kind, where it is named or asked for."""

from __future__ import annotations

from collections.abc import Sequence

from detectors.digits import PAUSING, Run, Word, word_set
from detectors.identity import letter
from detectors.markers import Kind
from detectors.naming import Name, is_area

LEAST_DIGITS = {
    Kind.CARD: 8,
    Kind.SECURITY_CODE: 3,
    Kind.ACCOUNT: 6,
    Kind.NATIONAL_ID: 4,
    Kind.PHONE: 7,
}
"""Digits that make a named number: fewer are a count, or the last four that may be read out."""
_LEAST_NAMED_WHOLE = {Kind.CARD: 3, Kind.ACCOUNT: 5}
"""The same after "card number" or "transit number", unless it is "the last four of" it."""
LEAST_ASKED = {
    Kind.CARD: 3,
    Kind.SECURITY_CODE: 3,
    Kind.ACCOUNT: 4,
    Kind.NATIONAL_ID: 3,
    Kind.PHONE: 5,
}
"""The same in an answer: transcribers cut a number in pieces."""
LEAST_PUT_RIGHT = 3
"""The same where a caller makes sure of what came before, or puts it right."""
_LEAST_AREA = 3
"""Digits of an area code."""
_SHORT_ID = 4
"""Digits that are a year or a sum as well as the last of an id."""
_ENDS = frozenset({"ends", "ending", "end"})
_LEADING = _ENDS | PAUSING | word_set("was number card my last four 4 digits of so are here yes")
_MOST_CODE = 8
"""Digits of the longest code: a code of twelve is none."""


def is_enough(words: Sequence[Word], name: Name, run: Run) -> bool:
    """Whether a run has the digits of what is named before it."""
    if name.kind is None:
        return False
    least = _LEAST_AREA if is_area(words, name) else LEAST_DIGITS.get(name.kind, 99)
    if name.last > name.first and not _only_last(words, name, run):
        least = _LEAST_NAMED_WHOLE.get(name.kind, least)
    digits = len(run.digits)
    if name.kind is Kind.NATIONAL_ID and digits <= _SHORT_ID and not _is_told(words, name, run):
        return False
    return digits >= least and (name.kind is not Kind.SECURITY_CODE or digits <= _MOST_CODE)


def _is_told(words: Sequence[Word], name: Name, run: Run) -> bool:
    """Whether nothing stands between the name of an id and a few digits but what leads to them.

    "My passport expired in 2019" tells no part of its number.
    """
    between = words[name.last + 1 : run.groups[0].first]
    said = [word.text for word in between]
    ends = not _ENDS.isdisjoint(said)
    first = run.groups[0].first
    return all(
        text in _LEADING
        or (ends and text in ("in", "with"))
        or letter(text)
        or between[at].end == words[first].start
        for at, text in enumerate(said)
    )


def _only_last(words: Sequence[Word], name: Name, run: Run) -> bool:
    """Whether only the last digits are told, as callers are asked to."""
    said = words[max(0, name.first - 5) : run.groups[0].first]
    return any(word.text in ("last", "ending", "ends", "end") for word in said)
