"""Overrides per queue: a section of the policy laid over the site's, value by value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Table = dict[str, Any]

WHOLE = {
    "queues": "holds for the whole site: a queue has no queues of its own",
    "version": "holds for the whole site: every alert names by it the one file that decided",
    "across_calls": "holds for the whole site: one caller's calls come on many queues",
    "retention": "holds for the whole site: topics and archives keep the calls of all queues alike",
    "reports": "holds for the whole site: one report tells of all queues",
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
    for name, why in WHOLE.items():
        if name in override:
            yield (name,), why
