"""A passage as the network reads it: word pieces of the words to score, then of what led there.

    [CLS] the words to score [SEP] <agent> what was asked <caller> what was said before [SEP]

The first part has type 0 and the second type 1. No torch and no ONNX: training and serving share
this module, so that what was learned is what is served.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from detectors.scoring import Passage, Said
from detectors.vocabulary import Speaker
from models.wordpiece import WordPieces

NOW_PIECES = 64
"""Pieces of the scored words in one view: 45 to 50 words. Longer speech gives several views."""
OVERLAP = 24
"""Pieces that neighbouring views share, so that no thought is cut in both."""
SHARED_PIECES = 40
"""Pieces of the scored words and the turns before together: a "yes" needs to know the question, a
long sentence hardly. Half as many pieces are half the work."""
LEAST_BEFORE = 8
"""Pieces of the turns before, the latest kept, however long the scored words are."""
LONG_PIECES = 48
"""From more pieces on, speech is also read in closer views: in the mean over a long turn a few
words sink."""
CLOSE_PIECES = 36
CLOSE_OVERLAP = 16
MOST_VIEWS = 12
"""Views of one passage of each kind, the latest kept: wide ones of about 350 words."""

PAD, CLS, SEP = 0, 101, 102
AGENT, CALLER, OTHER = 1, 2, 3
"""Pieces that BERT's vocabulary leaves unused: who spoke."""

# As in the normaliser: a title joined to its text, "end my lifeI just need".
_GLUED = re.compile(r"(?<=[a-z])(?=I(?:['’][a-z]+)?(?:\s|$))")
_MARKS = {Speaker.AGENT: AGENT, Speaker.OTHER: OTHER}


@dataclass(frozen=True, slots=True)
class View:
    """What the network sees at once: `ids` and, as long, `types` (0 scored, 1 before)."""

    ids: list[int]
    types: list[int]


class Encoding:
    """Turns passages into views with the word pieces of the base model."""

    def __init__(self, pieces: WordPieces) -> None:
        self._pieces = pieces.ids

    @classmethod
    def read(cls, vocabulary: Path) -> Encoding:
        """The encoding over a vocabulary file. Raises FileNotFoundError."""
        return cls(WordPieces.read(vocabulary))

    def views(self, passage: Passage) -> list[View]:
        """The views of a passage, the earliest words first; at least one."""
        now = self._pieces(_GLUED.sub(" ", passage.now.text))
        before = self._before(passage.before, max(LEAST_BEFORE, SHARED_PIECES - len(now)))
        tail = [*before, SEP] if before else []
        return [
            View(
                ids=[CLS, *part, SEP, *tail],
                types=[0] * (len(part) + 2) + [1] * len(tail),
            )
            for part in _parts(now)
        ]

    def _before(self, turns: Sequence[Said], most: int) -> list[int]:
        pieces: list[int] = []
        for turn in reversed(turns):
            said = [_MARKS.get(turn.speaker, CALLER), *self._pieces(turn.text)]
            pieces[:0] = said
            if len(pieces) >= most:
                break
        return pieces[-most:]


def _parts(pieces: list[int]) -> Iterator[list[int]]:
    if len(pieces) <= NOW_PIECES:
        yield pieces
    else:
        yield from _cut(pieces, NOW_PIECES, OVERLAP)
    if len(pieces) > LONG_PIECES:
        yield from _cut(pieces, CLOSE_PIECES, CLOSE_OVERLAP)


def _cut(pieces: list[int], width: int, overlap: int) -> Iterator[list[int]]:
    starts = list(range(0, len(pieces) - overlap, width - overlap))[-MOST_VIEWS:]
    for start in starts:
        yield pieces[start : start + width]
