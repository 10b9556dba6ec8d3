"""Which chunks of a call have been seen: repeats are dropped, gaps counted, late ones read."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from detectors.chunk import Chunk
from detectors.detector import adds_no_words
from detectors.reading import Conversation

RANGES_KEPT = 64
"""Gaps remembered one by one. Beyond it the two oldest join: a repeat read twice, never a loss."""


class Arrival(StrEnum):
    NEXT = "next"
    AFTER_GAP = "after_gap"
    LATE = "late"
    REPEAT = "repeat"


class Sequences(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`highest` seen so far (-1: none) and the ranges below it that are still missing."""

    highest: int = -1
    missing: tuple[tuple[int, int], ...] = ()

    def arrive(self, sequence: int) -> tuple[Sequences, Arrival, tuple[int, int] | None]:
        """What this number is, the record after it, and the gap (first, last) it reveals."""
        if sequence > self.highest:
            return self._ahead(sequence)
        for index, (first, last) in enumerate(self.missing):
            if first <= sequence <= last:
                rest = [(first, sequence - 1), (sequence + 1, last)]
                kept = (*self.missing[:index], *(r for r in rest if r[0] <= r[1]))
                missing = _bounded((*kept, *self.missing[index + 1 :]))
                return Sequences(highest=self.highest, missing=missing), Arrival.LATE, None
        return self, Arrival.REPEAT, None

    def _ahead(self, sequence: int) -> tuple[Sequences, Arrival, tuple[int, int] | None]:
        if sequence == self.highest + 1:
            return Sequences(highest=sequence, missing=self.missing), Arrival.NEXT, None
        gap = (self.highest + 1, sequence - 1)
        after = Sequences(highest=sequence, missing=_bounded((*self.missing, gap)))
        if gap == (0, 0):
            # Feeds count from 0 or from 1: starting at 1 is no gap.
            return after, Arrival.NEXT, None
        return after, Arrival.AFTER_GAP, gap if gap[0] > 0 else (1, gap[1])


def _bounded(ranges: tuple[tuple[int, int], ...]) -> tuple[tuple[int, int], ...]:
    while len(ranges) > RANGES_KEPT:
        (first, _), (_, last), *rest = ranges
        ranges = ((first, last), *rest)
    return ranges


def says_nothing_new(chunk: Chunk, conversation: Conversation, arrival: Arrival) -> bool:
    """A partial that adds no words, or that comes after its own final, needs no reading."""
    if chunk.is_final:
        return False
    known = conversation.turn(chunk.utterance_id)
    late = known is not None and known.is_final and arrival is Arrival.LATE
    return late or adds_no_words(chunk, conversation)
