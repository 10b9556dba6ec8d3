"""The contracts: decoded by type, documented, and the documents never out of date."""

import json
from pathlib import Path

import jsonschema
import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.codec import Unreadable, child_traceparent, cloud_headers, decode_transcript, encode
from stream.events import CallStarted, Chunk, TranscriptEvent
from stream.schemas import documents, event_types, json_schema, type_name
from stream.topics import TOPICS, TopicName

DOCS = Path(__file__).parents[2] / "docs"
CHUNK = {"type": "chunk", "call_id": "c", "sequence": 1, "utterance_id": "u", "text": "hello"}


def test_the_committed_documents_are_those_of_the_types() -> None:
    wanted = documents()
    for name, text in wanted.items():
        path = DOCS / name
        assert path.exists(), f"docs/{name} is missing: run `make schemas`"
        assert path.read_text(encoding="utf-8") == text, f"docs/{name} is old: run `make schemas`"
    on_disk = {f"schemas/{path.name}" for path in (DOCS / "schemas").glob("*.json")}
    assert on_disk == {name for name in wanted if name.startswith("schemas/")}


def test_every_topic_and_type_of_the_design_is_there() -> None:
    names = {type_name(kind) for spec in TOPICS for kind in event_types(spec)}
    assert {spec.name for spec in TOPICS} == set(TopicName)
    assert {
        "call.started",
        "call.updated",
        "chunk",
        "call.ended",
        "alert.opened",
        "alert.updated",
        "alert.retracted",
        "alert.closed",
        "route.requested",
        "route.fallback",
        "route.cancelled",
        "route.offered",
        "route.accepted",
        "route.joined",
        "route.completed",
        "route.failed",
        "action.applied",
        "action.rejected",
    } <= names


@pytest.mark.parametrize("kind", [k for spec in TOPICS for k in event_types(spec)])
def test_every_schema_is_a_valid_schema(kind: type) -> None:
    jsonschema.Draft202012Validator.check_schema(json_schema(kind))


def test_what_is_encoded_fits_its_schema() -> None:
    chunk = msgspec.convert(CHUNK, Chunk)
    value = json.loads(encode(chunk))
    assert value["version"] == 1
    jsonschema.validate(value, json_schema(Chunk))


def test_unknown_fields_are_ignored_and_absent_ones_filled() -> None:
    event = decode_transcript(json.dumps(CHUNK | {"later": {"field": 1}}).encode())
    assert isinstance(event, Chunk)
    assert (event.speaker, event.is_final, event.confidence) == ("unknown", True, None)
    started = decode_transcript(b'{"type":"call.started","call_id":"c"}')
    assert isinstance(started, CallStarted)


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (None, "empty"),
        (b"", "empty"),
        (b"hello", "not_json"),
        (b"\xff\xfe", "not_json"),
        (b"[" * 100_000, "wrong_shape"),
        (b"[1]", "wrong_shape"),
        (b'{"type":"other"}', "wrong_shape"),
        (json.dumps(CHUNK | {"sequence": -1}).encode(), "wrong_shape"),
        (json.dumps(CHUNK | {"sequence": 2**60}).encode(), "wrong_shape"),
        (json.dumps(CHUNK | {"call_id": ""}).encode(), "wrong_shape"),
        (json.dumps(CHUNK | {"confidence": 7}).encode(), "wrong_shape"),
        (json.dumps(CHUNK | {"version": 2}).encode(), "unknown_version"),
    ],
)
def test_what_cannot_be_read_says_why(value: bytes | None, reason: str) -> None:
    with pytest.raises(Unreadable) as raised:
        decode_transcript(value)
    assert raised.value.reason == reason


@pytest.mark.parametrize("words", ["my secret words", "I'm secret", 'a "secret', "it's 'secret'"])
@pytest.mark.parametrize("field", ["speaker", "revision", "type", "confidence"])
def test_an_error_never_quotes_the_customer(words: str, field: str) -> None:
    with pytest.raises(Unreadable) as raised:
        decode_transcript(json.dumps(CHUNK | {field: words}).encode())
    assert "secret" not in str(raised.value)


@given(st.binary(max_size=200))
def test_no_bytes_break_the_decoder(value: bytes) -> None:
    try:
        event = decode_transcript(value)
    except Unreadable:
        return
    assert isinstance(event, TranscriptEvent)


def test_an_event_too_large_for_the_broker_is_refused_before_it_is_sent() -> None:
    with pytest.raises(Unreadable, match="too_large"):
        encode(msgspec.convert(CHUNK | {"text": "x" * 1_000_000}, Chunk))


def test_the_trace_of_the_chunk_goes_on() -> None:
    parent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    child = child_traceparent(parent, "c", "event")
    assert child.startswith("00-0af7651916cd43dd8448eb211c80319c-")
    assert child != parent
    assert child_traceparent("rubbish", "c", "e") == child_traceparent(None, "c", "e")


def test_headers_follow_the_cloudevents_binding() -> None:
    headers = dict(
        cloud_headers(event_id="1", kind="score", time="t", call_id="c", traceparent=None)
    )
    assert headers["ce_specversion"] == b"1.0"
    assert headers["ce_type"] == b"hardstop.score"
    assert {"ce_id", "ce_source", "ce_time", "traceparent", "content-type"} <= set(headers)
