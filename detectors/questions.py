"""What is a question, and whether it is about the number that is being told."""

from __future__ import annotations

from collections.abc import Sequence

from detectors.digits import word_set, words_of

_OPENING = word_set(
    "okay ok and then now next also so right great thanks thank you lovely perfect alright just "
    "sorry well brilliant good fine yes yeah um uh er , ."
)
"""Words before a question begins: "lovely and how old is he"."""
_WH = word_set("what what's which who who's where where's when when's why how how's whose")
_MODAL = word_set("can could would may please")
_ABOUT_IT = _WH | word_set(
    "was were is are that's that it it's this the a one ones bit bits digit digits number numbers "
    "next rest last first again say said after comes come does do did you you've i've got get have "
    "has so far read reading here there on in long many part half end middle other card cards "
    "account was then please sorry we i me for of go doing getting going start starts from again "
    "two three four five six seven eight nine zero oh double back front left more letter letters "
    "? , ' to see hear okay"
)
"""A question in these words is about the number that is being told: "what was the last bit?"."""


def is_question(said: str) -> bool:
    """Whether words end as a question, or begin as one: "what's your password"."""
    texts = [word.text for word in words_of(said[-400:])]
    first = next((text for text in texts if text not in _OPENING), "")
    return first in _WH or first in _MODAL or texts[-1:] == ["?"]


def asks_else(said: Sequence[str]) -> bool:
    """Whether a question is after another matter: "and what's happened", "what floor is it"."""
    first = next((at for at, text in enumerate(said) if text not in _OPENING), len(said))
    return first < len(said) and said[first] in _WH and not _ABOUT_IT.issuperset(said[first:])
