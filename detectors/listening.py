"""When the classifier is asked, and what: the turn so far, and what was heard in it before."""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from detectors.markers import MARKER
from detectors.normalise import PUNCTUATION, is_number, normalise
from detectors.reading import Finding, Turn, plain_words
from detectors.scoring import Passage, Said, Scorer, Scores
from detectors.vocabulary import Disposition, Trigger

TURNS_SCORED = 3
"""Turns before the one scored that a classifier is given."""
FRESH_WORDS = 4
"""New words from which a partial result is given to the classifier again. Rules read every one; the
classifier costs ten times as much and hears sentences, not words. What is final it always reads."""
UNSAID = re.compile(r"\bkill(?:ing)?(?: (?:the|this|that|my|our|your))?$", re.IGNORECASE)
"""What a partial result may end with that means nothing before its object is said: "I'm going to
kill the" goes on with a direct debit as often as with a man. One word more, and it is read."""
_EMPTY = (
    "a an the this that these those there here it i he she we they you me him her us them my your"
    " his its our their is am are was were be been do does did has have had will would can could"
    " should not no and but so or if to of in on at for with what who which well oh okay right just"
    " also then because"
)
EMPTY = frozenset(_EMPTY.split())
"""Words that say nothing before others come: "no there isn't that's" is the beginning of anything.
A partial result of these alone waits; rules read it, and what is final is always read."""
FOLLOWING = 12
"""Words after those in which a hard stop was heard that are read with them again: enough to take it
back ("… no I'm only joking"), too few to drown it."""
STILL_HEARD = 0.5
"""With so much of it left in the words that follow, it was not taken back."""
HEARD_AGAIN = 3
"""Places in a turn that are read again, at most."""

_STOPS = frozenset(trigger.value for trigger in Trigger)
_WORD = re.compile(r"\S+")


def heard_enough(turn: Turn, known: Turn | None = None) -> bool:
    """Whether a partial result has too few new words for the classifier to say something new, none
    that says anything yet, or ends before the object of its verb.

    `known`: the turn as it was. Where a hard stop was heard in it, revised words are always new.
    """
    if UNSAID.search(turn.text.rstrip()):
        return True
    if known is not None and known.heard_at:
        was = plain_words(known.text)
        if plain_words(turn.text)[: len(was)] != was:
            return False
    fresh = abs(len(turn.text.split()) - turn.words_scored) >= FRESH_WORDS
    return not fresh or _is_empty(turn.text)


def listen(scorer: Scorer, turn: Turn, before: Sequence[Turn]) -> Scores:
    """The classifier's answer for a turn as far as it has come.

    What was heard in its first words is heard in them again, by themselves: a turn that goes on at
    length about other things does not take a threat back.
    """
    words = list(_WORD.finditer(turn.text))
    places = sorted({at for at in turn.heard_at.values() if at + FOLLOWING < len(words)})
    parts = [turn]
    for at in places[:HEARD_AGAIN]:
        parts += (_until(turn, words[end - 1].end()) for end in (at, at + FOLLOWING))
    whole, *again = scorer.score([passage(part, before) for part in parts])
    labels = dict(whole.labels)
    for first, more in zip(again[::2], again[1::2], strict=True):
        for label in turn.heard_at:
            stays = more.labels[label]
            heard = max(stays, first.labels[label]) if stays >= STILL_HEARD else stays
            labels[label] = max(labels[label], heard)
    return msgspec.structs.replace(whole, labels=labels)


def is_counted(text: str) -> bool:
    """Whether there are numbers alone in a text, or what was removed of them, as in the answer to
    "your account number?"."""
    return all(map(is_number, plain_words(MARKER.sub(" ", text))))


def _is_empty(text: str) -> bool:
    return all(token.norm in EMPTY or token.norm in PUNCTUATION for token in normalise(text))


def listened(turn: Turn, findings: Sequence[Finding]) -> Turn:
    """The turn with what the classifier has read of it, and after how many words a hard stop was
    first heard."""
    words = len(turn.text.split())
    heard = {
        finding.label: words
        for finding in findings
        if finding.label in _STOPS and finding.disposition is Disposition.RAISE
    }
    return msgspec.structs.replace(turn, words_scored=words, heard_at={**heard, **turn.heard_at})


def passage(turn: Turn, before: Sequence[Turn]) -> Passage:
    """A turn as a classifier is given it."""
    led = before[-TURNS_SCORED:]
    return Passage(
        now=Said(turn.speaker, turn.text),
        before=tuple(Said(earlier.speaker, earlier.text) for earlier in led),
    )


def _until(turn: Turn, end: int) -> Turn:
    return msgspec.structs.replace(turn, text=turn.text[:end])
