"""Amounts of money as people say and transcribers write them: "£1,200", "two hundred quid"."""

from __future__ import annotations

import re
from typing import NamedTuple

from detectors.digits import ONES, TEENS, TENS, word_set

_TOKEN = re.compile(r"[$£€]|\d+(?:,\d{3})*(?:\.\d+)?|[^\W\d_]+|[^\w\s]")
_VALUES = (
    {word: value for value, word in enumerate(ONES)}
    | {word: int(digits) for word, digits in TEENS.items()}
    | {word: 10 * int(digit) for word, digit in TENS.items()}
)
_SCALES = {"hundred": 100, "thousand": 1_000, "k": 1_000, "million": 1_000_000}
_SIGNS = {"$": "USD", "£": "GBP", "€": "EUR"}
_CURRENCIES = {
    "dollar": "USD",
    "dollars": "USD",
    "buck": "USD",
    "bucks": "USD",
    "usd": "USD",
    "pound": "GBP",
    "pounds": "GBP",
    "quid": "GBP",
    "gbp": "GBP",
    "euro": "EUR",
    "euros": "EUR",
    "eur": "EUR",
}
_GRAND = frozenset({"grand"})
_SMALL = frozenset({"cent", "cents", "pence", "penny", "p"})
_BARE_BEFORE = word_set(
    "back today now right of on onto to into for and as off in credit refund compensation"
)
"""Words after which a number without a currency can still be money: "two hundred back on it"."""
_BARE_FROM = 10
"""The least number that is money without a currency: "I'll send you two" is not about money."""


class Amount(NamedTuple):
    """A sum said at characters `start` to `end` (exclusive); `currency` (ISO 4217) if named."""

    value: float
    currency: str | None
    start: int
    end: int


class _Word(NamedTuple):
    text: str
    start: int
    end: int


def amounts(text: str) -> tuple[Amount, ...]:
    """Every amount of money in a text, in order: in digits or words, with or without a currency.

    A number without one counts where no other thing is counted by it ("two hundred back", but not
    "thirty days"). A sum in cents or pence is a fraction of its currency.
    """
    words = [_Word(m.group().lower(), m.start(), m.end()) for m in _TOKEN.finditer(text)]
    found = []
    at = 0
    while at < len(words):
        sign = _SIGNS.get(words[at].text)
        first = at + 1 if sign else at
        number, after = _number(words, first)
        if number is None:
            at += 1
            continue
        following = words[after].text if after < len(words) else ""
        currency = sign
        if following in _GRAND:
            number, after = number * 1_000, after + 1
            following = words[after].text if after < len(words) else ""
            currency = currency or _CURRENCIES.get(following)
        elif following in _SMALL and sign is None:
            at = after + 1
            found.append(Amount(number / 100, None, words[first].start, words[after].end))
            continue
        elif sign is None:
            currency = _CURRENCIES.get(following)
            if currency is None and not _stands_alone(number, following):
                at = after
                continue
        if currency is not None and following in _CURRENCIES:
            after += 1
        found.append(Amount(number, currency, words[at].start, words[after - 1].end))
        at = after
    return tuple(found)


def written(value: float) -> str:
    """A sum as a person writes it: 1,200 or 49.50."""
    return f"{value:,.2f}".removesuffix(".00")


def _stands_alone(number: float, following: str) -> bool:
    ends = not following or following in _BARE_BEFORE or not following[0].isalnum()
    return number >= _BARE_FROM and ends and following != "%"


def _number(words: list[_Word], at: int) -> tuple[float | None, int]:
    """The number that starts here, and the place after it; None where none starts."""
    if at >= len(words):
        return None, at
    text = words[at].text
    if text[0].isdecimal():
        value, after = float(text.replace(",", "")), at + 1
        while after < len(words) and words[after].text in _SCALES:
            value, after = value * _SCALES[words[after].text], after + 1
        return value, after
    return _spoken(words, at)


def _spoken(words: list[_Word], at: int) -> tuple[float | None, int]:
    total, current, first = 0, -1, at
    if words[at].text in ("a", "an") and _text(words, at + 1) in {*_SCALES, *_GRAND}:
        current, at = 1, at + 1
    while at < len(words):
        text = words[at].text
        joins = at > first and text in ("and", "-") and _text(words, at + 1) in _VALUES
        if joins and (text == "-" or total or (current >= 100)):
            at += 1
            continue
        joined = _joined(current, _VALUES[text]) if text in _VALUES else None
        if joined is not None:
            current = joined
        elif text == "hundred" and current > 0:
            current *= 100
        elif text in ("thousand", "million") and current > 0:
            total, current = total + current * _SCALES[text], 0
        else:
            break
        at += 1
    if current < 0:
        return None, first
    return float(total + current), at


def _joined(current: int, value: int) -> int | None:
    """The number so far with another word: twenty-five, two hundred ten, "two fifty" (250)."""
    if current < 0:
        return value
    if current % 100 == 0 or (value < 10 and current % 10 == 0 and current % 100 >= 20):
        return current + value if value else None
    return current * 100 + value if current < 100 and value >= 10 else None


def _text(words: list[_Word], at: int) -> str:
    return words[at].text if at < len(words) else ""
