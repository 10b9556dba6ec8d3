"""False alarms: on what only sounds like a hard stop, per utterance, and per call."""

from __future__ import annotations

from collections import Counter

from models.evaluation.intervals import proportion, share
from models.evaluation.measures import Alarms, CallAlarms
from models.evaluation.scores import STOPS, Answered


def alarms(answered: Answered) -> Alarms:
    """Over all rows but the ambiguous ones; only hard stops count, signals open no alert."""
    judged = [
        (s, a, (a.raised & STOPS) - (s.labels or frozenset())) for s, a in answered if s.judged
    ]
    open_rows = [(s.group, bool(a.raised & STOPS)) for s, a in answered if s.labels is None]
    found = [(s.group, bool(wrong)) for s, _, wrong in judged]
    hard = [(s.group, bool(wrong)) for s, _, wrong in judged if s.hard_negative]
    false = sum(len(wrong) for _, _, wrong in judged)
    return Alarms(
        hard_negatives=share(hard),
        utterances=share(found),
        per_thousand=1000 * false / len(judged) if judged else None,
        unlabelled=share(open_rows),
        calls=tuple(_calls(answered)),
    )


def _calls(answered: Answered) -> list[CallAlarms]:
    """Judged calls and others apart. A call's own labels excuse its alerts, on whichever row: one
    that comes a turn late is late, not false."""
    raised: dict[tuple[str, str], set[str]] = {}
    meant: dict[tuple[str, str], set[str]] = {}
    unlabelled: set[tuple[str, str]] = set()
    for sample, answer in answered:
        call = sample.of_call
        if call is None:
            continue
        raised.setdefault(call, set()).update(answer.raised & STOPS)
        meant.setdefault(call, set()).update(sample.labels or ())
        if not sample.judged:
            unlabelled.add(call)
    found = []
    for judged in (True, False):
        calls = [call for call in raised if (call not in unlabelled) is judged]
        if not calls:
            continue
        counted = [raised[call] - meant[call] if judged else raised[call] for call in calls]
        by_label = Counter(label for labels in counted for label in labels)
        found.append(
            CallAlarms(
                judged=judged,
                calls=len(calls),
                alerts=by_label.total(),
                per_hundred=100 * by_label.total() / len(calls),
                calls_with_any=proportion(sum(map(bool, counted)), len(calls)),
                by_label=dict(by_label.most_common()),
            )
        )
    return found
