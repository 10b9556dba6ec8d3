"""Overrides per queue: a section of the policy laid over the site's, value by value."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

Table = dict[str, Any]

WHOLE = ("queues", "version")
"""What holds for the whole site: it has no place in a queue's section."""


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
    for name in WHOLE:
        if name in override:
            yield (name,), "holds for the whole site: set it outside of [queues]"
    detection = override.get("detection")
    if isinstance(detection, dict) and "deadline_ms" in detection:
        # How far behind a worker is, is the same for all that it reads.
        yield ("detection", "deadline_ms"), "holds for a whole worker: set it in [detection]"
