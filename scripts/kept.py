"""Everything that a topic keeps now, from its beginning to where its end was."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from scripts.broker import consumer
from scripts.following import Message, assign
from scripts.terminal import progress

if TYPE_CHECKING:
    from stream.settings import Settings
    from stream.topics import TopicName

_POLL_MS = 300


def kept(settings: Settings, name: TopicName) -> Iterator[Message]:
    """The messages of a topic, those of one partition in their order. Raises ClusterError."""
    topic = settings.topic(name)
    with consumer(settings) as client, progress("messages") as bar:
        assign(client, topic, from_start=True)
        places = client.assignment()
        begins, ends = client.beginning_offsets(places), client.end_offsets(places)
        waiting = sum(ends[place] - begins[place] for place in places)
        task = bar.add_task(f"reading {topic}", total=waiting, counted=0)
        read = 0
        while any(client.position(place) < ends[place] for place in places):
            for records in client.poll(_POLL_MS).values():
                for record in records:
                    yield Message(
                        key=(record.key or b"").decode("utf-8", "replace"),
                        value=record.value,
                        timestamp_ms=record.timestamp,
                        partition=record.partition,
                        offset=record.offset,
                    )
                read += len(records)
                bar.update(task, completed=read, counted=read)
