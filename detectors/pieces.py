"""Numbers said in pieces: what is only a piece of one, and what it goes on from."""

from __future__ import annotations

from collections.abc import Sequence

from detectors.digits import PAUSING, Run, Word
from detectors.markers import MARKER, NUMBERS, Kind

OH = frozenset({"oh", "o"})
"""A nought, or only surprise."""
UNFINISHED = PAUSING | OH | {"double", "triple", "treble"}
"""What a piece of a number may end in: a number goes on after it."""

_PIECES_REACH = 20
"""Words from a marker to digits that go on from it, where a text is nothing else."""
_COUNTED = frozenset({"of", "more", "other", "or"})
"""After these a number counts: "[card] one of them"."""
_READ_BACK = frozenset({"back", "repeat"})
"""With one of these a wanted number is said again: "let me read that back"."""


def only_digits(words: Sequence[Word], runs: Sequence[Run]) -> bool:
    """Whether a text is a piece of a number and nothing else; it may break off at "triple".

    What was taken out of its first words is part of the number.
    """
    inside = {at for run in runs for g in run.groups for at in range(g.first, g.last + 1)}
    return any(words[at].text not in OH for at in inside) and all(
        at in inside or word.text in UNFINISHED or MARKER.fullmatch(word.text)
        for at, word in enumerate(words)
    )


def begun(words: Sequence[Word], run: Run, alone: bool) -> Kind | None:
    """The number that a run of digits goes on from: right after its marker, however short.

    `alone`: the text is nothing but a piece of a number.
    """
    first, after = run.groups[0].first, run.groups[-1].last + 1
    if run.amount or (after < len(words) and words[after].text in _COUNTED):
        return None
    if all(words[group.first].text in OH for group in run.groups):
        return None
    reach = _PIECES_REACH if alone else 1
    for word in reversed(words[max(0, first - reach) : first]):
        if MARKER.fullmatch(word.text):
            kind = Kind(word.text[1:-1])
            return kind if kind in NUMBERS else None
    return None


def least_wanted(words: Sequence[Word], alone: bool, named: int) -> int:
    """Digits from which a number is the one that is wanted: few by themselves, more in talk.

    `named` are those that make a number of its kind where it is named.
    """
    if alone:
        return 2
    return 4 if any(word.text in _READ_BACK for word in words) else max(6, named)
