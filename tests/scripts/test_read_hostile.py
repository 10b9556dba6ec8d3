"""Whatever a file holds, reading ends in events or in an error that names a line."""

import contextlib
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scripts.readers import MAX_LINE_BYTES, ReadError, read_file, refuse
from stream.codec import decode_transcript
from stream.events import TranscriptEvent

shared_folder = settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150, deadline=None
)
NAMES = st.sampled_from(["a.jsonl", "a.vtt", "a.csv", "a", "a.json.gz"])
CAPTIONS = [
    b"WEBVTT\n\n",
    b"00:01.000 --> 00:02.000\n",
    b"<v A",
    b"Agent: ",
    b"-->",
    b"NOTE",
    b"&#",
]
LINES = [b'{"call_id":"a","text":"x"}\n', b'{"call_id":', b"text,start\n", b",", b'"', b"<", b">"]
BYTES = [b"\n", b"\r\n", b"\xef\xbb\xbf", b"\x1f\x8b", b"\0", b"\xff\xfe", b"\xf0\x9f\x98"]
PIECES = st.sampled_from([*CAPTIONS, *LINES, *BYTES])
CONTENT = st.one_of(st.binary(max_size=400), st.lists(PIECES, max_size=30).map(b"".join))


@shared_folder
@given(name=NAMES, content=CONTENT)
def test_any_bytes_give_events_or_a_named_line(tmp_path: Path, name: str, content: bytes) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    refused: list[ReadError] = []
    with contextlib.suppress(ReadError):
        list(read_file(path, on_bad=lambda error: stop(refused, error)))
    for error in refused:
        assert error.line >= 1
        assert str(error).startswith(f"{path}:{error.line}: ")


@shared_folder
@given(name=NAMES, content=CONTENT)
def test_going_on_never_raises_and_what_is_read_a_worker_can_read(
    tmp_path: Path, name: str, content: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    bad: list[ReadError] = []
    for event in read_file(path, on_bad=bad.append):
        assert decode_transcript(msgspec.json.encode(event)) == event


@shared_folder
@given(
    fields=st.fixed_dictionaries(
        {"call_id": st.text(min_size=1, max_size=30), "text": st.text()},
        optional={
            "speaker": st.one_of(st.none(), st.text(max_size=20)),
            "sequence": st.one_of(st.none(), st.integers()),
            "is_final": st.one_of(st.none(), st.booleans()),
            "start_ms": st.one_of(st.integers(), st.floats(allow_nan=False), st.text()),
            "utterance_id": st.text(max_size=10),
            "language": st.text(max_size=10),
        },
    )
)
def test_json_lines_with_odd_fields_are_read_or_named(
    tmp_path: Path, fields: dict[str, object]
) -> None:
    path = tmp_path / "odd.jsonl"
    path.write_bytes(msgspec.json.encode(fields) + b"\n")
    bad: list[ReadError] = []
    events = list(read_file(path, on_bad=bad.append))
    assert len(events) + len(bad) == 1
    if events:
        assert events[0].call_id == fields["call_id"]


def stop(refused: list[ReadError], error: ReadError) -> None:
    refused.append(error)
    refuse(error)


def vtt_bomb(unit: str) -> str:
    body = unit * ((MAX_LINE_BYTES - 100) // len(unit))
    return f"WEBVTT\n\n00:01.000 --> 00:02.000\n{body}\n"


@pytest.mark.parametrize("unit", ["<", "<v ", "<v.a.b", "&", "&#", "Agent:", "<v a>", "a: "])
def test_a_huge_caption_line_is_read_in_linear_time(tmp_path: Path, unit: str) -> None:
    path = tmp_path / "bomb.vtt"
    path.write_text(vtt_bomb(unit), encoding="utf-8")
    assert seconds(lambda: list(read_file(path, on_bad=lambda error: None))) < 20


def seconds(work: Callable[[], list[TranscriptEvent]]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
