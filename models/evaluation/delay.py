"""How soon a trigger is heard: utterances fed word by word, as partial results come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np

from models.evaluation.intervals import share
from models.evaluation.measures import Delay
from models.evaluation.scores import STOPS, Answered
from models.evaluation.systems import System

MOST_READ = 300
"""Utterances read word by word of each sort: one costs as much as fifteen others."""
EARLIEST, LATEST = -3, 10


def detection_delay(
    system: System, answered: Answered, advance: Callable[[int], None]
) -> Delay | None:
    """Delays of raised hard stops, and flickers of innocent utterances.

    A trigger is complete with the last word of the annotated evidence; it is heard at the first
    prefix from which on every longer one raises it. Without any annotation nobody knows when one
    is complete: there is no delay then, only how many words were left when it was heard.
    """
    hits, innocent = _to_read(answered)
    if not hits:
        return None
    delays: list[tuple[str, int]] = []
    left: list[int] = []
    for sample, answer in hits:
        raised = system.as_spoken(sample)
        for label in sorted((sample.labels or frozenset()) & answer.raised & STOPS):
            heard = _since(label, raised)
            left.append(len(raised) - heard)
            if sample.evidence is not None:
                complete = _complete(sample.text, sample.evidence)
                delays.append((sample.group, heard - complete))
        advance(1)
    flickered: list[tuple[str, bool]] = []
    for sample, _ in innocent:
        *on_the_way, final = system.as_spoken(sample)
        gone = sample.known(frozenset[str]().union(*on_the_way) & STOPS) - final
        flickered.append((sample.group, bool(gone)))
        advance(1)
    words = [delay for _, delay in delays]
    counts = Counter(min(LATEST, max(EARLIEST, delay)) for delay in words)
    return Delay(
        read=len(left),
        at_once=share((group, delay <= 0) for group, delay in delays),
        median=float(np.median(words)) if words else None,
        ninety=float(np.quantile(words, 0.9, method="higher")) if words else None,
        worst=max(words, default=None),
        distribution=dict(sorted(counts.items())),
        before_end=float(np.mean(left)),
        flickers=share(flickered),
    )


def word_by_word(answered: Answered) -> int:
    """How many utterances `detection_delay` will read."""
    hits, innocent = _to_read(answered)
    return len(hits) + len(innocent) if hits else 0


def _to_read(answered: Answered) -> tuple[Answered, Answered]:
    """Hits, of annotated rows alone where there are any, and innocent utterances."""
    judged = [(s, a) for s, a in answered if s.judged]
    annotated = any(s.evidence is not None for s, _ in judged)
    hits = [
        (s, a)
        for s, a in judged
        if (s.labels or frozenset()) & a.raised & STOPS
        and (s.evidence is not None or not annotated)
    ]
    innocent = [(s, a) for s, a in judged if not (s.labels or frozenset()) & STOPS]
    return _spread(hits), _spread(innocent)


def _since(label: str, raised: Sequence[frozenset[str]]) -> int:
    """The number of words from which on the label stays raised; the last entry is the final."""
    heard = len(raised)
    while heard > 1 and label in raised[heard - 2]:
        heard -= 1
    return heard


def _complete(text: str, evidence: str) -> int:
    """The words of a text up to the end of the evidence in it."""
    end = text.index(evidence) + len(evidence)
    return len(text[:end].split())


def _spread(rows: Answered) -> Answered:
    """At most MOST_READ of them, evenly over the data."""
    if len(rows) <= MOST_READ:
        return rows
    return [rows[i] for i in np.linspace(0, len(rows) - 1, MOST_READ).round().astype(int)]
