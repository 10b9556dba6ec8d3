"""The callback log as it lies on its topic, and actions sent to the workers and answered."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import msgspec

from scripts.broker import consumer, producer, require_topic
from scripts.following import assign, follow
from stream.admin import ClusterError
from stream.codec import cloud_headers, encode
from stream.events import (
    Action,
    ActionApplied,
    ActionRejected,
    CallbackRecord,
    OperationsEvent,
)
from stream.topics import TopicName
from workflow.moments import rfc3339

if TYPE_CHECKING:
    from kafka import KafkaConsumer

    from stream.settings import Settings

ANSWER_S = 15.0
"""How long an answer is waited for: a worker that takes over needs some ten seconds."""


def log(settings: Settings) -> dict[str, CallbackRecord]:
    """The newest record of every callback, by reference. Raises ClusterError."""
    records: dict[str, CallbackRecord] = {}
    with consumer(settings) as client:
        assign(client, settings.topic(TopicName.CALLBACKS), from_start=True)
        ends = client.end_offsets(client.assignment())
        while not _read(client, ends):
            for message in follow(client, 0.3):
                if message.value is None:
                    records.pop(message.key, None)
                    continue
                records[message.key] = msgspec.json.decode(message.value, type=CallbackRecord)
    return records


def ask(settings: Settings, action: Action) -> ActionApplied | ActionRejected:
    """Send an action and wait for what became of it. Raises ClusterError when nobody answers."""
    topic = settings.topic(TopicName.SUPERVISOR_ACTIONS)
    require_topic(settings, topic)
    with consumer(settings) as client, producer(settings) as out:
        assign(client, settings.topic(TopicName.OPERATIONS), from_start=False)
        headers = cloud_headers(
            event_id=action.action_id,
            kind="action",
            time=action.at or rfc3339(round(time.time() * 1000)),
            call_id=action.call_id,
            traceparent=None,
        )
        out.send(topic, encode(action), key=action.call_id.encode(), headers=headers)
        out.flush(timeout=ANSWER_S)
        for message in follow(client, ANSWER_S):
            event: OperationsEvent = msgspec.json.decode(message.value or b"", type=OperationsEvent)
            if not isinstance(event, ActionApplied | ActionRejected):
                continue
            if event.action_id == action.action_id:
                return event
    raise ClusterError(
        f"no worker has answered within {ANSWER_S:.0f} s. The action is on its topic and will be "
        "done when one runs (`hardstop worker`)."
    )


def _read(client: KafkaConsumer, ends: dict[object, int]) -> bool:
    return all(client.position(place) >= end for place, end in ends.items())
