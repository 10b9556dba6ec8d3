"""How soon a trigger is heard: utterances fed word by word, as partial results come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import msgspec
import numpy as np

from models.evaluation.intervals import proportion
from models.evaluation.measures import Delay
from models.evaluation.samples import Sample
from models.evaluation.scores import STOPS, Answered
from models.evaluation.systems import System

MOST_READ = 300
"""Utterances read word by word of each sort: one costs as much as fifteen others."""
EARLIEST, LATEST = -3, 10


def detection_delay(
    system: System, answered: Answered, advance: Callable[[int], None]
) -> Delay | None:
    """Delays of raised hard stops, and flickers of innocent utterances.

    A trigger is complete with the last word of the annotated evidence; without annotation, with the
    last word that the final reading quotes as its evidence. It is heard at the first prefix from
    which on every longer one raises it.
    """
    hits = _spread(
        [(s, a) for s, a in answered if s.judged and (s.labels or frozenset()) & a.raised & STOPS]
    )
    innocent = _spread(
        [(s, a) for s, a in answered if s.judged and not (s.labels or frozenset()) & STOPS]
    )
    if not hits:
        return None
    delays: list[int] = []
    left: list[int] = []
    for sample, answer in hits:
        raised = [*_prefixes(system, sample), answer.raised]
        for label in sorted((sample.labels or frozenset()) & answer.raised & STOPS):
            heard = _since(label, raised)
            delays.append(heard - _complete(sample, answer.complete_at.get(label), len(raised)))
            left.append(len(raised) - heard)
        advance(1)
    flickered = 0
    for sample, answer in innocent:
        on_the_way = frozenset[str]().union(*_prefixes(system, sample))
        flickered += bool((on_the_way & STOPS) - answer.raised)
        advance(1)
    counts = Counter(min(LATEST, max(EARLIEST, delay)) for delay in delays)
    return Delay(
        read=len(delays),
        at_once=proportion(sum(delay <= 0 for delay in delays), len(delays)),
        median=float(np.median(delays)),
        ninety=float(np.quantile(delays, 0.9, method="higher")),
        worst=max(delays),
        distribution=dict(sorted(counts.items())),
        before_end=float(np.mean(left)),
        flickers=proportion(flickered, len(innocent)),
    )


def word_by_word(answered: Answered) -> int:
    """How many utterances `detection_delay` will read."""
    judged = [(s, a) for s, a in answered if s.judged]
    hits = sum(bool((s.labels or frozenset()) & a.raised & STOPS) for s, a in judged)
    innocent = sum(not (s.labels or frozenset()) & STOPS for s, _ in judged)
    return min(hits, MOST_READ) + min(innocent, MOST_READ) if hits else 0


def _prefixes(system: System, sample: Sample) -> list[frozenset[str]]:
    """What each partial result raises: one word, two words, … all but the last."""
    words = sample.text.split()
    return [
        system.answer(
            msgspec.structs.replace(sample, text=" ".join(words[:count])), final=False
        ).raised
        for count in range(1, len(words))
    ]


def _since(label: str, raised: Sequence[frozenset[str]]) -> int:
    """The number of words from which on the label stays raised; the last entry is the final."""
    heard = len(raised)
    while heard > 1 and label in raised[heard - 2]:
        heard -= 1
    return heard


def _complete(sample: Sample, quoted: int | None, words: int) -> int:
    if sample.evidence is not None:
        end = sample.text.index(sample.evidence) + len(sample.evidence)
        return len(sample.text[:end].split())
    return min(quoted, words) if quoted is not None else words


def _spread(rows: Answered) -> Answered:
    """At most MOST_READ of them, evenly over the data."""
    if len(rows) <= MOST_READ:
        return rows
    return [rows[i] for i in np.linspace(0, len(rows) - 1, MOST_READ).round().astype(int)]
