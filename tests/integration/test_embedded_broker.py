"""The embedded broker as it is: a real Kafka, started and stopped."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from kafka import (  # type: ignore[import-untyped]
    KafkaAdminClient,
    KafkaConsumer,
    KafkaProducer,
)
from kafka.admin import NewTopic  # type: ignore[import-untyped]

from stream.embedded import EmbeddedKafka, bootstrap
from stream.embedded.errors import AlreadyRunningError, NotRunningError

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="not supported there")

ROOT = Path(__file__).parents[2]
HELD_BY_A_CHILD = """
import sys
from stream.embedded import EmbeddedKafka
with EmbeddedKafka.temporary() as broker:
    print(broker.bootstrap_servers, broker.data, flush=True)
    sys.stdin.read()
"""


def create_topic(address: str, topic: str, partitions: int = 2) -> None:
    admin = KafkaAdminClient(bootstrap_servers=address)
    admin.create_topics([NewTopic(topic, num_partitions=partitions, replication_factor=1)])
    admin.close()


def produce(address: str, topic: str, *values: bytes) -> None:
    producer = KafkaProducer(bootstrap_servers=address, acks="all")
    for value in values:
        producer.send(topic, value, key=b"call-1").get(timeout=20)
    producer.close()


def consume(address: str, topic: str, count: int) -> list[bytes]:
    consumer = KafkaConsumer(
        topic,
        bootstrap_servers=address,
        group_id=f"readers-of-{topic}",
        auto_offset_reset="earliest",
        consumer_timeout_ms=20_000,
    )
    found: list[bytes] = []
    for message in consumer:
        found.append(message.value)
        if len(found) == count:
            break
    consumer.close()
    return found


def processes_naming(folder: str) -> list[int]:
    if sys.platform != "linux":
        listing = subprocess.run(
            ["ps", "-axww", "-o", "pid=,command="], capture_output=True, text=True, check=True
        )
        return [int(line.split()[0]) for line in listing.stdout.splitlines() if folder in line]
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if folder.encode() in path.read_bytes():
                found.append(int(path.parts[2]))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


def nothing_left_within(seconds: float, folder: str) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if not processes_naming(folder) and not Path(folder).exists():
            return True
        time.sleep(0.1)
    return False


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The data folder of the user's own broker, with a name that is hard to pass on."""
    root = tmp_path / "a folder with blanks and ümlauts"
    monkeypatch.setenv("HARDSTOP_DATA", str(root))
    monkeypatch.delenv("KAFKA_BOOTSTRAP_SERVERS", raising=False)
    yield root / "kafka"
    EmbeddedKafka.persistent().stop()


def test_what_is_produced_is_consumed(bootstrap_servers: str) -> None:
    topic = f"embedded-{time.time_ns()}"
    create_topic(bootstrap_servers, topic)
    produce(bootstrap_servers, topic, b"first", b"second")
    assert consume(bootstrap_servers, topic, 2) == [b"first", b"second"]


def test_a_named_kafka_is_used_and_none_started(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAFKA_BOOTSTRAP_SERVERS", "kafka.example:9092")
    with bootstrap() as address:
        assert address == "kafka.example:9092"


def test_no_process_and_no_file_is_left_when_the_owner_is_killed() -> None:
    owner = subprocess.Popen(
        [sys.executable, "-c", HELD_BY_A_CHILD],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert owner.stdout is not None
    _, folder = owner.stdout.readline().split()
    assert processes_naming(folder)
    owner.kill()
    owner.communicate()
    assert nothing_left_within(15, folder)


@pytest.mark.skipif(sys.platform != "linux", reason="needs the kernel's parent-death signal")
def test_the_broker_ends_even_when_its_guard_is_killed() -> None:
    broker = EmbeddedKafka.temporary()
    broker.start()
    folder = str(broker.data)
    for pid in processes_naming(folder):
        if b"guard.py" in Path(f"/proc/{pid}/cmdline").read_bytes():
            os.kill(pid, signal.SIGKILL)
    broker.stop()
    assert nothing_left_within(5, folder)
    with pytest.raises(NotRunningError):
        _ = broker.bootstrap_servers


def test_a_persistent_broker_keeps_its_data_and_address_over_a_stop(kept: Path) -> None:
    broker = EmbeddedKafka.persistent()
    address = broker.start()
    create_topic(address, "transcripts")
    produce(address, "transcripts", b"before the stop")

    with pytest.raises(AlreadyRunningError) as refused:
        EmbeddedKafka.persistent().start()
    assert refused.value.bootstrap_servers == address

    status = EmbeddedKafka.persistent().status()
    assert (status.running, status.bootstrap_servers) == (True, address)
    assert status.topics == ("transcripts",)
    assert status.data_bytes > 0
    assert processes_naming(str(kept)) == [status.pid]

    assert broker.stop()
    assert not broker.stop()
    assert not processes_naming(str(kept))
    assert not broker.status().running

    assert EmbeddedKafka.persistent().start() == address
    assert consume(address, "transcripts", 1) == [b"before the stop"]
    with bootstrap() as found:
        assert found == address
    assert EmbeddedKafka.persistent().status().running


def test_data_survives_the_broker_being_killed_and_another_port(kept: Path) -> None:
    address = EmbeddedKafka.persistent().start()
    create_topic(address, "transcripts")
    produce(address, "transcripts", b"before the crash")
    (pid,) = processes_naming(str(kept))
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    host, port = address.split(":")
    with socket.create_server((host, int(port))):
        moved = EmbeddedKafka.persistent().start()
    assert moved != address
    assert consume(moved, "transcripts", 1) == [b"before the crash"]


def test_two_starts_at_once_make_one_broker(kept: Path) -> None:
    program = "from stream.embedded import EmbeddedKafka; EmbeddedKafka.persistent().start()"
    starts = [
        subprocess.Popen([sys.executable, "-c", program], cwd=ROOT, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    said = [start.communicate(timeout=90)[1].decode() for start in starts]
    assert sorted(start.returncode for start in starts) == [0, 1]
    assert "AlreadyRunningError" in "".join(said)
    assert len(processes_naming(str(kept))) == 1
