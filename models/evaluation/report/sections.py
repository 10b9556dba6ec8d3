"""What a report says, chapter by chapter."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from models.evaluation.intervals import FEW
from models.evaluation.measures import Evaluation, Mistake, SystemMeasures
from models.evaluation.report import plots
from models.evaluation.report.chapters import (
    ambiguous,
    calibration,
    delay,
    emotion,
    points,
    signals,
)
from models.evaluation.report.document import Document, Example, Examples, Figure, Section, Table
from models.evaluation.report.figures import (
    NOTHING,
    between,
    decimal,
    percent,
    short,
    support,
)

SHOWN = 12
"""Examples of each kind: enough to see a pattern; errors.jsonl has all."""

SOURCES_NAMED = 10
OF_OTHERS = "The same of the other systems is in measures.json."


def document(
    evaluation: Evaluation, mistakes: Sequence[Mistake] = (), *, examples: bool = True
) -> Document:
    """The report of an evaluation. `mistakes` are those of its first system."""
    chapters = [
        _data(evaluation),
        *_chapters(evaluation, evaluation.systems[0]),
    ]
    if examples and mistakes:
        chapters.append(_examples(mistakes, evaluation.systems[0].name))
    chapters.append(_reading())
    return Document("How well hard stops are heard", _summary(evaluation), tuple(chapters))


def _chapters(evaluation: Evaluation, first: SystemMeasures) -> Iterator[Section]:
    if evaluation.data.labelled:
        yield _triggers(evaluation)
        if any(measures.curve for measures in first.triggers) and plots.can_plot():
            yield _curves(evaluation)
    yield _alarms(evaluation)
    if first.confusion:
        yield _confusion(first)
    if first.by_source:
        yield _sources(first)
    if first.by_condition:
        yield _conditions(evaluation)
    if first.calibration is not None and first.calibration.pairs:
        yield calibration(evaluation)
    if any(system.delay for system in evaluation.systems):
        yield delay(evaluation)
    if any(system.emotions for system in evaluation.systems):
        yield emotion(evaluation)
    if evaluation.points:
        yield points(evaluation)
    if first.signals:
        yield signals(first)
    if first.ambiguous:
        yield ambiguous(evaluation)


def _summary(evaluation: Evaluation) -> str:
    first, data = evaluation.systems[0], evaluation.data
    made = ", ".join(f"{what} {version}" for what, version in evaluation.versions.items())
    text = f"{data.rows:,} utterances, {data.labelled:,} of them labelled. "
    stop = first.any_stop
    if stop.support:
        text += (
            f"Of {stop.support:,} hard stops {first.name} raises {percent(stop.recall)}; "
            f"of what it raises, {percent(stop.precision)} is a hard stop. "
        )
    return f"{text}{evaluation.made_at}; {made}."


def _data(evaluation: Evaluation) -> Section:
    data = evaluation.data
    counts = (
        ("labelled", data.labelled),
        ("of these, hard negatives", data.hard_negatives),
        ("ambiguous, reported apart", data.ambiguous),
        ("not labelled, alerts only counted", data.unlabelled),
        ("not monitored, no rules for their language", data.not_monitored),
        ("calls", data.calls),
        ("groups (writers, calls) for intervals", data.groups),
    )
    named = list(data.by_source.items())
    sources = ", ".join(f"{name} {n:,}" for name, n in named[:SOURCES_NAMED])
    if len(named) > SOURCES_NAMED:
        sources += f", and others {sum(n for _, n in named[SOURCES_NAMED:]):,}"
    table = Table(("utterances", "n"), tuple((name, f"{n:,}") for name, n in counts))
    return Section("What it rests on", "data", (table, f"Sources: {sources}."))


def _triggers(evaluation: Evaluation) -> Section:
    parts: list[str | Table | Figure] = [
        "Shares with their 95 % interval and the counts they are of. "
        f"A label with fewer than {FEW} positives has too few to say anything by."
    ]
    if not plots.can_plot():
        parts.append(plots.HOW_TO_GET)
    else:
        caption = (
            "Precision and recall by hard stop with 95 % intervals; faint where positives "
            f"are fewer than {FEW}."
        )
        parts.append(Figure(plots.by_trigger(evaluation.systems), caption))
    for system in evaluation.systems:
        rows = tuple(
            (
                measures.label,
                support(measures),
                percent(measures.precision),
                percent(measures.recall),
                between(measures.f1),
                decimal(measures.average_precision),
            )
            for measures in (*system.triggers, system.any_stop)
        )
        headers = (system.name, "positives", "precision", "recall", "F1", "average precision")
        note = (
            f"Mean F1 {decimal(system.macro_f1)} over the {system.macro_labels} hard stops "
            f"with at least {FEW} positives."
        )
        parts.append(Table(headers, rows, note))
    return Section("Hard stops", "hard-stops", tuple(parts))


def _curves(evaluation: Evaluation) -> Section:
    text = (
        "Precision and recall as the threshold falls; the dot is where the policy's threshold "
        "puts each system. A curve ends where nothing more was heard at any probability."
    )
    caption = "Precision over recall for each hard stop with positives."
    parts = (text, Figure(plots.curves(evaluation.systems), caption))
    return Section("Precision against recall", "curves", parts)


def _alarms(evaluation: Evaluation) -> Section:
    rows = tuple(
        (
            system.name,
            percent(system.alarms.hard_negatives),
            percent(system.alarms.utterances),
            _per(system.alarms.per_thousand, 1, system.alarms.utterances.whole),
            percent(system.alarms.unlabelled),
        )
        for system in evaluation.systems
    )
    headers = (
        "system",
        "hard negatives with a false one",
        "labelled utterances with a false one",
        "false alarms per 1,000 labelled",
        "unlabelled utterances with an alert",
    )
    note = (
        "Sets rich in hard negatives give more false alarms than a day's calls do; "
        "count on whole calls to know that rate."
    )
    parts: list[str | Table] = [Table(headers, rows, note)]
    per_call = tuple(
        (
            f"{system.name}, {'labelled' if calls.judged else 'not labelled'}",
            f"{calls.calls:,}",
            str(calls.alerts),
            _per(calls.per_hundred, 2, calls.calls),
            percent(calls.calls_with_any),
            ", ".join(f"{label} {n}" for label, n in calls.by_label.items()) or NOTHING,
        )
        for system in evaluation.systems
        for calls in system.alarms.calls
    )
    if per_call:
        parts.append(
            Table(
                ("calls", "n", "alerts", "per 100 calls", "calls with any", "which"),
                per_call,
                "One alert for each call and hard stop at most. Of labelled calls only false ones "
                "are counted; of others all are, right or wrong.",
            )
        )
    return Section("False alarms", "false-alarms", tuple(parts))


def _confusion(first: SystemMeasures) -> Section:
    rows = tuple(
        (label, ", ".join(f"{other} {n}" for other, n in others.items()), str(sum(others.values())))
        for label, others in first.confusion.items()
    )
    text = f"Of the hard stops that {first.name} missed: what it raised instead. {OF_OTHERS}"
    table = Table(("missed", "raised instead", "n"), rows)
    return Section("Taken for something else", "confusion", (text, table))


def _sources(first: SystemMeasures) -> Section:
    rows = tuple(
        (
            source if at == 0 else "",
            measures.label,
            support(measures),
            percent(measures.precision),
            percent(measures.recall),
        )
        for source, found in first.by_source.items()
        for at, measures in enumerate(found)
    )
    text = f"{first.name} on each source, hard stops labelled or raised there. {OF_OTHERS}"
    table = Table(("source", "hard stop", "positives", "precision", "recall"), rows)
    return Section("By source", "sources", (text, table))


def _conditions(evaluation: Evaluation) -> Section:
    first = evaluation.systems[0]
    names = tuple(first.by_condition)
    rows = tuple(
        (f"{system.name}: {name}", *(short(found[at]) for found in system.by_condition.values()))
        for system in evaluation.systems
        for at, name in enumerate(m.label for m in first.by_condition[names[0]])
        if system is first or at == 0
    )
    parts: list[str | Table | Figure] = [
        "The same utterances in lower case without punctuation, as most recognisers write, and "
        "with simulated recognition errors on top (models/noise.py): real words that sound alike, "
        "dropped and added words, 60 : 25 : 15. P is precision, R recall, in percent."
    ]
    if plots.can_plot() and first.any_stop.support:
        caption = "F1 of any hard stop by transcript quality."
        parts.append(Figure(plots.conditions(evaluation.systems), caption))
    parts.append(Table(("", *names), rows))
    return Section("Worse transcripts", "transcripts", tuple(parts))


def _examples(mistakes: Sequence[Mistake], name: str) -> Section:
    kinds: dict[tuple[str, str], list[Mistake]] = {}
    for mistake in mistakes:
        kinds.setdefault((mistake.kind, mistake.label), []).append(mistake)
    parts = [
        Examples(
            f"{kind}: {label} ({len(found)}{f', {SHOWN} shown' if len(found) > SHOWN else ''})",
            tuple(Example(mistake.text, _about(mistake)) for mistake in found[:SHOWN]),
        )
        for (kind, label), found in sorted(kinds.items())
    ]
    note = (
        f"What {name} got wrong. These are customers' own words: personal numbers are taken out, "
        "but names and stories remain, so share this file as you would a call. "
        "The option --no-examples leaves them out; errors.jsonl has all."
    )
    return Section("Examples of errors", "examples", (note, *parts))


def _about(mistake: Mistake) -> str:
    parts = [mistake.source, f"labelled {', '.join(mistake.labels) or 'nothing'}"]
    if mistake.probability is not None:
        parts.append(f"probability {mistake.probability:.2f}")
    if mistake.because:
        parts.append(f"because of {mistake.because}")
    if mistake.review:
        parts.append("shown for review")
    return "; ".join(parts)


def _reading() -> Section:
    return Section(
        "How to read it",
        "reading",
        (
            "Precision: of what was raised, the share that was right. Recall: of what was there, "
            "the share that was raised. F1: their harmonic mean. Average precision: precision over "
            "all thresholds, weighted by the recall each adds.",
            "Intervals are 95 %: Wilson's for shares, wider where rows of one writer or call are "
            "alike, a bootstrap over whole writers or calls for F1. Two systems whose intervals "
            "overlap widely are not shown to differ.",
            "A system that was tuned on these rows looks better here than it will on new calls.",
        ),
    )


def _per(value: float | None, digits: int, whole: int) -> str:
    return NOTHING if value is None else f"{value:.{digits}f} (n = {whole:,})"
