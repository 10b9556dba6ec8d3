"""Words, figures and signs that stand together with no space: "tiger22!"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from detectors.digits import Word

MOST_GLUED = 24
"""Words and signs of the longest password that is looked at."""
_SIGNS = frozenset("@#$%&*_!^+=~£€")
"""Signs that letters have beside them in a password, and hardly elsewhere."""
_ORDINARY = re.compile(r"\d+(?:st|nd|rd|th|am|pm|x|k|m|gb|mb|g|s)?")
"""Figures with these letters are counts, days and times."""
_LEAST_MIXED = 5


def unit_end(words: Sequence[Word], first: int) -> int:
    """The last of the words and signs that stand together with no space, from one on."""
    last = at = first
    while at + 1 < min(len(words), first + MOST_GLUED) and (words[at].end == words[at + 1].start):
        at += 1
        if words[at].text not in (".", ",", "?", "!", ";", ":"):
            last = at
    return last


def unit_start(words: Sequence[Word], last: int) -> int:
    """The first of the words and signs that stand together with no space, up to one."""
    first = last
    while first and last - first < MOST_GLUED and words[first - 1].end == words[first].start:
        first -= 1
    return first


def is_mixed(words: Sequence[Word], first: int) -> bool:
    """Whether what stands together here can hardly be a word: "tiger22", "p@ss"."""
    said = [word.text for word in words[first : unit_end(words, first) + 1]]
    text = "".join(said)
    lettered = any(one.isalpha() for one in said)
    signed = not _SIGNS.isdisjoint(said)
    figured = any(one.isdecimal() for one in said) and len(text) >= _LEAST_MIXED
    return lettered and (signed or figured) and not _ORDINARY.fullmatch(text)
