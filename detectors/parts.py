"""As whose words a turn is read: the caller's, an employee's, or both, while that is not clear."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from detectors.answers import question_before
from detectors.context import REVIEW_FACTOR
from detectors.fusion import fuse
from detectors.hits import Hit, HitFinder
from detectors.listening import is_counted, listen
from detectors.reading import Finding, Turn
from detectors.roles import EXCHANGED, Roles, role_book
from detectors.scoring import Scorer, Scores
from detectors.settings import DetectionSettings
from detectors.vocabulary import (
    LABELS,
    LIFE_STOPS,
    Disposition,
    Emotion,
    HeardStep,
    Signal,
    Speaker,
)
from detectors.window import Window

STEPS = frozenset(step.value for step in HeardStep)
OF_AGENTS = STEPS | {Signal.AGENT_GUARDRAIL.value}
OF_CALLERS = frozenset({*LABELS, *(e.value for e in Emotion)}) - OF_AGENTS
LIFE_LABELS = frozenset(trigger.value for trigger in LIFE_STOPS)


class Part(msgspec.Struct, frozen=True, kw_only=True):
    """How the words of a turn are read.

    `staff`: as an employee's, so that life stops alone are heard in them, for review. `unclear`:
    who is who is not clear yet, so that they may be the caller's all the same. `exchanged`: the one
    labelled customer is taken for the agent, and the other way round.
    """

    staff: bool = False
    unclear: bool = False
    exchanged: bool = False

    @property
    def listened_to(self) -> bool:
        """Whether the classifier reads them: not where it is clear that they are an employee's."""
        return self.unclear or not self.staff


def part_of(speaker: Speaker, roles: Roles, *, consult: bool = False) -> Part:
    """The part that a speaker has. `consult`: staff confer, and no caller hears them.

    On swapped channels nobody's words are taken for an employee's: those of the one labelled
    customer are read as ever, should it not be true.
    """
    agent = speaker is Speaker.AGENT
    unclear = agent and not consult and not roles.clear
    return Part(
        staff=consult or (agent and not roles.swapped),
        unclear=unclear,
        exchanged=unclear or (roles.swapped and speaker is not Speaker.CUSTOMER),
    )


def really(turns: Sequence[Turn]) -> tuple[Turn, ...]:
    """The turns with the two sides exchanged."""
    return tuple(
        msgspec.structs.replace(turn, speaker=EXCHANGED.get(turn.speaker, turn.speaker))
        for turn in turns
    )


def rules_hear(
    finder: HitFinder, seen: Window, turn: Turn, before: Sequence[Turn], part: Part
) -> list[Hit]:
    """What the rules hear in a turn. `before`: the turns before it, as labelled."""
    asked = ""
    if turn.speaker is not Speaker.AGENT or part.exchanged:
        led = really(before) if part.exchanged else before
        asked = question_before(turn, led, role_book(finder.language), finder.lexicon.words)
    if not part.staff:
        return finder.hits(seen, OF_CALLERS, asked)
    hits = finder.hits(seen, LIFE_LABELS | OF_AGENTS, asked)
    return [_as_review(hit) if hit.rule.label in LIFE_LABELS else hit for hit in hits]


def classifier_hears(scorer: Scorer, turn: Turn, before: Sequence[Turn], part: Part) -> Scores:
    """What the classifier hears in a turn: of an employee's words only what is of life, and of
    numbers alone, which answer "how many did you take?" as well as "your account number?"."""
    if part.exchanged:
        (turn,), before = really((turn,)), really(before)
    scores = listen(scorer, turn, before)
    if not part.staff and not is_counted(turn.text):
        return scores
    of_life = {label: p for label, p in scores.labels.items() if label in LIFE_LABELS}
    return msgspec.structs.replace(scores, labels=of_life)


def weighed(
    hits: Sequence[Hit],
    seen: Window,
    settings: DetectionSettings,
    scores: Scores | None,
    scorer: Scorer | None,
    part: Part,
) -> tuple[dict[str, float], tuple[Finding, ...]]:
    """Hits and scores together; a life stop in an employee's words is for a person to look at."""
    weights = None if scorer is None else scorer.weights
    triggers, findings = fuse(hits, seen, settings, scores, weights)
    if not part.staff or scores is None:
        return triggers, findings
    triggers = {
        label: min(p, REVIEW_FACTOR) if label in LIFE_LABELS else p for label, p in triggers.items()
    }
    return triggers, tuple(map(_finding_as_review, findings))


def _as_review(hit: Hit) -> Hit:
    """A life stop in an employee's words: channels get swapped, so a person looks."""
    if not hit.stands:
        return hit
    return msgspec.structs.replace(hit, review=True, probability=hit.probability * REVIEW_FACTOR)


def _finding_as_review(finding: Finding) -> Finding:
    if finding.label not in LIFE_LABELS or finding.disposition is Disposition.CLEAR:
        return finding
    return msgspec.structs.replace(
        finding,
        disposition=Disposition.REVIEW,
        probability=min(finding.probability, REVIEW_FACTOR),
    )
