"""Reads the topics, for ever: a broker or a database that is away is waited for, and said so."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Callable
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError
from aiokafka.helpers import create_ssl_context
from sqlalchemy.exc import InterfaceError, OperationalError

from stream.codec import header
from stream.settings import Settings
from wallboard.freshness import Freshness
from wallboard.hub import Hub
from wallboard.intake.arrival import READ, Arrival
from wallboard.intake.progress import Progress
from wallboard.intake.projection import Intake

log = logging.getLogger(__name__)

BATCH = 500
WAIT_MS = 50
"""How long a batch may wait for its first message."""
LOOK_S = 5.0
"""Seconds between looks at how much waits; also how the broker's absence is noticed."""
CATCHING_UP_S = 1.0
"""The same while more waits than should: people wait for it to end."""
DISCOVER_S = 30.0
"""Seconds between looks for topics and partitions that were not there."""
ANSWER_S = 10.0
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 15.0


def kafka_options(settings: Settings) -> dict[str, Any]:
    """Connection options in the spelling of aiokafka."""
    options = settings.client_security()
    files = [options.pop(name, None) for name in ("ssl_cafile", "ssl_certfile", "ssl_keyfile")]
    if settings.security_protocol.endswith("SSL"):
        options["ssl_context"] = create_ssl_context(
            cafile=files[0], certfile=files[1], keyfile=files[2]
        )
    servers = (settings.bootstrap_servers or "").split(",")
    return {"bootstrap_servers": servers, **options}


class Reader:
    """One consumer in no group: how far it has come stands in the database. It is told to Kafka
    too, under a group's name, for tools that show how far behind somebody is."""

    def __init__(
        self,
        settings: Settings,
        intake: Intake,
        hub: Hub,
        freshness: Freshness,
        clock: Callable[[], int],
    ) -> None:
        self._settings = settings
        self._intake = intake
        self._hub = hub
        self._freshness = freshness
        self._clock = clock
        self._names = {settings.topic(topic): topic for topic in READ}
        self.group = f"{settings.topic_prefix}{settings.app_id}-wallboard"

    async def run(self) -> None:
        """Read until cancelled."""
        pause = FIRST_PAUSE_S
        while True:
            began = self._clock()
            try:
                await self._read()
            except (KafkaError, OSError, TimeoutError) as error:
                log.warning("Kafka cannot be read (%s); trying again", type(error).__name__)
            except (OperationalError, InterfaceError) as error:
                self._database_failed(error)
            if self._clock() - began > 60_000:
                pause = FIRST_PAUSE_S
            await asyncio.sleep(pause)
            pause = min(pause * 2, LONGEST_PAUSE_S)

    async def _read(self) -> None:
        options = kafka_options(self._settings)
        admin = AIOKafkaAdminClient(client_id="hardstop-wallboard", **options)
        consumer = AIOKafkaConsumer(
            client_id="hardstop-wallboard",
            group_id=None,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            isolation_level="read_committed",
            **options,
        )
        try:
            await asyncio.wait_for(admin.start(), ANSWER_S)
            await asyncio.wait_for(consumer.start(), ANSWER_S)
            cluster = await asyncio.wait_for(admin.describe_cluster(), ANSWER_S)
            self._intake.source = f"{cluster.get('cluster_id')}/{self._settings.topic_prefix}"
            progress = Progress(self.group, options)
            telling = asyncio.create_task(progress.run(), name="progress")
            try:
                await self._follow(admin, consumer, progress)
            finally:
                telling.cancel()
                await asyncio.gather(telling, return_exceptions=True)
        finally:
            for end in (consumer.stop, admin.close):
                with contextlib.suppress(KafkaError, OSError, TimeoutError):
                    await asyncio.wait_for(end(), ANSWER_S)

    async def _follow(
        self, admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer, progress: Progress
    ) -> None:
        loop = asyncio.get_running_loop()
        looked = discovered = -DISCOVER_S
        while True:
            now = loop.time()
            if now - discovered >= DISCOVER_S:
                discovered = now
                await self._discover(admin, consumer)
            if now - looked >= (CATCHING_UP_S if self._freshness.is_catching_up else LOOK_S):
                looked = now
                await self._look(consumer, progress)
            if not consumer.assignment():
                await asyncio.sleep(1.0)
                discovered = -DISCOVER_S
                continue
            batches = await consumer.getmany(timeout_ms=WAIT_MS, max_records=BATCH)
            arrivals = [self._arrival(record) for records in batches.values() for record in records]
            if arrivals:
                self._freshness.read([arrival.at for arrival in arrivals], self._clock())
                await self._taken(arrivals)

    async def _taken(self, arrivals: list[Arrival]) -> None:
        """The batch in the database, however long that takes."""
        pause = FIRST_PAUSE_S
        while True:
            try:
                told = await asyncio.to_thread(self._intake.take, arrivals)
            except (OperationalError, InterfaceError) as error:
                self._database_failed(error)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_S)
                continue
            self._freshness.failing_since = None
            if told:
                self._hub.notify()
            return

    def _database_failed(self, error: Exception) -> None:
        if self._freshness.failing_since is None:
            self._freshness.failing_since = self._clock()
        log.warning("the database takes nothing (%s); trying again", type(error).__name__)

    async def _discover(self, admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer) -> None:
        """Begin with partitions that have come, where the database says."""
        described = await asyncio.wait_for(admin.describe_topics(), ANSWER_S)
        found = {
            TopicPartition(entry["topic"], partition["partition"])
            for entry in described
            if entry["topic"] in self._names
            for partition in entry["partitions"]
        }
        known = consumer.assignment()
        if found <= known:
            return
        offsets = await asyncio.to_thread(self._intake.offsets)
        positions = {place: await consumer.position(place) for place in known}
        consumer.assign(sorted(found | known))
        for place, position in positions.items():
            consumer.seek(place, position)
        ends = await asyncio.wait_for(consumer.end_offsets(list(found)), ANSWER_S)
        begins = await asyncio.wait_for(consumer.beginning_offsets(list(found)), ANSWER_S)
        for place in found - known:
            topic = self._names[place.topic]
            wanted = offsets.get((topic, place.partition), 0)
            if wanted > ends[place]:
                await self._forget(place)
                wanted = 0
            consumer.seek(place, max(wanted, begins[place]))

    async def _look(self, consumer: AIOKafkaConsumer, progress: Progress) -> None:
        places = list(consumer.assignment())
        if not places:
            self._freshness.contact_at = self._clock()
            return
        ends = await asyncio.wait_for(consumer.end_offsets(places), ANSWER_S)
        # Where the database is away, that is said when something is to be taken in.
        with contextlib.suppress(OperationalError, InterfaceError):
            await self._begin_anew(consumer, ends)
        positions = {place: await consumer.position(place) for place in places}
        self._freshness.behind = sum(max(0, ends[at] - positions[at]) for at in places)
        progress.positions = positions
        self._freshness.contact_at = self._clock()

    async def _begin_anew(
        self, consumer: AIOKafkaConsumer, ends: dict[TopicPartition, int]
    ) -> None:
        """A topic that ends before what was read of it was made anew meanwhile: what it holds is
        no repeat. Unseen where it has grown longer than it was by the time of the look."""
        known = await asyncio.to_thread(self._intake.offsets)
        for place, end in ends.items():
            if known.get((self._names[place.topic], place.partition), 0) > end:
                await self._forget(place)
                await asyncio.wait_for(consumer.seek_to_beginning(place), ANSWER_S)

    async def _forget(self, place: TopicPartition) -> None:
        log.warning("%s was made anew: it is read from its beginning", place.topic)
        topic = self._names[place.topic]
        await asyncio.to_thread(self._intake.forget, topic, place.partition)

    def _arrival(self, record: Any) -> Arrival:
        return Arrival(
            topic=self._names[record.topic],
            partition=record.partition,
            offset=record.offset,
            at=max(record.timestamp, 0),
            value=record.value,
            event_id=header(record.headers, "ce_id"),
            key=None if record.key is None else record.key.decode("utf-8", "replace"),
        )
