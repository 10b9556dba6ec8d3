"""`transcripts` (in): what connectors feed."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Literal

import msgspec

from detectors.chunk import Audience, Revision
from detectors.chunk import Chunk as SpokenChunk
from detectors.vocabulary import Speaker
from workflow.call import CallFacts

MAX_SEQUENCE = 2**53
"""Beyond this, JSON readers of other languages lose whole numbers (RFC 8259, section 6)."""

CallId = Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
Sequence = Annotated[int, msgspec.Meta(ge=0, le=MAX_SEQUENCE)]
Milliseconds = Annotated[int, msgspec.Meta(ge=0, le=MAX_SEQUENCE)]
Name = Annotated[str, msgspec.Meta(max_length=256)]
"""Ids, times and names: what a state or an alert keeps of a chunk must be bounded."""
Probability = Annotated[float, msgspec.Meta(ge=0.0, le=1.0)]


class EndReason(StrEnum):
    CUSTOMER_HANGUP = "customer_hangup"
    AGENT_HANGUP = "agent_hangup"
    TRANSFERRED = "transferred"
    LOST = "lost"


class Word(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One recognised word with its times in ms from the start of the call."""

    text: str
    start_ms: Milliseconds | None = None
    end_ms: Milliseconds | None = None
    confidence: Probability | None = None


class _CallEvent(CallFacts, frozen=True, kw_only=True, tag_field="type", omit_defaults=False):
    call_id: CallId
    at: str | None = None
    metadata: dict[str, str] = {}
    version: Literal[1] = 1


class CallStarted(_CallEvent, tag="call.started", frozen=True, kw_only=True):
    """A call has begun. Every field but `call_id` may be missing."""


class CallUpdated(_CallEvent, tag="call.updated", frozen=True, kw_only=True):
    """Facts learnt later; fields that are absent keep what was known."""


class Chunk(
    SpokenChunk, tag="chunk", tag_field="type", frozen=True, kw_only=True, omit_defaults=False
):
    """One piece of one speaker's words. `sequence` rises by one within a call."""

    call_id: CallId
    sequence: Sequence
    utterance_id: Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
    text: str
    speaker: Speaker = Speaker.UNKNOWN
    audience: Audience = Audience.ALL
    revision: Revision = Revision.REPLACE
    participant_id: Name | None = None
    start_ms: Milliseconds | None = None
    end_ms: Milliseconds | None = None
    spoken_at: Name | None = None
    received_at: Name | None = None
    language: Name = "en"
    transcriber: Name | None = None
    platform: Name | None = None
    confidence: Probability | None = None
    words: tuple[Word, ...] = ()
    metadata: dict[str, str] = {}
    version: Literal[1] = 1


class CallEnded(
    msgspec.Struct,
    tag="call.ended",
    tag_field="type",
    frozen=True,
    kw_only=True,
):
    """The call is over, and why."""

    call_id: CallId
    reason: EndReason
    at: str | None = None
    metadata: dict[str, str] = {}
    version: Literal[1] = 1


TranscriptEvent = CallStarted | CallUpdated | Chunk | CallEnded
