"""Chunk JSON lines, complete or as bare as people keep them."""

import gzip
from pathlib import Path

import pytest

from detectors.vocabulary import Speaker
from scripts.readers import MAX_LINE_BYTES, ReadError, SpeakerNames, read_file
from stream.events import CallEnded, CallStarted, Chunk


def written(folder: Path, *lines: str, name: str = "calls.jsonl") -> Path:
    path = folder / name
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def chunks(path: Path) -> list[Chunk]:
    return [event for event in read_file(path) if isinstance(event, Chunk)]


def problem(path: Path) -> str:
    with pytest.raises(ReadError) as refused:
        list(read_file(path))
    return str(refused.value)


def test_call_id_and_text_are_enough(tmp_path: Path) -> None:
    (chunk,) = chunks(written(tmp_path, '{"call_id":"a","text":"hello"}'))
    assert (chunk.speaker, chunk.sequence, chunk.utterance_id) == (Speaker.CUSTOMER, 1, "u1")
    assert chunk.is_final


def test_chunks_are_numbered_call_by_call(tmp_path: Path) -> None:
    lines = [f'{{"call_id":"{call}","text":"x"}}' for call in "abaab"]
    numbers = [(c.call_id, c.sequence) for c in chunks(written(tmp_path, *lines))]
    assert numbers == [("a", 1), ("b", 1), ("a", 2), ("a", 3), ("b", 2)]


def test_numbering_goes_on_after_a_number_that_is_given(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        '{"call_id":"a","text":"x","sequence":7}',
        '{"call_id":"a","text":"y"}',
    )
    assert [chunk.sequence for chunk in chunks(path)] == [7, 8]


def test_nulls_count_as_absent(tmp_path: Path) -> None:
    line = '{"call_id":"a","text":"x","speaker":null,"sequence":null,"start_ms":null}'
    (chunk,) = chunks(written(tmp_path, line))
    assert (chunk.speaker, chunk.sequence) == (Speaker.CUSTOMER, 1)


def test_unnamed_partials_belong_to_the_next_final_of_their_speaker(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        '{"call_id":"a","text":"i want","is_final":false}',
        '{"call_id":"a","text":"mhm","speaker":"agent"}',
        '{"call_id":"a","text":"i want my bill"}',
        '{"call_id":"a","text":"please"}',
    )
    assert [chunk.utterance_id for chunk in chunks(path)] == ["u1", "u2", "u1", "u4"]


def test_chunks_speak_the_language_of_their_call(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        '{"type":"call.started","call_id":"a","language":"es-MX"}',
        '{"call_id":"a","text":"hola"}',
        '{"call_id":"a","text":"hello","language":"en"}',
        '{"call_id":"b","text":"hello"}',
    )
    assert [chunk.language for chunk in chunks(path)] == ["es-MX", "en", "en"]


def test_call_events_pass_through(tmp_path: Path) -> None:
    path = written(
        tmp_path,
        '{"type":"call.started","call_id":"a","queue_id":"billing"}',
        '{"type":"call.ended","call_id":"a","reason":"transferred"}',
    )
    started, ended = read_file(path)
    assert isinstance(started, CallStarted)
    assert started.queue_id == "billing"
    assert isinstance(ended, CallEnded)


def test_the_usual_words_for_a_role_are_understood(tmp_path: Path) -> None:
    lines = [
        f'{{"call_id":"a","text":"x","speaker":"{name}"}}'
        for name in ("Caller", "AGENT", "Representative", "ivr", "Anna")
    ]
    names = SpeakerNames.parse("anna=agent")
    speakers = [
        event.speaker.value
        for event in read_file(written(tmp_path, *lines), speakers=names)
        if isinstance(event, Chunk)
    ]
    assert speakers == ["customer", "agent", "agent", "other", "agent"]
    assert not names.unrecognised


def test_a_stranger_is_read_as_unknown_and_counted(tmp_path: Path) -> None:
    names = SpeakerNames()
    path = written(tmp_path, '{"call_id":"a","text":"x","speaker":"Zed"}')
    (chunk,) = read_file(path, speakers=names)
    assert isinstance(chunk, Chunk)
    assert chunk.speaker is Speaker.UNKNOWN
    assert names.unrecognised == {"Zed": 1}


def test_gzip_and_byte_order_mark_are_seen_through(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl.gz"
    path.write_bytes(gzip.compress(b'\xef\xbb\xbf{"call_id":"a","text":"x"}\n'))
    assert [chunk.call_id for chunk in chunks(path)] == ["a"]


def test_the_last_line_needs_no_line_end_and_blank_lines_are_nothing(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    path.write_bytes(b'\r\n{"call_id":"a","text":"x"}\r\n\n  \n{"call_id":"a","text":"y"}')
    assert [chunk.text for chunk in chunks(path)] == ["x", "y"]


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('{"call_id":"a"}', "the field 'text' is missing"),
        ('{"text":"x"}', "the field 'call_id' is missing"),
        ('{"call_id":"a","text":1}', "text: Expected `str`"),
        ('{"call_id":"a","text":"x","start_ms":-4}', "start_ms: Expected `int` >= 0"),
        ('{"call_id":"a","text":"x","is_final":"no"}', "is_final: Expected `bool`"),
        ('{"call_id":"","text":"x"}', "call_id: Expected `str` of length >= 1"),
        ('{"type":"noise","call_id":"a"}', "Invalid value 'noise'"),
        ('{"call_id":"a","text":"x","version":2}', "version"),
        ('["a"]', "not a JSON object"),
        ("hello", "not valid JSON"),
        ("WEBVTT", "WebVTT and CSV are known by .vtt and .csv"),
        ("1", "not a JSON object; write one event per line; WebVTT and CSV are known by"),
        ('{"call_id":"a","text":"\\ud83d"}', "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
    ],
)
def test_a_bad_line_is_named_with_its_number_and_what_is_wrong(
    tmp_path: Path, line: str, told: str
) -> None:
    path = written(tmp_path, '{"call_id":"a","text":"x"}', line)
    message = problem(path)
    assert message.startswith(f"{path}:2: ")
    assert told in message


def test_a_missing_call_id_may_be_given_for_the_file(tmp_path: Path) -> None:
    (chunk,) = read_file(written(tmp_path, '{"text":"x"}'), call_id="given")
    assert chunk.call_id == "given"


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b'{"call_id":"a","text":"caf\xe9"}\n', "not UTF-8 text (byte 27 of the line)"),
        (b'{"call_id":"a","text":"x\0"}\n', "NUL bytes"),
        ("\ufeff{}\n".encode("utf-16"), "UTF-16"),
        (b"x" * (MAX_LINE_BYTES + 1) + b"\n", "longer than"),
    ],
)
def test_what_is_no_text_is_refused_with_advice(tmp_path: Path, content: bytes, told: str) -> None:
    path = tmp_path / "calls.jsonl"
    path.write_bytes(content)
    message = problem(path)
    assert message.startswith(f"{path}:1: ")
    assert told in message


def test_a_damaged_gzip_file_is_refused_where_it_breaks(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl.gz"
    path.write_bytes(gzip.compress(b'{"call_id":"a","text":"x"}\n' * 1000)[:-20])
    assert "the gzip file is damaged" in problem(path)


def test_going_on_skips_only_the_bad_lines(tmp_path: Path) -> None:
    path = tmp_path / "calls.jsonl"
    good = b'{"call_id":"a","text":"x"}\n'
    path.write_bytes(good + b"\xff\n" + b"y" * (3 * MAX_LINE_BYTES) + b"\n" + b"{}\n" + good)
    bad: list[ReadError] = []
    assert len(list(read_file(path, on_bad=bad.append))) == 2
    assert [error.line for error in bad] == [2, 3, 4]


def test_every_byte_that_is_read_is_reported(tmp_path: Path) -> None:
    path = written(tmp_path, *['{"call_id":"a","text":"x"}'] * 2000)
    steps: list[int] = []
    list(read_file(path, on_bytes=steps.append))
    assert sum(steps) == path.stat().st_size
    assert len(steps) > 2
