"""A worker whose detector fails on one text and whose reader fails on another."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

from detectors.chunk import Chunk
from detectors.detector import Detector
from detectors.reading import Conversation, Reading
from stream import app
from stream.app import classifier, versions
from stream.outputs import Message
from stream.pipeline import Item, Pipeline
from stream.reader import CallReader, Lookup, Step
from stream.settings import load_settings
from stream.worker import run_worker
from workflow.policy import load_policy

DETECTOR_FAILS = "the detector fails on this"
READER_FAILS = "the reader fails on this"
READER_HANGS = "the worker hangs on this"


class FragileDetector(Detector):
    def read(self, chunk: Chunk, conversation: Conversation, *, hurried: bool = False) -> Reading:
        if chunk.text == DETECTOR_FAILS:
            raise ValueError("injected")
        return super().read(chunk, conversation, hurried=hurried)


class FragileReader(CallReader):
    def read(self, message: Message, lookup: Lookup, *, waited_ms: int = 0) -> Step:
        if READER_FAILS.encode() in (message.value or b""):
            raise RuntimeError("injected fault outside the detector")
        return super().read(message, lookup, waited_ms=waited_ms)


class HangingPipeline(Pipeline):
    """Stops reading for ever, as a worker that has lost its way among partitions does."""

    async def process(self, items: Sequence[Item]) -> None:
        if any(READER_HANGS.encode() in (item.message.value or b"") for item in items):
            await asyncio.Event().wait()
        await super().process(items)


if __name__ == "__main__":
    app.Pipeline = HangingPipeline
    policy = load_policy()
    settings = load_settings()
    scorer = classifier(settings)
    detector = FragileDetector.from_policy(policy, scorer)
    reader = FragileReader(detector, policy, versions(policy, scorer))
    ready = Path(sys.argv[1])
    sys.exit(run_worker(settings, policy, reader=reader, on_ready=ready.touch))
