"""How far the topics are read, told to Kafka as well, so that its own tools show how far behind
the wallboard is. Nothing is ever read from there: where reading goes on stands in the database."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import Mapping
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

log = logging.getLogger(__name__)

EVERY_S = 5.0
AGAIN_S = 60.0
"""After a fault, and after a while without news: what is told is kept for days, not for ever."""
ANSWER_S = 10.0


class Progress:
    """Commits under a consumer group without being a member of it: nobody is rebalanced.

    `positions`: where each partition is read next, as the reader last looked.
    """

    def __init__(self, group: str, options: Mapping[str, Any]) -> None:
        self.positions: dict[TopicPartition, int] = {}
        self._group = group
        self._options = options

    async def run(self) -> None:
        """Until cancelled. What fails here, as for want of a right, holds up nothing else."""
        said = False
        while True:
            try:
                await self._tell()
            except (KafkaError, OSError, TimeoutError) as error:
                if not said:
                    why = type(error).__name__
                    log.warning("Kafka's tools do not see how far %s reads (%s)", self._group, why)
                said = True
            await asyncio.sleep(AGAIN_S)

    async def _tell(self) -> None:
        # A consumer of its own, that reads nothing: a group's coordinator that is away, or that
        # refuses, would stop the one that reads.
        consumer = AIOKafkaConsumer(
            client_id="hardstop-wallboard",
            group_id=self._group,
            enable_auto_commit=False,
            **self._options,
        )
        try:
            await asyncio.wait_for(consumer.start(), ANSWER_S)
            await self._follow(consumer)
        finally:
            with contextlib.suppress(KafkaError, OSError, TimeoutError):
                await asyncio.wait_for(consumer.stop(), ANSWER_S)

    async def _follow(self, consumer: AIOKafkaConsumer) -> None:
        loop = asyncio.get_running_loop()
        told: dict[TopicPartition, int] = {}
        at = loop.time()
        while True:
            now, positions = loop.time(), dict(self.positions)
            if positions and (positions != told or now - at >= AGAIN_S):
                if positions.keys() != consumer.assignment():
                    consumer.assign(list(positions))
                    consumer.pause(*positions)
                await asyncio.wait_for(consumer.commit(positions), ANSWER_S)
                told, at = positions, now
            await asyncio.sleep(EVERY_S)
