"""Names that come behind their number: "four eight two one is my pin", "551209 is my code"."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence

from detectors.digits import PAUSING, Run, Word, word_set
from detectors.framing import plain
from detectors.markers import NUMBERS, Kind
from detectors.naming import Name, is_area

_REACH = 6
"""Words between a number and its name that are looked at: "that's what is on my"."""
_LINK = re.compile(
    r"(?:[,.] |um |uh |and )*(?:(?:is|was|are|as|that's|that is|that was|it's) )"
    r"(?P<of>(?:the|my|our|his|her|their|your) )?"
)
_STARTS = word_set("is was are as that that's that’s it's it’s on area the my and um uh , .")
"""First words of what may name a number behind it: most numbers are followed by others."""
_ON_IT = re.compile(
    r"on the back (?:$|[,.?!] |of (?:it|(?:the|my|this) card) |and |there |please )"
)
_CODE = re.compile(r"code (?:$|[,.?!] |i |you |they |that |which |from |in the text )")
_AREA = re.compile(r"(?:(?:is|that's|as) )?(?:(?:the|my) )?area code ")
_AREA_DIGITS = 3
_LETTERS = 3
"""Letters that an id may have behind its digits."""
_LEAST = {
    Kind.CARD: 8,
    Kind.SECURITY_CODE: 3,
    Kind.ACCOUNT: 6,
    Kind.NATIONAL_ID: 6,
    Kind.PHONE: 7,
}
_LEAST_CODE = 6
"""Digits of "the code": an error code is shorter; "my code" may be as short as a pin."""
_LEAST_MY_CODE = 4
_MOST_CODE = 8
_ON_THE_BACK = range(3, 5)
_MAY_FOLLOW = PAUSING | word_set("please thanks thank by if but can could you i on for ? !")
"""Behind a name of one word; with others it is part of something else: "my account balance"."""


def named_behind(words: Sequence[Word], names: Sequence[Name], run: Run) -> Kind | None:
    """The kind of number that a run of digits is said to be right behind it, if any."""
    at = run.groups[-1].last + 1
    while at < len(words) and words[at - 1].end == words[at].start and _is_letters(words[at].text):
        at += 1
    if at == len(words) or words[at].text not in _STARTS:
        return None
    said = plain(words, at, at + _REACH)
    digits = len(run.digits)
    if _ON_IT.match(said) and digits in _ON_THE_BACK:
        return Kind.SECURITY_CODE
    if _AREA.match(said) and digits == _AREA_DIGITS and _has_area_code(words, names, at):
        return Kind.PHONE
    link = _LINK.match(said)
    if link is None or run.amount:
        return None
    if _CODE.match(said, link.end()):
        mine = link["of"] in ("my ", "your ")
        least = _LEAST_MY_CODE if mine else _LEAST_CODE
        return Kind.SECURITY_CODE if least <= digits <= _MOST_CODE else None
    index = bisect_left(names, at, key=lambda name: name.first)
    if index == len(names):
        return None
    name = names[index]
    # "my" may be part of the name: "my social".
    between = at + said.count(" ", 0, link.end()) - name.first
    if between not in (0, int(bool(link["of"]))) or name.kind not in NUMBERS:
        return None
    if digits < _LEAST[name.kind]:
        return None
    after = words[name.last + 1].text if name.last + 1 < len(words) else "."
    alone = name.first == name.last and after not in _MAY_FOLLOW
    return None if alone or _is_long_code(name.kind, digits) else name.kind


def _has_area_code(words: Sequence[Word], names: Sequence[Name], at: int) -> bool:
    """Whether the next name is an area code that is part of a telephone number."""
    index = bisect_left(names, at, key=lambda name: name.first)
    return index < len(names) and names[index].kind is Kind.PHONE and is_area(words, names[index])


def _is_letters(text: str) -> bool:
    return text.isalpha() and len(text) <= _LETTERS


def _is_long_code(kind: Kind, digits: int) -> bool:
    return kind is Kind.SECURITY_CODE and digits > _MOST_CODE
