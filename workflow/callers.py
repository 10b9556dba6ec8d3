"""What the policy gives some callers: by the tier that the platform names, people come sooner."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Annotated

import msgspec

if TYPE_CHECKING:
    from workflow.call import CallFacts
    from workflow.policy import Handling, Policy

LEAST_ANSWER_S = 5
"""As short as an answer may be asked for anywhere in the policy."""
HIGHEST_LIFTED = 2
"""Priority 1 is for life: nobody is lifted there by who they are."""


class CallerTier(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a caller of this tier gets, life stops apart. `lift`: steps up in priority;
    `answer_factor` times `answer_within_s`; `desk` in place of the desk of the trigger."""

    lift: Annotated[int, msgspec.Meta(ge=0, le=3)] = 1
    answer_factor: Annotated[float, msgspec.Meta(gt=0, le=4)] = 1.0
    desk: str | None = None


def tier_of(policy: Policy, call: CallFacts) -> CallerTier | None:
    """The entry for a caller; None where the policy has none for their tier."""
    named = call.customer.tier if call.customer else None
    if not named:
        return None
    wanted = named.strip().casefold()
    tiers = policy.caller_tiers.items()
    return next((tier for name, tier in tiers if name.casefold() == wanted), None)


def for_caller(policy: Policy, call: CallFacts, handling: Handling) -> Handling:
    """A handling that is no life stop's, as it is for this caller."""
    tier = tier_of(policy, call)
    if tier is None:
        return handling
    within = max(LEAST_ANSWER_S, round(handling.answer_within_s * tier.answer_factor))
    # Where a queue deals with the trigger itself, who calls makes no difference to that.
    owned = call.queue_id in policy.desks[handling.desk].owns_queues
    desk = handling.desk if owned or tier.desk is None else tier.desk
    return msgspec.structs.replace(handling, answer_within_s=within, desk=desk)


def lifted(policy: Policy, call: CallFacts, priority: int) -> int:
    """The priority of a route for this caller, 1 the highest."""
    tier = tier_of(policy, call)
    if tier is None or priority <= HIGHEST_LIFTED:
        return priority
    return max(HIGHEST_LIFTED, priority - tier.lift)


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
