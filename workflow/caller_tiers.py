"""What the policy gives some callers, by the tier that the platform names."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Annotated

import msgspec


class CallerTier(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a caller of this tier gets, life stops apart. `lift`: steps up in priority;
    `answer_factor` times `answer_within_s`; `desk` in place of the desk of the trigger."""

    lift: Annotated[int, msgspec.Meta(ge=0, le=3)] = 1
    answer_factor: Annotated[float, msgspec.Meta(gt=0, le=4)] = 1.0
    desk: str | None = None


def caller_tier_mistakes(
    tiers: Mapping[str, CallerTier], desks: Collection[str]
) -> list[tuple[tuple[str, ...], str]]:
    """Desks that are named and not there; two names that only differ in case."""
    found: list[tuple[tuple[str, ...], str]] = []
    seen: dict[str, str] = {}
    for name, tier in tiers.items():
        if tier.desk is not None and tier.desk not in desks:
            problem = f"no desk '{tier.desk}'; desks are: {', '.join(sorted(desks))}"
            found.append((("caller_tiers", name, "desk"), problem))
        other = seen.setdefault(name.casefold(), name)
        if other != name:
            found.append((("caller_tiers", name), f"the same as '{other}': case does not count"))
    return found
