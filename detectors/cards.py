"""Card numbers: runs of digits with a valid check digit, in one piece or with pauses in between."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from detectors.digits import MOST_PAUSING, PAUSING, Group, Run, Word, word_set
from detectors.framing import plain

CARD_STARTS = "23456"
"""First digits of payment cards; 0, 1 and 7 to 9 begin other things (ISO/IEC 7812-1)."""
_CARD_SHAPES = ((4, 4, 4, 4), (4, 6, 5))
_DASHES = frozenset({"-", "–", "dash"})
CARD_LENGTHS = (16, 15, 14, 13, 19, 18, 17)
EXPIRY = word_set("expiry expiration expires expire expiring")
_EXPIRY_REACH = 6
"""Words between "expires" and its month: "the expiry date on it says"."""
_NO_EXPIRY = word_set("at paid for about")
"""Before a time or a sum."""
ELSE = word_set(
    "offer contract passport warranty licence license voucher membership permit policy quote lease"
)
"""What expires and is no card."""
_MONTH_AND_YEAR = re.compile(r"(?:0?[1-9]|1[0-2])(?:20)?[2-4]\d")
_MOST_CHECKING = 10
"""Words between two groups with which a caller makes sure of the first, or puts it right."""
_PAUSES = "|".join(re.escape(text) for text in sorted(PAUSING, key=len, reverse=True))
_CHECKS = re.compile(
    rf"(?:(?:{_PAUSES}|\?|(?:(?:have|did|do) )?you (?:got|get|have|hear|catch|want)"
    r" (?:that|it|those|them|me|the (?:rest|next))|got (?:that|it)|(?:are )?you (?:ready|there"
    r"|with me|still there|sure)|ready|with me|can you hear me|is that (?:clear|alright|all right)"
    r"|so far|down|all|shall i (?:go|carry) on|sorry|no|wait|i mean|make that|scratch that"
    r"|let me start again) )+"
)


def broken_cards(words: Sequence[Word], runs: Sequence[Run]) -> Iterator[Run]:
    """The runs that together make a card number: "and then", "yeah okay" between them."""
    at = 0
    while at < len(runs):
        groups = list(runs[at].groups)
        after = at + 1
        while after < len(runs) and goes_on(words, groups[-1], runs[after].groups[0]):
            groups += runs[after].groups
            after += 1
        if after > at + 1 and has_card(groups):
            # "the new one is four …": the first is part of the card only if it is none without.
            yield from runs[at + has_card(groups[len(runs[at].groups) :]) : after]
        at = after


def goes_on(words: Sequence[Word], one: Group, other: Group) -> bool:
    """Whether only pauses stand between two groups, "and then", or words that make sure of one."""
    between = words[one.last + 1 : other.first]
    if all(word.text in PAUSING for word in between):
        return len(between) <= MOST_PAUSING
    return is_checked(words, one, other)


def is_checked(words: Sequence[Word], one: Group, other: Group) -> bool:
    """Whether a caller makes sure of a group before the next, or puts it right: "got that?"."""
    between = words[one.last + 1 : other.first]
    if len(between) > _MOST_CHECKING or all(word.text in PAUSING for word in between):
        return False
    return bool(_CHECKS.fullmatch(plain(words, one.last + 1, other.first)))


def has_card(groups: Sequence[Group]) -> bool:
    """Whether whole groups in a row make a card number with a valid check digit."""
    digits = "".join(group.digits for group in groups)
    if len(digits) < 13:
        return False
    edges = [0]
    for group in groups:
        edges.append(edges[-1] + len(group.digits))
    known = set(edges)
    return any(
        edge + length in known and luhn(digits[edge : edge + length])
        for edge in edges[:-1]
        if digits[edge] in CARD_STARTS
        for length in CARD_LENGTHS
    )


def may_be_card(words: Sequence[Word], groups: Sequence[Group], named: bool) -> bool:
    """Whether digits with no valid check digit may be a card misheard, and no list of amounts.

    Three figures and more at a time are amounts ("2500, 3000, 4000, 2600"), unless they stand as on
    a card and one is `named`, or have dashes between them.
    """
    digits = "".join(group.digits for group in groups)
    if not 13 <= len(digits) <= 19 or digits[0] not in CARD_STARTS:
        return False
    sizes = tuple(len(group.digits) for group in groups)
    if len(sizes) == 1 or min(sizes) < 3:
        return True
    dashed = all(words[group.first - 1].text in _DASHES for group in groups[1:])
    return sizes in _CARD_SHAPES and (named or dashed)


def is_expiry(words: Sequence[Word], run: Run) -> bool:
    """Whether digits are the month and year in which a card runs out: "expires 04/27"."""
    first = run.groups[0].first
    said = [word.text for word in words[max(0, first - _EXPIRY_REACH - 1) : first]]
    if EXPIRY.isdisjoint(said) or not ELSE.isdisjoint(said) or said[-1] in _NO_EXPIRY:
        return False
    return bool(_MONTH_AND_YEAR.fullmatch(run.digits))


def luhn(digits: str) -> bool:
    """Whether the last digit checks the others (Luhn, 1960, United States patent 2950048)."""
    total = 0
    for place, digit in enumerate(reversed(digits)):
        value = int(digit)
        if place % 2:
            value = value * 2 - 9 if value > 4 else value * 2
        total += value
    return total % 10 == 0 and digits.strip("0") != ""
