"""What is kept of a caller from one call to the next, and for how long."""

from __future__ import annotations

from typing import Annotated

import msgspec

from detectors.vocabulary import Trigger

DAY_MS = 86_400_000

Days = Annotated[int, msgspec.Meta(ge=1, le=730)]


class AcrossCalls(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`keep_days`: how long a call is remembered, at most `max_calls` of one caller, except for an
    open callback, which is remembered until it is closed. `recent_days`: within which a call on
    the same matter counts as a repeat. `leave_out`: hard stops that no later call is told of."""

    keep_days: Days = 90
    recent_days: Days = 7
    max_calls: Annotated[int, msgspec.Meta(ge=1, le=50)] = 30
    leave_out: tuple[Trigger, ...] = ()


def keeping_mistakes(rules: AcrossCalls) -> list[tuple[tuple[str, ...], str]]:
    """Where these rules contradict themselves, and how."""
    if rules.recent_days <= rules.keep_days:
        return []
    problem = f"cannot be longer than keep_days ({rules.keep_days}): what is gone is not counted"
    return [(("across_calls", "recent_days"), problem)]
