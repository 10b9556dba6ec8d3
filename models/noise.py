"""Speech-recognition errors, simulated: what a transcript looks like at a given word error rate."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from importlib.resources import files
from typing import Protocol

from models.phonetics import Neighbours

DELETED, INSERTED = 0.25, 0.15
"""Shares of the errors; the rest are substitutions. Recognisers of telephone speech make about
58 : 30 : 12 (Xiong et al. 2016, "Achieving Human Parity in Conversational Speech Recognition",
arXiv:1610.05256, CallHome); far-field audio deletes more."""
DELETED_FUNCTION = 0.42
"""The share among function words: unstressed and short, they are what is swallowed."""
SPLIT_OR_MERGED = 0.5
"""How often a word that has a split or merged form is misheard so, rather than as another word."""
REPEATED = 0.4
"""How often an inserted word is the last one again; else a filler or a short function word."""

FUNCTION = frozenset(
    re.findall(
        r"\S+",
        "a an and are as at be been but by can did do does for from had has have he her him his i "
        "if in is it its just me my no not of on or our she so some than that the their them then "
        "there they this to too up us was we were what which who will with would you your i'm it's "
        "i've i'll you're don't we're that's",
    )
)
INSERTED_WORDS = ("uh", "um", "a", "the", "and", "i", "it", "you", "so", "like", "to", "of", "in")

_WORD = re.compile(r"[^\W_](?:[\w'’-]*[^\W_])?")
_PUNCTUATION = re.compile(r"[^\w\s'’.,-]|_|(?<!\d)[.,]|[.,](?!\d)|(?<!\w)['’-]+|['’-]+(?!\w)")

# One number counts errors in all (its highest bits), insertions, deletions and substitutions: the
# least is then the fewest errors, and of as many the most substitutions, as alignments are scored.
_BITS = 20
_MOST = (1 << _BITS) - 1
_ERROR = 1 << 3 * _BITS
_INSERTION, _DELETION, _SUBSTITUTION = (_ERROR + (1 << place * _BITS) for place in (2, 1, 0))


class Chance(Protocol):
    """A source of random numbers; `random.Random(seed)` is one."""

    def random(self) -> float:
        """A number from 0 (included) to 1 (excluded)."""
        ...


class Ear:
    """Mishears texts with the words of a vocabulary: what comes out are always real words.

    `vocabulary` are texts or single words in which the words heard instead are looked for, beside
    the table of homophones. Building one takes a second for 10,000 words; hearing is cheap.
    """

    def __init__(self, vocabulary: Iterable[str] = ()) -> None:
        self._alike, self._merged = _homophones()
        words = [w.lower() for text in vocabulary for w in _WORD.findall(text)]
        words += [word for word in self._alike if not word[0].isdigit()]
        self._neighbours = Neighbours(word for word in words if word.isascii())

    def misheard(self, text: str, rate: float, random: Chance) -> str:
        """The text with about `rate` (0–1) word errors; case and marks of other words stay.

        Errors fall on each word alike, so that of a short text often none or all is hit. A text
        with words never comes out without; a text without words comes out as it is.
        """
        tokens = text.split()
        heard: list[str] = []
        # A split or merge counts as two errors: the second is taken off the next that would fall.
        owed = 0
        at = 0
        while at < len(tokens):
            token = tokens[at]
            at += 1
            if _core(token) is None or random.random() >= rate:
                heard.append(token)
                continue
            if owed:
                owed -= 1
                heard.append(token)
                continue
            merged = self._merge(token, tokens[at] if at < len(tokens) else "")
            if merged and random.random() < SPLIT_OR_MERGED:
                heard.append(merged)
                at += 1
                owed += 1
                continue
            new = self._error(token, heard, random)
            heard.extend(new)
            owed += max(0, len(new) - 2)
        if not any(_core(token) for token in heard):
            return text
        return " ".join(heard)

    def _error(self, token: str, heard: Sequence[str], random: Chance) -> list[str]:
        """What is heard for one word: nothing, another word or words, or something more."""
        core = _core(token) or token
        function = core.lower() in FUNCTION
        deleted = DELETED_FUNCTION if function else DELETED / 2
        kind = random.random()
        if kind < deleted:
            return []
        if kind < deleted + INSERTED:
            if random.random() < REPEATED:
                return [token, core]
            return [token, INSERTED_WORDS[int(random.random() * len(INSERTED_WORDS))]]
        other = self._instead(core.lower(), random)
        return token.replace(core, _cased(other, core), 1).split()

    def _instead(self, word: str, random: Chance) -> str:
        """Another word or words that sound like it."""
        alike = self._alike.get(word, ())
        whole = [other for other in alike if " " not in other]
        apart = [other for other in alike if " " in other]
        if apart and (not whole or random.random() < SPLIT_OR_MERGED):
            return apart[int(random.random() * len(apart))]
        near = self._neighbours.of(word)
        if whole and (not near or random.random() < 0.6):
            return whole[int(random.random() * len(whole))]
        if not near:
            return "uh"
        # The square prefers the nearer: a recogniser seldom takes the tenth best.
        return near[int(len(near) * random.random() ** 2)]

    def _merge(self, token: str, following: str) -> str | None:
        """The one word that this and the following are heard as, or None."""
        first, second = _core(token), _core(following)
        if first is None or second is None or not token.endswith(first):
            return None
        one = self._merged.get(f"{first} {second}".lower())
        return following.replace(second, _cased(one, first), 1) if one else None


def misheard(text: str, rate: float, random: Chance) -> str:
    """The text as a recogniser with this word error rate (0–1) might write it.

    Words heard instead come from `homophones.txt` and `words.txt`; for another vocabulary make an
    `Ear` of your own.
    """
    return _ear().misheard(text, rate, random)


@lru_cache(maxsize=4096)
def spoken(text: str) -> str:
    """The text as most recognisers write: lower case, no punctuation; numbers stay as they are."""
    return " ".join(_PUNCTUATION.sub(" ", text.lower()).split())


def word_errors(said: str, heard: str) -> tuple[int, int, int]:
    """Substitutions, deletions and insertions that turn one into the other, words compared as
    spoken: the fewest possible (Levenshtein 1966)."""
    right, got = spoken(said).split(), spoken(heard).split()
    row = [_INSERTION * j for j in range(len(got) + 1)]
    for i, word in enumerate(right, start=1):
        diagonal, row[0] = row[0], _DELETION * i
        for j, other in enumerate(got, start=1):
            above = row[j]
            swapped = diagonal if word == other else diagonal + _SUBSTITUTION
            row[j] = min(swapped, above + _DELETION, row[j - 1] + _INSERTION)
            diagonal = above
    counts = row[-1]
    return counts & _MOST, counts >> _BITS & _MOST, counts >> 2 * _BITS & _MOST


def _core(token: str) -> str | None:
    """The word of a token without the marks around it."""
    found = _WORD.search(token)
    return found.group() if found else None


def _cased(word: str, like: str) -> str:
    if len(like) > 1 and like.isupper():
        return word.upper()
    return word[:1].upper() + word[1:] if like[:1].isupper() else word


@cache
def _ear() -> Ear:
    return Ear(_lines("words.txt"))


@cache
def _homophones() -> tuple[dict[str, tuple[str, ...]], dict[str, str]]:
    """For each word what it is heard as, and for each pair of words the one they are heard as."""
    alike: dict[str, list[str]] = {}
    merged: dict[str, str] = {}
    for line in _lines("homophones.txt"):
        group = [entry.replace("_", " ") for entry in line.split()]
        for word in group:
            if " " not in word:
                known = alike.setdefault(word, [])
                known += [other for other in group if other != word and other not in known]
            elif word.count(" ") == 1:
                merged.setdefault(word, group[0])
    return {word: tuple(others) for word, others in alike.items()}, merged


def _lines(name: str) -> list[str]:
    text = files("models").joinpath(name).read_text(encoding="utf-8")
    return [line for line in text.splitlines() if line and not line.startswith("#")]
