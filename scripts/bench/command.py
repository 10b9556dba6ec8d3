"""`hardstop bench`: how long from a chunk in Kafka to its alert in a consumer's hands."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import cycle, islice
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import msgspec
import typer

if TYPE_CHECKING:
    from stream.events import Chunk
    from stream.settings import Settings

WARM_UP_S = 5.0
"""Seconds at the start that are sent but not counted: connections, caches, first compilations."""
SETTLE_S = 15.0


class Latencies(msgspec.Struct, frozen=True, kw_only=True):
    """Milliseconds from before the send of a chunk to the arrival of what it caused."""

    name: str
    chunks_sent: int
    values_ms: tuple[float, ...]

    def percentile(self, percent: float) -> float:
        ordered = sorted(self.values_ms)
        return ordered[min(len(ordered) - 1, int(len(ordered) * percent / 100))]


def bench(
    rate: Annotated[int, typer.Option(min=1, help="Chunks a second.")] = 100,
    seconds: Annotated[int, typer.Option(min=5, help="How long to measure, after a warm-up.")] = 30,
    baseline: Annotated[
        bool, typer.Option(help="Measure a bare Faust forwarder in the same run.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Figures as JSON.")] = False,
) -> None:
    """Latency from chunk to alert over a real broker, beside a bare Faust forwarder.

    The chunks are those of the sample calls, partial results included, each round of calls with
    ids of its own. Times are taken in one process, by one clock: send to arrival.
    """
    from rich.console import Console

    from scripts.cluster import cluster
    from scripts.workers import worker_process
    from stream.admin import create_topics

    say = Console(stderr=True).print
    measured: list[Latencies] = []
    prefix = f"bench-{int(time.time()):x}."
    with cluster(topic_prefix=prefix) as settings:
        if baseline:
            plain = msgspec.structs.replace(settings, topic_prefix=f"{prefix}plain.")
            create_topics(plain)
            say(f"bare forwarder, {rate} chunks a second for {seconds} s …")
            with _forwarder(plain):
                found = _measure(plain, rate, seconds)
            measured.append(_named(found["scores"], "bare Faust forwarder: chunk → copy"))
        create_topics(settings)
        say(f"hardstop worker, {rate} chunks a second for {seconds} s …")
        with worker_process(settings):
            found = _measure(settings, rate, seconds)
        measured.append(_named(found["scores"], "hardstop: chunk → score"))
        measured.append(_named(found["alerts"], "hardstop: chunk → alert"))
    _print(measured, rate, as_json=as_json)


def _measure(settings: Settings, rate: int, seconds: int) -> dict[str, Latencies]:
    from scripts.broker import consumer, producer
    from scripts.showing import from_now
    from stream.codec import MODE_HEADER, TRACEPARENT, encode
    from stream.topics import TopicName

    count = int(rate * (WARM_UP_S + seconds))
    sent: dict[str, float] = {}
    arrived: dict[str, list[tuple[str, float]]] = {"scores": [], "alerts": []}
    topics = {
        settings.topic(TopicName.SCORES): "scores",
        settings.topic(TopicName.ALERTS): "alerts",
    }
    done = threading.Event()

    def receive() -> None:
        with consumer(settings) as client:
            from_now(client, list(topics))
            ready.set()
            while not done.is_set():
                for records in client.poll(50).values():
                    now = time.perf_counter()
                    for record in records:
                        arrived[topics[record.topic]].append((_cause(record), now))

    ready = threading.Event()
    receiver = threading.Thread(target=receive, daemon=True)
    receiver.start()
    ready.wait(30)
    topic = settings.topic(TopicName.TRANSCRIPTS)
    with producer(settings) as client:
        began = time.perf_counter()
        for number, chunk in enumerate(islice(_load(), count)):
            ahead = began + number / rate - time.perf_counter()
            if ahead > 0:
                time.sleep(ahead)
            trace = f"{number + 1:032x}"
            sent[trace] = sent[f"{chunk.call_id}/{chunk.sequence}"] = time.perf_counter()
            client.send(
                topic,
                key=chunk.call_id.encode(),
                value=encode(chunk),
                headers=[
                    (MODE_HEADER, b"replay"),
                    (TRACEPARENT, f"00-{trace}-{trace[16:]}-01".encode()),
                ],
            )
        client.flush()
    _settle(arrived)
    done.set()
    receiver.join()
    counted = {key for key, at in sent.items() if at >= began + WARM_UP_S}
    return {
        name: Latencies(
            name=name,
            chunks_sent=count,
            values_ms=tuple((at - sent[key]) * 1000 for key, at in came if key in counted),
        )
        for name, came in arrived.items()
    }


def _load() -> Iterator[Chunk]:
    """The sample calls' chunks, side by side, over and over under new ids."""
    from scripts.playback import renamed
    from scripts.showing import sample_calls
    from scripts.timeline import merged
    from stream.events import Chunk

    calls = sample_calls()
    for turn in cycle(range(1_000_000)):
        for due in merged(renamed(calls, f"-{turn}"), at_once=100):
            if isinstance(due.event, Chunk):
                yield due.event


def _cause(record: Any) -> str:
    """Which chunk caused a record: hardstop hands on its trace, the forwarder its value."""
    for name, value in record.headers or ():
        if name == "traceparent":
            return str(value.decode().split("-")[1])
    chunk = msgspec.json.decode(record.value)
    return f"{chunk['call_id']}/{chunk['sequence']}"


def _settle(arrived: dict[str, list[Any]]) -> None:
    """Wait until nothing has come for a second."""
    end, before = time.monotonic() + SETTLE_S, -1
    while time.monotonic() < end:
        now = sum(map(len, arrived.values()))
        if now == before:
            return
        before = now
        time.sleep(1)


@contextmanager
def _forwarder(settings: Settings) -> Iterator[None]:
    with tempfile.TemporaryDirectory(prefix="hardstop-bench-") as folder:
        ready = Path(folder, "ready")
        environment = os.environ | {
            "KAFKA_BOOTSTRAP_SERVERS": settings.bootstrap_servers or "",
            "HARDSTOP_TOPIC_PREFIX": settings.topic_prefix,
        }
        with Path(folder, "log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "scripts.bench.forwarder", str(ready)],
                env=environment,
                stdout=log,
                stderr=log,
            )
        try:
            end = time.monotonic() + 60
            while not ready.exists() and time.monotonic() < end and process.poll() is None:
                time.sleep(0.05)
            yield
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                process.kill()


def _named(latencies: Latencies, name: str) -> Latencies:
    return msgspec.structs.replace(latencies, name=name)


def _print(measured: list[Latencies], rate: int, *, as_json: bool) -> None:
    from rich.console import Console
    from rich.table import Table

    rows: list[dict[str, Any]] = [
        {
            "name": one.name,
            "events": len(one.values_ms),
            "p50_ms": round(one.percentile(50), 1),
            "p90_ms": round(one.percentile(90), 1),
            "p99_ms": round(one.percentile(99), 1),
            "max_ms": round(max(one.values_ms), 1),
        }
        for one in measured
        if one.values_ms
    ]
    base = rows[0] if len(rows) == 3 else None
    if as_json:
        print(msgspec.json.encode({"rate": rate, "rows": rows}).decode())
        return
    machine = f"{os.cpu_count()} CPUs, {platform.machine()}, Python {platform.python_version()}"
    table = Table(title=f"{rate} chunks a second; {machine}", show_edge=False)
    for heading in ("", "events", "p50 ms", "p90 ms", "p99 ms", "max ms", "p50 ×", "p99 ×"):
        table.add_column(heading, justify="left" if not heading else "right")
    for row in rows:
        ratios = [f"{row[key] / base[key]:.1f}" if base else "" for key in ("p50_ms", "p99_ms")]
        table.add_row(*(str(value) for value in row.values()), *ratios)
    Console().print(table)
