"""What is known about a call besides its words. Every field but the call's id may be missing."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import msgspec

from workflow.calling import known_zone


class Mode(StrEnum):
    """Where an event comes from; only `live` ones may move people or calls."""

    LIVE = "live"
    SHADOW = "shadow"
    POST_CALL = "post_call"
    REPLAY = "replay"


TICKING = frozenset({Mode.LIVE, Mode.SHADOW})
"""Where people may be waited for."""


class CallRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`silent_minutes`: a call of which nothing comes for so long, and no end, counts as lost.
    `wordless_seconds`: one without a word for so long from its start counts as not monitored.
    `late_seconds`: words that are read so long after they were said come late."""

    silent_minutes: Annotated[int, msgspec.Meta(ge=2, le=360)] = 30
    wordless_seconds: Annotated[int, msgspec.Meta(ge=5, le=3600)] = 30
    late_seconds: Annotated[int, msgspec.Meta(ge=2, le=600)] = 15


class Direction(StrEnum):
    INBOUND = "inbound"
    OUTBOUND = "outbound"
    INTERNAL = "internal"


class Role(StrEnum):
    """Who takes part in a call."""

    CUSTOMER = "customer"
    AGENT = "agent"
    SUPERVISOR = "supervisor"
    SPECIALIST = "specialist"
    INTERPRETER = "interpreter"
    THIRD_PARTY = "third_party"
    BOT = "bot"
    UNKNOWN = "unknown"


class Verified(StrEnum):
    """How far the caller's identity has been checked."""

    NONE = "none"
    PARTIAL = "partial"
    FULL = "full"


class RecordingState(StrEnum):
    ON = "on"
    PAUSED = "paused"
    DECLINED = "declined"


class Participant(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One party on the call."""

    id: str
    role: Role = Role.UNKNOWN
    platform_id: str | None = None


class Customer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The caller. `ref` is a pseudonymous reference; `number` is E.164; `tenure_months`: whole."""

    ref: str | None = None
    name: str | None = None
    verified: Verified = Verified.NONE
    number: str | None = None
    time_zone: str | None = None
    country: str | None = None
    tier: str | None = None
    tenure_months: Annotated[int, msgspec.Meta(ge=0, le=2400)] | None = None


class Recording(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The platform's own recording of the call."""

    id: str | None = None
    state: RecordingState = RecordingState.ON
    consent: bool | None = None


class CallFacts(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Facts about one call, as far as the platform has told them."""

    call_id: str
    direction: Direction | None = None
    participants: tuple[Participant, ...] = ()
    queue_id: str | None = None
    team_id: str | None = None
    agent_id: str | None = None
    customer: Customer | None = None
    jurisdiction: str | None = None
    language: str | None = None
    recording: Recording | None = None
    deep_link: str | None = None
    platform: str | None = None

    def updated(self, newer: CallFacts) -> CallFacts:
        """These facts with everything that `newer` states put over them."""
        stated = {
            name: value
            for name in CallFacts.__struct_fields__
            if (value := getattr(newer, name)) not in (None, ())
        }
        return msgspec.structs.replace(self, **stated)

    @property
    def text_may_be_kept(self) -> bool:
        """False while recording is paused or declined: then no text is read or stored."""
        return self.recording is None or self.recording.state is RecordingState.ON


def with_known_zone(call: CallFacts) -> CallFacts:
    """The facts without a time zone that nobody can reckon in: platforms send what they have."""
    customer = call.customer
    if customer is None or customer.time_zone is None or known_zone(customer.time_zone):
        return call
    return msgspec.structs.replace(call, customer=msgspec.structs.replace(customer, time_zone=None))
