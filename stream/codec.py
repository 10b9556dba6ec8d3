"""Events to bytes and back, and the headers that travel with them."""

from __future__ import annotations

import hashlib
import re
from typing import Any, Protocol, TypeVar

import msgspec

from stream.events import Action, CustomerEvent, RoutingOutcome, TickEvent, TranscriptEvent
from workflow.identity import stable_id

MAX_EVENT_BYTES = 900_000
"""Below Kafka's default message limit (1 MiB) with room for key and headers."""

SOURCE = "urn:hardstop:worker"
TRACEPARENT = "traceparent"
MODE_HEADER = "hardstop_mode"
"""Set by whoever feeds recorded calls (`replay`, `post_call`), so that nothing live is moved."""

_encoder = msgspec.json.Encoder()
_transcripts: msgspec.json.Decoder[TranscriptEvent] = msgspec.json.Decoder(TranscriptEvent)
_outcomes: msgspec.json.Decoder[RoutingOutcome] = msgspec.json.Decoder(RoutingOutcome)
_actions = msgspec.json.Decoder(Action)
_ticks: msgspec.json.Decoder[TickEvent] = msgspec.json.Decoder(TickEvent)
_customers: msgspec.json.Decoder[CustomerEvent] = msgspec.json.Decoder(CustomerEvent)

Decoded = TypeVar("Decoded")
KEY_MISMATCH = "key_is_not_call_id"
PSEUDONYM_MISMATCH = "key_is_not_pseudonym"
_UNNAMED = re.compile(r"[^A-Za-z0-9_.$`\[\]]")
_TRACEPARENT = re.compile(r"^00-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$")

Headers = list[tuple[str, bytes]]


class Unreadable(ValueError):
    """A value that cannot be read. `reason` is a code, `detail` carries no customer text."""

    def __init__(self, reason: str, detail: str) -> None:
        self.reason = reason
        self.detail = detail
        super().__init__(f"{reason}: {detail}")


def encode(event: Any) -> bytes:
    """JSON bytes of an event. Raises Unreadable("too_large") beyond MAX_EVENT_BYTES."""
    value = _encoder.encode(event)
    if len(value) > MAX_EVENT_BYTES:
        raise Unreadable("too_large", f"{len(value)} bytes encoded, at most {MAX_EVENT_BYTES}")
    return value


def decode_transcript(value: bytes | None) -> TranscriptEvent:
    """The event in a `transcripts` value. Raises Unreadable with why, without quoting the value."""
    return _decoded(value, _transcripts)


def decode_outcome(message: Keyed) -> RoutingOutcome:
    """The event in a `routing.outcomes` record, under its call's key. Raises Unreadable."""
    return _of_its_call(message, _outcomes)


def decode_action(message: Keyed) -> Action:
    """The event in a `supervisor.actions` record, under its call's key. Raises Unreadable."""
    return _of_its_call(message, _actions)


def decode_tick(message: Keyed) -> TickEvent:
    """The event in a `ticks` record, under its call's key. Raises Unreadable."""
    return _of_its_call(message, _ticks)


def decode_customer(message: Keyed) -> CustomerEvent:
    """The event in a `customers` record, under its pseudonym. Raises Unreadable."""
    event = _decoded(message.value, _customers)
    if message.key is None or message.key != event.pseudonym.encode():
        raise Unreadable(PSEUDONYM_MISMATCH, "the key of a message must be its pseudonym")
    return event


class Keyed(Protocol):
    """A record with its key."""

    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...


def _of_its_call(message: Keyed, decoder: msgspec.json.Decoder[Decoded]) -> Decoded:
    event = _decoded(message.value, decoder)
    call_id: str = event.call_id  # type: ignore[attr-defined]
    if message.key is None or message.key != call_id.encode():
        raise Unreadable(KEY_MISMATCH, "the key of a message must be its call_id")
    return event


def _decoded(value: bytes | None, decoder: msgspec.json.Decoder[Decoded]) -> Decoded:
    if not value:
        raise Unreadable("empty", "the message has no value")
    try:
        return decoder.decode(value)
    except msgspec.ValidationError as error:
        detail = _without_values(str(error))
        known_version = "`$.version`" not in detail
        raise Unreadable("wrong_shape" if known_version else "unknown_version", detail) from None
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise Unreadable("not_json", _without_values(str(error))) from None


def _without_values(text: str) -> str:
    """What was wrong and where, up to the first quoted value: that may be a customer's words."""
    said, place, path = text.rpartition(" - at `")
    problem = re.split("['\"]", said or text, maxsplit=1)[0].strip()
    path = _UNNAMED.sub("…", path)
    return f"{problem}{place}{path}" if place else problem


def cloud_headers(
    *, event_id: str, kind: str, time: str, call_id: str, traceparent: str | None
) -> Headers:
    """CloudEvents 1.0 Kafka binding (binary mode), W3C trace context."""
    return [
        ("content-type", b"application/json"),
        ("ce_specversion", b"1.0"),
        ("ce_id", event_id.encode()),
        ("ce_type", f"hardstop.{kind}".encode()),
        ("ce_source", SOURCE.encode()),
        ("ce_time", time.encode()),
        (TRACEPARENT, child_traceparent(traceparent, call_id, event_id).encode()),
    ]


def child_traceparent(parent: str | None, call_id: str, event_id: str) -> str:
    """The trace of the chunk that caused it, else one per call; the span follows from the id."""
    match = _TRACEPARENT.match(parent) if parent else None
    trace = match[1] if match else hashlib.sha256(stable_id("trace", call_id).encode()).hexdigest()
    span = hashlib.sha256(event_id.encode()).hexdigest()[:16]
    return f"00-{trace[:32]}-{span}-01"


def header(headers: Any, name: str) -> str | None:
    """A header's text, or None; tolerant of mappings, lists and odd bytes."""
    pairs = headers.items() if hasattr(headers, "items") else (headers or ())
    for key, value in pairs:
        if key == name and value is not None:
            return bytes(value).decode("utf-8", "replace")
    return None
