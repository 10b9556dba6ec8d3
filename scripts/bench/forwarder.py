"""The baseline: a bare Faust app that forwards each chunk as it is, written plainly."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

import faust

from stream.settings import load_settings
from stream.topics import TopicName


def main(ready: Path) -> None:
    """Forward `transcripts` to `scores` until stopped."""
    settings = load_settings()
    app = faust.App(
        f"{settings.topic_prefix}forwarder",
        broker=f"kafka://{settings.bootstrap_servers}",
        topic_disable_leader=True,
        broker_session_timeout=settings.session_timeout_s,
        broker_heartbeat_interval=settings.session_timeout_s / 3,
        web_enabled=False,
    )
    source, sink = (
        app.topic(
            settings.topic(name),
            value_type=bytes,
            key_serializer="raw",
            value_serializer="raw",
        )
        for name in (TopicName.TRANSCRIPTS, TopicName.SCORES)
    )

    @app.agent(source)
    async def forward(stream: Any) -> None:
        async for event in stream.events():
            await sink.send(key=event.key, value=event.value)

    @app.on_rebalance_complete.connect
    async def announce(*_: Any, **__: Any) -> None:
        await asyncio.to_thread(ready.touch)

    faust.Worker(app, loglevel="WARNING", redirect_stdouts=False).execute_from_commandline()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
