"""Hits to findings: one probability per label, a disposition, and the reason in words."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import prod

from detectors.hits import Hit
from detectors.reading import EmotionScore, Finding
from detectors.settings import DetectionSettings
from detectors.vocabulary import LABELS, Disposition, Emotion
from detectors.window import Window

CERTAIN = 0.99
"""Rules alone never claim more: one in a hundred is left to what they cannot hear."""
MOST_FINDINGS = 5
"""Findings kept for a label: past this, more quotes tell a person nothing."""

Cluster = list[Hit]
"""Hits for one label whose words overlap, the strongest first: one piece of evidence."""


def noisy_or(probabilities: Iterable[float]) -> float:
    """The probability that any of several independent pieces of evidence holds, at most 0.99.

    Source: Pearl, 1988, "Probabilistic Reasoning in Intelligent Systems", 4.3.
    """
    return min(CERTAIN, 1.0 - prod(1.0 - probability for probability in probabilities))


def fuse(
    hits: Sequence[Hit], window: Window, settings: DetectionSettings
) -> tuple[dict[str, float], tuple[Finding, ...]]:
    """The probability 0–1 of every trigger and signal, and the findings, label by label."""
    probabilities = dict.fromkeys(LABELS, 0.0)
    findings: list[Finding] = []
    by_label: dict[str, list[Hit]] = {}
    for hit in hits:
        if not hit.dropped and hit.rule.label in probabilities:
            by_label.setdefault(hit.rule.label, []).append(hit)
    for label in sorted(by_label, key=LABELS.index):
        clusters = _clusters(by_label[label])
        counted = noisy_or(c[0].probability for c in clusters if not c[0].review)
        looked_at = max((c[0].probability for c in clusters if c[0].review), default=0.0)
        probabilities[label] = max(counted, looked_at)
        made = [_finding(c, counted, window, settings.threshold_for(label)) for c in clusters]
        made.sort(key=lambda finding: (_ORDER[finding.disposition], -finding.probability))
        findings.extend(made[:MOST_FINDINGS])
    return probabilities, tuple(findings)


def emotion(hits: Sequence[Hit]) -> EmotionScore:
    """The emotion that rules find in the words; neutral is what the strongest leaves."""
    by_feeling: dict[str, list[Hit]] = {feeling.value: [] for feeling in Emotion}
    for hit in hits:
        if hit.rule.label in by_feeling and not hit.dropped:
            by_feeling[hit.rule.label].append(hit)
    scores = {
        feeling: noisy_or(cluster[0].probability for cluster in _clusters(own))
        for feeling, own in by_feeling.items()
    }
    strongest = max(scores.values())
    scores[Emotion.NEUTRAL.value] = 1.0 - strongest
    label = max(Emotion, key=lambda feeling: scores[feeling.value])
    intensity = 0.0 if label is Emotion.NEUTRAL else scores[label.value]
    return EmotionScore(label=label, intensity=intensity, scores=scores)


_ORDER = {Disposition.RAISE: 0, Disposition.REVIEW: 1, Disposition.CLEAR: 2}


def _clusters(hits: Sequence[Hit]) -> list[Cluster]:
    clusters: list[Cluster] = []
    reach = -1
    for hit in sorted(hits, key=lambda h: (h.start, h.end)):
        if hit.start < reach:
            clusters[-1].append(hit)
            reach = max(reach, hit.end)
        else:
            clusters.append([hit])
            reach = hit.end
    for cluster in clusters:
        cluster.sort(key=lambda h: (h.review, -h.probability, h.start - h.end, h.rule.rule.id))
    return clusters


def _finding(cluster: Cluster, together: float, window: Window, threshold: float) -> Finding:
    best = cluster[0]
    rule = best.rule.rule
    probability = best.probability
    if best.review:
        disposition = Disposition.REVIEW
    elif probability >= threshold or (best.stands and together >= threshold):
        disposition, probability = Disposition.RAISE, together
    else:
        disposition = Disposition.CLEAR
    return Finding(
        label=best.rule.label,
        disposition=disposition,
        probability=probability,
        reason=_reason(best, window, disposition),
        rule_id=rule.id,
        evidence=window.evidence(best.start, best.end),
        subtype=rule.subtype,
        imminent=any(hit.rule.rule.imminent and hit.stands for hit in cluster),
        context=tuple(modifier.category for modifier in best.context),
    )


def _reason(hit: Hit, window: Window, disposition: Disposition) -> str:
    """A plain sentence: what was found, in which words, and what the context said."""
    says = hit.rule.rule.says.strip().rstrip(".")
    reason = f"{says[:1].upper()}{says[1:]}: “{window.quote(hit.start, hit.end)}”."
    if hit.context:
        heard = ", ".join(
            f"{found.category.replace('_', ' ')} (“{window.quote(found.start, found.end)}”)"
            for found in hit.context
        )
        reason += f" Context: {heard}."
    elif disposition is Disposition.CLEAR:
        reason += " Too weak alone."
    return reason
