"""A caller of some tier: people come sooner."""

from __future__ import annotations

import msgspec

from workflow.call import CallFacts
from workflow.caller_tiers import CallerTier
from workflow.handling import Handling
from workflow.policy_settings import Policy

LEAST_ANSWER_S = 5
"""As short as an answer may be asked for anywhere in the policy."""
HIGHEST_LIFTED = 2
"""Priority 1 is for life: nobody is lifted there by who they are."""


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
