"""What a caller's words answer: the agent's question, over the pauses and fillers in between."""

from __future__ import annotations

from collections.abc import Sequence

from detectors.reading import Turn
from detectors.roles import RoleBook
from detectors.vocabulary import Speaker
from detectors.window import spoken

WORDS_BETWEEN = 40
"""Words between a question and its answer, at most, beside those of the turn that came last on the
agent's side: some fifteen seconds of speech. Whoever answers later answers something else."""
TURNS_BETWEEN = 1
"""Turns of the caller's that say something and may stand between: the next is about that."""
AGENTS_LAST = 2
"""Turns of the agent's that count where none of them seems to ask anything."""


def question_before(
    turn: Turn, before: Sequence[Turn], book: RoleBook, known: frozenset[str]
) -> str:
    """What the agent asked that `turn` may answer, with what they said after it; "" for nothing.

    Turns that only fill a pause, and an agent's that ask nothing ("take your time"), end no
    question. Where nobody knows who speaks, a question right before counts as the agent's.
    """
    said: list[str] = []
    asked = False
    between = callers = 0
    for earlier in reversed(before):
        words = [token.norm for token in spoken(earlier.text, known)]
        asks = book.asks(words)
        if earlier.speaker is Speaker.AGENT or _from_another(earlier, turn, asks, callers):
            said.insert(0, earlier.text)
            if asked:
                break
            asked = asks
            between += 0 if len(said) == 1 else len(words)
        elif asked:
            break
        elif not book.only_fills(words):
            callers += 1
            if said or callers > TURNS_BETWEEN:
                break
            between += len(words)
        if between > WORDS_BETWEEN:
            break
    # Who asks nothing may still have asked in words unknown here, but not long ago.
    return " . ".join(said if asked else said[-AGENTS_LAST:])


def _from_another(earlier: Turn, turn: Turn, asks: bool, callers: int) -> bool:
    """Whether nobody knows who spoke, and it is a question right before the words of another."""
    if earlier.speaker is not Speaker.UNKNOWN or not asks or callers:
        return False
    return earlier.participant_id is None or earlier.participant_id != turn.participant_id
