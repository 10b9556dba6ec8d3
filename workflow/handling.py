"""What happens when a label is raised: which desk, how it comes, what the agent is told."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from detectors.vocabulary import Trigger

Text = Annotated[str, msgspec.Meta(min_length=1, max_length=600)]

TRIGGER_NAMES = frozenset(trigger.value for trigger in Trigger)


class Tier(StrEnum):
    """Who handles it."""

    AGENT = "agent"
    SUPERVISOR = "supervisor"
    SPECIALIST = "specialist"
    CALLBACK = "callback"


class RouteMode(StrEnum):
    """How a person comes to the call. A cold transfer does not exist here."""

    JOIN = "join"
    CONSULT = "consult"
    MANUAL = "manual"


class Severity(StrEnum):
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"


CHILD = "child"
"""In place of a subtype: whoever calls says that they are a child."""


class Texts(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the agent says instead, and does not say (without one: as always)."""

    say_now: Text
    do_not_say: Annotated[str, msgspec.Meta(max_length=600)] = ""


class Handling(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What happens when a label is raised. `answer_within_s` is in seconds. `texts`: other words by
    subtype of the label, or for a `child` who calls. The words of a life stop may leave open the
    `{emergency}` number and the `{crisis_line}` of the caller's country."""

    desk: Text
    tier: Tier
    mode: RouteMode
    severity: Severity
    say_now: Text
    do_not_say: Text
    answer_within_s: Annotated[int, msgspec.Meta(ge=5, le=3600)] = 60
    ring_early: bool = False
    texts: dict[str, Texts] = {}


class AngerRising(Handling, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """After `turns` customer turns in a row with at least this `heat` (0–1) that does not fall."""

    turns: Annotated[int, msgspec.Meta(ge=1, le=50)] = 3
    heat: Annotated[float, msgspec.Meta(gt=0, le=1)] = 0.25


class RepeatedContact(Handling, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """From this many `contacts` about the same thing, this one included, as earlier calls tell or
    (`believe_caller`) the caller says."""

    contacts: Annotated[int, msgspec.Meta(ge=2, le=50)] = 3
    believe_caller: bool = True


class Tiers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What brings a supervisor without a hard stop; a rule that is absent is off."""

    anger_rising: AngerRising | None = None
    repeated_contact: RepeatedContact | None = None

    @property
    def rules(self) -> dict[str, Handling]:
        """The rules that are on, by name."""
        named = {"anger_rising": self.anger_rising, "repeated_contact": self.repeated_contact}
        return {name: rule for name, rule in named.items() if rule is not None}
