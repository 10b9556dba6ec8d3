"""What a role may promise by itself, and who decides about more."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated

import msgspec

from detectors.reading import StepTaken
from workflow.duty import PersonRole
from workflow.money import Amount, amounts

_SENTENCE = re.compile(r"[^.?!;]*(?:[.?!;](?=\d)[^.?!;]*)*[.?!;]?")
Limit = Annotated[float, msgspec.Meta(ge=0)]


class Authority(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Limits of one role, in units of `currency` (ISO 4217); `approver` decides about more."""

    refund_limit: Limit
    credit_limit: Limit
    currency: Annotated[str, msgspec.Meta(pattern="^[A-Z]{3}$")]
    approver: PersonRole | None = None


class Remedy(StrEnum):
    """What money is offered as."""

    REFUND = "refund"
    CREDIT = "credit"


class Beyond(msgspec.Struct, frozen=True, kw_only=True):
    """An offer above the limit of whoever made it. `quote` is the offer as transcribed."""

    remedy: Remedy
    amount: float
    limit: float
    currency: str
    approver: PersonRole | None
    quote: str


def beyond(authority: Authority, step: StepTaken, text: str) -> Beyond | None:
    """The offer of money in an agent's step, if it is above their limit; `text` is that turn's.

    The amount is the first one of the sentence from the offer on ("refund you 20 of the 300"), or
    else the last one before it.
    """
    remedy = next((r for r in Remedy if step.rule_id == f"resolve.{r.value}"), None)
    if remedy is None or not step.evidence:
        return None
    offer = step.evidence[-1]
    sentence = next(
        (m for m in _SENTENCE.finditer(text) if m.start() <= offer.char_start < m.end()), None
    )
    if sentence is None:
        return None
    amount = _offered(amounts(sentence.group()), offer.char_start - sentence.start())
    limit = authority.refund_limit if remedy is Remedy.REFUND else authority.credit_limit
    if amount is None or amount.value <= limit:
        return None
    return Beyond(
        remedy=remedy,
        amount=amount.value,
        limit=limit,
        currency=authority.currency,
        approver=authority.approver,
        quote=sentence.group().strip(),
    )


def authority_mistakes(
    table: Mapping[PersonRole, Authority],
) -> list[tuple[tuple[str, ...], str]]:
    """Approvers who could not approve, each with its place in the policy."""
    found: list[tuple[tuple[str, ...], str]] = []
    for role, own in table.items():
        if own.approver is None:
            continue
        above = table.get(own.approver)
        problem = ""
        if own.approver is role:
            problem = "nobody approves what is beyond their own limits"
        elif above is None:
            problem = (
                f"there is no [authority.{own.approver.value}]: say what this role may approve"
            )
        elif above.currency != own.currency:
            problem = f"{own.approver.value} decides in {above.currency}, not in {own.currency}"
        elif not _more(above, own):
            problem = f"{own.approver.value} may approve no more than {role.value} may promise"
        if problem:
            found.append((("authority", role.value, "approver"), problem))
    return found


def _offered(said: tuple[Amount, ...], offer: int) -> Amount | None:
    after = [amount for amount in said if amount.end > offer]
    if after:
        return after[0]
    return said[-1] if said else None


def _more(above: Authority, own: Authority) -> bool:
    limits = (above.refund_limit, above.credit_limit)
    least = (own.refund_limit, own.credit_limit)
    return limits != least and all(a >= o for a, o in zip(limits, least, strict=True))
