"""An evaluation in one screen."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from models.evaluation.intervals import FEW, Proportion
from models.evaluation.measures import Evaluation, LabelMeasures, SystemMeasures
from models.evaluation.report.figures import NOTHING
from models.evaluation.scores import f1_of
from scripts.terminal import count

NAMES_WIDE, SYSTEM_WIDE = 26, 38
"""Columns that names take, and those that a system takes with its intervals."""


def overview(evaluation: Evaluation, width: int) -> RenderableType:
    """Hard stops by system, false alarms, transcripts, delay; every figure with its number.

    Intervals are left out where `width` columns do not hold them.
    """
    wide = width >= NAMES_WIDE + SYSTEM_WIDE * len(evaluation.systems)
    data = evaluation.data
    parts: list[RenderableType] = [
        f"{count(data.rows, 'utterance')}, {data.labelled:,} labelled"
        + (f", {data.ambiguous:,} ambiguous (apart)" if data.ambiguous else "")
        + (f", {data.unlabelled:,} not labelled (alerts counted)" if data.unlabelled else "")
        + (
            f", {data.not_monitored:,} not monitored (no rules for their language)"
            if data.not_monitored
            else ""
        )
    ]
    if data.labelled:
        parts.append(_stops(evaluation.systems, wide=wide))
        ranges = "95 % interval" if wide else "intervals with --report or on a wider screen"
        parts.append(
            Text(f"percent; {ranges}; * fewer than {FEW} positives, too few to say", "dim")
        )
    parts.append(_beside(evaluation.systems))
    return Group(*parts)


def _stops(systems: Sequence[SystemMeasures], *, wide: bool) -> Table:
    table = Table(box=None, pad_edge=False, header_style="bold")
    table.add_column("hard stop", no_wrap=True)
    table.add_column("n", justify="right")
    for system in systems:
        first, *others = ("precision", "recall", "F1") if wide else ("P", "R", "F1")
        table.add_column(f"{system.name}\n{first}", justify="right", no_wrap=True)
        for name in others:
            table.add_column(f"\n{name}", justify="right", no_wrap=True)
    rows = [*zip(*(system.triggers for system in systems), strict=True)]
    for measures in [*rows, tuple(system.any_stop for system in systems)]:
        first = measures[0]
        mark = "*" if first.few else ""
        cells = [cell for one in measures for cell in _cells(one, wide=wide)]
        table.add_row(first.label, f"{first.support}{mark}", *cells)
    return table


def _cells(measures: LabelMeasures, *, wide: bool) -> tuple[str, str, str]:
    value = f1_of(measures)
    return (
        _share(measures.precision, wide=wide),
        _share(measures.recall, wide=wide),
        NOTHING if value is None else f"{100 * value:.0f}",
    )


def _beside(systems: Sequence[SystemMeasures]) -> Table:
    table = Table(box=None, pad_edge=False, show_header=False)
    table.add_column()
    for _ in systems:
        table.add_column(justify="right")
    table.add_row("", *(Text(system.name, "bold") for system in systems))
    lines: dict[str, list[str]] = {}

    def line(name: str, column: int, value: str) -> None:
        lines.setdefault(name, [NOTHING] * len(systems))[column] = value

    for at, system in enumerate(systems):
        alarms = system.alarms
        if alarms.hard_negatives.whole:
            line("false alarms on hard negatives", at, _of(alarms.hard_negatives))
        if alarms.per_thousand is not None:
            n = alarms.utterances.whole
            line("false alarms per 1,000 labelled", at, f"{alarms.per_thousand:.1f} (n = {n:,})")
        for calls in alarms.calls:
            what = "false alerts" if calls.judged else "alerts"
            value = f"{calls.per_hundred or 0:.2f} ({calls.alerts} in {calls.calls:,})"
            line(f"{what} per 100 calls", at, value)
        for name, found in system.by_condition.items():
            stop = f1_of(found[0])
            if stop is not None:
                line(f"F1 any, {name}", at, f"{100 * stop:.1f} (n = {found[0].support:,})")
        if system.delay is not None and system.delay.distribution:
            line("heard by the last word of evidence", at, _of(system.delay.at_once))
        if system.calibration is not None and system.calibration.ece is not None:
            pairs = system.calibration.pairs
            line("calibration error (ECE)", at, f"{system.calibration.ece:.3f} (n = {pairs:,})")
        if system.emotions is not None and system.emotions.macro_f1 is not None:
            rows = system.emotions.rows
            line("emotion macro-F1", at, f"{system.emotions.macro_f1:.3f} (n = {rows:,})")
    for name, values in lines.items():
        table.add_row(name, *values)
    return table


def _share(share: Proportion, *, wide: bool) -> str:
    if share.value is None or share.low is None or share.high is None:
        return NOTHING
    if not wide:
        return f"{100 * share.value:.0f}"
    return f"{100 * share.value:.0f} [{100 * share.low:.0f}–{100 * share.high:.0f}]"


def _of(share: Proportion) -> str:
    if share.value is None:
        return NOTHING
    return f"{100 * share.value:.1f} % ({share.part:,} of {share.whole:,})"
