"""Records to be written to Kafka, built from events, with deterministic ids."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any, Protocol

import msgspec

from stream.codec import Headers, Unreadable, cloud_headers, encode
from stream.events import (
    ActionApplied,
    ActionRejected,
    CallbackRecord,
    CallOver,
    CoachingHint,
    ComplaintRecord,
    IncidentEntry,
    IncidentHead,
    OperationsNote,
    RouteCancelled,
    RouteFallback,
    RouteRequested,
    RoutingEvent,
    Score,
    event_from,
)
from stream.events.alerts import ALERT_EVENTS
from stream.events.operations import Topic
from stream.topics import MAX_DEAD_LETTER_BYTES, TopicName
from workflow.actions import Verdict
from workflow.alerts import AlertChange
from workflow.call import CallFacts, Mode
from workflow.chain import Entry
from workflow.complaints import Complaint
from workflow.decision import CallbackChange, ChangeOf, RouteChange
from workflow.hints import Hint
from workflow.identity import stable_id
from workflow.moments import rfc3339
from workflow.signing import SignedHead


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One record as it came. `about`: from which of the topics. `timestamp_ms` is Kafka's, UTC."""

    key: bytes | None
    value: bytes | None
    topic: str
    partition: int
    offset: int
    timestamp_ms: int
    mode: str | None = None
    traceparent: str | None = None
    about: TopicName = TopicName.TRANSCRIPTS


class Output(msgspec.Struct, frozen=True):
    """One record to be written. The same cause always gives the same bytes."""

    topic: TopicName
    key: bytes | None
    value: bytes | None
    headers: Headers


Confirmation = Awaitable[Any]
"""Ends when the broker has confirmed the record; yields where it lies."""


class Send(Protocol):
    """Hands a record to the producer; the inner awaitable ends when the broker has confirmed."""

    async def __call__(
        self,
        topic: str,
        key: bytes | None,
        value: bytes | None,
        partition: int | None,
        headers: list[tuple[str, bytes]] | None,
    ) -> Confirmation: ...


def event_output(
    topic: TopicName, event: Any, call_id: str, event_id: str, at: str, cause: Message
) -> Output:
    """The record of an event under its call's key, with the headers that all have."""
    kind = type(event).__struct_config__.tag
    headers = cloud_headers(
        event_id=event_id, kind=str(kind), time=at, call_id=call_id, traceparent=cause.traceparent
    )
    return Output(topic, call_id.encode() or None, encode(event), headers)


def change_output(change: ChangeOf, cause: Message) -> Output:
    """The record that tells of a change, whatever it is of."""
    match change:
        case AlertChange():
            return alert_output(change, cause)
        case RouteChange():
            return route_output(change, cause)
        case CallbackChange():
            return callback_output(change, cause)


def alert_output(change: AlertChange, cause: Message) -> Output:
    """`alert.*` for a change; its id follows from alert, kind and revision."""
    alert = change.alert
    event = event_from(ALERT_EVENTS[change.change], alert)
    event_id = stable_id("event", alert.alert_id, change.change, alert.revision)
    return event_output(
        TopicName.ALERTS, event, alert.call_id, event_id, rfc3339(cause.timestamp_ms), cause
    )


def route_output(change: RouteChange, cause: Message) -> Output:
    """`route.requested`, `route.fallback`, or `route.cancelled` where it has a cancel reason."""
    route = change.route
    event: RoutingEvent
    if route.cancel_reason is not None:
        event = event_from(RouteCancelled, route)
    elif change.fallback:
        event = event_from(RouteFallback, route)
    else:
        event = event_from(RouteRequested, route)
    kind = type(event).__struct_config__.tag
    event_id = stable_id("event", route.route_id, str(kind), route.attempt)
    return event_output(
        TopicName.ROUTING, event, route.call_id, event_id, rfc3339(cause.timestamp_ms), cause
    )


def callback_output(change: CallbackChange, cause: Message) -> Output:
    """A callback record as it is now, under its reference; its id follows from its revision."""
    callback = change.callback
    event_id = stable_id("event", callback.reference, callback.revision)
    at = rfc3339(cause.timestamp_ms)
    output = event_output(
        TopicName.CALLBACKS,
        event_from(CallbackRecord, callback),
        callback.origin_call_id,
        event_id,
        at,
        cause,
    )
    return msgspec.structs.replace(output, key=callback.reference.encode())


def complaint_output(complaint: Complaint, cause: Message) -> Output:
    """An entry of the register under its reference; its id follows from its revision."""
    event_id = stable_id("event", complaint.reference, complaint.revision)
    event = event_from(ComplaintRecord, complaint)
    at = rfc3339(cause.timestamp_ms)
    output = event_output(TopicName.COMPLAINTS, event, complaint.call_id, event_id, at, cause)
    return msgspec.structs.replace(output, key=complaint.reference.encode())


def hint_output(hint: Hint, cause: Message) -> Output:
    """A hint for the agent; its id is the event's."""
    event = event_from(CoachingHint, hint)
    return event_output(TopicName.COACHING, event, hint.call_id, hint.hint_id, hint.at, cause)


def incident_output(entry: Entry, cause: Message) -> Output:
    """An entry of a call's record; its id follows from record and number."""
    event_id = stable_id("event", entry.incident_id, entry.number)
    event = event_from(IncidentEntry, entry)
    return event_output(TopicName.INCIDENTS, event, entry.call_id, event_id, entry.at, cause)


def head_output(head: SignedHead, call_id: str, cause: Message) -> Output:
    """Where a call's record stands after what a message caused; its id follows from the number."""
    at = rfc3339(cause.timestamp_ms)
    event = event_from(IncidentHead, head, call_id=call_id, at=at)
    event_id = stable_id("event", head.incident_id, "head", head.number)
    return event_output(TopicName.INCIDENTS, event, call_id, event_id, at, cause)


def verdict_output(verdict: Verdict, call_id: str, cause: Message) -> Output:
    """`action.applied` or `action.rejected`; its id follows from the action's."""
    at = rfc3339(cause.timestamp_ms)
    event: ActionApplied | ActionRejected
    if verdict.rejected is None:
        event = ActionApplied(
            action_id=verdict.action_id,
            call_id=call_id,
            at=at,
            revision=verdict.revision,
            detail=verdict.detail,
        )
    else:
        event = ActionRejected(
            action_id=verdict.action_id, call_id=call_id, at=at, reason=verdict.rejected
        )
    event_id = stable_id("event", "action", verdict.action_id)
    return event_output(TopicName.OPERATIONS, event, call_id, event_id, at, cause)


def unreadable(error: Unreadable, cause: Message) -> tuple[Output, ...]:
    """A dead letter and a note to operators for what could not be read."""
    note = note_output(Topic.CHUNK_UNREADABLE, str(error), cause)
    return dead_letter(cause, error.reason, error.detail), note


def score_output(score: Score, cause: Message) -> Output:
    """The reading of one chunk; its id follows from call and sequence."""
    event_id = stable_id("event", score.call_id, "score", score.sequence)
    return event_output(TopicName.SCORES, score, score.call_id, event_id, score.at, cause)


def note_output(
    about: Topic,
    detail: str,
    cause: Message,
    *,
    call_id: str | None = None,
    sequences: tuple[int, int] | None = None,
    reference: str | None = None,
    facts: CallFacts | None = None,
    mode: Mode | None = None,
) -> Output:
    """A note to operators. `detail` must carry no customer text."""
    first, last = sequences or (None, None)
    note = OperationsNote(
        about=about,
        detail=detail,
        at=rfc3339(cause.timestamp_ms),
        call_id=call_id,
        first_sequence=first,
        last_sequence=last,
        source_topic=cause.topic,
        source_partition=cause.partition,
        source_offset=cause.offset,
        reference=reference,
        queue_id=None if facts is None else facts.queue_id,
        team_id=None if facts is None else facts.team_id,
        agent_id=None if facts is None else facts.agent_id,
        mode=mode,
    )
    event_id = stable_id("note", about, cause.topic, cause.partition, cause.offset, detail)
    return event_output(TopicName.OPERATIONS, note, call_id or "", event_id, note.at, cause)


def over_output(call_id: str, cause: Message) -> Output:
    """That a call is over; its id follows from the moment."""
    at = rfc3339(cause.timestamp_ms)
    event = CallOver(call_id=call_id, at=at)
    event_id = stable_id("event", call_id, "over", cause.timestamp_ms)
    return event_output(TopicName.OPERATIONS, event, call_id, event_id, at, cause)


def dead_letter(cause: Message, reason: str, detail: str) -> Output:
    """The bytes as they came, with the reason and the place they came from in headers."""
    event_id = stable_id("dead-letter", cause.topic, cause.partition, cause.offset)
    headers = cloud_headers(
        event_id=event_id,
        kind="dead-letter",
        time=rfc3339(cause.timestamp_ms),
        call_id=event_id,
        traceparent=cause.traceparent,
    )
    headers[0] = ("content-type", b"application/octet-stream")
    value = cause.value
    if value is not None and len(value) > MAX_DEAD_LETTER_BYTES:
        headers.append(("cut_from_bytes", str(len(value)).encode()))
        value = value[:MAX_DEAD_LETTER_BYTES]
    headers += [
        ("reason", reason.encode()),
        ("detail", detail.encode("utf-8", "replace")),
        ("source_topic", cause.topic.encode()),
        ("source_partition", str(cause.partition).encode()),
        ("source_offset", str(cause.offset).encode()),
    ]
    return Output(TopicName.DEAD_LETTERS, cause.key, value, headers)
