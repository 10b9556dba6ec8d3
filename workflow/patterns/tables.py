"""Tables of counts, long ones capped."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from models.evaluation.report.document import Table
from models.evaluation.report.figures import NOTHING
from workflow.patterns.grouping import Count
from workflow.patterns.wording import plain

ROWS = 15
"""Rows of a list; those after it are counted together."""


def counts_table(name: str, counts: Sequence[Count], what: str, *, most: int = ROWS) -> Table:
    """Counts and calls by name, in the order given."""
    shown, rest = counts[:most], counts[most:]
    rows = [(count.name, f"{count.count:,}", f"{count.calls:,}") for count in shown]
    if rest:
        rows.append((f"{len(rest):,} more", f"{sum(count.count for count in rest):,}", NOTHING))
    return Table((name, what, "calls"), tuple(rows))


def worded(counts: Sequence[Count]) -> tuple[Count, ...]:
    """Counts under the names of labels as people read them."""
    return tuple(msgspec.structs.replace(count, name=plain(count.name)) for count in counts)


def by_name(counts: Sequence[Count]) -> tuple[Count, ...]:
    """Counts of people, in an order that ranks nobody."""
    return tuple(sorted(counts, key=lambda count: count.name))
