"""When a card runs out, or is valid from: a month with its year, named or asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache

from detectors.births import MONTHS
from detectors.cards import ELSE, EXPIRY
from detectors.digits import Run, Word, words_of
from detectors.mailboxes import Place

_ASKING = re.compile(r"\bexpir|\bvalid (?:from|until|to|thru)\b|\bruns? out\b", re.IGNORECASE)
_ASKED_CHARACTERS = 400
_YEAR = re.compile(r"(?:20)?[1-4]\d")
_MONTH_AND_YEAR = re.compile(r"(?:0?[1-9]|1[0-2])(?:20)?[1-4]\d")
_BETWEEN = frozenset({"of", ",", "/", "-", ".", "the"})
_REACH = 6
"""Words between "expires" and its month."""


@lru_cache(maxsize=1024)
def is_asked_for(agent_said: str) -> bool:
    """Whether the agent asks when a card runs out: "expiry?", and not that of a contract."""
    said = agent_said[-_ASKED_CHARACTERS:]
    return bool(_ASKING.search(said)) and ELSE.isdisjoint(word.text for word in words_of(said))


def expiries(
    words: Sequence[Word], runs: Sequence[Run], asked: bool, card: bool
) -> Iterator[Place]:
    """Months with their years after "expires", if a `card` is spoken of; anywhere if `asked`."""
    if not (asked or card) or not ELSE.isdisjoint(word.text for word in words):
        return
    for run in runs:
        first = start = run.groups[0].first
        if first and words[first - 1].text in _BETWEEN:
            start -= 1
        month = start > 0 and words[start - 1].text in MONTHS and _YEAR.fullmatch(run.digits)
        if run.amount or not (month or (asked and _MONTH_AND_YEAR.fullmatch(run.digits))):
            continue
        begin = start - 1 if month else first
        said = (word.text for word in words[max(0, begin - _REACH) : begin])
        if asked or not EXPIRY.isdisjoint(said):
            yield begin, run.groups[-1].last
