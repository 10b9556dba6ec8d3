"""Records by which the calls of one caller know of each other, with deterministic ids."""

from __future__ import annotations

import msgspec

from stream.events import (
    CallerRingsIn,
    CustomerAsked,
    CustomerForget,
    CustomerKnown,
    CustomerNoted,
    EarlierForgotten,
)
from stream.outputs import Message, Output, event_output
from stream.topics import TopicName
from workflow.identity import stable_id
from workflow.moments import rfc3339

ON_THE_WAY_MS = 60_000
"""Until then every call that is going on has heard that an earlier one is forgotten."""


def asked_output(event: CustomerAsked, cause: Message) -> Output:
    """A call's question under its caller's pseudonym; its id follows from both."""
    event_id = stable_id("event", event.call_id, "asked", event.pseudonym, event.at_ms)
    return under_pseudonym(event, event.pseudonym, event.call_id, event_id, cause)


def noted_output(event: CustomerNoted, cause: Message) -> Output:
    """What a call tells under its caller's pseudonym; its id follows from the revision."""
    contact = event.contact
    event_id = stable_id("event", contact.call_id, "noted", event.pseudonym, contact.revision)
    return under_pseudonym(event, event.pseudonym, contact.call_id, event_id, cause)


def known_output(event: CustomerKnown, cause: Message) -> Output:
    """What a call is told of the caller's other calls; its id follows from the revision."""
    event_id = stable_id("event", event.pseudonym, "known", event.call_id, event.revision)
    at = rfc3339(cause.timestamp_ms)
    return event_output(TopicName.TICKS, event, event.call_id, event_id, at, cause)


def earlier_output(call_id: str, about: CustomerNoted, cause: Message) -> Output:
    """That briefs of a call tell of an earlier one that is forgotten; its id follows from what was
    told of that one. A minute more is named: a brief may be on its way while this is written."""
    gone = about.contact
    event_id = stable_id("event", call_id, "earlier.forgotten", gone.call_id, gone.revision)
    at = rfc3339(cause.timestamp_ms + ON_THE_WAY_MS)
    event = EarlierForgotten(call_id=call_id, at=at)
    told_at = rfc3339(cause.timestamp_ms)
    return event_output(TopicName.INCIDENTS, event, call_id, event_id, told_at, cause)


def rings_output(event: CallerRingsIn, cause: Message) -> Output:
    """What the call of a callback is told of its caller; its id follows from both calls."""
    rung_in = event.rung_in
    until = rung_in.until or ""
    event_id = stable_id("event", event.reference, "rings", rung_in.call_id, rung_in.at, until)
    at = rfc3339(cause.timestamp_ms)
    return event_output(TopicName.TICKS, event, event.call_id, event_id, at, cause)


def under_pseudonym(
    event: CustomerAsked | CustomerNoted | CustomerForget,
    name: str,
    call_id: str,
    event_id: str,
    cause: Message,
) -> Output:
    """The record of an event on `customers`, under the caller's pseudonym."""
    at = rfc3339(cause.timestamp_ms)
    output = event_output(TopicName.CUSTOMERS, event, call_id, event_id, at, cause)
    return msgspec.structs.replace(output, key=name.encode())
