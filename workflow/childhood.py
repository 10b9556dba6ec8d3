"""Whether a caller says that they are a child: then a life stop is spoken of in other words."""

from __future__ import annotations

import re

from detectors.reading import Turn
from detectors.vocabulary import Speaker

_AGES = (
    r"(?:[5-9]|1[0-7]|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen"
    r"|sixteen|seventeen)"
)
_ONLY = r"(?:(?:only|just|still|actually|like)\s+)?"
_CHILD = re.compile(
    rf"""
    \bi(?:['’]?m|\s+am)\s+{_ONLY}(?:
        {_AGES}[\s-]+years?[\s-]+old\b
        | {_AGES}\s+and\s+a\s+half\b
        | a\s+(?:kid|child|minor)\b(?!\s+(?:at|of|who))
        | in\s+(?:(?:primary|middle|junior|elementary)\s+school|year\s+(?:[4-9]|1[01])\b
          |(?:the\s+)?(?:[4-9](?:th)?|fourth|fifth|sixth|seventh|eighth|ninth)\s+grade)
    )
    | \bi(?:['’]?m|\s+am)\s+(?:only|just)\s+{_AGES}\b(?!\s+(?:minutes?|hours?|days?|weeks?|months?
        |miles?|pounds?|dollars?|euros?|percent|per|%|in\s+the\s+queue|calls?|stone|people))
    """,
    re.IGNORECASE | re.VERBOSE,
)
_CALLERS = frozenset({Speaker.CUSTOMER, Speaker.UNKNOWN})


def says_child(turn: Turn) -> bool:
    """Whether a caller's turn tells an age or a school of somebody under eighteen.

    English only, and only what is plainly said ("I'm only ten", "I'm 14 years old", "I'm in year
    9"): a child who says nothing of it is not told from the voice or the words.
    """
    return turn.speaker in _CALLERS and _CHILD.search(turn.text) is not None
