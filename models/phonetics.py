"""Which words sound alike: a skeleton of consonants, and the words that share one."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import lru_cache

MOST_NEIGHBOURS = 12
"""Words kept for each: a recogniser's list of near alternatives is about as long."""

# From spelling to sound, first match first. A rough English; after Philips 1990, "Hanging on the
# Metaphone", Computer Language 7(12).
_SOUNDS: tuple[tuple[str, str], ...] = (
    (r"^(kn|gn|pn)", "n"),
    (r"^wr", "r"),
    (r"^wh", "w"),
    (r"^x", "s"),
    (r"mb$", "m"),
    (r"tch|ch|tu(?=re)", "C"),
    (r"sch", "sk"),
    (r"sh|[ts]i(?=[ao])|ss?ure$", "S"),
    (r"th", "0"),
    (r"ph", "f"),
    (r"ough$|augh$", "f"),
    (r"igh|ough|augh|eigh|aigh", "i"),
    (r"gh", "k"),
    (r"dg(?=[eiy])|g(?=[eiy])|j", "J"),
    (r"c(?=[eiy])|z", "s"),
    (r"ck|c|q|g", "k"),
    (r"x", "ks"),
    (r"(?<=[aeiou])h|h(?![aeiouy])", ""),
    (r"(.)\1+", r"\1"),
)
_SPELLINGS = tuple((re.compile(spelling), sound) for spelling, sound in _SOUNDS)
_VOWELS = re.compile("[aeiouy]+")
# Sounds that telephone speech (300–3400 Hz) hardly tells apart: voicing, f and th, m and n.
_COARSE = str.maketrans({"d": "t", "b": "p", "v": "f", "0": "f", "m": "n", "J": "C", "S": "s"})


@lru_cache(maxsize=65_536)
def skeleton(word: str) -> str:
    """The consonants of a word as sounds, with A for a vowel at its start: "court" is "krt"."""
    sounds = re.sub("[^a-z]", "", word.lower())
    for spelling, sound in _SPELLINGS:
        sounds = spelling.sub(sound, sounds)
    start = "A" if sounds[:1] in tuple("aeiouy") and sounds[:1] != "" else ""
    return re.sub(r"(.)\1+", r"\1", start + re.sub("[aeiouyw]", "", sounds[:1] + sounds[1:]))


def coarse(word: str) -> str:
    """The skeleton with sounds merged that the telephone merges: "bad" and "pat" are both "pt"."""
    return re.sub(r"(.)\1+", r"\1", skeleton(word).translate(_COARSE))


def syllables(word: str) -> int:
    """About how many syllables: groups of vowels, a silent e aside."""
    return max(1, len(_VOWELS.findall(re.sub("(?<=[^aeiouy])e$", "", word.lower()))))


class Neighbours:
    """The words of a vocabulary by how they sound. The commoner of equally near ones come first."""

    def __init__(self, words: Iterable[str]) -> None:
        self._count = Counter(words)
        self._by_skeleton: dict[str, list[str]] = {}
        self._by_coarse: dict[str, list[str]] = {}
        self._by_hole: dict[str, list[str]] = {}
        for word in sorted(self._count):
            key = coarse(word)
            self._by_skeleton.setdefault(skeleton(word), []).append(word)
            self._by_coarse.setdefault(key, []).append(word)
            for hole in _holes(key):
                self._by_hole.setdefault(hole, []).append(word)
        self._known: dict[str, tuple[str, ...]] = {}

    def of(self, word: str) -> tuple[str, ...]:
        """Words that sound like this one, nearest first; never the word itself."""
        known = self._known.get(word)
        if known is None:
            known = self._known[word] = self._find(word)
        return known

    def _find(self, word: str) -> tuple[str, ...]:
        if not re.search("[a-z]", word):
            return ()
        key, beats = coarse(word), syllables(word)
        near: dict[str, float] = {}
        groups = (
            (0.0, self._by_skeleton.get(skeleton(word), ())),
            (1.0, self._by_coarse.get(key, ())),
            (2.0, [w for hole in _holes(key) for w in self._by_coarse.get(hole, ())]),
            (2.0, self._by_hole.get(key, ())),
            (2.5, [w for hole in _holes(key) for w in self._by_hole.get(hole, ())]),
        )
        for distance, words in groups:
            for other in words:
                apart = abs(syllables(other) - beats) + abs(len(other) - len(word)) / 4
                started = 0.0 if other[:1] == word[:1] else 0.5
                near.setdefault(other, distance + apart + started)
        near.pop(word, None)
        ranked = sorted(near, key=lambda w: (near[w], -self._count[w], w))
        return tuple(ranked[:MOST_NEIGHBOURS])


def _holes(key: str) -> list[str]:
    """The key with one sound left out, each in turn; of short keys too many words share these."""
    if len(key) < 2:
        return []
    return sorted({key[:at] + key[at + 1 :] for at in range(len(key))})
