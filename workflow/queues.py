"""Overrides per queue: a section of the policy laid over the site's, value by value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Table = dict[str, Any]

_ONE_CALLER = (
    "holds for the whole site: a caller rings on many queues, and what the next agent is told of "
    "their calls would depend on which queue they rang first; to keep a hard stop of this queue "
    "from later calls, use leave_out"
)
WHOLE: dict[tuple[str, ...], str] = {
    ("queues",): "holds for the whole site: a queue has no queues of its own",
    ("version",): "holds for the whole site: every alert names by it the one file that decided",
    ("across_calls", "keep_days"): _ONE_CALLER,
    ("across_calls", "recent_days"): _ONE_CALLER,
    ("across_calls", "max_calls"): _ONE_CALLER,
    ("reports",): (
        "holds for the whole site: people work on several queues, and whoever is named in the "
        "figures of one is known in those of all"
    ),
}
"""What has no place in a queue's section, and why."""


def overlaid(site: Table, override: Table) -> Table:
    """The site's values with a queue's over them. Neither is changed.

    Tables are merged, everything else (lists, too) takes the place of what stood there. `false`
    takes away what is no switch: an entry, or a setting that may be missing.
    """
    merged = dict(site)
    for key, value in override.items():
        below = merged.get(key)
        if value is False and not isinstance(below, bool):
            merged.pop(key, None)
        elif isinstance(value, dict):
            merged[key] = overlaid(below if isinstance(below, dict) else {}, value)
        else:
            merged[key] = value
    return merged


def misplaced(override: Table) -> Iterator[tuple[tuple[str, ...], str]]:
    """Settings that a queue cannot have of its own, each with its place in the section."""
    for place, why in WHOLE.items():
        table: Any = override
        for name in place[:-1]:
            table = table.get(name)
            if not isinstance(table, dict):
                table = {}
        if place[-1] in table:
            yield place, why
