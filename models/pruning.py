"""Which word pieces a served model keeps: a third of its size are vectors of pieces, and of many
no caller's words are made.

Left out are pieces that the tokenizer cannot reach (other scripts, accents, unused places) and the
rarest words that no text of training has; those are read as several pieces instead.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from models.encoding import SEP
from models.wordpiece import WordPieces

WORDS_LEFT_OUT = 2_500
POSITIONS = 128
"""Places in a view that a served model knows; the longest view has 64 + 40 pieces and marks."""

_MARKS = SEP + 1
"""Up to here pieces keep their places, which the encoding counts on."""


def spoken_pieces(pieces: Sequence[str], texts: Iterable[str]) -> set[int]:
    """The places of the pieces that these texts are made of."""
    split = WordPieces(pieces)
    return {place for text in texts for place in split.ids(text)}


def kept(pieces: Sequence[str], spoken: Collection[int]) -> list[int]:
    """The places of the pieces to keep, in order. Vocabularies list common words first."""
    reachable = [
        place
        for place, piece in enumerate(pieces)
        if place < _MARKS or (piece.isascii() and not piece.startswith("[unused"))
    ]
    rare = [
        place
        for place in reversed(reachable)
        if place >= _MARKS and place not in spoken and not _is_part(pieces[place])
    ]
    left_out = set(rare[:WORDS_LEFT_OUT])
    return [place for place in reachable if place not in left_out]


def _is_part(piece: str) -> bool:
    # Without a letter or digit of its own nothing could take its place.
    return piece.startswith("##") or len(piece) == 1
