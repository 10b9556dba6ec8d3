"""Hits to findings: one probability per label, a disposition, and the reason in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from detectors.hits import Hit
from detectors.normalise import SENTENCE_ENDS
from detectors.reading import Finding
from detectors.scoring import Scores, Weights
from detectors.settings import DetectionSettings
from detectors.standing import standing_of
from detectors.vocabulary import LABELS, LIFE_STOPS, Disposition, Trigger
from detectors.weighing import ALIKE, Cluster, Fused, clustered, weigh
from detectors.window import Window

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
    named = named_by(hits)
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
        alone = settings.alone_for(label, named=label in named)
        findings.extend(
            _findings(label, clusters, fused, window, settings, alone, declined=declined)
        )
    return probabilities, tuple(findings)


def _findings(
    label: str,
    clusters: Sequence[Cluster],
    fused: Fused,
    window: Window,
    settings: DetectionSettings,
    alone: float,
    *,
    declined: bool,
) -> list[Finding]:
    made = [_finding(cluster, fused, window, settings) for cluster in clusters]
    heard = fused.classifier is not None and not any(c[0].stands for c in clusters)
    if heard and window.current < len(window.words):
        found = _heard(label, clusters, fused, window, settings, alone, declined=declined)
        if found is not None:
            made.append(found)
    made.sort(key=lambda finding: (_ORDER[finding.disposition], -finding.probability))
    return made[:MOST_FINDINGS]


def named_by(hits: Sequence[Hit]) -> frozenset[str]:
    """The labels of which somebody named what they are about, without denying it."""
    return frozenset(hit.rule.label for hit in hits if hit.rule.rule.names and hit.undisputed)


def _declined(hits: Sequence[Hit], window: Window) -> bool:
    """Whether a hard stop's words are denied in the turn, and no other words of one stand."""
    stops = [
        hit
        for hit in hits
        if hit.rule.label in _STOPS and not hit.dropped and not hit.rule.rule.names
    ]
    return not any(hit.stands for hit in stops) and any(
        found.category == "negated" and hit.end > window.current
        for hit in stops
        for found in hit.context
    )


_ORDER = {Disposition.RAISE: 0, Disposition.REVIEW: 1, Disposition.CLEAR: 2}


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
    threshold: float,
    *,
    declined: bool,
) -> Finding | None:
    """What the classifier hears in the turn where no rule stands, from this probability on."""
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
