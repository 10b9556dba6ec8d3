"""The detector: one chunk and what is known of its call in, one reading out."""

from __future__ import annotations

import re
from functools import cache

import msgspec

from detectors.asking import standing, unknown_asked
from detectors.chunk import Audience, Chunk, Revision
from detectors.context import context_book
from detectors.feeling import emotion
from detectors.hits import Hit, HitFinder
from detectors.listening import heard_enough, listened
from detectors.markers import MARKER
from detectors.mood import Mood
from detectors.parts import (
    STEPS,
    classifier_hears,
    part_of,
    really,
    rules_hear,
    weighed,
)
from detectors.reading import (
    Conversation,
    EmotionScore,
    Reading,
    StepTaken,
    Turn,
    plain_words,
)
from detectors.redaction import redact
from detectors.rereading import Late, left_over, of_agents, read_again, unscored
from detectors.roles import EXCHANGED, Roles, role_book
from detectors.rules import rule_book
from detectors.scoring import Scorer, Scores
from detectors.settings import DetectionSettings, HasDetection
from detectors.vocabulary import LABELS, HeardStep, Speaker
from detectors.window import Window, agent_before, window

WORDS_WITH_MOOD = 3
NOTHING = dict.fromkeys(LABELS, 0.0)

# JSON cannot carry half a surrogate pair, and databases refuse NUL; one character for one keeps
# every offset.
_UNSTORABLE = re.compile("[\x00\ud800-\udfff]")


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """A reading with the window, the hits and the classifier's scores that led to it."""

    reading: Reading
    window: Window
    hits: tuple[Hit, ...] = ()
    scores: Scores | None = None


class Detector:
    """Reads chunks against the rules of the policy's languages. Keeps nothing between reads."""

    def __init__(
        self,
        settings: DetectionSettings,
        finders: dict[str, HitFinder],
        scorer: Scorer | None = None,
    ) -> None:
        self.settings = settings
        self.finders = finders
        self.scorer = scorer if settings.classifier else None

    @classmethod
    def from_policy(cls, policy: HasDetection, scorer: Scorer | None = None) -> Detector:
        """The detector for a policy; without a scorer, rules alone.

        Raises RuleError for a language with no or broken rules.
        """
        settings = policy.detection
        finders = {code: finder(code) for code in map(primary, settings.languages)}
        return cls(settings, finders, scorer)

    def read(self, chunk: Chunk, conversation: Conversation, *, hurried: bool = False) -> Reading:
        """Read one chunk; the conversation is left as it is. Never raises on any text.

        `hurried`: rules alone, at once; the classifier reads the turn with the call's next chunk.
        """
        return self.hear(chunk, conversation, hurried=hurried).reading

    def hear(self, chunk: Chunk, conversation: Conversation, *, hurried: bool = False) -> Heard:
        """Read one chunk and keep how the reading came about, for explanations and tests."""
        before = _before(chunk, conversation)
        turn, removed = _turn(chunk, conversation, before, self.settings.max_text_chars)
        finder = self.finders.get(primary(chunk.language))
        if finder is None:
            reading = Reading(
                turn=turn,
                triggers=dict(NOTHING),
                removed=removed,
                monitored=False,
                not_monitored=f"there are no rules for the language '{named(chunk.language)}'",
                roles=conversation.roles,
            )
            return Heard(reading=reading, window=window(turn, (), frozenset()))
        seen = window(turn, before, finder.lexicon.words)
        said = role_book(finder.language).count(seen.words[seen.current :])
        fit = Roles().after(chunk.speaker, *said)
        roles = conversation.roles - turn.roles + fit
        agent = chunk.speaker is Speaker.AGENT and not roles.swapped
        part = part_of(chunk.speaker, roles, consult=chunk.audience is Audience.CONSULT)
        # What may be an agent's after all is not worth the classifier's time before it is final.
        listens = part.listened_to and (chunk.is_final or not part.unclear)
        hits = rules_hear(finder, seen, turn, before, part)
        scorer = None if hurried else self.scorer
        scores = None
        degraded = hurried and self.scorer is not None and listens
        known = conversation.turn(chunk.utterance_id)
        waits = not chunk.is_final and heard_enough(turn, known)
        if degraded or (waits and scorer is not None and listens):
            turn = msgspec.structs.replace(turn, scored=False)
        elif scorer is not None and listens and turn.text.strip():
            scores = classifier_hears(scorer, turn, before, part)
        triggers, findings = weighed(hits, seen, self.settings, scores, scorer, part)
        if scores is not None:
            turn = listened(turn, findings)
        late = self._late(chunk, conversation, before, finder, roles, hurried=hurried)
        # With the channels swapped, the words of the one labelled customer are an employee's.
        employee = part.staff or (roles.swapped and chunk.speaker is Speaker.CUSTOMER)
        callers = not employee and chunk.speaker is not Speaker.OTHER
        waited = scores is None and not turn.scored and not degraded
        feeling = emotion(hits, scores) if callers and not waited else None
        mood = _mood(feeling, turn, conversation)
        if turn.is_final:
            turn = msgspec.structs.replace(turn, roles=fit)
            if mood is not None and turn.mood_before is None:
                before_it = conversation.mood(turn.participant_id)
                turn = msgspec.structs.replace(turn, mood_before=before_it)
        reading = Reading(
            turn=turn,
            triggers={
                label: max(p, late.triggers.get(label, 0.0)) for label, p in triggers.items()
            },
            findings=(*findings, *late.findings),
            emotion=feeling,
            removed=removed,
            degraded=degraded,
            caught_up=late.utterance_ids,
            mood=mood,
            roles=roles,
            steps=_steps(hits, seen) if agent and chunk.audience is Audience.ALL else (),
        )
        return Heard(reading=reading, window=seen, hits=tuple(hits), scores=scores)

    def catch_up(self, conversation: Conversation) -> Reading | None:
        """What the classifier says of turns it had no time for, when no chunk will follow."""
        languages = self.settings.languages
        finder = self.finders.get(primary(languages[0])) if languages else None
        turns = conversation.turns
        places = left_over(turns)
        if self.scorer is None or finder is None or not places:
            return None
        roles = conversation.roles
        late = read_again(turns, places, finder, self.scorer, self.settings, roles, ended=True)
        turn = conversation.turn(late.utterance_ids[-1])
        assert turn is not None
        return Reading(
            turn=msgspec.structs.replace(turn, scored=True),
            triggers={label: late.triggers.get(label, 0.0) for label in LABELS},
            findings=late.findings,
            caught_up=late.utterance_ids,
            roles=roles,
        )

    def _late(
        self,
        chunk: Chunk,
        conversation: Conversation,
        before: tuple[Turn, ...],
        finder: HitFinder,
        roles: Roles,
        *,
        hurried: bool,
    ) -> Late:
        """What is said of earlier turns with this chunk: what the classifier had no time for, and,
        when the channels prove swapped, once, what came as the agent's and was the caller's.
        """
        if chunk.is_final and roles.swapped and not conversation.roles.swapped:
            # In a hurry, too: nobody comes back to these turns, and it is once in a call.
            turns = tuple(t for t in conversation.turns if t.utterance_id != chunk.utterance_id)
            places = of_agents(turns)
            return read_again(turns, places, finder, self.scorer, self.settings, roles, anew=True)
        if hurried or self.scorer is None:
            return Late()
        places = unscored(before)
        return read_again(before, places, finder, self.scorer, self.settings, roles)


def _mood(feeling: EmotionScore | None, turn: Turn, conversation: Conversation) -> Mood | None:
    """The customer's mood with this turn; a word or two ("yeah", "okay") say nothing of it."""
    if feeling is None:
        return None
    mood = conversation.mood_before(turn)
    if mood is None:
        return conversation.mood(turn.participant_id)
    if len(turn.text.split()) < WORDS_WITH_MOOD:
        return mood
    return mood.after(feeling.scores, feeling.intensity)


@cache
def finder(language: str) -> HitFinder:
    """The compiled rules of a language, built once."""
    return HitFinder(rule_book(language), context_book(language))


def primary(language: str) -> str:
    """The language of a tag: "en" of "en-GB"."""
    return re.split("[-_]", language.strip().lower(), maxsplit=1)[0]


def _asked(chunk: Chunk, before: tuple[Turn, ...], roles: Roles) -> str:
    """What the agent said just before the caller's words; nothing before the agent's own."""
    speaker = EXCHANGED.get(chunk.speaker, chunk.speaker) if roles.swapped else chunk.speaker
    if speaker is Speaker.AGENT:
        return ""
    said = agent_before(really(before) if roles.swapped else before)
    return unknown_asked(before) or said


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
    roles = conversation.roles
    led = standing(before, chunk.speaker, roles.swapped)
    text, removed = redact(text, _asked(chunk, before, roles), led.own, led.wanted)
    turn = Turn(
        utterance_id=chunk.utterance_id,
        speaker=chunk.speaker,
        text=text[-most:],
        participant_id=chunk.participant_id,
        is_final=chunk.is_final,
        start_ms=chunk.start_ms if known is None or known.start_ms is None else known.start_ms,
        spoken_at=chunk.spoken_at if known is None or known.spoken_at is None else known.spoken_at,
        transcriber=chunk.transcriber,
        confidence=chunk.confidence,
        words_scored=0 if known is None else known.words_scored,
        heard_at={} if known is None else known.heard_at,
        roles=Roles() if known is None else known.roles,
        mood_before=None if known is None else known.mood_before,
    )
    return turn, removed


def adds_no_words(chunk: Chunk, conversation: Conversation) -> bool:
    """Whether a chunk has no words but those of its utterance that are known. What is known is
    redacted: where something was taken out, the chunk is compared without it too."""
    known = conversation.turn(chunk.utterance_id)
    new = plain_words(chunk.text)
    if known is None or chunk.revision is Revision.APPEND:
        return not new
    old = plain_words(known.text)
    if new == old or not MARKER.search(known.text):
        return new == old
    turn, _ = _turn(chunk, conversation, _before(chunk, conversation), len(chunk.text))
    return plain_words(turn.text) == old


def _steps(hits: list[Hit], seen: Window) -> tuple[StepTaken, ...]:
    """The steps of HEARD that stand in an agent's words, in the order they are said."""
    return tuple(
        StepTaken(
            step=HeardStep(hit.rule.label),
            rule_id=hit.rule.rule.id,
            evidence=seen.evidence(hit.start, hit.end),
        )
        for hit in sorted(hits, key=lambda hit: (hit.start, hit.end))
        if hit.rule.label in STEPS and hit.stands
    )
