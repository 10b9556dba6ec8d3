"""Where the caller of a call is, and when they may be rung there."""

from __future__ import annotations

from workflow.actions import CallbackTerms
from workflow.call import Customer
from workflow.calling import caller_zones
from workflow.countries import country
from workflow.hours import OpeningHours
from workflow.work import Work

_NOTHING_SAID = CallbackTerms()


def country_of_caller(work: Work) -> str | None:
    """Where a number without its country code is from (ISO 3166)."""
    customer = work.call.customer or Customer()
    return country(customer.country) or country(work.call.jurisdiction)


def decent_hours(work: Work, desk: str, terms: CallbackTerms = _NOTHING_SAID) -> tuple[int, int]:
    """The next decent hours (UTC ms) wherever the caller may be; daytime at the desk where nobody
    knows. `terms`: what the caller has told themselves."""
    call, policy = work.call, work.policy
    customer = call.customer or Customer()
    zones = caller_zones(
        terms.time_zone or customer.time_zone,
        terms.number or customer.number,
        customer.country,
        call.jurisdiction,
    )
    known = work.desk(desk)
    hours = policy.hours.get(known.hours or "") if known is not None else None
    site = hours or next(iter(policy.hours.values()), OpeningHours())
    rules = policy.callbacks
    return rules.next_window(call.jurisdiction, zones, work.at_ms, site=site.time_zone)
