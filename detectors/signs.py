"""Whether a text may hold personal data at all: most talk has no sign of any."""

from __future__ import annotations

import re

from detectors.digits import DIGITS, TEENS, TENS, word_set
from detectors.mailboxes import MAIL_HOSTS
from detectors.markers import MARKER

_FIGURES = re.compile(r"[\d@]|[a-z]\.[a-z]", re.IGNORECASE)
_LETTERS = re.compile(r"[a-z]+")
_SIGNS = (
    word_set(
        "dot pass password passphrase pin cvv cvc birth birthdate dob born maiden memorable "
        "secret security"
    )
    | MAIL_HOSTS
)
_SMALL = frozenset({*DIGITS, *TEENS, *TENS, "double", "triple", "treble"})
"""Without figures, one of `_SIGNS` or two of `_SMALL` there is nothing to take out: most talk."""

_SHORT = 3
"""Words of a piece so short that one digit may be all of it."""


def may_hold(text: str) -> bool:
    """Whether a figure, a marker, a telling word or small numbers stand in a text."""
    if _FIGURES.search(text) or MARKER.search(text):
        return True
    words = _LETTERS.findall(text.lower())
    small = sum(word in _SMALL for word in words)
    return small > 1 or (small == 1 and len(words) <= _SHORT) or not _SIGNS.isdisjoint(words)
