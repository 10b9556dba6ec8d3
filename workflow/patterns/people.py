"""Chapters on people: who came how soon, what was promised, how callers fared, what was said."""

from __future__ import annotations

from models.evaluation.report.document import Beside, Figure, Part, Section, Table
from models.evaluation.report.figures import NOTHING
from workflow.patterns import drawing
from workflow.patterns.grouping import Times
from workflow.patterns.guiding import GUARDRAIL, meaning
from workflow.patterns.patterns import Patterns
from workflow.patterns.reaching import RouteEnd
from workflow.patterns.tables import by_name, counts_table
from workflow.patterns.wording import listed, number, of, plain, seconds, share


def reached(found: Patterns) -> Section | None:
    """How soon somebody took notice, and how soon they were on the call."""
    if not found.hard_stops:
        return None
    shares = [(t.name, t.in_time) for t in found.acknowledged]
    caption = (
        "Acknowledged within the time that the policy gives, of all with a limit, by desk: "
        f"{share(found.acknowledged[0].in_time)} in all."
    )
    parts: list[Part] = [
        Beside(Figure(drawing.spans(shares), caption), _times(found.acknowledged, "hard stops")),
        "From the opening of an alert until somebody took notice of it, by whichever way; who "
        "closes an alert has seen it. What nobody took notice of counts as not in time.",
    ]
    if found.joined[0].count:
        parts.append(_times(found.joined, "routes"))
        parts.append(
            "From the first request until somebody was on the call, by the desk asked first; in "
            "time is before the first who was asked should have come. "
            "Routes that were not needed any more, or of which nothing was reported, are left out."
        )
    return Section("How soon somebody came", "soon", tuple(parts))


def routed(found: Patterns, read: set[str]) -> Section:
    """Routes by desk: what they came to, and what failed on the way."""
    if not found.routes:
        return Section("Routes", "routes", ("No route was requested in this period.",))
    ends = [end for end in RouteEnd if any(end in desk.ends for desk in found.routes)]
    rows = tuple(
        (
            desk.desk,
            str(desk.count),
            *(str(desk.ends.get(end, 0)) for end in ends),
            str(desk.fell_back),
        )
        for desk in found.routes
    )
    headers = ("desk asked first", "routes", *(end.value for end in ends), "asked again")
    parts: list[Part] = [Table(headers, rows)]
    reasons = sorted({reason for desk in found.routes for reason in desk.failures})
    if reasons:
        failed = tuple(
            (desk.desk, *(str(desk.failures.get(reason, 0)) for reason in reasons))
            for desk in found.routes
            if desk.failures
        )
        parts.append(Table(("attempts that failed", *map(plain, reasons)), failed))
    if not read & {"route.joined", "route.failed", "route.completed"}:
        parts.append(
            "No outcome of any route was read: nothing reports on `routing.outcomes`, or it was "
            "not among what was read."
        )
    return Section("Routes", "routes", tuple(parts))


def promised(found: Patterns, read: set[str]) -> Section:
    """Callbacks: what was offered, agreed and kept."""
    if "callback" not in read:
        return Section("Callbacks", "callbacks", ("No callback was read.",))
    promises = found.promises
    if not promises.offered:
        return Section("Callbacks", "callbacks", ("No callback was offered in this period.",))
    values = [(end.value, count) for end, count in promises.ends.items()]
    rows = (
        ("offered", str(promises.offered)),
        ("the caller agreed", str(promises.committed)),
        *((f"of those offered, {name}", str(count)) for name, count in values),
    )
    parts: list[Part] = [
        Beside(
            Figure(drawing.bars(values), f"What callbacks came to: {listed(values, 5)}."),
            Table(("callbacks", ""), rows),
        ),
        f"Promises kept in time: {of(promises.kept_in_time)}, {share(promises.kept_in_time)}. A "
        "promise is what the caller agreed to, or a call to somebody at risk who was lost; what "
        "is open or cancelled is not settled and not counted.",
    ]
    if promises.welfare:
        parts.append(
            f"{number(promises.welfare, 'call')} to somebody at risk; in time: "
            f"{of(promises.welfare_in_time)}."
        )
    return Section("Callbacks", "callbacks", tuple(parts))


def callers(found: Patterns, read: set[str]) -> Section | None:
    """Who called again, as numbers alone, and how callers felt."""
    parts: list[Part] = []
    repeats = found.repeats
    if repeats.callers:
        rows = tuple(
            (f"{calls} call{'' if calls == '1' else 's'}", str(count))
            for calls, count in repeats.calls.items()
        )
        note = f"{number(repeats.nameless, 'call')} without a reference of the caller."
        headers = ("with a hard stop in", "callers")
        parts.append(Table(headers, rows, note if repeats.nameless else ""))
    if found.moods:
        felt = tuple(
            (plain(mood.mood), str(mood.calls), str(mood.ended_calm) if mood.mood != "calm" else "")
            for mood in found.moods
        )
        values = [(plain(mood.mood), mood.calls) for mood in found.moods]
        parts.append(
            Beside(
                Figure(
                    drawing.bars(values), f"Calls by the caller's worst mood: {listed(values, 4)}."
                ),
                Table(("the caller at the worst", "calls", "of these, calm at the end"), felt),
            )
        )
        parts.append(
            "From the customers' words alone, over whole floors: it tells what callers bring, not "
            "how good anyone is at taking it. It is never counted by agent."
        )
    elif "score" not in read:
        parts.append("No readings were read: moods are not known.")
    return Section("Callers", "callers", tuple(parts)) if parts else None


def guidance(found: Patterns, read: set[str]) -> Section:
    """What should not have been said, by kind and team, and what became of hints."""
    parts: list[Part] = []
    for heading, guardrail in (("guardrail broken", True), ("landmine", False)):
        rows = tuple(
            (meaning(count.name), str(count.calls))
            for count in found.said
            if count.name.startswith(GUARDRAIL) is guardrail
        )
        if rows:
            parts.append(Table((heading, "calls"), rows))
    for teams, what in (
        (found.guardrails_by_team, "guardrails broken"),
        (found.landmines_by_team, "landmines"),
    ):
        if teams:
            parts.append(counts_table("team", teams, what))
    if found.said_by_agent:
        named = by_name(found.said_by_agent)
        parts.append(counts_table("agent", named, "guardrails and landmines", most=len(named)))
    if not found.said:
        parts.append(
            "Nothing was heard that agents should not say."
            if "score" in read
            else "No readings were read: what agents should not have said is not known."
        )
    if found.hints:
        hints = tuple(
            (plain(h.kind.value), str(h.given), str(h.shown), str(h.used), str(h.dismissed))
            for h in found.hints
        )
        parts.append(Table(("hints", "given", "shown", "used", "dismissed"), hints))
        parts.append(
            "A hint that is often dismissed is a hint to be changed: tell whoever keeps the rules."
        )
    return Section("What agents said, and their hints", "guidance", tuple(parts))


def _times(times: tuple[Times, ...], what: str) -> Table:
    rows = tuple(
        (
            t.name,
            str(t.count),
            seconds(t.p50_s),
            seconds(t.p90_s),
            str(t.never) if t.never else NOTHING,
            of(t.in_time),
            share(t.in_time),
        )
        for t in times
    )
    return Table(("desk", what, "median", "90 % within", "never", "in time", "share"), rows)
