"""JSON Schemas (2020-12) and an AsyncAPI 3 document, generated from the event types."""

from __future__ import annotations

import inspect
import json
from pathlib import Path
from typing import Any, get_args

import msgspec

from stream.topics import TOPICS, Direction, TopicSpec

JSON_SCHEMA = "https://json-schema.org/draft/2020-12/schema"
HEADERS = {
    "ce_specversion": "CloudEvents version, always 1.0",
    "ce_id": "deterministic id of the event: a repeat carries the same one, so drop it",
    "ce_type": "hardstop.<type of the value>",
    "ce_source": "who wrote it",
    "ce_time": "RFC 3339 time of what caused it",
    "traceparent": "W3C trace context",
    "content-type": "application/json",
}
DEAD_LETTER_HEADERS = HEADERS | {
    "content-type": "application/octet-stream",
    "reason": "code of what was wrong, e.g. not_json, wrong_shape, unknown_version",
    "detail": "what was wrong, without the customer's words",
    "source_topic": "where the message was read",
    "source_partition": "its partition",
    "source_offset": "its offset",
    "cut_from_bytes": "only where the value was too large to keep whole: its size",
}


def event_types(spec: TopicSpec) -> tuple[type[Any], ...]:
    """The event types that a topic carries."""
    if spec.types is None:
        return ()
    return get_args(spec.types) or (spec.types,)


def type_name(kind: type[Any]) -> str:
    """The value of the `type` field of an event type, e.g. `alert.opened`."""
    return str(kind.__struct_config__.tag)


def json_schema(kind: type[Any]) -> dict[str, Any]:
    """The JSON Schema of one event type, with everything it refers to inside."""
    (root,), components = msgspec.json.schema_components([kind], ref_template="#/$defs/{name}")
    components = _clean(components)
    name = str(root["$ref"]).rpartition("/")[2]
    body = components.pop(name)
    return {
        "$schema": JSON_SCHEMA,
        "$id": f"urn:hardstop:{type_name(kind)}:1",
        **body,
        "$defs": dict(sorted(components.items())),
    }


def asyncapi() -> dict[str, Any]:
    """An AsyncAPI 3.0 document of every topic, seen from the hardstop worker."""
    kinds = [kind for spec in TOPICS for kind in event_types(spec)]
    _, components = msgspec.json.schema_components(
        kinds, ref_template="#/components/schemas/{name}"
    )
    components = _clean(components)
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "hardstop topics",
            "version": "1",
            "description": (
                "Live transcripts in, supervisor alerts and routing events out. "
                "`send` and `receive` are seen from the hardstop worker. "
                "Topic names may carry a prefix (HARDSTOP_TOPIC_PREFIX)."
            ),
            "license": {"name": "Apache-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "kafka": {"host": "localhost:9092", "protocol": "kafka", "protocolVersion": "3.7"}
        },
        "channels": {spec.name.value: _channel(spec) for spec in TOPICS},
        "operations": {_operation_name(spec): _operation(spec) for spec in TOPICS},
        "components": {
            "messages": {kind.__name__: _message(kind) for kind in kinds}
            | {"DeadLetter": _dead_letter()},
            "schemas": dict(sorted(components.items())),
        },
    }


def documents() -> dict[str, str]:
    """File name → text of every generated document, relative to the docs folder."""
    files = {"asyncapi.json": _text(asyncapi())}
    for spec in TOPICS:
        for kind in event_types(spec):
            files[f"schemas/{type_name(kind)}.json"] = _text(json_schema(kind))
    return files


def write_schemas(docs: Path) -> list[Path]:
    """Write the generated documents under `docs`; stale schema files there are removed."""
    written = []
    wanted = documents()
    folder = docs / "schemas"
    folder.mkdir(parents=True, exist_ok=True)
    for stale in folder.glob("*.json"):
        if f"schemas/{stale.name}" not in wanted:
            stale.unlink()
    for name, text in wanted.items():
        path = docs / name
        path.write_text(text, encoding="utf-8")
        written.append(path)
    return written


def _clean(schema: Any) -> Any:
    """Descriptions without the indentation of docstrings, which Python 3.13 strips by itself."""
    if isinstance(schema, dict):
        return {
            key: inspect.cleandoc(value)
            if key == "description" and isinstance(value, str)
            else _clean(value)
            for key, value in schema.items()
        }
    return [_clean(one) for one in schema] if isinstance(schema, list) else schema


def _text(document: dict[str, Any]) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _channel(spec: TopicSpec) -> dict[str, Any]:
    names = [kind.__name__ for kind in event_types(spec)] or ["DeadLetter"]
    kafka: dict[str, Any] = {
        "cleanup.policy": ["compact"] if spec.compacted else ["delete"],
    }
    if spec.retention_ms is not None:
        kafka["retention.ms"] = spec.retention_ms
    return {
        "address": spec.name.value,
        "description": f"{spec.says} Written by {spec.writers}. Key: {spec.key}.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
        "bindings": {"kafka": {"topicConfiguration": kafka, "bindingVersion": "0.5.0"}},
    }


def _operation_name(spec: TopicSpec) -> str:
    verb = "read" if spec.direction is Direction.IN else "write"
    words = spec.name.value.replace(".", "-").split("-")
    return verb + "".join(word.capitalize() for word in words)


def _operation(spec: TopicSpec) -> dict[str, Any]:
    return {
        "action": "receive" if spec.direction is Direction.IN else "send",
        "channel": {"$ref": f"#/channels/{spec.name.value}"},
        "summary": spec.says,
    }


def _message(kind: type[Any]) -> dict[str, Any]:
    return {
        "name": type_name(kind),
        "summary": (kind.__doc__ or "").strip().splitlines()[0],
        "contentType": "application/json",
        "headers": _headers(HEADERS),
        "payload": {"$ref": f"#/components/schemas/{kind.__name__}"},
        "bindings": {"kafka": {"key": {"type": "string"}, "bindingVersion": "0.5.0"}},
    }


def _dead_letter() -> dict[str, Any]:
    return {
        "name": "dead-letter",
        "summary": "The bytes as they came; the headers say what was wrong and where it was read.",
        "contentType": "application/octet-stream",
        "headers": _headers(DEAD_LETTER_HEADERS),
        "payload": {"type": "string", "format": "binary"},
    }


def _headers(names: dict[str, str]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            name: {"type": "string", "description": says} for name, says in names.items()
        },
    }
