"""Why a chunk was read as it was: the words as rules saw them, every hit, and what became of it."""

from __future__ import annotations

import msgspec

from detectors.chunk import Chunk
from detectors.detector import Detector
from detectors.fusion import CLASSIFIER, named_by
from detectors.reading import Conversation, EmotionScore
from detectors.scoring import Scores
from detectors.vocabulary import Disposition

MOST_SCORES = 3


class HeardContext(msgspec.Struct, frozen=True, kw_only=True):
    """Context around a hit: its kind and its words as transcribed."""

    category: str
    words: str


class HeardRule(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A rule that hit. `dropped` says why it does not count, `doubted` why a person should look.

    `written` is the rule's own probability 0–1, `probability` what the context leaves of it; of a
    rule that only `names` something both weigh nothing.
    """

    label: str
    rule_id: str
    says: str
    words: str
    written: float
    probability: float
    context: tuple[HeardContext, ...] = ()
    review: bool = False
    names: bool = False
    dropped: str = ""
    doubted: str = ""


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """What became of a label: its probability, the threshold it is held to, the disposition."""

    label: str
    probability: float
    threshold: float
    disposition: Disposition
    reasons: tuple[str, ...]


class Explanation(msgspec.Struct, frozen=True, kw_only=True):
    """One reading, explained. `words` are the normalised words of the whole window.

    `classifier`: what it hears before fusion, strongest first, 0–1; empty where it was not asked.
    """

    text: str
    words: tuple[str, ...]
    rules: tuple[HeardRule, ...]
    decisions: tuple[Decision, ...]
    emotion: EmotionScore | None
    removed: tuple[str, ...]
    not_monitored: str | None
    classifier: dict[str, float] = {}


def explain(detector: Detector, chunk: Chunk, conversation: Conversation) -> Explanation:
    """Explain what `detector.read` says about a chunk; also the hits it dropped."""
    heard = detector.hear(chunk, conversation)
    reading, window = heard.reading, heard.window
    rules = tuple(
        HeardRule(
            label=hit.rule.label,
            rule_id=hit.rule.rule.id,
            says=hit.rule.rule.says,
            words=window.quote(hit.start, hit.end),
            written=hit.rule.rule.probability,
            probability=hit.probability,
            context=tuple(
                HeardContext(category=m.category, words=window.quote(m.start, m.end))
                for m in hit.context
            ),
            review=hit.review,
            names=hit.rule.rule.names,
            dropped=hit.dropped,
            doubted=hit.doubted,
        )
        for hit in heard.hits
    )
    named = named_by(heard.hits)
    decisions = []
    for label in dict.fromkeys(finding.label for finding in reading.findings):
        own = [finding for finding in reading.findings if finding.label == label]
        decisions.append(
            Decision(
                label=label,
                probability=reading.triggers[label],
                threshold=(
                    detector.settings.alone_for(label, named=label in named)
                    if own[0].rule_id == CLASSIFIER
                    else detector.settings.threshold_for(label)
                ),
                disposition=own[0].disposition,
                reasons=tuple(finding.reason for finding in own),
            )
        )
    return Explanation(
        text=reading.turn.text,
        words=tuple(window.words),
        rules=rules,
        decisions=tuple(decisions),
        emotion=reading.emotion,
        removed=reading.removed,
        not_monitored=reading.not_monitored,
        classifier={} if heard.scores is None else _strongest(heard.scores),
    )


def _strongest(scores: Scores) -> dict[str, float]:
    """The labels that the classifier thinks likeliest, and how likely."""
    ordered = sorted(scores.labels.items(), key=lambda entry: -entry[1])
    return {label: round(probability, 3) for label, probability in ordered[:MOST_SCORES]}
