"""What a detector says about one chunk, and what it needs to remember of the call so far."""

from __future__ import annotations

import re

import msgspec

from detectors.mood import Mood
from detectors.roles import Roles
from detectors.vocabulary import Disposition, Emotion, HeardStep, Speaker

TURNS_REMEMBERED = 12
"""Turns kept per call: enough for a trigger split over utterances and for an answer."""

CHARS_REMEMBERED = 40_000
"""Characters kept per call, beside the newest turn: a state must fit into one Kafka message."""


_WORD = re.compile(r"\w+")


def plain_words(text: str) -> list[str]:
    """The words of a text, however it is cased and punctuated."""
    return _WORD.findall(text.casefold())


class Evidence(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Words quoted exactly as transcribed (after redaction), and where they stand.

    `char_start`/`char_end` index the redacted text of that utterance (Python string offsets,
    end exclusive), so `text[char_start:char_end] == quote`.
    """

    utterance_id: str
    speaker: Speaker
    quote: str
    char_start: int
    char_end: int
    start_ms: int | None = None
    spoken_at: str | None = None
    transcriber: str | None = None
    confidence: float | None = None


class Finding(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One label found in one chunk, with the reason in words. `probability` is 0–1."""

    label: str
    disposition: Disposition
    probability: float
    reason: str
    rule_id: str
    evidence: tuple[Evidence, ...]
    subtype: str | None = None
    imminent: bool = False
    context: tuple[str, ...] = ()


class StepTaken(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A step of HEARD that the agent's words take, by which rule, and in which words."""

    step: HeardStep
    rule_id: str
    evidence: tuple[Evidence, ...]


class EmotionScore(msgspec.Struct, frozen=True, kw_only=True):
    """The customer's emotion in these words: the strongest label, its intensity 0–1, all scores."""

    label: Emotion
    intensity: float
    scores: dict[str, float]


class Turn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An utterance as far as it is known: redacted text and what quoting it needs.

    `participant_id` tells people of one side apart; None where the platform does not. `scored`
    is False while the classifier still has to read it, `words_scored` how many words it had last,
    `heard_at` after how many words each hard stop was first heard. Once it is final, `roles` is
    what its words said of the channels and `mood_before` the customer's mood up to it: a final that
    comes again takes the place of the first.
    """

    utterance_id: str
    speaker: Speaker
    text: str
    participant_id: str | None = None
    is_final: bool = True
    start_ms: int | None = None
    spoken_at: str | None = None
    transcriber: str | None = None
    confidence: float | None = None
    scored: bool = True
    words_scored: int = 0
    heard_at: dict[str, int] = {}
    roles: Roles = Roles()
    mood_before: Mood | None = None


class Reading(msgspec.Struct, frozen=True, kw_only=True):
    """Everything the detector says about one chunk.

    `turn` holds the redacted text. `triggers` has a probability 0–1 for every trigger and signal.
    `monitored` is False for a language without rules (`not_monitored` says why).
    `removed` names the kinds of personal data that redaction took out. `degraded`: the rules
    answered alone, for want of time. `caught_up` names earlier turns that were read once more with
    this chunk (by the classifier, late; as the caller's, on swapped channels): what was heard in
    them is among these findings. `mood` is that of the customer who spoke, this turn included.
    `roles`: how well the channels fit what is said on them. `steps`: what the agent does for the
    caller with these words, if the caller can hear them.
    """

    turn: Turn
    triggers: dict[str, float]
    findings: tuple[Finding, ...] = ()
    emotion: EmotionScore | None = None
    removed: tuple[str, ...] = ()
    monitored: bool = True
    not_monitored: str | None = None
    degraded: bool = False
    caught_up: tuple[str, ...] = ()
    mood: Mood | None = None
    roles: Roles = Roles()
    steps: tuple[StepTaken, ...] = ()

    def raised(self) -> list[str]:
        """Labels that this chunk gives evidence for at the policy's threshold, strongest first."""
        return self._labels(Disposition.RAISE)

    def review(self) -> list[str]:
        """Labels a person should look at when there is time."""
        return self._labels(Disposition.REVIEW)

    def _labels(self, wanted: Disposition) -> list[str]:
        best: dict[str, float] = {}
        for finding in self.findings:
            if finding.disposition is wanted:
                best[finding.label] = max(best.get(finding.label, 0.0), finding.probability)
        return sorted(best, key=lambda label: (-best[label], label))


CUSTOMERS_REMEMBERED = 4
"""People whose mood is kept, the latest to speak."""


class Conversation(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the detector remembers of one call: its last turns, redacted, and how each customer
    has felt so far (by participant id, "" where the platform gives none)."""

    turns: tuple[Turn, ...] = ()
    moods: dict[str, Mood] = {}
    roles: Roles = Roles()

    def after(self, reading: Reading) -> Conversation:
        """The conversation once this reading's turn is known; a revised turn keeps its place."""
        new = reading.turn
        turns = self.turns
        if reading.caught_up:
            turns = tuple(
                msgspec.structs.replace(turn, scored=True)
                if turn.utterance_id in reading.caught_up
                else turn
                for turn in turns
            )
        if self.turn(new.utterance_id) is None:
            turns = (*turns, new)[-TURNS_REMEMBERED:]
        else:
            turns = tuple(new if t.utterance_id == new.utterance_id else t for t in turns)
        return Conversation(
            turns=_bounded(turns),
            moods=self._moods_after(reading),
            roles=reading.roles if new.is_final else self.roles,
        )

    def mood(self, participant_id: str | None) -> Mood:
        """How this customer has felt so far."""
        return self.moods.get(participant_id or "", Mood())

    def mood_before(self, turn: Turn) -> Mood | None:
        """How this customer had felt up to a turn; None where later turns count already."""
        known = self.turn(turn.utterance_id)
        if known is None or known.mood_before is None:
            return self.mood(turn.participant_id)
        counted = [
            other.utterance_id
            for other in self.turns
            if other.mood_before is not None and other.participant_id == turn.participant_id
        ]
        return known.mood_before if counted[-1:] == [turn.utterance_id] else None

    def _moods_after(self, reading: Reading) -> dict[str, Mood]:
        # A partial result may still be revised: only what is final has been said.
        if reading.mood is None or not reading.turn.is_final:
            return self.moods
        who = reading.turn.participant_id or ""
        others = {name: mood for name, mood in self.moods.items() if name != who}
        kept = list(others.items())[-(CUSTOMERS_REMEMBERED - 1) :]
        return {**dict(kept), who: reading.mood}

    def turn(self, utterance_id: str) -> Turn | None:
        """The turn with this id, as far as it is known."""
        for turn in reversed(self.turns):
            if turn.utterance_id == utterance_id:
                return turn
        return None


def _bounded(turns: tuple[Turn, ...]) -> tuple[Turn, ...]:
    """Without the oldest turns, as far as the rest is too long."""
    total = 0
    for index in range(len(turns) - 1, -1, -1):
        total += len(turns[index].text)
        if total > CHARS_REMEMBERED and index < len(turns) - 1:
            return turns[index + 1 :]
    return turns
