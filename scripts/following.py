"""Reading along on a topic, without being part of any consumer group."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TYPE_CHECKING

import msgspec

from scripts.broker import no_topic

if TYPE_CHECKING:
    from kafka import KafkaConsumer

_POLL_MS = 200
"""How long one poll may wait: the longest that Ctrl-C and a timeout are late."""


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """One message as it lies on the topic. `timestamp_ms` is the broker's or the writer's."""

    key: str
    value: bytes | None
    timestamp_ms: int
    partition: int
    offset: int
    headers: tuple[tuple[str, bytes], ...] = ()


def assign(client: KafkaConsumer, topic: str, *, from_start: bool) -> int:
    """Point the consumer at all partitions, at their start or end; returns how many there are.

    Raises ClusterError when there is no such topic.
    """
    from kafka import TopicPartition

    numbers = client.partitions_for_topic(topic)
    if not numbers:
        raise no_topic(topic)
    partitions = [TopicPartition(topic, number) for number in sorted(numbers)]
    client.assign(partitions)
    if from_start:
        client.seek_to_beginning(*partitions)
    else:
        client.seek_to_end(*partitions)
    # Seeking is done by the first read; asking now fixes where "from now on" begins.
    for partition in partitions:
        client.position(partition)
    return len(partitions)


def follow(client: KafkaConsumer, timeout_s: float | None) -> Iterator[Message]:
    """Messages as they come, for ever or for `timeout_s`; those read together by their time."""
    ends = None if timeout_s is None else time.monotonic() + timeout_s
    while ends is None or time.monotonic() < ends:
        batch = [record for records in client.poll(_POLL_MS).values() for record in records]
        for record in sorted(batch, key=lambda record: record.timestamp):
            yield Message(
                key=(record.key or b"").decode("utf-8", "replace"),
                value=record.value,
                timestamp_ms=record.timestamp,
                partition=record.partition,
                offset=record.offset,
                headers=tuple(record.headers),
            )
