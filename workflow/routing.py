"""Route requests: asking the platform to bring the right person to the call."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from detectors.mood import Trend
from detectors.vocabulary import Emotion, HeardStep
from workflow.alerts import Owner
from workflow.call import Mode
from workflow.drafts.situation import Need
from workflow.duty import Stop
from workflow.policy import RouteMode, Tier
from workflow.quotes import Quoted


class FailureReason(StrEnum):
    """Why a route could not be carried out, as the platform reports it."""

    BUSY = "busy"
    NO_ANSWER = "no_answer"
    CLOSED = "closed"
    UNSUPPORTED = "unsupported"
    CALL_GONE = "call_gone"
    RATE_LIMITED = "rate_limited"
    AUTH = "auth"


class CancelReason(StrEnum):
    """Why a route is no longer wanted."""

    RETRACTED = "retracted"
    FALSE_ALARM = "false_alarm"
    CALL_ENDED = "call_ended"
    RESOLVED = "resolved"
    UNANSWERED = "unanswered"


class Brief(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the receiver reads before taking over: who, what they said, what to say first.

    `quotes` are the words that raised the alert, `said` the sentences they stand in with their
    times. `wants`: the demand in the caller's words, `need` what may lie beneath. `done`: steps of
    HEARD the agent has taken; `offered` what they offered in their words; `promised`: callbacks.
    `before`: earlier contacts. `landmines`: what else to keep from with this caller. `text`: all of
    it in fewer than 120 words.
    """

    headline: str
    caller: str
    quotes: tuple[str, ...]
    opening_line: str
    do_not_say: str
    said: tuple[Quoted, ...] = ()
    emotion: Emotion | None = None
    trend: Trend | None = None
    wants: Quoted | None = None
    need: Need | None = None
    done: tuple[HeardStep, ...] = ()
    offered: tuple[Quoted, ...] = ()
    promised: tuple[str, ...] = ()
    before: tuple[str, ...] = ()
    landmines: tuple[str, ...] = ()
    text: str = ""


class Route(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One request to bring a desk to a call. Times are RFC 3339; `priority` 1 is the highest."""

    route_id: str
    attempt: int
    call_id: str
    alert_ids: tuple[str, ...]
    tier: Tier
    desk: str
    mode: RouteMode
    target: str
    requested_at: str
    expires_at: str
    priority: int
    owner: Owner | None = None
    language: str | None = None
    brief: Brief | None = None
    queue_id: str | None = None
    team_id: str | None = None
    agent_id: str | None = None
    deep_link: str | None = None
    origin: Mode = Mode.LIVE
    cancel_reason: CancelReason | None = None


class Stage(StrEnum):
    """How far one way to a person has come."""

    REQUESTED = "requested"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    JOINED = "joined"
    COMPLETED = "completed"
    OVER = "over"


COMING = frozenset({Stage.REQUESTED, Stage.OFFERED, Stage.ACCEPTED})
"""Stages in which somebody is asked and nobody has joined."""


class Way(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A route with what is needed to go on: `stops` are the people to ask, `at` the one asked now,
    `due_ms` when the next is asked instead."""

    route: Route
    stops: tuple[Stop, ...]
    at: int = 0
    stage: Stage = Stage.REQUESTED
    due_ms: int | None = None


class OutcomeKind(StrEnum):
    """What whoever carries out the routing reports."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    JOINED = "joined"
    COMPLETED = "completed"
    FAILED = "failed"


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """One report on one attempt of one route."""

    kind: OutcomeKind
    route_id: str
    attempt: int
    person_id: str | None = None
    reason: FailureReason | None = None
