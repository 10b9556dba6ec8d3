"""What may be offered, how heavy a situation weighs, and what would make it worse."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files
from typing import Any

from detectors.vocabulary import LIFE_STOPS, Emotion
from workflow.authority import Authority
from workflow.drafts.draft import Option
from workflow.drafts.situation import Channel, Context, FactKind, Situation
from workflow.duty import PersonRole
from workflow.money import written
from workflow.policy import Severity

LONG_STANDING = 60
"""Months from which a customer is treated like those of a higher tier: five years of trust."""
_PRIORITY = re.compile(
    r"\b(?:gold|platinum|diamond|premium|premier|vip|priority|enterprise|business|private|plus|"
    r"executive|elite|corporate)\b",
    re.IGNORECASE,
)
_NO_MONEY = re.compile(
    r"\b(?:no|not|cannot|can't|never|without)\b[^.;\n]{0,40}"
    r"\b(?:refunds?|credits?|compensation|money|goodwill|discounts?|payments?|vouchers?)\b",
    re.IGNORECASE,
)


def is_priority(context: Context) -> bool:
    """Whether the tier, or the years together, ask for more than the usual gesture."""
    return bool(_PRIORITY.search(context.tier)) or (context.tenure_months or 0) >= LONG_STANDING


def rules_out_money(constraints: str) -> bool:
    """Whether stated constraints leave no money to offer."""
    return _NO_MONEY.search(constraints) is not None


def severity(situation: Situation) -> Severity:
    """How heavy it weighs: a hard stop is high; so are two of strong feeling, a repeat, a cost."""
    if situation.trigger in LIFE_STOPS:
        return Severity.CRITICAL
    if situation.trigger:
        return Severity.HIGH
    weight = (
        (situation.emotion in (Emotion.ANGER, Emotion.DISTRESS))
        + bool(situation.of(FactKind.COUNT) or situation.of(FactKind.DURATION))
        + bool(situation.of(FactKind.COST))
    )
    return (Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.HIGH)[weight]


def options(situation: Situation) -> tuple[Option, ...]:
    """Two options where little is at stake, else three. Exactly one is recommended: the answer to
    the need, or at high severity a person who may decide more. None breaks the constraints as far
    as they can be read: where they rule out money, no option offers any. Where money may be
    offered, the limits of whoever answers are named, and who approves what is above them."""
    given, weight = guidance(), severity(situation)
    limits = situation.context.constraints.strip()
    authority = situation.context.authority
    core = given["core"][situation.need.value]
    kind = "priority" if is_priority(situation.context) else "standard"
    no_money = rules_out_money(limits)
    gesture = given["goodwill"]["none" if no_money else kind]
    may = "" if no_money or authority is None else f" {_may_promise(authority)}"
    senior = given["senior"]
    approver = approver_of(authority)
    within = f" Stay within what you stated: “{limits}”." if limits else ""
    found = [
        Option(
            title=core["title"],
            detail=core["detail"] + within,
            cost=core["cost"],
            recommended=weight is not Severity.HIGH,
        ),
        Option(
            title=gesture["title"],
            detail=gesture[weight.value].replace("{approver}", approver) + may + within,
            cost=gesture["cost"],
            recommended=False,
        ),
    ]
    if weight is not Severity.LOW:
        found.append(
            Option(
                title=senior["title"],
                detail=senior.get(situation.trigger or "plain", senior["plain"]).replace(
                    "{approver}", approver
                ),
                cost=senior["cost"],
                recommended=weight is Severity.HIGH,
            )
        )
    return tuple(sorted(found, key=lambda option: not option.recommended))


def approver_of(authority: Authority | None) -> str:
    """Who decides about more, in a word; a supervisor where the policy names nobody."""
    named = authority.approver if authority is not None else None
    return (named or PersonRole.SUPERVISOR).value


def _may_promise(authority: Authority) -> str:
    """What the employee may promise by themselves, and who approves what is above it."""
    words: dict[str, str] = guidance()["authority"]
    none = not authority.credit_limit and not authority.refund_limit
    parts = (words["none" if none else "own"], words["more" if authority.approver else "alone"])
    return (
        " ".join(parts)
        .replace("{credit}", f"{written(authority.credit_limit)} {authority.currency}")
        .replace("{refund}", f"{written(authority.refund_limit)} {authority.currency}")
        .replace("{approver}", approver_of(authority))
    )


def landmines(situation: Situation) -> tuple[str, ...]:
    """What would make this worse: by feeling, need, hard stop and channel, and what is known."""
    mines: dict[str, Any] = guidance()["mines"]
    context = situation.context
    found: list[str] = [*mines[situation.emotion.value], mines[situation.need.value]]
    if situation.trigger in mines:
        found.append(mines[situation.trigger])
    found.append(mines[Channel(context.channel).value])
    tried = context.tried or situation.of(FactKind.TRIED)
    for name, words in (
        ("tried", tried), ("history", context.history), ("constraints", context.constraints)
    ):  # fmt: skip
        if words.strip():
            found.append(mines[name].replace("{" + name + "}", words.strip()))
    return tuple(found)


@cache
def guidance() -> dict[str, Any]:
    """Options, landmines and coaching as they stand in `guidance.toml`."""
    return tomllib.loads(files("workflow.drafts").joinpath("guidance.toml").read_text("utf-8"))
