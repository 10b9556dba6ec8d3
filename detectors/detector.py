"""The detector: one chunk and what is known of its call in, one reading out."""

from __future__ import annotations

import re
from functools import cache

import msgspec

from detectors.chunk import Audience, Chunk, Revision
from detectors.context import REVIEW_FACTOR, context_book
from detectors.fusion import emotion, fuse
from detectors.hits import Hit, HitFinder
from detectors.reading import Conversation, Reading, Turn
from detectors.redaction import redact
from detectors.rules import rule_book
from detectors.settings import DetectionSettings, HasDetection
from detectors.vocabulary import LABELS, LIFE_STOPS, Emotion, Signal, Speaker
from detectors.window import Window, agent_before, side, window

NOTHING = dict.fromkeys(LABELS, 0.0)
OF_AGENTS = frozenset({Signal.AGENT_GUARDRAIL.value})
OF_CALLERS = frozenset({*LABELS, *(e.value for e in Emotion)}) - OF_AGENTS
LIFE_LABELS = frozenset(trigger.value for trigger in LIFE_STOPS)

# JSON cannot carry half a surrogate pair, and databases refuse NUL; one character for one keeps
# every offset.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """A reading with the window and the hits that led to it."""

    reading: Reading
    window: Window
    hits: tuple[Hit, ...] = ()


class Detector:
    """Reads chunks against the rules of the policy's languages. Keeps nothing between reads."""

    def __init__(self, settings: DetectionSettings, finders: dict[str, HitFinder]) -> None:
        self.settings = settings
        self.finders = finders

    @classmethod
    def from_policy(cls, policy: HasDetection) -> Detector:
        """The detector for a policy. Raises RuleError for a language with no or broken rules."""
        settings = policy.detection
        return cls(settings, {code: finder(code) for code in map(primary, settings.languages)})

    def read(self, chunk: Chunk, conversation: Conversation) -> Reading:
        """Read one chunk; the conversation is left as it is. Never raises on any text."""
        return self.hear(chunk, conversation).reading

    def hear(self, chunk: Chunk, conversation: Conversation) -> Heard:
        """Read one chunk and keep how the reading came about, for explanations and tests."""
        before = _before(chunk, conversation)
        asked = _asked(chunk, before)
        turn, removed = _turn(chunk, conversation, before, self.settings.max_text_chars)
        finder = self.finders.get(primary(chunk.language))
        if finder is None:
            reading = Reading(
                turn=turn,
                triggers=dict(NOTHING),
                removed=removed,
                monitored=False,
                not_monitored=f"there are no rules for the language '{named(chunk.language)}'",
            )
            return Heard(reading=reading, window=window(turn, (), frozenset()))
        seen = window(turn, before, finder.lexicon.words)
        staff = chunk.speaker is Speaker.AGENT or chunk.audience is Audience.CONSULT
        hits = finder.hits(seen, LIFE_LABELS | OF_AGENTS if staff else OF_CALLERS, asked)
        if staff:
            hits = [_as_review(hit) if hit.rule.label in LIFE_LABELS else hit for hit in hits]
        triggers, findings = fuse(hits, seen, self.settings)
        callers = not staff and chunk.speaker is not Speaker.OTHER
        reading = Reading(
            turn=turn,
            triggers=triggers,
            findings=findings,
            emotion=emotion(hits) if callers else None,
            removed=removed,
        )
        return Heard(reading=reading, window=seen, hits=tuple(hits))


@cache
def finder(language: str) -> HitFinder:
    """The compiled rules of a language, built once."""
    return HitFinder(rule_book(language), context_book(language))


def primary(language: str) -> str:
    """The language of a tag: "en" of "en-GB"."""
    return re.split("[-_]", language.strip().lower(), maxsplit=1)[0]


def _asked(chunk: Chunk, before: tuple[Turn, ...]) -> str:
    """What the agent said just before the caller's words; nothing before the agent's own."""
    return "" if chunk.speaker is Speaker.AGENT else agent_before(before)


def named(language: str) -> str:
    """The language of a tag, fit to be shown: a feed may put anything there."""
    return "".join(c for c in primary(language) if c.isascii() and c.isalpha())[:8] or "?"


def _before(chunk: Chunk, conversation: Conversation) -> tuple[Turn, ...]:
    """The turns before this utterance; a revised one keeps its place among the others."""
    for position, turn in enumerate(conversation.turns):
        if turn.utterance_id == chunk.utterance_id:
            return conversation.turns[:position]
    return conversation.turns


def _turn(
    chunk: Chunk, conversation: Conversation, before: tuple[Turn, ...], most: int
) -> tuple[Turn, tuple[str, ...]]:
    """The utterance as far as it is now known, redacted, and what was taken out of it.

    Of a text longer than `most` characters the end is kept: that is where the new words are.
    """
    text = _UNSTORABLE.sub("\ufffd", chunk.text)
    known = conversation.turn(chunk.utterance_id)
    if chunk.revision is Revision.APPEND and known is not None:
        space = "" if known.text[-1:].isspace() or text[:1].isspace() else " "
        text = known.text + space + text
    own = next((t.text for t in reversed(before) if side(t.speaker) == side(chunk.speaker)), "")
    text, removed = redact(text, _asked(chunk, before), own)
    turn = Turn(
        utterance_id=chunk.utterance_id,
        speaker=chunk.speaker,
        text=text[-most:],
        is_final=chunk.is_final,
        start_ms=chunk.start_ms if known is None or known.start_ms is None else known.start_ms,
        spoken_at=chunk.spoken_at if known is None or known.spoken_at is None else known.spoken_at,
        transcriber=chunk.transcriber,
        confidence=chunk.confidence,
    )
    return turn, removed


def _as_review(hit: Hit) -> Hit:
    """A life stop in an employee's words: channels get swapped, so a person looks."""
    if not hit.stands:
        return hit
    return msgspec.structs.replace(hit, review=True, probability=hit.probability * REVIEW_FACTOR)
