"""The emotion in the words: what rules find beside what the classifier hears."""

from __future__ import annotations

from collections.abc import Sequence

from detectors.hits import Hit
from detectors.reading import EmotionScore
from detectors.scoring import Scores
from detectors.vocabulary import Emotion
from detectors.weighing import clustered, noisy_or

RULE_SHARE = 0.5
"""How much a rule's emotion counts beside the classifier's."""
STATED = 0.95
"""From which probability of a rule its emotion stands: it is of a fact, told in whatever tone."""


def emotion(hits: Sequence[Hit], scores: Scores | None = None) -> EmotionScore:
    """The emotion in the words: the classifier's where there is one, else what rules find.

    Rules add to the classifier's scores by half: they know phrases, it knows tone. What is stated
    is the emotion, as strong as the rule is sure.
    """
    by_feeling: dict[str, list[Hit]] = {feeling.value: [] for feeling in Emotion}
    for hit in hits:
        if hit.rule.label in by_feeling and not hit.dropped:
            by_feeling[hit.rule.label].append(hit)
    by_rule = {
        feeling: noisy_or(cluster[0].probability for cluster in clustered(own))
        for feeling, own in by_feeling.items()
    }
    stated = {hit.rule.label for hit in hits if hit.stands and hit.rule.rule.probability >= STATED}
    named = [feeling for feeling in Emotion if feeling.value in stated]
    if scores is None:
        by_rule[Emotion.NEUTRAL.value] = 1.0 - max(by_rule.values())
        felt = by_rule
    else:
        felt = {
            feeling: noisy_or((scores.emotions.get(feeling, 0.0), RULE_SHARE * by_rule[feeling]))
            for feeling in by_feeling
        }
    for feeling in named:
        felt[feeling.value] = max(felt[feeling.value], by_rule[feeling.value])
    label = max(named or Emotion, key=lambda feeling: felt[feeling.value])
    if label is Emotion.NEUTRAL:
        intensity = 0.0
    else:
        intensity = felt[label.value] if scores is None else scores.intensity
        intensity = max(intensity, by_rule[label.value]) if named else intensity
    return EmotionScore(label=label, intensity=intensity, scores=felt)
