"""Hits to findings: one probability per label, a disposition, and the reason in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from math import log, log1p, prod, tanh

import msgspec

from detectors.hits import Hit
from detectors.normalise import SENTENCE_ENDS
from detectors.reading import Finding
from detectors.scoring import Scores, Weights
from detectors.settings import DetectionSettings
from detectors.standing import STANDING, Standing, standing_of
from detectors.vocabulary import LABELS, LIFE_STOPS, Disposition, Trigger
from detectors.window import Window

CERTAIN = 0.99
"""Nothing claims more: one in a hundred is left to what cannot be heard in words."""
OVER_DENIAL = 0.95
"""How sure the classifier must make it where a rule hears the words denied: for a life stop its
own words, else those of any hard stop of the turn ("no need for the papers, or a tribunal")."""
UNFINISHED = 0.5
"""How far towards certainty the classifier's threshold moves for a partial result: half a sentence
is easily taken for another one, and the rest of it is a second away."""
NEVER = 1.0
"""No probability reaches it: a plain answer that a rule takes up whole is looked at, at most."""
CLASSIFIER = "classifier"
"""In place of a rule's id, where no rule found the words."""
MOST_FINDINGS = 5
"""Findings kept for a label: past this, more quotes tell a person nothing."""

_LIFE = frozenset(trigger.value for trigger in LIFE_STOPS)
_STOPS = frozenset(trigger.value for trigger in Trigger)

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


def fuse(
    hits: Sequence[Hit],
    window: Window,
    settings: DetectionSettings,
    scores: Scores | None = None,
    weights: Mapping[str, Weights] | None = None,
) -> tuple[dict[str, float], tuple[Finding, ...]]:
    """The probability 0–1 of every trigger and signal, and the findings, label by label.

    With scores, both count: in log-odds, by weights that were fitted so that a probability is one.
    """
    declined = _declined(hits, window)
    by_label: dict[str, list[Hit]] = {}
    for hit in hits:
        if not hit.dropped:
            by_label.setdefault(hit.rule.label, []).append(hit)
    probabilities: dict[str, float] = {}
    findings: list[Finding] = []
    quiet = settings.quiet_below
    for label in LABELS:
        clusters = clustered(by_label.get(label, ()))
        classifier = None if scores is None else scores.labels.get(label)
        own = (weights or {}).get(label, ALIKE)
        fused = weigh(clusters, classifier, own, standing_of(label))
        probabilities[label] = max(fused.together, fused.looked_at)
        if not clusters and fused.together < quiet:  # as most labels in most turns
            continue
        findings.extend(_findings(label, clusters, fused, window, settings, declined=declined))
    return probabilities, tuple(findings)


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


def _findings(
    label: str,
    clusters: Sequence[Cluster],
    fused: Fused,
    window: Window,
    settings: DetectionSettings,
    *,
    declined: bool,
) -> list[Finding]:
    made = [_finding(cluster, fused, window, settings) for cluster in clusters]
    heard = fused.classifier is not None and not any(c[0].stands for c in clusters)
    if heard and window.current < len(window.words):
        found = _heard(label, clusters, fused, window, settings, declined=declined)
        if found is not None:
            made.append(found)
    made.sort(key=lambda finding: (_ORDER[finding.disposition], -finding.probability))
    return made[:MOST_FINDINGS]


def _declined(hits: Sequence[Hit], window: Window) -> bool:
    """Whether a hard stop's words are denied in the turn, and no other words of one stand."""
    stops = [hit for hit in hits if hit.rule.label in _STOPS and not hit.dropped]
    return not any(hit.stands for hit in stops) and any(
        found.category == "negated" and hit.end > window.current
        for hit in stops
        for found in hit.context
    )


_ORDER = {Disposition.RAISE: 0, Disposition.REVIEW: 1, Disposition.CLEAR: 2}


def clustered(hits: Sequence[Hit]) -> list[Cluster]:
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


def _finding(
    cluster: Cluster, fused: Fused, window: Window, settings: DetectionSettings
) -> Finding:
    best = cluster[0]
    rule = best.rule.rule
    label = best.rule.label
    threshold = settings.threshold_for(label)
    probability = best.probability
    if best.review:
        quiet = rule.review == "if_heard"
        disposition = Disposition.CLEAR if quiet else Disposition.REVIEW
    elif fused.together >= threshold and (best.stands or probability >= threshold):
        disposition, probability = Disposition.RAISE, fused.together
    elif best.stands and label in _LIFE and fused.rules >= settings.review_for(label):
        # What a rule hears of a life is not dropped because the classifier does not hear it.
        disposition, probability = Disposition.REVIEW, max(fused.together, probability)
    else:
        disposition = Disposition.CLEAR
    return Finding(
        label=label,
        disposition=disposition,
        probability=probability,
        reason=_reason(best, window, disposition, fused.classifier),
        rule_id=rule.id,
        evidence=window.evidence(best.start, best.end),
        subtype=rule.subtype,
        imminent=any(hit.rule.rule.imminent and hit.stands for hit in cluster),
        context=tuple(modifier.category for modifier in best.context),
    )


def _heard(
    label: str,
    clusters: Sequence[Cluster],
    fused: Fused,
    window: Window,
    settings: DetectionSettings,
    *,
    declined: bool,
) -> Finding | None:
    """What the classifier hears in the turn where no rule stands."""
    threshold = settings.alone_for(label)
    if not window.turns[-1].is_final:
        threshold += (1.0 - threshold) * UNFINISHED
    # A denial is looked at by a person: only all but certainty about the rest overrules it. Where
    # its own words are there, ordinary talk is not what it must be told from.
    if any(cluster[0].review and not cluster[0].doubted for cluster in clusters):
        threshold = OVER_DENIAL
    elif declined and label not in _LIFE:
        threshold = max(OVER_DENIAL, threshold)
    if any(_is_whole_answer(hit, window) for cluster in clusters for hit in cluster):
        threshold = NEVER
    if fused.together >= threshold:
        disposition = Disposition.RAISE
    elif label in _LIFE and fused.together >= settings.point.alone_review:
        disposition = Disposition.REVIEW
    else:
        return None
    start, end = window.current, len(window.words)
    share = 0.0 if fused.classifier is None else fused.classifier
    reason = f"The classifier hears {_spoken(label)} ({share:.2f}): “{window.quote(start, end)}”."
    if clusters:
        reason += " A rule found its words, and their context speaks against it."
    return Finding(
        label=label,
        disposition=disposition,
        probability=fused.together,
        reason=reason,
        rule_id=CLASSIFIER,
        evidence=window.evidence(start, end),
    )


def _is_whole_answer(hit: Hit, window: Window) -> bool:
    """Whether a rule for review takes up the whole turn: there is nothing else to be heard."""
    rest = window.words[hit.end :]
    return (
        hit.rule.rule.review is not None
        and hit.start <= window.current
        and SENTENCE_ENDS.issuperset(rest)
    )


def _spoken(label: str) -> str:
    return label.replace("_", " ")


def _reason(hit: Hit, window: Window, disposition: Disposition, classifier: float | None) -> str:
    """A plain sentence: what was found, in which words, and what the context said."""
    says = hit.rule.rule.says.strip().rstrip(".")
    reason = f"{says[:1].upper()}{says[1:]}: “{window.quote(hit.start, hit.end)}”."
    if hit.context:
        heard = ", ".join(
            f"{found.category.replace('_', ' ')} (“{window.quote(found.start, found.end)}”)"
            for found in hit.context
        )
        reason += f" Context: {heard}."
    elif disposition is Disposition.CLEAR and classifier is None:
        reason += " Too weak alone."
    if hit.doubted:
        reason += " Words near by may make it something else."
    if classifier is not None:
        reason += f" Classifier: {classifier:.2f}."
    return reason
