"""Chapters on what is beside right and wrong: probabilities, time, feelings, operating points."""

from __future__ import annotations

from models.evaluation.measures import Evaluation, SystemMeasures
from models.evaluation.report import plots
from models.evaluation.report.document import Figure, Part, Section, Table
from models.evaluation.report.figures import NOTHING, between, decimal, percent, short, support


def calibration(evaluation: Evaluation) -> Section:
    """Whether probabilities mean what they say."""
    rows = tuple(
        (system.name, decimal(system.calibration.ece), f"{system.calibration.pairs:,}")
        for system in evaluation.systems
        if system.calibration is not None
    )
    first = evaluation.systems[0].calibration
    parts: list[Part] = [
        "Of everything heard with probability 0.8, eight in ten should be right. The expected "
        "calibration error (ECE) is how far off that is on average. Counted are utterances and "
        "hard stops with a probability of at least 0.05. Many hard negatives make any system look "
        "too sure of itself: judge calibration on calls as they come."
    ]
    if plots.can_plot() and first is not None:
        caption = f"Reliability of {evaluation.systems[0].name}; on the dashed line all is well."
        parts.append(Figure(plots.reliability(first), caption))
    parts.append(Table(("system", "ECE", "pairs"), rows))
    return Section("Calibration", "calibration", tuple(parts))


def delay(evaluation: Evaluation) -> Section:
    """How soon triggers are heard."""
    rows = tuple(
        (
            system.name,
            str(system.delay.read),
            percent(system.delay.at_once),
            _words(system.delay.median),
            _words(system.delay.ninety),
            _words(system.delay.worst),
            _words(system.delay.before_end),
            percent(system.delay.flickers),
        )
        for system in evaluation.systems
        if system.delay is not None
    )
    headers = (
        "system",
        "triggers",
        "heard by the last word of the evidence",
        "median delay",
        "90 % within",
        "worst",
        "words left to say, mean",
        "innocent ones raised on the way",
    )
    parts: list[Part] = [
        "Utterances fed word by word, as partial results come in a live call. Delay is in words "
        "from the last word of the annotated evidence to the first result from which on the hard "
        "stop stays raised; negative is earlier."
    ]
    first = next((s for s in evaluation.systems if s.delay and s.delay.distribution), None)
    if first is None:
        parts.append(
            "No row raised here has its evidence annotated: when a trigger was complete is not "
            "known, only how many words were left to say when it was heard."
        )
    elif plots.can_plot() and first.delay is not None:
        caption = f"Delay of {first.name}, {first.delay.read} triggers."
        parts.append(Figure(plots.delays(first.delay), caption))
    parts.append(Table(headers, rows))
    return Section("Detection delay", "delay", tuple(parts))


def emotion(evaluation: Evaluation) -> Section:
    """How the customer's emotion is heard."""
    parts: list[Part] = []
    for system in evaluation.systems:
        found = system.emotions
        if found is None:
            continue
        rows = tuple(
            (m.label, support(m), percent(m.precision), percent(m.recall), between(m.f1))
            for m in found.by_emotion
        )
        note = f"Macro-F1 {decimal(found.macro_f1)} over {found.rows:,} rows."
        parts.append(Table((system.name, "rows", "precision", "recall", "F1"), rows, note))
    first = next(s for s in evaluation.systems if s.emotions is not None)
    if first.emotions is not None:
        confusion = first.emotions.confusion
        names = tuple(m.label for m in first.emotions.by_emotion)
        parts.append(
            Table(
                (f"labelled, heard by {first.name} as", *names),
                tuple(
                    (meant, *(str(heard.get(name, 0)) for name in names))
                    for meant, heard in confusion.items()
                ),
            )
        )
    return Section("Emotion", "emotion", tuple(parts))


def points(evaluation: Evaluation) -> Section:
    """The detector at each operating point."""
    names = tuple(evaluation.points)
    labels = [m.label for m in next(iter(evaluation.points.values()))]
    rows = tuple(
        (label, *(short(measures[at]) for measures in evaluation.points.values()))
        for at, label in enumerate(labels)
    )
    text = "Precision (P) and recall (R), in percent, at each operating point of the policy."
    return Section("Operating points", "points", (text, Table(("", *names), rows)))


def signals(first: SystemMeasures) -> Section:
    """What is worth knowing and opens no alert."""
    rows = tuple(
        (m.label, support(m), percent(m.precision), percent(m.recall), between(m.f1))
        for m in first.signals
    )
    table = Table((first.name, "positives", "precision", "recall", "F1"), rows)
    text = "Signals open no alert by themselves. Only those that the data labels are shown."
    return Section("Signals", "signals", (text, table))


def ambiguous(evaluation: Evaluation) -> Section:
    """Rows that have no right answer."""
    labels = sorted({label for system in evaluation.systems for label in system.ambiguous})
    rows = tuple(
        (
            label,
            *(
                percent(s.ambiguous[label]) if label in s.ambiguous else NOTHING
                for s in evaluation.systems
            ),
        )
        for label in labels
    )
    headers = ("ambiguous in", *(f"{system.name} raises" for system in evaluation.systems))
    text = "Rows on which careful people differ. Neither raising nor leaving them is counted wrong."
    return Section("Ambiguous rows", "ambiguous", (text, Table(headers, rows)))


def _words(value: float | None) -> str:
    return NOTHING if value is None else f"{value:g}" if value == int(value) else f"{value:.1f}"
