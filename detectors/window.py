"""What rules are read on: the turn so far, and the caller's words just before it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from detectors.normalise import PAUSES, SENTENCE_ENDS, Token, normalise
from detectors.reading import Evidence, Turn
from detectors.vocabulary import Speaker

TURNS_BEFORE = 2
"""Turns of a person joined to the current one: transcribers cut at pauses, not at thoughts."""
WORDS_BEFORE = 20
"""Words taken of each: more than the widest rule spans."""
INTERRUPTION = 4
"""Words up to which another's turn ("right okay", "sir please") does not end a thought."""

LONGEST_QUOTE = 1_000
"""Characters: four times what the longest rule matches in speech; a word without end is cut."""


@dataclass(frozen=True, slots=True)
class Window:
    """Words in a row over one to three turns, the current one last.

    `turn_of` and `tokens` run along `words`; `starts` says where
    each turn's words start, `begins` the same for turns whose first words are here (an earlier turn
    gives only its last), `current` where the current turn starts.
    """

    turns: tuple[Turn, ...]
    words: list[str]
    turn_of: list[int]
    tokens: list[Token]
    starts: tuple[int, ...]
    begins: tuple[int, ...]
    current: int

    def evidence(self, start: int, end: int) -> tuple[Evidence, ...]:
        """The words `start` to `end` quoted as transcribed, one piece for each turn they touch."""
        pieces = []
        for number in range(self.turn_of[start], self.turn_of[end - 1] + 1):
            touched = [self.tokens[i] for i in range(start, end) if self.turn_of[i] == number]
            if touched:
                pieces.append(_quote(self.turns[number], touched))
        return tuple(pieces)

    def quote(self, start: int, end: int) -> str:
        """The same words in one line, " … " between turns."""
        return " … ".join(piece.quote for piece in self.evidence(start, end))


def window(turn: Turn, before: Sequence[Turn], known: frozenset[str]) -> Window:
    """The window of a turn, given the turns before it and the words that rules know."""
    rows = [(turn, spoken(turn.text, known), True)]
    for earlier in _joined(turn, before, known):
        row = spoken(earlier.text, known)
        rows.insert(0, (earlier, row[-WORDS_BEFORE:], len(row) <= WORDS_BEFORE))
    words: list[str] = []
    turn_of: list[int] = []
    tokens: list[Token] = []
    starts: list[int] = []
    begins: list[int] = []
    for number, (_, row, whole) in enumerate(rows):
        starts.append(len(words))
        if whole:
            begins.append(len(words))
        words.extend(token.norm for token in row)
        turn_of.extend([number] * len(row))
        tokens.extend(row)
    return Window(
        turns=tuple(row[0] for row in rows),
        words=words,
        turn_of=turn_of,
        tokens=tokens,
        starts=tuple(starts),
        begins=tuple(begins),
        current=starts[-1],
    )


def agent_before(before: Sequence[Turn]) -> str:
    """What the agent said last, if the caller has said little since: the question answered."""
    said: list[str] = []
    callers = 0
    for turn in reversed(before):
        if turn.speaker is Speaker.AGENT:
            said.insert(0, turn.text)
            if len(said) == 2:
                break
        elif said:
            break
        else:
            callers += 1
            if callers > 1:
                break
    return " . ".join(said)


def _joined(turn: Turn, before: Sequence[Turn], known: frozenset[str]) -> list[Turn]:
    """The earlier turns of this person that the turn goes on from, latest first."""
    joined: list[Turn] = []
    for earlier in reversed(before):
        if not _same_person(earlier, turn):
            said = spoken(earlier.text, known)
            if len(said) > INTERRUPTION or any(token.norm == "?" for token in said):
                break
            continue
        if earlier.text.rstrip()[-1:] in SENTENCE_ENDS and not earlier.text.rstrip().endswith(".."):
            break
        joined.append(earlier)
        if len(joined) == TURNS_BEFORE:
            break
    return joined


def _same_person(one: Turn, other: Turn) -> bool:
    """Two callers on one line finish no sentence for each other; unnamed is only like unnamed."""
    return side(one.speaker) == side(other.speaker) and one.participant_id == other.participant_id


def side(speaker: Speaker) -> Speaker:
    """Who a speaker is read as: `unknown` is the customer."""
    return Speaker.CUSTOMER if speaker is Speaker.UNKNOWN else speaker


@lru_cache(maxsize=2048)
def spoken(text: str, known: frozenset[str]) -> tuple[Token, ...]:
    """The words of a turn. Kept for a while, as the turns that follow look back at it."""
    return tuple(token for token in normalise(text, known) if token.norm not in PAUSES)


def _quote(turn: Turn, tokens: list[Token]) -> Evidence:
    start = min(token.start for token in tokens)
    end = min(max(token.end for token in tokens), start + LONGEST_QUOTE)
    return Evidence(
        utterance_id=turn.utterance_id,
        speaker=turn.speaker,
        quote=turn.text[start:end],
        char_start=start,
        char_end=end,
        start_ms=turn.start_ms,
        spoken_at=turn.spoken_at,
        transcriber=turn.transcriber,
        confidence=turn.confidence,
    )
