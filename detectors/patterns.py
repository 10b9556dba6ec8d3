"""The pattern language of rule files (docs/rules.md): text in, checked pattern out."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from enum import Enum
from functools import cache

from detectors.normalise import PUNCTUATION, normalise

MOST_GAP = 12
"""Words a gap may skip: more would join what two different thoughts say."""

Phrase = tuple[str, ...]
"""Normalised words in a row. One may end in `*`, for any word that starts so, or be ANY_NUMBER."""

ANY_NUMBER = "#"

_PLAIN = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_GAP = re.compile(r"\.\.(\d+)")
_NAMED = re.compile(r"\{([^{}]*)\}")
_ALTERNATIVE = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*[.']?\*?")


class PatternError(ValueError):
    """A pattern that cannot be read; the message says what is wrong."""


class Kind(Enum):
    """What an item of a pattern stands for."""

    WORDS = "any one of its phrases"
    NOT = "one word that is none of its phrases"
    GAP = "up to `most` words"


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a pattern."""

    kind: Kind
    phrases: frozenset[Phrase] = frozenset()
    optional: bool = False
    most: int = 0


@dataclass(frozen=True, slots=True)
class Pattern:
    """A pattern as read.

    `at_start`, `at_end`: how many words from the start or end of its utterance it may stand
    (None: anywhere).
    """

    text: str
    items: tuple[Item, ...]
    at_start: int | None = None
    at_end: int | None = None


Lists = Mapping[str, frozenset[Phrase]]


def read_list(entries: list[str]) -> frozenset[Phrase]:
    """The phrases of a word list. Raises PatternError for an entry with no words."""
    return frozenset(read_phrase(entry) for entry in entries)


@cache
def read_phrase(text: str) -> Phrase:
    """One entry of a list or one alternative of an item, normalised as the text will be."""
    if "*" not in text:
        words = tuple(t.norm for t in normalise(text) if t.norm not in PUNCTUATION)
    else:
        words = ()
        for part in text.split():
            stem = part.removesuffix("*")
            if "*" in stem or (part != stem and len(stem) < 2):
                raise PatternError(f"'{part}': '*' stands at the end of two or more letters")
            norms = tuple(t.norm for t in normalise(stem))
            if part != stem and norms:
                norms = (*norms[:-1], norms[-1] + "*")
            words += norms
    if not words:
        raise PatternError(f"'{text}' has no words once normalised")
    return words


def read_pattern(text: str, lists: Lists) -> Pattern:
    """Read one pattern. Raises PatternError naming the item at fault."""
    parts = text.split()
    if not parts:
        raise PatternError("the pattern is empty")
    begins = parts[0] == "^"
    ends = parts[-1] == "$" and len(parts) > 1
    parts = parts[begins : len(parts) - ends]
    items: list[Item] = []
    plain: list[str] = []
    for part in parts:
        if _PLAIN.fullmatch(part):
            plain.append(part)
            continue
        items.extend(_plain_items(plain))
        plain = []
        items.append(_item(part, lists))
    items.extend(_plain_items(plain))
    at_start = at_end = None
    if begins and items:
        at_start = items.pop(0).most if items[0].kind is Kind.GAP else 0
    if ends and items:
        at_end = items.pop().most if items[-1].kind is Kind.GAP else 0
    _check(items)
    return Pattern(text, tuple(items), at_start, at_end)


def _plain_items(words: list[str]) -> tuple[Item, ...]:
    """Plain words are normalised in a row, so that letters spelled out join as in the text."""
    return _row(" ".join(words)) if words else ()


@cache
def _row(row: str) -> tuple[Item, ...]:
    norms = [t.norm for t in normalise(row) if t.norm not in PUNCTUATION]
    if not norms:
        raise PatternError(f"'{row}' has no words once normalised")
    return tuple(Item(Kind.WORDS, frozenset({(norm,)})) for norm in norms)


def _item(part: str, lists: Lists) -> Item:
    gap = _GAP.fullmatch(part)
    if gap:
        most = int(gap.group(1))
        if not 1 <= most <= MOST_GAP:
            raise PatternError(f"'{part}': a gap skips 1 to {MOST_GAP} words")
        return Item(Kind.GAP, most=most)
    body, optional = (part[:-1], True) if part.endswith("?") else (part, False)
    kind = Kind.WORDS
    if body.startswith("!"):
        kind, body = Kind.NOT, body[1:]
    phrases: set[Phrase] = set()
    for alternative in body.split("|"):
        if not alternative:
            raise PatternError(f"'{part}': an alternative is empty")
        named = _NAMED.fullmatch(alternative)
        if named:
            if named.group(1) not in lists:
                raise PatternError(f"'{part}': no list is called '{named.group(1)}'")
            phrases |= lists[named.group(1)]
        elif alternative == ANY_NUMBER:
            phrases.add((ANY_NUMBER,))
        elif _ALTERNATIVE.fullmatch(alternative):
            phrases.add(read_phrase(alternative))
        else:
            raise PatternError(f"'{alternative}' is not an item of the pattern language")
    if kind is Kind.NOT and any(len(phrase) > 1 for phrase in phrases):
        raise PatternError(f"'{part}': '!' takes single words")
    return Item(kind, frozenset(phrases), optional)


def _check(items: list[Item]) -> None:
    if not items:
        raise PatternError("the pattern has no words")
    if items[0].kind is Kind.GAP or items[-1].kind is Kind.GAP:
        raise PatternError("a gap stands between two items, not at an end")
    if not any(item.kind is Kind.WORDS and not item.optional for item in items):
        raise PatternError("the pattern needs a word, alternation or list that is not optional")
