"""One call, read as a worker reads it."""

from __future__ import annotations

from typing import Any

import msgspec

from stream.outputs import Message
from stream.reader import CallReader
from stream.state import CallState, decode_state, encode_state
from stream.step import Step
from stream.topics import TopicName


class Played:
    """A call whose state goes through the table between all messages; tests move `at_ms`."""

    def __init__(self, reader: CallReader, at_ms: int, mode: str | None = None) -> None:
        self.reader = reader
        self.at_ms = at_ms
        self.mode = mode
        self.state: CallState | None = None
        self.offset = 0

    def gets(self, about: TopicName, value: dict[str, Any]) -> Step:
        """What one message leads to."""
        self.offset += 1
        message = Message(
            key=b"c",
            value=msgspec.json.encode({"call_id": "c"} | value),
            topic=about.value,
            partition=0,
            offset=self.offset,
            timestamp_ms=self.at_ms,
            mode=self.mode,
            about=about,
        )
        step = self.reader.read(message, lambda _: self.state)
        if step.state is not None:
            self.state = decode_state(encode_state(step.state))
        return step
