"""One message as it was read, and what is read of it."""

from __future__ import annotations

from typing import Any, TypeVar

import msgspec

from stream.codec import Unreadable
from wallboard.store.tables import Alert, Callback
from workflow.moments import milliseconds

NOTHING_HEARD_OF = "complaints"
"""The register's topic: clusters that were set up before it was there do not have it."""

READ = (
    "alerts",
    "routing",
    "routing.outcomes",
    "callbacks",
    "incidents",
    NOTHING_HEARD_OF,
    "coaching",
    "scores",
    "operations",
    "supervisor.actions",
)
"""The topics that are read; never `transcripts`. Within a batch in this order: an alert says who
may see what the others tell of its call."""


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """One message. `topic` is without the cluster's prefix; `at` is Kafka's timestamp, UTC ms."""

    topic: str
    partition: int
    offset: int
    at: int
    value: bytes | None
    event_id: str | None = None
    key: str | None = None

    @property
    def place(self) -> str:
        """topic/partition/offset."""
        return f"{self.topic}/{self.partition}/{self.offset}"


S = TypeVar("S", bound=msgspec.Struct)


def decoded(arrival: Arrival, decoder: msgspec.json.Decoder[S]) -> S:
    """The event in a message. Raises Unreadable with a code, never with words of the value."""
    if not arrival.value:
        raise Unreadable("empty", "the message has no value")
    try:
        return decoder.decode(arrival.value)
    except (msgspec.ValidationError, msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Unreadable("unreadable", "not an event of this topic") from None


def plain(event: msgspec.Struct) -> dict[str, Any]:
    """An event as JSON has it."""
    built: dict[str, Any] = msgspec.to_builtins(event)
    return built


def is_news(kept: Alert | Callback | None, revision: int, body: dict[str, Any], at: int) -> bool:
    """Whether a revision, changed at `at` (UTC ms), is to stand. An older one or one that is known
    is not; one that is told anew is, as after the death of a worker (docs/architecture.md, "When
    things break")."""
    if kept is None or revision > kept.revision:
        return True
    if revision < kept.revision:
        return at > kept.updated_at
    return as_json(body) != as_json(kept.body)


def as_json(body: dict[str, Any]) -> bytes:
    """A body, to be compared: what has been through the database has lists for tuples."""
    return msgspec.json.encode(body, order="sorted")


def moment(text: str | None, otherwise: int) -> int:
    """UTC ms of an RFC 3339 text; `otherwise` where there is none or it is none."""
    try:
        return otherwise if text is None else milliseconds(text)
    except ValueError:
        return otherwise


def due(text: str | None) -> int | None:
    """UTC ms of an RFC 3339 text, or None."""
    try:
        return None if text is None else milliseconds(text)
    except ValueError:
        return None
