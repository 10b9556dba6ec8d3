"""One event of any topic as a line or two for people."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import msgspec
from rich.text import Text

from scripts.following import Message
from scripts.sightings import SEVERITY_STYLES
from scripts.terminal import printable
from stream import events
from stream.topics import TopicSpec
from workflow.alerts import Alert, AlertStatus
from workflow.moments import rfc3339
from workflow.routing import Route

_SHOWN_CHARS = 300
"""Of a value that is no event: enough to see what it is."""

_QUIET = ("version", "type")
_FIELD_CHARS = 120


def headline(message: Message, spec: TopicSpec) -> Text:
    """The event in words; a value that cannot be read is shown as what it is."""
    text = Text(f"{rfc3339(message.timestamp_ms)[11:19]}  ", "dim")
    if message.value is None:
        return text.append(f"{printable(message.key)}  deleted")
    if spec.types is None:
        return text.append_text(_dead_letter(message))
    try:
        event = msgspec.json.decode(message.value, type=spec.types)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        place = f"partition {message.partition}, offset {message.offset}"
        text.append("not understood", "yellow")
        return text.append(f" ({place}; {printable(str(error))}): {_start(message.value)}")
    for kind, tell in _TOLD:
        if isinstance(event, kind):
            return text.append_text(tell(event))
    return text.append_text(_fields(event))


def json_line(message: Message) -> bytes:
    """The value as one line: as it lies there, or wrapped where it is no line of JSON text."""
    value = message.value
    if value is None:
        return msgspec.json.encode({"key": message.key, "deleted": True})
    try:
        msgspec.json.decode(value)
        whole = b"\n" not in value and b"\r" not in value
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        whole = False
    if whole:
        return value
    wrapped = {"key": message.key, "undecodable": base64.b64encode(value).decode()}
    return msgspec.json.encode(wrapped)


def _alert(event: Alert) -> Text:
    text = Text.assemble(
        (f" {event.trigger} ", SEVERITY_STYLES[event.severity]),
        f"  {_kind(event)} {event.status.value}  {event.probability:.2f}  ",
        (printable(event.call_id), "bold"),
    )
    marks = [event.subtype, "imminent" if event.imminent else None, event.desk]
    marks += [event.mode.value if event.mode.value != "live" else None]
    marks += [event.owner.name if event.owner else None, event.closed_reason]
    if shown := ", ".join(printable(mark) for mark in marks if mark):
        text.append(f"  ({shown})", "italic")
    for evidence in event.evidence:
        text.append(f"\n          {evidence.speaker.value}: ")
        text.append(f"“{printable(evidence.quote)}”", "bold")
    text.append(f"\n          {printable(event.reason)}", "dim")
    if event.status in (AlertStatus.RETRACTED, AlertStatus.CLOSED):
        return text
    return text.append(f"\n          say now: {printable(event.say_now)}")


def _route(event: Route) -> Text:
    text = Text.assemble(
        (f" {_kind(event)} ", "bold"),
        f" {printable(event.desk)} by {event.mode.value} → {printable(event.target)}  ",
        (printable(event.call_id), "bold"),
        f"  priority {event.priority}, attempt {event.attempt}",
    )
    if event.cancel_reason is not None:
        text.append(f"  ({event.cancel_reason.value})", "italic")
    if event.brief is not None:
        text.append(
            f"\n          {printable(event.brief.headline)}; {printable(event.brief.caller)}"
        )
    return text


def _score(event: events.Score) -> Text:
    text = Text(f"{printable(event.call_id)}  ", "bold")
    text.append(f"{event.speaker.value}{'' if event.is_final else ' …'}: ", "dim")
    text.append(printable(event.text))
    for label in event.raised:
        text.append(f"  {label} {event.probabilities.get(label, 0.0):.2f}", "bold red")
    for label in event.review:
        text.append(f"  {label} (review)", "yellow")
    if event.emotion is not None and event.emotion.intensity > 0:
        text.append(f"  {event.emotion.label.value} {event.emotion.intensity:.2f}", "magenta")
    return text


def _fields(event: msgspec.Struct) -> Text:
    """Any other event: its type, then every field that says something."""
    text = Text(f" {_kind(event)} ", "bold")
    for name in event.__struct_fields__:
        value = getattr(event, name)
        if name in _QUIET or value is None or value == () or value == {}:
            continue
        shown = value if isinstance(value, str) else msgspec.json.encode(value).decode()
        text.append(f" {name}=", "dim").append(printable(shown[:_FIELD_CHARS]))
    return text


def _dead_letter(message: Message) -> Text:
    reasons = [
        f"{name}={value.decode('utf-8', 'replace')}"
        for name, value in message.headers
        if not name.startswith(("ce_", "content-type", "traceparent"))
    ]
    text = Text(" dead letter ", "yellow").append(printable("  ".join(reasons)))
    return text.append(f": {_start(message.value or b'')}")


def _start(value: bytes) -> str:
    text = printable(value[:_SHOWN_CHARS].decode("utf-8", "replace"))
    return text + "…" if len(value) > _SHOWN_CHARS else text


def _kind(event: msgspec.Struct) -> str:
    return str(event.__struct_config__.tag)


_TOLD: tuple[tuple[type[Any], Callable[[Any], Text]], ...] = (
    (Alert, _alert),
    (Route, _route),
    (events.Score, _score),
)
