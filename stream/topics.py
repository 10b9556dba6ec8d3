"""The topics: their names, what they carry, how long, and who may write."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec

from stream import events


class TopicName(StrEnum):
    """Topic names without the prefix that settings may put in front."""

    TRANSCRIPTS = "transcripts"
    ALERTS = "alerts"
    ROUTING = "routing"
    ROUTING_OUTCOMES = "routing.outcomes"
    CALLBACKS = "callbacks"
    INCIDENTS = "incidents"
    COACHING = "coaching"
    SCORES = "scores"
    SUPERVISOR_ACTIONS = "supervisor.actions"
    TICKS = "ticks"
    CUSTOMERS = "customers"
    OPERATIONS = "operations"
    DEAD_LETTERS = "dead-letters"
    COMPLAINTS = "complaints"


class Direction(StrEnum):
    IN = "in"
    OUT = "out"


_DAY = 24 * 60 * 60 * 1000


class TopicSpec(msgspec.Struct, frozen=True, kw_only=True):
    """What one topic is. `retention_ms` None keeps everything that compaction keeps."""

    name: TopicName
    direction: Direction
    says: str
    types: Any
    writers: str
    key: str = "call_id"
    retention_ms: int | None = 7 * _DAY
    compacted: bool = False
    max_message_bytes: int | None = None

    def config(self) -> dict[str, str]:
        """Broker settings of the topic."""
        if self.compacted:
            return {"cleanup.policy": "compact", "min.compaction.lag.ms": "60000"}
        config = {"cleanup.policy": "delete", "retention.ms": str(self.retention_ms)}
        if self.max_message_bytes is not None:
            config["max.message.bytes"] = str(self.max_message_bytes)
        return config


# Raw words live for two days only: long enough to read again after a long weekend's fault is
# found on the Monday's first shift plus a day, short enough to be no archive.
_RAW = 2 * _DAY

MAX_DEAD_LETTER_BYTES = 2_000_000
"""A message as large as Kafka takes by default (1 MiB) must still fit with its headers."""

TOPICS: tuple[TopicSpec, ...] = (
    TopicSpec(
        name=TopicName.TRANSCRIPTS,
        direction=Direction.IN,
        says="Live transcript chunks and call facts, raw: readable by workers alone.",
        types=events.TranscriptEvent,
        writers="platform connectors",
        retention_ms=_RAW,
    ),
    TopicSpec(
        name=TopicName.ALERTS,
        direction=Direction.OUT,
        says="Supervisor alerts: one per call, trigger and episode.",
        types=events.AlertEvent,
        writers="workers",
        retention_ms=30 * _DAY,
    ),
    TopicSpec(
        name=TopicName.ROUTING,
        direction=Direction.OUT,
        says="Requests to bring the right person to the call.",
        types=events.RoutingEvent,
        writers="workers",
    ),
    TopicSpec(
        name=TopicName.ROUTING_OUTCOMES,
        direction=Direction.IN,
        says="What came of each route request.",
        types=events.RoutingOutcome,
        writers="whatever carries routes out",
    ),
    TopicSpec(
        name=TopicName.CALLBACKS,
        direction=Direction.OUT,
        says="The Supervisor Callback Log: the newest record per reference, with its history.",
        types=events.CallbackRecord,
        writers="workers",
        key="reference",
        retention_ms=None,
        compacted=True,
    ),
    TopicSpec(
        name=TopicName.INCIDENTS,
        direction=Direction.OUT,
        says="Factual, hash-chained records of hard stops, and their signed heads.",
        types=events.IncidentEvent,
        writers="workers",
        retention_ms=365 * _DAY,
    ),
    TopicSpec(
        name=TopicName.COACHING,
        direction=Direction.OUT,
        says="Hints for the agent on the call.",
        types=events.CoachingHint,
        writers="workers",
        retention_ms=_DAY,
    ),
    TopicSpec(
        name=TopicName.SCORES,
        direction=Direction.OUT,
        says="One redacted reading per chunk: the live transcript of wallboards and audits.",
        types=events.Score,
        writers="workers",
    ),
    TopicSpec(
        name=TopicName.SUPERVISOR_ACTIONS,
        direction=Direction.IN,
        says="What supervisors, specialists and agents do.",
        types=events.Action,
        writers="people's tools",
        retention_ms=30 * _DAY,
    ),
    TopicSpec(
        name=TopicName.TICKS,
        direction=Direction.IN,
        says="Moments at which something is due on a call, and what is known of its caller; "
        "workers write them to themselves.",
        types=events.TickEvent,
        writers="workers",
        retention_ms=_DAY,
    ),
    TopicSpec(
        name=TopicName.CUSTOMERS,
        direction=Direction.IN,
        says="What calls ask and tell of one caller, under a pseudonym; workers write it to "
        "themselves, and nobody else reads it.",
        types=events.CustomerEvent,
        writers="workers",
        key="pseudonym",
        retention_ms=_RAW,
    ),
    TopicSpec(
        name=TopicName.OPERATIONS,
        direction=Direction.OUT,
        says="What operators must know, which calls are over, and what became of people's actions.",
        types=events.OperationsEvent,
        writers="workers and connectors",
    ),
    TopicSpec(
        name=TopicName.DEAD_LETTERS,
        direction=Direction.OUT,
        says="The raw bytes of what could not be read, with the reason in headers.",
        types=None,
        writers="workers",
        key="the key of the message at fault",
        retention_ms=_RAW,
        max_message_bytes=MAX_DEAD_LETTER_BYTES + 100_000,
    ),
    TopicSpec(
        name=TopicName.COMPLAINTS,
        direction=Direction.OUT,
        says="The complaint register: the newest entry per reference, with its due dates.",
        types=events.ComplaintRecord,
        writers="workers",
        key="reference",
        retention_ms=None,
        compacted=True,
    ),
)

SOURCES = (
    TopicName.TRANSCRIPTS,
    TopicName.ROUTING_OUTCOMES,
    TopicName.SUPERVISOR_ACTIONS,
    TopicName.TICKS,
    TopicName.CUSTOMERS,
)
"""What workers read: partitioned alike, so that all of one call (and all that calls tell of one
caller) comes to one worker."""

SPECS: dict[TopicName, TopicSpec] = {spec.name: spec for spec in TOPICS}
