"""Sample calls through the reader, as a worker would read them."""

from collections.abc import Iterator

import msgspec

from stream.events import TranscriptEvent
from stream.outputs import Message
from stream.reader import CallReader, Step
from stream.state import CallState


def played(reader: CallReader, events: list[TranscriptEvent]) -> Iterator[Step]:
    """What each event of a call leads to, in order."""
    state: CallState | None = None
    for offset, event in enumerate(events):
        message = Message(
            key=event.call_id.encode(),
            value=msgspec.json.encode(event),
            topic="transcripts",
            partition=0,
            offset=offset,
            timestamp_ms=offset,
        )
        step = reader.read(message, lambda _: state)  # noqa: B023
        state = step.state or state
        yield step
