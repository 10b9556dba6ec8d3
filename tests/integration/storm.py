"""A busy floor on a real broker for tests: many calls at once, a platform that lets people down,
people who act, and workers that die at any moment.

Everything is drawn from a seed: what the platform and the people do follows from the id of what
they were told, so that telling it twice makes no difference.
"""

from __future__ import annotations

import hashlib
import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
from kafka import KafkaProducer

from scripts.playback import renamed
from scripts.readers import read_file
from scripts.timeline import merged, whole
from stream.events import CallEnded, TranscriptEvent
from stream.settings import Settings
from stream.topics import TopicName
from tests.integration.workers import ROOT, Record, Worker, from_the_start, polled, producer

Calls = Mapping[str, Sequence[TranscriptEvent]]

SAMPLES = sorted((ROOT / "scripts" / "samples").glob("*.jsonl"))
ENDLESS = 0.08
"""Share of the calls whose end nobody tells."""
TWICE = 0.25
"""Share of what platform and people send that comes twice."""


def drawn(*parts: object) -> float:
    """A number from 0 to 1 that follows from these parts."""
    digest = hashlib.sha256("\x1f".join(map(str, parts)).encode()).digest()
    return int.from_bytes(digest[:6]) / 2**48


def sample_calls(count: int, seed: int) -> dict[str, list[TranscriptEvent]]:
    """So many calls from the samples under ids of their own; some of them never end."""
    samples: dict[str, list[TranscriptEvent]] = {}
    for path in SAMPLES:
        for event in read_file(path):
            samples.setdefault(event.call_id, []).append(event)
    samples = {call_id: whole(call_id, events) for call_id, events in samples.items()}
    calls: dict[str, list[TranscriptEvent]] = {}
    for number in range(-(-count // len(samples))):
        calls |= renamed(samples, f"-{number:02d}")
    kept = list(calls)[:count]
    return {
        call_id: [
            event
            for event in calls[call_id]
            if not isinstance(event, CallEnded) or drawn(seed, call_id) >= ENDLESS
        ]
        for call_id in kept
    }


class Floor:
    """The platform and the people: they read what workers tell, and answer, fail, or say nothing.

    `joined`: routes on which somebody has come. `sent`: what was sent, by type. `acted_on`: alerts
    that somebody claimed or closed.
    """

    def __init__(self, settings: Settings, seed: int) -> None:
        self.joined: set[str] = set()
        self.sent: Counter[str] = Counter()
        self.action_ids: set[str] = set()
        self.acted_on: set[str] = set()
        self._settings, self._seed = settings, seed
        self._seen: set[str] = set()
        self._over = threading.Event()
        self._threads = [
            threading.Thread(target=self._watch, args=(topic, answer), daemon=True)
            for topic, answer in (
                (TopicName.ROUTING, self._platform),
                (TopicName.ALERTS, self._people),
                (TopicName.CALLBACKS, self._callers_back),
            )
        ]
        self.faults: list[BaseException] = []

    def __enter__(self) -> Floor:
        self._out = producer(self._settings)
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join(30)
        self._out.flush()
        self._out.close()
        assert not self.faults, self.faults

    def _watch(self, topic: TopicName, answer: Callable[[dict[str, Any]], None]) -> None:
        try:
            with from_the_start(self._settings, topic) as consumer:
                while not self._over.is_set():
                    for record in polled(consumer, 200):
                        if record.value is not None and self._is_new(record):
                            answer(record.json())
        except BaseException as fault:
            self.faults.append(fault)

    def _is_new(self, record: Record) -> bool:
        event_id = record.headers["ce_id"]
        new = event_id not in self._seen
        self._seen.add(event_id)
        return new

    def _platform(self, route: dict[str, Any]) -> None:
        if route["type"] == "route.cancelled":
            return
        route_id, attempt = route["route_id"], route["attempt"]
        chance = drawn(self._seed, "route", route_id, attempt)
        person = {"person_id": route["owner"]["id"]}
        about = {"call_id": route["call_id"], "route_id": route_id, "attempt": attempt}

        def says(kind: str, **more: object) -> None:
            self._send(TopicName.ROUTING_OUTCOMES, {"type": f"route.{kind}", **about, **more})

        if chance < 0.25:
            return
        says("offered", **person)
        if chance < 0.40:
            return
        if chance < 0.65:
            reasons = ("busy", "no_answer", "closed", "rate_limited", "unsupported")
            says("failed", reason=reasons[int(chance * 1000) % len(reasons)])
            return
        says("accepted", **person)
        if chance > 0.78:
            self.joined.add(route_id)
            says("joined", **person)
        if chance > 0.97:
            says("completed", **person)

    def _people(self, alert: dict[str, Any]) -> None:
        if alert["type"] != "alert.opened":
            return
        chance = drawn(self._seed, "alert", alert["alert_id"])
        about = {"call_id": alert["call_id"], "alert_id": alert["alert_id"]}
        if chance < 0.15:
            self._act("claim", **about)
        elif chance < 0.22:
            self._act("acknowledge", **about)
        elif chance < 0.34:
            self._act("false_alarm", reason="misheard", **about)
            if chance < 0.28:
                self._act("undo_false_alarm", **about)
        elif chance < 0.40:
            self._act("resolve", reason="agreed", **about)
        elif chance < 0.50:
            self._act("offer_callback", reason="as asked", **about)

    def _callers_back(self, callback: dict[str, Any]) -> None:
        chance = drawn(self._seed, "callback", callback["reference"], callback["revision"])
        if callback["state"] != "due" or chance > 0.5:
            return
        outcome = "reached" if chance < 0.2 else "no_answer"
        about = {"call_id": callback["origin_call_id"], "reference": callback["reference"]}
        self._act("attempt_callback", callback={"outcome": outcome}, **about)

    def _act(self, action: str, *, call_id: str, **more: object) -> None:
        about = more.get("alert_id") or more.get("reference")
        action_id = f"{action}-{about}-{len(self.action_ids)}"
        self.action_ids.add(action_id)
        if action in ("claim", "false_alarm", "resolve"):
            self.acted_on.add(str(more["alert_id"]))
        actor = {"id": "alex", "role": "supervisor"}
        deed = {"type": "action", "action": action, "action_id": action_id, "actor": actor}
        self._send(TopicName.SUPERVISOR_ACTIONS, {**deed, "call_id": call_id, **more})

    def _send(self, topic: TopicName, value: dict[str, Any]) -> None:
        self.sent[str(value["type"])] += 1
        raw, key = msgspec.json.encode(value), value["call_id"].encode()
        twice = drawn(self._seed, raw) < TWICE
        for _ in range(1 + twice):
            self._out.send(self._settings.topic(topic), raw, key=key)


class Crew:
    """Workers of which one or more die and are replaced."""

    def __init__(self, start: Callable[[], Worker], size: int, seed: int) -> None:
        self._start, self._random = start, random.Random(seed)
        self.kills = 0
        self._alive = [start() for _ in range(size)]
        for worker in self._alive:
            worker.wait_ready()

    def lose(self, count: int = 1) -> None:
        """Kill as many as that, at once, and start others in their place."""
        self._random.shuffle(self._alive)
        lost, self._alive = self._alive[:count], self._alive[count:]
        for worker in lost:
            if worker.process.poll() is None:
                worker.kill()
                self.kills += 1
        self._alive += [self._start() for _ in lost]

    def revive(self) -> None:
        """Start others for those that have stopped by themselves, as a supervisor of processes
        does."""
        stopped = [worker for worker in self._alive if worker.process.poll() is not None]
        self._alive = [worker for worker in self._alive if worker.process.poll() is None]
        self._alive += [self._start() for _ in stopped]

    def stop(self) -> None:
        for worker in self._alive:
            if worker.process.poll() is None:
                worker.stop()


def played(
    settings: Settings, calls: Calls, rate: float, at: Mapping[int, Callable[[], None]]
) -> Iterator[int]:
    """Send all events, `rate` a second, 100 calls side by side; at some counts something happens.

    Yields how many are sent, about once a second.
    """
    out: KafkaProducer = producer(settings)
    topic = settings.topic(TopicName.TRANSCRIPTS)
    begun = time.monotonic()
    for number, due in enumerate(merged(calls, 100)):
        if number in at:
            at[number]()
        out.send(topic, msgspec.json.encode(due.event), key=due.event.call_id.encode())
        ahead = number / rate - (time.monotonic() - begun)
        if ahead > 0:
            time.sleep(ahead)
        if number % round(rate) == 0:
            yield number
    out.flush()
    out.close()


def moments(events: int, count: int, seed: int) -> list[int]:
    """When workers die: so many counts of events, spread at random over all but the ends."""
    return sorted(random.Random(seed).sample(range(events // 20, events * 19 // 20), count))


def folder_policy(folder: Path, text: str) -> Path:
    """The policy that the workers of a test read."""
    path = folder / "policy.toml"
    path.write_text(text, encoding="utf-8")
    return path
