"""What an alert can be about: hard stops and signals, tiers, what an agent asks for, callbacks."""

from __future__ import annotations

from detectors.vocabulary import LABELS
from workflow.deeds import AGENT_REQUEST
from workflow.policy import Policy
from workflow.reminders import BLOCKED, DUE, MISSED, RINGS_IN, WELFARE
from workflow.tiers import ANGER_RISING, REPEATED_CONTACT

OF_CALLBACKS = (DUE, MISSED, WELFARE, BLOCKED, RINGS_IN)


def triggers_of(policy: Policy) -> tuple[str, ...]:
    """Every trigger that an alert can have under a policy, those of single queues included."""
    policies = (policy, *policy.by_queue.values())
    handled = {label for each in policies for label in (*each.triggers, *each.signals)}
    tiers = {name for each in policies for name in each.tiers.rules}
    return (
        *(label for label in LABELS if label in handled),
        *(name for name in (ANGER_RISING, REPEATED_CONTACT) if name in tiers),
        AGENT_REQUEST,
        *OF_CALLBACKS,
    )
