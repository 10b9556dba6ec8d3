"""What a draft states that nobody told: figures and names that the situation does not have.

Written for drafts of a model. Other facts cannot be told apart from wording by rule; a person reads
every draft before it goes out.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation

from workflow.drafts.check import Code, Fault

_VALUES = {
    word: str(value)
    for value, words in {
        2: "two second twice double",
        3: "three third thrice triple",
        4: "four fourth",
        5: "five fifth",
        6: "six sixth",
        7: "seven seventh",
        8: "eight eighth",
        9: "nine ninth",
        10: "ten tenth",
        11: "eleven eleventh",
        12: "twelve twelfth dozen",
        15: "fifteen",
        20: "twenty",
        30: "thirty",
        40: "forty",
        50: "fifty",
        60: "sixty",
        90: "ninety",
        100: "hundred",
        1000: "thousand",
    }.items()
    for word in words.split()
}
"""Number words by what they stand for, so that "charged twice" and "two charges" are the same."""
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*|\b(?:" + "|".join(_VALUES) + r")\b", re.IGNORECASE)
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?")
_CAPITAL = re.compile(r"\b[A-Z][\w'’-]*")
_STARTS = re.compile(r"(?:^|[.!?:;\n“\"(•*–—-])\s*$")
_ACTS = re.compile(r"\s+(?:will|from|in\s+[a-z]+\s+will)\b|['’]ll\b")
"""What follows a name at the start of a sentence, where a capital alone tells nothing."""
_OPENERS = frozenset(
    re.findall(
        r"\w+",
        "we you it i that this our your the they he she there what who which a an my and but so if "
        "as when nobody somebody someone everybody everyone nothing something anything here then "
        "now each every one another whoever whatever neither either both no not please dear hello "
        "these those their its any all some feedback support billing people",
    )
)
_COMMON = frozenset(
    re.findall(
        r"\S+",
        "monday tuesday wednesday thursday friday saturday sunday i i'm i've i'd i'll ok pdf sms "
        "id dear customer sir madam regards hello thank thanks sincerely wishes",
    )
)
"""Capitals that state nothing: greetings, and weekdays, which an update may be promised for."""
_WORD = re.compile(r"[\w'’-]+")
_BLANK = re.compile(
    r"\[[A-Z][^\]\n]{0,40}\]|\{[^}\n]{1,40}\}|<[A-Za-z][^>\n]{0,40}>|_{3,}|\bX{2,}\b"
)
_LEAVE_OUT = "Leave it out, or add it to the situation first if it is true."


def invented(text: str, known: Iterable[str]) -> tuple[Fault, ...]:
    """Figures and names in a text that stand in none of the known texts, and blanks left open."""
    told = "\n".join(known)
    figures = {_value(match[0]) for match in _NUMBER.finditer(told)}
    words = {_bare(word) for word in _WORD.findall(told)}
    found = [
        _fault(match, Code.INVENTED, "states a figure that nobody told", _LEAVE_OUT)
        for match in _NUMBER.finditer(text)
        if _value(match[0]) not in figures
    ]
    found += [
        _fault(match, Code.INVENTED, "names somebody or something that nobody told", _LEAVE_OUT)
        for match in _CAPITAL.finditer(text)
        if _is_name(text, match) and _bare(match[0]) not in words
    ]
    found += [
        _fault(match, Code.UNFINISHED, "leaves a blank to be filled in", "Write it without.")
        for match in _BLANK.finditer(text)
        if match[0] not in told
    ]
    return tuple(sorted(found, key=lambda fault: (fault.start, fault.end)))


def _value(figure: str) -> str:
    """One spelling for one value: `1,200.50` and `1200.5`, `twice` and `2`."""
    if figure.lower() in _VALUES:
        return _VALUES[figure.lower()]
    plain = figure.replace(",", "") if _THOUSANDS.fullmatch(figure) else figure.replace(",", ".")
    try:
        return format(Decimal(plain).normalize(), "f")
    except InvalidOperation:
        return figure


def _is_name(text: str, match: re.Match[str]) -> bool:
    bare = _bare(match[0])
    if bare in _COMMON or bare in _VALUES:
        return False
    if _STARTS.search(text[max(0, match.start() - 4) : match.start()]) or match.start() == 0:
        return bare not in _OPENERS and _ACTS.match(text, match.end()) is not None
    return True


def _bare(word: str) -> str:
    plain = word.replace("’", "'").casefold()
    return plain.removesuffix("'s").strip("'-")


def _fault(match: re.Match[str], code: Code, reason: str, instead: str) -> Fault:
    return Fault(
        code=code,
        start=match.start(),
        end=match.end(),
        quote=match[0],
        reason=reason,
        instead=instead,
    )
