"""What people do, put on `supervisor.actions` for the workers."""

from __future__ import annotations

import asyncio
import time

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from stream.codec import cloud_headers, encode
from stream.events import Action
from stream.settings import Settings
from stream.topics import TopicName
from wallboard.intake.reader import kafka_options
from wallboard.services import NotSent
from workflow.moments import rfc3339

SEND_S = 8.0
"""How long the broker may take to confirm: a person waits for it."""
SOURCE = b"urn:hardstop:wallboard"


class Publisher:
    """Connects with the first action, and again after a fault."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._producer: AIOKafkaProducer | None = None
        self._starting = asyncio.Lock()

    async def __call__(self, action: Action) -> None:
        """Returns once the broker has it. Raises NotSent."""
        now = rfc3339(round(time.time() * 1000))
        headers = cloud_headers(
            event_id=action.action_id,
            kind="action",
            time=action.at or now,
            call_id=action.call_id,
            traceparent=None,
        )
        ours = [(name, SOURCE if name == "ce_source" else value) for name, value in headers]
        try:
            async with asyncio.timeout(SEND_S):
                producer = await self._started()
                await producer.send_and_wait(
                    self._settings.topic(TopicName.SUPERVISOR_ACTIONS),
                    encode(action),
                    key=action.call_id.encode(),
                    headers=ours,
                )
        except (KafkaError, OSError, TimeoutError) as error:
            raise NotSent(type(error).__name__) from error

    async def close(self) -> None:
        """Let go of the broker."""
        if self._producer is not None:
            await self._producer.stop()

    async def _started(self) -> AIOKafkaProducer:
        async with self._starting:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    client_id="hardstop-wallboard",
                    acks="all",
                    request_timeout_ms=int(SEND_S * 1000),
                    **kafka_options(self._settings),
                )
                try:
                    await producer.start()
                except BaseException:
                    await producer.stop()
                    raise
                self._producer = producer
            return self._producer
