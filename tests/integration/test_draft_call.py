"""`hardstop draft CALL_ID`: an answer to a call as the workers heard it, from a real broker."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import uuid

import pytest

from detectors.reading import Finding
from detectors.vocabulary import Disposition, Speaker
from scripts.broker import producer
from scripts.heard_calls import heard_call
from stream.admin import ClusterError, create_topics
from stream.codec import encode
from stream.events import Score
from stream.settings import Settings
from stream.topics import TopicName


@pytest.fixture(scope="module")
def settings(bootstrap_servers: str) -> Settings:
    """A broker with three calls on `scores`: an angry one, a restricted one, one without finals."""
    named = Settings(bootstrap_servers=bootstrap_servers, topic_prefix=f"d{uuid.uuid4().hex[:8]}.")
    create_topics(named)
    misconduct = Finding(
        label="misconduct", disposition=Disposition.RAISE, probability=0.9, reason="", rule_id="x",
        evidence=(),
    )  # fmt: skip
    scores = [
        score("angry", 3, Speaker.CUSTOMER, "It is the third time that nobody called me back."),
        score("angry", 1, Speaker.AGENT, "How can I help?"),
        score("angry", 2, Speaker.CUSTOMER, "My bill is", is_final=False),
        score("angry", 2, Speaker.CUSTOMER, "My bill is wrong and I am furious."),
        score("other", 1, Speaker.CUSTOMER, "Your agent was rude.", findings=(misconduct,)),
        score("half", 1, Speaker.CUSTOMER, "My bill", is_final=False),
    ]
    with producer(named) as out:
        for each in scores:
            out.send(named.topic(TopicName.SCORES), encode(each), key=each.call_id.encode())
        out.send(named.topic(TopicName.SCORES), b'{"type": "score"}', key=b"odd")
        out.flush(timeout=30)
    return named


def score(call: str, number: int, speaker: Speaker, text: str, **more: object) -> Score:
    known: dict[str, object] = {"is_final": True, **more}
    return Score(
        call_id=call, sequence=number, utterance_id=f"u{number}", speaker=speaker, text=text,
        at=f"2026-03-02T10:00:0{number}Z", policy_version="1", rules_version="1",
        **known,  # type: ignore[arg-type]
    )  # fmt: skip


def draft(settings: Settings, *arguments: str) -> subprocess.CompletedProcess[str]:
    named = {
        "KAFKA_BOOTSTRAP_SERVERS": settings.bootstrap_servers or "",
        "HARDSTOP_TOPIC_PREFIX": settings.topic_prefix,
    }
    return subprocess.run(
        [sys.executable, "-m", "scripts.cli", "draft", *arguments],
        env={**os.environ, **named}, capture_output=True, text=True, timeout=90, check=False,
    )  # fmt: skip


def test_the_final_turns_are_read_in_the_order_they_were_spoken(settings: Settings) -> None:
    call = heard_call(settings, "angry")
    assert [(each.speaker, each.text) for each in call.turns] == [
        (Speaker.AGENT, "How can I help?"),
        (Speaker.CUSTOMER, "My bill is wrong and I am furious."),
        (Speaker.CUSTOMER, "It is the third time that nobody called me back."),
    ]
    assert call.turns[1].at == "2026-03-02T10:00:02Z"


def test_a_call_is_answered_by_its_id(settings: Settings) -> None:
    result = draft(settings, "angry", "--json")
    assert result.returncode == 0, result.stderr
    made = json.loads(result.stdout)
    assert made["assessment"]["emotion"] == "anger"
    assert "third time" in made["draft"] or "bill" in made["draft"]


def test_a_restricted_call_is_refused(settings: Settings) -> None:
    result = draft(settings, "other")
    assert result.returncode == 2
    assert "restricted (misconduct)" in result.stderr
    assert result.stdout == ""


def test_a_message_that_cannot_be_read_is_told_without_its_words(settings: Settings) -> None:
    with pytest.raises(ClusterError, match="cannot be read"):
        heard_call(settings, "odd")


@pytest.mark.parametrize("call", ["nobody", "half"])
def test_a_call_that_is_not_there_is_told(settings: Settings, call: str) -> None:
    with pytest.raises(ClusterError, match="no final turn of call"):
        heard_call(settings, call)
