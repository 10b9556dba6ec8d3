"""Rows that figures rest on, known by digest: where public sets hold them, they are not learned.

`python -m scripts.kept_apart` writes the list. It holds no text.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib.resources import files

from models.annotations import digest
from models.examples import Example

LIST = files("models").joinpath("data", "annotations", "kept_apart.txt")


def kept_apart(example: Example) -> bool:
    """Whether its words, or those of a turn before them, are a row kept for evaluation."""
    passage = example.passage
    return any(known_by(said.text) in _listed() for said in (passage.now, *passage.before))


def listing(texts: Iterable[str]) -> str:
    """The list for these texts: a digest a line, in order, each once."""
    return "".join(f"{line}\n" for line in sorted({known_by(text) for text in texts}))


def known_by(text: str) -> str:
    """The digest of a text's letters and digits: case, marks and spaces differ between editions."""
    return digest("".join(char for char in text.casefold() if char.isalnum()))


@cache
def _listed() -> frozenset[str]:
    return frozenset(LIST.read_text(encoding="utf-8").split())
