"""Worker processes and topic contents for tests on a real broker."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
from kafka import KafkaConsumer, KafkaProducer, TopicPartition

from stream.settings import Settings
from stream.topics import TopicName

READY_S = 180.0
ROOT = Path(__file__).parents[2]


class Record(msgspec.Struct, frozen=True):
    """One record as another client reads it."""

    key: bytes | None
    value: bytes | None
    headers: dict[str, str]

    def json(self) -> dict[str, object]:
        decoded: dict[str, object] = msgspec.json.decode(self.value or b"null")
        return decoded


class Worker:
    """A worker in a process of its own."""

    def __init__(self, settings: Settings, folder: Path, *command: str) -> None:
        self.ready_file = folder / f"ready-{time.monotonic_ns()}"
        self.log = folder / f"worker-{time.monotonic_ns()}.log"
        environment = os.environ | {
            "KAFKA_BOOTSTRAP_SERVERS": str(settings.bootstrap_servers),
            "HARDSTOP_TOPIC_PREFIX": settings.topic_prefix,
            "HARDSTOP_RECORD_KEY": settings.record_key or "",
            "HARDSTOP_SIGNING_KEY_FILE": settings.signing_key_file or "",
            "HARDSTOP_LOG_LEVEL": os.environ.get("HARDSTOP_TEST_LOG_LEVEL", "WARNING"),
        }
        arguments = command or ("-m", "scripts.cli", "worker", "--ready-file")
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [sys.executable, *arguments, str(self.ready_file)],
                env=environment,
                cwd=ROOT,
                stdout=log,
                stderr=log,
            )

    def wait_ready(self) -> Worker:
        wait_for(lambda: self.ready_file.exists() or self.process.poll() is not None, READY_S)
        assert self.process.poll() is None, self.log.read_text()
        return self

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)


@contextmanager
def workers(settings: Settings, folder: Path) -> Iterator[Callable[..., Worker]]:
    """Starts workers on demand; none is left behind."""
    started: list[Worker] = []

    def start(*command: str) -> Worker:
        worker = Worker(settings, folder, *command)
        started.append(worker)
        return worker

    try:
        yield start
    finally:
        for worker in started:
            # Shown with a test that failed, and only then.
            print(f"== {worker.log} (exit status {worker.process.poll()})")
            print(worker.log.read_text(errors="replace")[-8_000:])
            if worker.process.poll() is None:
                worker.kill()


def wait_for(condition: Callable[[], bool], seconds: float) -> None:
    """Returns as soon as the condition holds; fails after `seconds`."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"not so within {seconds} s"
        time.sleep(0.05)


def producer(settings: Settings) -> KafkaProducer:
    return KafkaProducer(
        bootstrap_servers=settings.bootstrap_servers,
        acks="all",
        linger_ms=2,
        client_id="test",
        max_request_size=1_048_000,
    )


@contextmanager
def from_the_start(settings: Settings, topic: TopicName) -> Iterator[KafkaConsumer]:
    """A consumer at the beginning of all partitions of a topic."""
    consumer = KafkaConsumer(
        bootstrap_servers=settings.bootstrap_servers, enable_auto_commit=False, group_id=None
    )
    try:
        name = settings.topic(topic)
        places = [TopicPartition(name, p) for p in consumer.partitions_for_topic(name) or ()]
        consumer.assign(places)
        consumer.seek_to_beginning(*places)
        yield consumer
    finally:
        consumer.close()


def read_all(settings: Settings, topic: TopicName) -> list[Record]:
    """Everything that is on a topic now, partition by partition."""
    with from_the_start(settings, topic) as consumer:
        places = consumer.assignment()
        ends = consumer.end_offsets(places)
        records: list[Record] = []
        while any(consumer.position(place) < ends[place] for place in places):
            records += polled(consumer, 500)
        return records


def polled(consumer: KafkaConsumer, timeout_ms: int) -> list[Record]:
    """What one poll brings."""
    batches = consumer.poll(timeout_ms=timeout_ms).values()
    return [_record(message) for batch in batches for message in batch]


def _record(message: object) -> Record:
    headers = {name: (value or b"").decode() for name, value in message.headers or ()}
    return Record(message.key, message.value, headers)


def same_id_same_content(records: list[Record]) -> None:
    """Consumers drop repeats by id: two records of one id must be equal."""
    seen: dict[str, Record] = {}
    for record in records:
        first = seen.setdefault(record.headers["ce_id"], record)
        if first.value != record.value:
            assert first.json() == record.json()
            assert first.value == record.value
