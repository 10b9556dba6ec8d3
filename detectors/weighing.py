"""How sure the evidence makes one label: rules' hits and the classifier's score, in log-odds."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from math import log, log1p, prod, tanh

import msgspec

from detectors.hits import Hit
from detectors.scoring import Weights
from detectors.standing import STANDING, Standing

CERTAIN = 0.99
"""Nothing claims more: one in a hundred is left to what cannot be heard in words."""

Cluster = list[Hit]
"""Hits for one label whose words overlap, the strongest first: one piece of evidence."""


def noisy_or(probabilities: Iterable[float]) -> float:
    """The probability that any of several independent pieces of evidence holds, at most 0.99.

    Source: Pearl, 1988, "Probabilistic Reasoning in Intelligent Systems", 4.3.
    """
    return min(CERTAIN, 1.0 - prod(1.0 - probability for probability in probabilities))


class Fused(msgspec.Struct, frozen=True, kw_only=True):
    """One label's probabilities: rules' evidence that stands, what only a person should look at,
    the classifier's (None without one), and all together."""

    rules: float = 0.0
    looked_at: float = 0.0
    cleared: bool = False
    classifier: float | None = None
    together: float = 0.0


ALIKE = Weights()


def clustered(hits: Sequence[Hit]) -> list[Cluster]:
    clusters: list[Cluster] = []
    reach = -1
    evidence = (hit for hit in hits if not hit.rule.rule.names)
    for hit in sorted(evidence, key=lambda h: (h.start, h.end)):
        if hit.start < reach:
            clusters[-1].append(hit)
            reach = max(reach, hit.end)
        else:
            clusters.append([hit])
            reach = hit.end
    for cluster in clusters:
        cluster.sort(key=lambda h: (h.review, -h.probability, h.start - h.end, h.rule.rule.id))
    return clusters


def weigh(
    clusters: Sequence[Cluster],
    classifier: float | None,
    weights: Weights,
    standing: Standing = STANDING,
) -> Fused:
    """The probabilities of one label from its clusters of hits and the classifier's score."""
    if not clusters:  # as most labels are in most turns
        return Fused(classifier=classifier, together=_by_classifier(classifier, weights))
    rules = noisy_or(c[0].probability for c in clusters if not c[0].review)
    looked_at = max((c[0].probability for c in clusters if c[0].review), default=0.0)
    told = [c[0] for c in clusters if not c[0].doubted]
    cleared = bool(told) and not any(hit.stands for hit in told)
    both = rules
    if classifier is not None:
        plain = kept(clusters)
        both = together(rules, classifier, weights, standing, cleared=cleared, kept=plain)
    return Fused(
        rules=rules,
        looked_at=looked_at,
        cleared=cleared,
        classifier=classifier,
        together=both,
    )


def kept(clusters: Iterable[Cluster]) -> float:
    """What no classifier takes back: what a rule calls plain, and the answer to the agent's
    question, for it hears words, and a "no" is none without what was asked."""
    hits = (
        [h for h in c if not h.review and (h.rule.after_agent or h.rule.rule.plain)]
        for c in clusters
    )
    return noisy_or(max((hit.probability for hit in c), default=0.0) for c in hits)


def together(
    rules: float,
    classifier: float,
    weights: Weights,
    standing: Standing,
    *,
    cleared: bool,
    kept: float = 0.0,
) -> float:
    """The probability of a label from that of its rules and the classifier's. `kept`: what of the
    rules stands whatever the classifier hears."""
    told = -weights.cleared if cleared else weights.rules * rule_evidence(rules)
    both = _by_classifier(classifier, weights, told)
    plain = rules if classifier >= standing.unheard else kept
    # Said in so many words: the classifier may add to it, not take it back.
    return max(both, plain) if plain >= standing.plain else both


def _by_classifier(classifier: float | None, weights: Weights, told: float = 0.0) -> float:
    """`told`: what rules add to the classifier's odds."""
    if classifier is None:
        return 0.0
    odds = weights.bias + weights.classifier * log_odds(classifier) + told
    return min(CERTAIN, 0.5 * (1 + tanh(0.5 * odds)))


def rule_evidence(probability: float) -> float:
    """What rules add to the log-odds, before its weight: 0 for none, 4.6 for 0.99."""
    return -log1p(-min(CERTAIN, probability))


def log_odds(probability: float) -> float:
    """Log-odds of a probability, no surer than one in ten thousand."""
    bounded = min(1 - 1e-4, max(1e-4, probability))
    return log(bounded / (1 - bounded))
