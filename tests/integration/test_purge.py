"""On a real broker: callbacks that are over for long enough leave the log, and no others."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from scripts.register import from_topic
from stream.events import Action, CallEnded, CallStarted
from stream.settings import Settings
from stream.topics import TopicName
from tests.integration.test_record_topic import run
from tests.integration.test_stream import THREAT, chunk, own_topics
from tests.integration.workers import producer, read_all, wait_for, workers
from workflow.actions import ActionKind, Actor, ActorRole
from workflow.call import Customer
from workflow.policy import default_policy_text

DAY_MS = 86_400_000
LONG_AGO = 100 * DAY_MS
"""Ten days more than the policy keeps callbacks that are over."""


@pytest.fixture
def settings(bootstrap_servers: str, tmp_path: Path) -> Iterator[Settings]:
    made = own_topics(bootstrap_servers)
    with workers(made, tmp_path) as start:
        start().wait_ready()
        yield made


def send(settings: Settings, topic: TopicName, call_id: str, ago_ms: int, *events: object) -> None:
    """Events as they were written so long ago."""
    out = producer(settings)
    at_ms = round(time.time() * 1000) - ago_ms
    for event in events:
        value = msgspec.json.encode(event)
        name = settings.topic(topic)
        out.send(name, value, key=call_id.encode(), timestamp_ms=at_ms)
    out.flush()
    out.close()


def log(settings: Settings) -> dict[str, dict[str, object]]:
    """The newest record of each callback by its call, as compaction would leave them."""
    newest = {
        record.key: record.json() if record.value is not None else None
        for record in read_all(settings, TopicName.CALLBACKS)
    }
    return {str(c["origin_call_id"]): c for c in newest.values() if c is not None}


def promise(settings: Settings, call_id: str, ago_ms: int) -> str:
    """A call that ended in a callback, so long ago; its reference."""
    send(
        settings,
        TopicName.TRANSCRIPTS,
        call_id,
        ago_ms,
        CallStarted(call_id=call_id, queue_id="billing", customer=Customer(ref=call_id)),
        chunk(call_id, 1, THREAT),
        CallEnded(call_id=call_id, reason="customer_hangup"),
    )
    wait_for(lambda: call_id in log(settings), 30)
    return str(log(settings)[call_id]["reference"])


def keep(settings: Settings, call_id: str, ago_ms: int) -> None:
    """Somebody rang back, so long ago."""
    deed = Action(
        action_id=f"keep-{call_id}",
        call_id=call_id,
        action=ActionKind.KEEP_CALLBACK,
        actor=Actor(id="alex", role=ActorRole.SUPERVISOR),
        reference=str(log(settings)[call_id]["reference"]),
    )
    send(settings, TopicName.SUPERVISOR_ACTIONS, call_id, ago_ms, deed)
    wait_for(lambda: log(settings)[call_id]["state"] == "kept", 30)


def test_callbacks_leave_the_log_when_their_time_is_over(
    settings: Settings, tmp_path: Path
) -> None:
    old = promise(settings, "old", LONG_AGO)
    held = promise(settings, "held", LONG_AGO)
    promise(settings, "owed", LONG_AGO)
    promise(settings, "young", 0)
    for call_id, ago_ms in (("old", LONG_AGO), ("held", LONG_AGO), ("young", 0)):
        keep(settings, call_id, ago_ms)
    hold = ("incidents", "hold", "held", "--by", "quinn", "--ground", "claim 17")
    assert run(settings, *hold).exit_code == 0

    tried = run(settings, "purge", "--callbacks", "--dry-run")
    assert (tried.exit_code, "2 callbacks would go" in tried.output) == (0, True), tried.output
    assert log(settings).keys() == {"old", "held", "owed", "young"}

    longer = tmp_path / "longer.toml"
    own = "[queues.billing.retention.callbacks]\ndays = 101"
    longer.write_text(f"{default_policy_text()}\n{own}", encoding="utf-8")
    queue = run(settings, "purge", "--callbacks", "--dry-run", "--policy", str(longer))
    assert "0 callbacks would go" in queue.output, "their queue keeps them for longer"

    done = run(settings, "purge", "--callbacks")
    assert done.exit_code == 1
    assert f"{held}: not done: a legal hold stands: claim 17" in done.output
    assert "1 callback gone" in done.output
    assert log(settings).keys() == {"held", "owed", "young"}
    assert old not in {str(callback["reference"]) for callback in log(settings).values()}

    assert run(settings, *hold, "--lift").exit_code == 0
    again = run(settings, "purge", "--callbacks")
    assert (again.exit_code, "1 callback gone" in again.output) == (0, True), again.output
    nothing = run(settings, "purge", "--callbacks")
    assert (nothing.exit_code, "0 callbacks gone" in nothing.output) == (0, True)
    assert log(settings).keys() == {"owed", "young"}


YEARS_AGO = 1_200 * DAY_MS
"""A hundred days more than the policy keeps complaints that are answered."""


def complains(settings: Settings, call_id: str, ago_ms: int) -> str:
    """A call with a complaint, so long ago; its reference."""
    send(
        settings,
        TopicName.TRANSCRIPTS,
        call_id,
        ago_ms,
        CallStarted(call_id=call_id, queue_id="billing", jurisdiction="AU"),
        chunk(call_id, 1, "i want to make a complaint about my bill"),
        CallEnded(call_id=call_id, reason="customer_hangup"),
    )
    wait_for(lambda: call_id in {c.call_id for c in from_topic(settings).values()}, 30)
    return next(name for name, c in from_topic(settings).items() if c.call_id == call_id)


def answer(settings: Settings, call_id: str, reference: str, ago_ms: int) -> None:
    """It was answered, so long ago."""
    deed = Action(
        action_id=f"answer-{call_id}",
        call_id=call_id,
        action=ActionKind.ANSWER_COMPLAINT,
        actor=Actor(id="alex", role=ActorRole.SUPERVISOR),
        reference=reference,
        reason="refunded",
    )
    send(settings, TopicName.SUPERVISOR_ACTIONS, call_id, ago_ms, deed)
    wait_for(lambda: not from_topic(settings)[reference].is_open, 30)


def test_complaints_leave_the_register_when_their_time_is_over(settings: Settings) -> None:
    old, owed = (complains(settings, call_id, YEARS_AGO) for call_id in ("old", "owed"))
    young = complains(settings, "young", 0)
    answer(settings, "old", old, YEARS_AGO)
    answer(settings, "young", young, 0)
    tried = run(settings, "purge", "--complaints", "--dry-run")
    assert (tried.exit_code, "1 complaint would go" in tried.output) == (0, True), tried.output
    done = run(settings, "purge", "--complaints")
    assert (done.exit_code, "1 complaint gone" in done.output) == (0, True), done.output
    assert from_topic(settings).keys() == {owed, young}
