"""The complaint register over a real broker, from the words to the answer."""

from __future__ import annotations

from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
from typer.testing import CliRunner

from scripts.cli import app
from scripts.register import from_topic
from stream.admin import create_topics
from stream.settings import load_settings
from stream.topics import TopicName
from tests.integration.workers import producer, wait_for, workers


def test_a_complaint_is_registered_and_answered_from_the_command_line(
    bootstrap_servers: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = load_settings(
        bootstrap_servers=bootstrap_servers, topic_prefix=f"t{uuid4().hex[:8]}."
    )
    create_topics(settings)
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", bootstrap_servers)
    monkeypatch.setenv("HARDSTOP_TOPIC_PREFIX", settings.topic_prefix)

    def run(*arguments: str) -> tuple[int, str]:
        done = CliRunner().invoke(app, ["complaints", *arguments])
        return done.exit_code, done.output

    started = {"type": "call.started", "call_id": "c", "jurisdiction": "AU"}
    chunk = {"type": "chunk", "call_id": "c", "sequence": 1, "utterance_id": "u1"}
    chunk |= {"speaker": "customer", "text": "i want to make a complaint about my bill"}
    with workers(settings, tmp_path) as start:
        start().wait_ready()
        out = producer(settings)
        for event in (started, chunk):
            value = msgspec.json.encode(event)
            out.send(settings.topic(TopicName.TRANSCRIPTS), value, key=b"c")
        out.flush()
        out.close()
        wait_for(lambda: len(from_topic(settings)) == 1, 60)
        (reference,) = from_topic(settings)
        code, said = run("list", "--open")
        assert (code, reference in said) == (0, True), said
        code, said = run("acknowledge", reference, "--by", "alex")
        assert code == 0, said
        code, said = run("acknowledge", reference, "--by", "alex")
        assert (code, "acknowledged already" in said) == (1, True), said
        code, said = run(
            "update", reference, "--by", "alex", "--note", "the meter is read on Monday"
        )
        assert code == 0, said
        code, said = run("answer", reference, "--by", "alex", "--note", "refunded")
        assert code == 0, said
        assert [s.state.value for s in from_topic(settings)[reference].history] == [
            "open",
            "acknowledged",
            "acknowledged",
            "answered",
        ]
        assert reference not in run("list", "--open")[1]
        code, said = run("withdraw", "CP-NONE", "--by", "alex", "--note", "no")
        assert (code, "no complaint CP-NONE" in said) == (2, True), said
