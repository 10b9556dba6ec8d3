"""`hardstop replay` and `hardstop tail` against a real broker."""

import json
import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest
from kafka import KafkaConsumer, KafkaProducer

from scripts.playback import Played, replay
from stream.admin import create_topics
from stream.codec import MODE_HEADER
from stream.events import Chunk
from stream.settings import Settings

COMMAND = [sys.executable, "-m", "scripts.cli"]


class Kafka:
    """One broker under a topic prefix of its own, and the command line that talks to it."""

    def __init__(self, servers: str) -> None:
        self.prefix = f"t{uuid.uuid4().hex[:8]}."
        self.servers = servers
        self.settings = Settings(bootstrap_servers=servers, topic_prefix=self.prefix)
        create_topics(self.settings)

    def environment(self) -> dict[str, str]:
        named = {"KAFKA_BOOTSTRAP_SERVERS": self.servers, "HARDSTOP_TOPIC_PREFIX": self.prefix}
        return {**os.environ, **named}

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, *arguments],
            env=self.environment(),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def start(self, *arguments: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*COMMAND, *arguments],
            env=self.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def sent(
        self, topic: str = "transcripts"
    ) -> list[tuple[str, dict[str, object], dict[str, bytes]]]:
        """Key, value and headers of everything on a topic, partition by partition."""
        reader = KafkaConsumer(
            self.prefix + topic,
            bootstrap_servers=self.servers,
            auto_offset_reset="earliest",
            group_id=None,
            consumer_timeout_ms=2000,
        )
        try:
            return [(r.key.decode(), json.loads(r.value), dict(r.headers)) for r in reader]
        finally:
            reader.close()

    def put(self, topic: str, key: str, *values: bytes) -> None:
        writer = KafkaProducer(bootstrap_servers=self.servers)
        for value in values:
            writer.send(self.prefix + topic, key=key.encode(), value=value)
        writer.flush()
        writer.close()


@pytest.fixture
def kafka(bootstrap_servers: str) -> Kafka:
    return Kafka(bootstrap_servers)


def calls(folder: Path, count: int = 2, **fields: object) -> Path:
    path = folder / "calls.jsonl"
    lines = [
        json.dumps({"call_id": f"call-{number}", "text": text, **fields})
        for text in ("hello there", "I will sue you")
        for number in range(count)
    ]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_a_replay_is_keyed_by_call_marked_and_whole(kafka: Kafka, tmp_path: Path) -> None:
    result = kafka.run("replay", str(calls(tmp_path)), "--speed", "max")
    assert result.returncode == 0, result.stderr
    assert "2 calls sent" in result.stderr
    sent = kafka.sent()
    for call in ("call-0", "call-1"):
        values = [value for key, value, _ in sent if key == call]
        assert [value["type"] for value in values] == [
            "call.started",
            "chunk",
            "chunk",
            "call.ended",
        ]
        assert [value.get("sequence") for value in values[1:3]] == [1, 2]
    assert {headers[MODE_HEADER] for _, _, headers in sent} == {b"replay"}


def test_a_live_replay_is_not_marked_and_speaks_now(kafka: Kafka, tmp_path: Path) -> None:
    path = calls(tmp_path, 1, spoken_at="2001-01-01T00:00:00Z")
    assert kafka.run("replay", str(path), "--speed", "max", "--live").returncode == 0
    sent = kafka.sent()
    assert not any(MODE_HEADER in headers for _, _, headers in sent)
    spoken = [str(value["spoken_at"]) for _, value, _ in sent if value["type"] == "chunk"]
    assert len(spoken) == 2
    assert all(moment > "2020" for moment in spoken)


def test_each_round_of_a_loop_has_its_own_call_ids(kafka: Kafka, tmp_path: Path) -> None:
    path = calls(tmp_path, 1)
    assert kafka.run("replay", str(path), "--speed", "max", "--loop", "3").returncode == 0
    assert {key for key, _, _ in kafka.sent()} == {"call-0", "call-0-2", "call-0-3"}


def test_a_replay_is_paced_as_it_was_spoken(kafka: Kafka) -> None:
    call = [
        Chunk(call_id="a", sequence=n, utterance_id=f"u{n}", text="hi", end_ms=n * 400)
        for n in (1, 2, 3)
    ]
    seen: list[tuple[float, Played]] = []
    writer = KafkaProducer(bootstrap_servers=kafka.servers)
    began = time.monotonic()
    played = replay(
        {"a": call},
        writer,
        2.0,
        lambda played: seen.append((time.monotonic() - began, played)),
        topic=f"{kafka.prefix}transcripts",
    )
    writer.close()
    assert (played.events, played.chunks, played.calls_ended) == (5, 3, 1)
    spoken = [at for at, state in seen if state.chunks][:3]
    for at, due in zip(spoken, (0.2, 0.4, 0.6), strict=True):
        assert due <= at < due + 0.5


def test_a_topic_that_is_not_there_is_told(kafka: Kafka, tmp_path: Path) -> None:
    for command in (["replay", str(calls(tmp_path))], ["tail", "alerts"]):
        result = kafka.run(*command, "--topic-prefix", "nowhere.")
        assert result.returncode == 2
        assert "the cluster has no topic 'nowhere." in result.stderr
        assert "Traceback" not in result.stderr


def test_tail_passes_values_on_as_they_are(kafka: Kafka) -> None:
    values = [b'{"type":"alert.opened"}', b"\xff\n", b'{"type":"new"}']
    kafka.put("alerts", "a", *values)
    kafka.put("alerts", "b", b"{}")
    result = kafka.run("tail", "alerts", "--from-start", "--json", "--call", "a", "--limit", "3")
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    assert lines[0] == values[0].decode()
    assert json.loads(lines[1]) == {"key": "a", "undecodable": "/wo="}
    assert lines[2] == values[2].decode()


def test_tail_shows_what_it_cannot_read_and_goes_on(kafka: Kafka) -> None:
    note = {"type": "operations.note", "about": "gap", "detail": "two missing", "at": "12:00"}
    kafka.put("operations", "a", b"nonsense", json.dumps(note).encode())
    result = kafka.run("tail", "operations", "--from-start", "--timeout", "4")
    assert result.returncode == 0
    assert "not understood" in result.stdout
    assert "detail=two missing" in result.stdout


def test_tail_follows_from_now_on(kafka: Kafka) -> None:
    kafka.put("alerts", "a", b'{"old":1}')
    with kafka.start("tail", "alerts", "--json", "--limit", "1", "--timeout", "30") as tail:
        assert tail.stderr is not None
        assert tail.stderr.readline().startswith("reading ")
        kafka.put("alerts", "a", b'{"new":1}')
        out, _ = tail.communicate(timeout=40)
    assert tail.returncode == 0
    assert out == '{"new":1}\n'


@pytest.mark.parametrize("command", ["tail", "replay"])
def test_ctrl_c_ends_quietly_with_130(kafka: Kafka, tmp_path: Path, command: str) -> None:
    path = calls(tmp_path, 1, end_ms=60_000)
    arguments = {"tail": ["tail", "alerts"], "replay": ["replay", str(path)]}[command]
    with kafka.start(*arguments) as running:
        time.sleep(4)
        assert running.poll() is None
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=20)
    assert running.returncode == 130
    assert "Traceback" not in err
