"""What a report rests on: what was read, and what was not there to be read."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from models.evaluation.report.document import Part, Section, Table
from models.evaluation.report.figures import NOTHING
from workflow.patterns.grouping import SMALL
from workflow.patterns.scope import Scope
from workflow.patterns.wording import number


class Source(msgspec.Struct, frozen=True, kw_only=True):
    """A topic or a file: how many of its events were counted and when they are from (UTC ms).

    `cut`: older ones of the period were there once and are not kept any more. `unread`: values
    that could not be understood.
    """

    name: str
    events: int
    first_ms: int | None = None
    last_ms: int | None = None
    cut: bool = False
    unread: int = 0


def rests_on(scope: Scope, sources: Sequence[Source], *, files: bool) -> Section:
    """The last chapter: sources, and how figures are made."""
    rows = tuple(
        (
            source.name,
            f"{source.events:,}",
            _moment(scope, source.first_ms),
            _moment(scope, source.last_ms),
            "older ones are gone" if source.cut else "",
            str(source.unread) if source.unread else "",
        )
        for source in sources
    )
    headers = ("read from", "events", "first", "last", "complete", "not understood")
    parts: list[Part] = [Table(headers, rows)]
    if cut := [source.name for source in sources if source.cut]:
        parts.append(
            f"Of {', '.join(cut)} the topic no longer keeps the whole period: what rests on it "
            "counts only the days that are left. Keep events longer by raising the retention of "
            "the topic, or write them to files with `hardstop tail TOPIC --json` and name those."
        )
    parts.append(
        f"Days and hours are those of {scope.time_zone}. Counted are events of mode "
        f"{scope.mode.value}"
        + (f" on queue {scope.queue}" if scope.queue else "")
        + ". Whatever happens twice, as after a crash, is counted once. "
        + (
            "What the files do not hold, this report does not know."
            if files
            else "What became of an alert is followed for a day beyond the last one."
        )
    )
    parts.append(
        f"Queues, teams and desks with fewer than {SMALL} calls stand together as “other”, so "
        "that nobody is singled out; where that alone would hide nothing, the next smallest joins "
        "them. "
        + (
            "Single agents are named because the policy says so ([reports] by_agent)."
            if scope.by_agent
            else "Single agents are not named."
        )
        + " Brackets are 95 % intervals (Wilson 1927): where they are wide, wait for more calls "
        "before you act."
    )
    return Section("What this rests on", "sources", tuple(parts))


def _moment(scope: Scope, at_ms: int | None) -> str:
    return NOTHING if at_ms is None else f"{scope.local(at_ms):%Y-%m-%d %H:%M}"


def unread_note(sources: Sequence[Source]) -> str:
    """How much could not be understood, in a sentence; empty when all was."""
    unread = sum(source.unread for source in sources)
    return f"{number(unread, 'value')} could not be understood." if unread else ""
