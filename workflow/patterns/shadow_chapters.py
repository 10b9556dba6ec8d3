"""Shadow mode as a document: what hardstop would have done beside what people did."""

from __future__ import annotations

from collections.abc import Sequence

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
from workflow.moments import milliseconds
from workflow.patterns import drawing
from workflow.patterns.shadow import Listen, Shadow
from workflow.patterns.sources import Source, rests_on
from workflow.patterns.wording import days, number, of, plain, seconds, share

LISTED = 50
"""Calls of one list: more than anyone listens to in a week. The rest is counted."""


def shadow_document(
    found: Shadow, read: set[str], sources: Sequence[Source], *, files: bool = False
) -> Document:
    """The comparison for people. `read` names the types of events that there were."""
    scope = found.scope
    where = f", queue {scope.queue}" if scope.queue else ""
    sections = (
        _glance(found, read),
        _triggers(found),
        _people(found),
        *_lists(found),
        rests_on(scope, sources, files=files),
    )
    return Document(
        title=f"In the shadow: hard stops and people, {days(scope)}",
        summary=f"{scope.time_zone}{where}. What would have been raised, against what people did "
        "on the same calls. Nothing was routed.",
        sections=sections,
    )


def _glance(found: Shadow, read: set[str]) -> Section:
    everything = found.triggers[0] if found.triggers else None
    items = [
        KeyFigure("calls", f"{found.calls:,}"),
        KeyFigure("would have been raised", f"{found.raised:,}", "calls with a hard stop"),
        KeyFigure("escalated by people", f"{found.escalated.part:,}", of(found.escalated)),
        KeyFigure("both", f"{found.heard.part:,}"),
    ]
    if everything is not None:
        lead = seconds(everything.p50_s)
        items.append(KeyFigure("sooner by, median", lead, f"sooner in {of(everything.sooner)}"))
    parts: list[Part] = [KeyFigures(tuple(items))]
    parts.append(
        "People are the measure here, and no perfect one: a hard stop that nobody escalated may "
        "be a false alarm or a caller whom nobody heard, and people escalate for many reasons that "
        "are no hard stop. Listen to some calls of either list before you judge."
    )
    if "call.ended" not in read:
        parts.append(
            "No `call.ended` was read: transfers are not among what people did. The topic "
            "`transcripts` keeps two days, unless you keep it longer."
        )
    return Section("At a glance", "glance", tuple(parts))


def _triggers(found: Shadow) -> Section:
    if not found.triggers:
        return Section("By kind", "kinds", ("No hard stop was heard in the shadow.",))
    shares = [(plain(t.trigger), t.agreed) for t in found.triggers]
    caption = "Of the calls with a hard stop, the share that people escalated too, by kind."
    rows = tuple(
        (
            plain(t.trigger),
            str(t.agreed.whole),
            str(t.agreed.part),
            share(t.agreed),
            str(t.raised_only),
            str(t.false_alarms) if t.false_alarms else NOTHING,
        )
        for t in found.triggers
    )
    headers = ("kind", "raised", "agreed", "share", "raised, nobody escalated", "false alarms")
    sooner = tuple(
        (plain(t.trigger), of(t.sooner), seconds(t.p50_s), seconds(t.p10_s))
        for t in found.triggers
        if t.sooner.whole
    )
    parts: list[Part] = [Beside(Figure(drawing.spans(shares), caption), Table(headers, rows))]
    if sooner:
        parts.append(
            Table(
                ("how much sooner", "sooner than people", "median", "nine in ten at least"), sooner
            )
        )
        parts.append(
            "From when the alert would have opened until people acted: until the call was "
            "transferred, somebody joined, or help was asked for. A minus means that people were "
            "first."
        )
    return Section("By kind", "kinds", tuple(parts))


def _people(found: Shadow) -> Section:
    rows = tuple((how.value, f"{count:,}") for how, count in found.how.items())
    if not rows:
        return Section("What people did", "people", ("People escalated none of these calls.",))
    text = f"Of the calls that people escalated, {of(found.heard)} had a hard stop."
    table = Table(("the first thing they did", "calls"), rows)
    return Section("What people did", "people", (table, text))


def _lists(found: Shadow) -> tuple[Section, Section]:
    raised: list[Part] = [_listen(found, found.raised_only, ahead=True)]
    if found.restricted:
        raised.append(
            f"{number(found.restricted, 'call')} more with a matter for its own desk alone: that "
            "desk finds them on its alerts."
        )
    return (
        Section("Raised, and nobody escalated", "raised-only", tuple(raised)),
        Section(
            "Escalated, and no hard stop heard",
            "people-only",
            (_listen(found, found.people_only, ahead=False),),
        ),
    )


def _listen(found: Shadow, calls: Sequence[Listen], *, ahead: bool) -> Part:
    if not calls:
        return "None."
    quotes = any(call.quote for call in calls)
    rows = []
    for call in calls[:LISTED]:
        at = NOTHING
        if call.at is not None:
            at = f"{found.scope.local(milliseconds(call.at)):%Y-%m-%d %H:%M:%S}"
        row = [call.call_id, at, plain(call.about), call.queue or NOTHING]
        if ahead:
            row.append(seconds(call.seconds))
        if quotes:
            row.append(f"“{call.quote}”" if call.quote else NOTHING)
        rows.append(tuple(row))
    headers = ["call", "when", "what", "queue"]
    headers += ["before the end"] if ahead else []
    headers += ["heard"] if quotes else []
    rest = len(calls) - LISTED
    note = f"{number(rest, 'call')} more; all of them are in report.json." if rest > 0 else ""
    return Table(tuple(headers), tuple(rows), note)
