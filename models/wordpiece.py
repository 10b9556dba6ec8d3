"""BERT's uncased word pieces, the tokenizer of the base model.

Written out here because the usual library brings a client for model hubs with it, which the
runtime has no use for. A test holds it against that library, piece by piece.
Source: Devlin et al., 2019, "BERT"; Wu et al., 2016, "Google's Neural Machine Translation System".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from functools import lru_cache
from pathlib import Path

LONGEST_WORD = 100
"""Characters; a longer word is one unknown piece."""
WORDS_CACHED = 50_000

_ASCII = re.compile(r"[a-z0-9]+|[!-/:-@\[-`{-~]")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_CJK = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B820, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)


class WordPieces:
    """A vocabulary of pieces, and how words fall into them."""

    def __init__(self, vocabulary: Iterable[str]) -> None:
        self._ids = {piece: number for number, piece in enumerate(vocabulary)}
        self._unknown = self._ids["[UNK]"]
        self._of_word = lru_cache(maxsize=WORDS_CACHED)(self._split_word)

    @classmethod
    def read(cls, file: Path) -> WordPieces:
        """The pieces of a vocabulary file, one a line. Raises FileNotFoundError."""
        return cls(file.read_text(encoding="utf-8").splitlines())

    def __len__(self) -> int:
        return len(self._ids)

    def ids(self, text: str) -> list[int]:
        """The pieces of a text, as numbers, without marks at its ends."""
        pieces: list[int] = []
        for word in _words(text):
            pieces.extend(self._of_word(word))
        return pieces

    def _split_word(self, word: str) -> tuple[int, ...]:
        if len(word) > LONGEST_WORD:
            return (self._unknown,)
        pieces: list[int] = []
        start = 0
        while start < len(word):
            mark = "##" if start else ""
            for end in range(len(word), start, -1):
                piece = self._ids.get(mark + word[start:end])
                if piece is not None:
                    pieces.append(piece)
                    start = end
                    break
            else:
                return (self._unknown,)
        return tuple(pieces)


def _words(text: str) -> Iterator[str]:
    """Words and punctuation marks in lower case, without accents."""
    if text.isascii():
        yield from _ASCII.findall(_CONTROL.sub("", text).lower())
        return
    spaced = "".join(f" {c} " if _is_cjk(ord(c)) else c for c in text)
    plain = unicodedata.normalize("NFD", spaced)
    cleaned = "".join(c for c in plain if unicodedata.category(c) != "Mn").lower()
    word: list[str] = []
    for character in cleaned:
        if character.isalnum() and character.isascii():
            word.append(character)
        elif character in " \t\n\r" or character.isspace():
            if word:
                yield "".join(word)
                word.clear()
        elif _is_punctuation(character):
            if word:
                yield "".join(word)
                word.clear()
            yield character
        elif not _is_dropped(character):
            word.append(character)
    if word:
        yield "".join(word)


def _is_cjk(code: int) -> bool:
    return any(first <= code <= last for first, last in _CJK)


@lru_cache(maxsize=4096)
def _is_punctuation(character: str) -> bool:
    code = ord(character)
    ascii_mark = 33 <= code <= 47 or 58 <= code <= 64 or 91 <= code <= 96 or 123 <= code <= 126
    return ascii_mark or unicodedata.category(character).startswith("P")


@lru_cache(maxsize=4096)
def _is_dropped(character: str) -> bool:
    return character in "\x00\ufffd" or unicodedata.category(character).startswith("C")
