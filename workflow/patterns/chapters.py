"""Patterns as a document for those who lead: few words, plots, and the figures beside them."""

from __future__ import annotations

from collections.abc import Sequence

from models.evaluation.intervals import Proportion
from models.evaluation.report.document import (
    Beside,
    Document,
    Figure,
    KeyFigure,
    KeyFigures,
    Part,
    Section,
    Table,
)
from models.evaluation.report.figures import NOTHING
from workflow.patterns import drawing
from workflow.patterns.patterns import Patterns
from workflow.patterns.people import callers, guidance, promised, reached, routed
from workflow.patterns.sources import Source, rests_on
from workflow.patterns.tables import ROWS, by_name, counts_table, worded
from workflow.patterns.wording import days, listed, number, of, plain, seconds, share

AGENTS = 200
"""Agents of a list, where they may be named: a floor of them."""
_PARTS = ((0, 6), (6, 9), (9, 12), (12, 15), (15, 18), (18, 24))
"""Parts of a day, in hours, as a table has room for them."""
_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def document(
    found: Patterns, read: set[str], sources: Sequence[Source], *, files: bool = False
) -> Document:
    """The report. `read` names the types of events there were: without any of a kind, a chapter
    says so, where a nought would be a lie."""
    scope = found.scope
    where = f", queue {scope.queue}" if scope.queue else ""
    sections = [
        _glance(found, read),
        _came(found),
        _when(found),
        _where(found),
        reached(found),
        routed(found, read),
        promised(found, read),
        _wrong(found),
        callers(found, read),
        guidance(found, read),
        _unheard(found, read),
        rests_on(scope, sources, files=files),
    ]
    mode = "" if scope.mode.value == "live" else f" ({plain(scope.mode.value)})"
    return Document(
        title=f"Hard stops, {days(scope)}{mode}",
        summary=f"{scope.time_zone}{where}. {_summary(found)}",
        sections=tuple(section for section in sections if section is not None),
    )


def _summary(found: Patterns) -> str:
    told = f"{number(found.hard_stops, 'hard stop')} in {number(found.hard_stop_calls, 'call')}"
    if found.others:
        left = ", ".join(f"{count:,} {plain(mode)}" for mode, count in found.others.items())
        told += f"; alerts of other modes are left out (--mode): {left}"
    return f"{told}."


def _glance(found: Patterns, read: set[str]) -> Section:
    wait, kept = found.acknowledged[0], found.promises.kept_in_time
    verdicts = sum(f.share.whole for f in found.false_alarms)
    false = sum(f.share.part for f in found.false_alarms)
    joined = found.joined[0]
    items = (
        KeyFigure("hard stops", f"{found.hard_stops:,}", _rate(found, read)),
        KeyFigure(
            "acknowledged, median", seconds(wait.p50_s), f"nine in ten within {seconds(wait.p90_s)}"
        ),
        KeyFigure("acknowledged in time", _percent(wait.in_time), of(wait.in_time)),
        KeyFigure("joined, median", seconds(joined.p50_s), f"{joined.never:,} never joined"),
        KeyFigure("promises kept in time", _percent(kept), of(kept)),
        KeyFigure(
            "false alarms",
            NOTHING if not verdicts else f"{100 * false / verdicts:.0f} %",
            f"{false:,} of {verdicts:,} with a verdict",
        ),
    )
    return Section("At a glance", "glance", (KeyFigures(items),))


def _percent(found: Proportion) -> str:
    return NOTHING if found.value is None else f"{100 * found.value:.0f} %"


def _rate(found: Patterns, read: set[str]) -> str:
    a_day = f"{found.hard_stops / max(1, len(found.days)):.1f} a day"
    if "score" not in read:
        return a_day
    return f"{a_day}; in {found.hard_stop_calls:,} of {found.calls:,} calls"


def _came(found: Patterns) -> Section:
    parts: list[Part] = []
    if found.hard_stops:
        most = max(found.days.items(), key=lambda item: item[1])
        caption = f"Hard stops by day; the most, {most[1]}, on {most[0]}."
        parts.append(Figure(drawing.columns(found.days), caption))
        kinds = [(plain(count.name), count.count) for count in found.kinds]
        parts.append(
            Beside(
                Figure(drawing.bars(kinds), f"Hard stops by kind: {listed(kinds)}."),
                counts_table("kind", worded(found.kinds), "hard stops"),
            )
        )
    else:
        parts.append("No hard stop was heard.")
    if found.retracted:
        parts.append(
            f"{number(found.retracted, 'alert')} more rested on words that the recogniser took "
            "back; they are not counted."
        )
    if found.other_alerts:
        parts.append(counts_table("alerts beside hard stops", worded(found.other_alerts), "alerts"))
    return Section("What came", "came", tuple(parts))


def _when(found: Patterns) -> Section | None:
    if not found.hard_stops:
        return None
    total, day, hour = max(
        (value, row, hour) for row, day in enumerate(found.week) for hour, value in enumerate(day)
    )
    caption = (
        f"Hard stops by weekday and hour; the most, {total}, on {_WEEKDAYS[day]}s from "
        f"{hour:02d} to {hour + 1:02d}."
    )
    rows = tuple(
        (name, *(str(sum(day[first:last])) for first, last in _PARTS), str(sum(day)))
        for name, day in zip(_WEEKDAYS, found.week, strict=True)
    )
    headers = ("", *(f"{first:02d}–{last:02d}" for first, last in _PARTS), "all")
    parts = (Beside(Figure(drawing.heat(found.week), caption), Table(headers, rows)),)
    return Section("When", "when", parts)


def _where(found: Patterns) -> Section | None:
    if not found.hard_stops:
        return None
    parts: list[Part] = []
    for name, counts in (("queue", found.queues), ("team", found.teams)):
        values = [(count.name, count.count) for count in counts]
        parts.append(
            Beside(
                Figure(drawing.bars(values[:ROWS]), f"Hard stops by {name}: {listed(values)}."),
                counts_table(name, counts, "hard stops"),
            )
        )
    if found.agents:
        parts.append(
            "By agent, in the order of their names: hard stops come from callers, and say nothing "
            "about who took the call."
        )
        parts.append(counts_table("agent", by_name(found.agents), "hard stops", most=AGENTS))
    return Section("Where", "where", tuple(parts))


def _wrong(found: Patterns) -> Section:
    if not found.false_alarms:
        text = "No alert was closed with a verdict: ask supervisors to close what they have dealt "
        return Section(
            "False alarms", "false", (f"{text}with, or to say that it was a false alarm.",)
        )
    shares = [(plain(f.trigger), f.share) for f in found.false_alarms]
    rows = tuple((name, str(s.whole), str(s.part), share(s)) for name, s in shares)
    headers = ("kind", "closed with a verdict", "false alarms", "share")
    caption = "Share of false alarms among alerts that were closed with a verdict, by kind."
    return Section(
        "False alarms",
        "false",
        (
            Beside(Figure(drawing.spans(shares), caption), Table(headers, rows)),
            "Alerts that nobody closed are not among them: the shares are of what people judged.",
        ),
    )


def _unheard(found: Patterns, read: set[str]) -> Section:
    parts: list[Part] = []
    if "operations.note" not in read:
        parts.append("No notes to operators were read: whether calls went unheard is not known.")
    elif found.not_monitored:
        parts.append(counts_table("why not monitored", found.not_monitored, "reports"))
    else:
        parts.append("No call was reported as not monitored.")
    if found.degraded.whole:
        parts.append(
            f"In {of(found.degraded)} calls ({share(found.degraded)}) the rules answered alone at "
            "some point, because the classifier could not in time."
        )
    return Section("What was not heard", "unheard", tuple(parts))
