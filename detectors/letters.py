"""Letters by the names that recognisers write for them: "see eff pee bee" is C F P B."""

from __future__ import annotations

from collections.abc import Sequence, Set

SURE = {
    "bee": "b",
    "cee": "c",
    "dee": "d",
    "ee": "e",
    "eff": "f",
    "gee": "g",
    "kay": "k",
    "ell": "l",
    "em": "m",
    "en": "n",
    "pee": "p",
    "ess": "s",
    "tee": "t",
    "vee": "v",
}
"""Names that say little else: one must be among them, or "you see a" would be an office."""
_NAMES = {
    **SURE,
    "be": "b",
    "see": "c",
    "sea": "c",
    "eye": "i",
    "oh": "o",
    "pea": "p",
    "are": "r",
    "tea": "t",
    "you": "u",
    "ex": "x",
    "why": "y",
}
LEAST = 3
MOST = 6
"""Letters that a body's name in letters has: two are too often words that stand together."""


def by_ear(words: Sequence[str], known: Set[str]) -> list[tuple[int, int, str]]:
    """Where letters by name spell a known word: first, last (exclusive) and the word, in order."""
    found = []
    at = 0
    while at < len(words):
        end, word = _spelled_at(words, at, known)
        if word:
            found.append((at, end, word))
        at = max(end, at + 1)
    return found


def _spelled_at(words: Sequence[str], at: int, known: Set[str]) -> tuple[int, str]:
    """The longest known word that is spelled from here, and where it ends; "" for none."""
    spelled, sure, longest = "", False, (at, "")
    for end in range(at, min(at + MOST, len(words))):
        name = words[end]
        letter = _NAMES.get(name, name)
        if len(letter) != 1 or not letter.isalpha():
            break
        spelled += letter
        sure = sure or name in SURE
        if sure and len(spelled) >= LEAST and spelled in known:
            longest = (end + 1, spelled)
    return longest
