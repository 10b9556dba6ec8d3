"""Recorded calls into Kafka, as they were spoken."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from scripts.broker import FLUSH_S
from scripts.timeline import merged, whole
from stream.admin import ClusterError
from stream.codec import MODE_HEADER, Headers, encode
from stream.events import CallEnded, Chunk, TranscriptEvent
from workflow.call import Mode
from workflow.moments import rfc3339

if TYPE_CHECKING:
    from kafka import KafkaProducer

AT_ONCE = 100
"""Calls played side by side: the load of a mid-sized floor, not that of a whole archive at once."""


class Played(msgspec.Struct, frozen=True, kw_only=True):
    """How far a playback has come."""

    events: int = 0
    chunks: int = 0
    calls_ended: int = 0


def replay(
    events_by_call: Mapping[str, Sequence[TranscriptEvent]],
    producer: KafkaProducer,
    speed: float | None = 1.0,
    on_progress: Callable[[Played], None] = lambda played: None,
    *,
    topic: str = "transcripts",
    live: bool = False,
    at_once: int = AT_ONCE,
) -> Played:
    """Send calls to the topic as they were spoken, `speed` times as fast; None: without waiting.

    Calls run side by side; each gets a start and an end where it has none. Events are marked as a
    replay, so that nothing live is moved; with `live` they are not, and carry the present time.
    Returns when the broker has confirmed everything. Raises ClusterError when it refuses.
    """
    calls = {call_id: whole(call_id, events) for call_id, events in events_by_call.items()}
    headers: Headers = [("content-type", b"application/json")]
    if not live:
        headers.append((MODE_HEADER, Mode.REPLAY.value.encode()))
    refusals: list[Exception] = []
    played = Played()
    began = time.monotonic()
    for due in merged(calls, at_once):
        if speed is not None:
            _wait_until(began + due.at_ms / 1000 / speed)
        event = _now(due.event) if live else due.event
        sent = producer.send(
            topic, key=event.call_id.encode(), value=encode(event), headers=list(headers)
        )
        sent.add_errback(refusals.append)
        if refusals:
            break
        played = Played(
            events=played.events + 1,
            chunks=played.chunks + isinstance(event, Chunk),
            calls_ended=played.calls_ended + isinstance(event, CallEnded),
        )
        on_progress(played)
    producer.flush(timeout=FLUSH_S)
    if refusals:
        raise ClusterError(f"Kafka did not take an event for {topic!r}: {refusals[0]}")
    return played


def renamed(
    events_by_call: Mapping[str, Sequence[TranscriptEvent]], suffix: str
) -> dict[str, list[TranscriptEvent]]:
    """The same calls under other ids: a worker takes the same id for a repeat and drops it."""
    return {
        call_id + suffix: [
            msgspec.structs.replace(event, call_id=call_id + suffix) for event in events
        ]
        for call_id, events in events_by_call.items()
    }


def _wait_until(moment: float) -> None:
    remaining = moment - time.monotonic()
    if remaining > 0:
        time.sleep(remaining)


def _now(event: TranscriptEvent) -> TranscriptEvent:
    at = rfc3339(int(time.time() * 1000))
    if isinstance(event, Chunk):
        return msgspec.structs.replace(event, spoken_at=at)
    return msgspec.structs.replace(event, at=at)
