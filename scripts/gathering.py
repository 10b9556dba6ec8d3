"""The events of a period, read from Kafka or from files, into what reports remember of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from scripts.terminal import progress
from workflow.moments import milliseconds
from workflow.patterns.events import Seen, seen
from workflow.patterns.ledger import Ledger
from workflow.patterns.scope import Scope
from workflow.patterns.sources import Source

if TYPE_CHECKING:
    from kafka import KafkaConsumer

AFTERWARDS_MS = 24 * 60 * 60 * 1000
"""How long after the period it is followed what became of its last alerts."""
POLL_MS = 500
TOPICS = (
    "alerts",
    "routing",
    "routing.outcomes",
    "callbacks",
    "coaching",
    "supervisor.actions",
    "operations",
    "scores",
)
"""What is read; `transcripts` only for its call events, and only where these are asked for."""
WHOLE = "callbacks"
"""A compacted topic: its newest record may be younger than the period, and tells all of it."""


class ReportFault(ValueError):
    """Events that cannot be reported on; the text says where and what to do."""


class Gathered(msgspec.Struct, frozen=True, kw_only=True):
    """What was read, and from where."""

    ledger: Ledger
    sources: tuple[Source, ...]
    files: bool


class _Reading:
    """One source while it is read."""

    def __init__(self, name: str, ledger: Ledger) -> None:
        self.name, self._ledger = name, ledger
        self.events = self.unread = 0
        self.first_ms: int | None = None
        self.last_ms: int | None = None
        self.cut = False

    def take(self, event: Seen, at_ms: int | None) -> None:
        """Count an event. Raises ValueError for one whose times are none."""
        self._ledger.add(event, at_ms)
        self.events += 1
        at = _when(event) if at_ms is None else at_ms
        if at is not None:
            self.first_ms = at if self.first_ms is None else min(self.first_ms, at)
            self.last_ms = at if self.last_ms is None else max(self.last_ms, at)

    def source(self) -> Source:
        return Source(
            name=self.name,
            events=self.events,
            first_ms=self.first_ms,
            last_ms=self.last_ms,
            cut=self.cut,
            unread=self.unread,
        )


def from_files(paths: Sequence[Path], *, quotes: bool = False) -> Gathered:
    """Every event of the files; those that are not counted, such as chunks, are passed over.

    Raises ReportFault for a line that is no event; OSError.
    """
    ledger, readings = Ledger(quotes=quotes), []
    with progress("events") as bar:
        size = sum(path.stat().st_size for path in paths)
        task = bar.add_task("reading", total=size, counted=0)
        for path in paths:
            reading = _Reading(str(path), ledger)
            readings.append(reading)
            for number, line in _lines(path):
                try:
                    event = seen(line)
                    if event is not None:
                        reading.take(event, None)
                except (msgspec.DecodeError, ValueError, RecursionError) as error:
                    raise ReportFault(
                        f"{path}:{number}: no event as `hardstop tail TOPIC --json` writes it: "
                        f"{_safe(error)}"
                    ) from None
                bar.update(task, advance=len(line) + 1, counted=sum(ledger.read.values()))
    return Gathered(ledger=ledger, sources=tuple(r.source() for r in readings), files=True)


def from_kafka(
    scope: Scope, topic_prefix: str | None, *, quotes: bool = False, calls: bool = False
) -> Gathered:
    """The events of the topics from the beginning of the scope until a day after its end.

    Values that cannot be understood are counted and left out. Raises ClusterError.
    """
    from scripts.broker import consumer, reachable
    from stream.settings import load_settings

    settings = reachable(load_settings(topic_prefix=topic_prefix))
    ledger, readings = Ledger(quotes=quotes), []
    with consumer(settings) as client, progress("events") as bar:
        for name in (*TOPICS, *(("transcripts",) if calls else ())):
            reading = _Reading(name, ledger)
            readings.append(reading)
            until = scope.to_ms + AFTERWARDS_MS
            since = None if name == WHOLE else scope.from_ms
            ends, total = _assign(client, settings.topic(name), since, until, reading)
            task = bar.add_task(name, total=total, counted=0)
            for messages in _read(client, ends, reading):
                bar.update(task, advance=messages, counted=reading.events)
    return Gathered(ledger=ledger, sources=tuple(r.source() for r in readings), files=False)


def _assign(
    client: KafkaConsumer, topic: str, since: int | None, until: int, reading: _Reading
) -> tuple[dict[Any, int], int]:
    """Where each partition ends, and how many messages lie before that from `since` on."""
    from kafka import TopicPartition

    from scripts.broker import no_topic

    numbers = client.partitions_for_topic(topic)
    if not numbers:
        raise no_topic(topic)
    places = [TopicPartition(topic, number) for number in sorted(numbers)]
    starts = begins = client.beginning_offsets(places)
    ends = client.end_offsets(places)
    if since is not None:
        found = client.offsets_for_times(dict.fromkeys(places, since))
        starts = {p: ends[p] if at is None else at.offset for p, at in found.items()}
        found = client.offsets_for_times(dict.fromkeys(places, until))
        ends = {p: ends[p] if at is None else at.offset for p, at in found.items()}
        reading.cut = any(starts[p] == begins[p] > 0 for p in places)
    left = {p: ends[p] for p in places if starts[p] < ends[p]}
    client.assign(list(left))
    for place in left:
        client.seek(place, starts[place])
    return left, sum(ends[p] - starts[p] for p in left)


def _read(client: KafkaConsumer, ends: dict[Any, int], reading: _Reading) -> Iterator[int]:
    """Reads up to the ends; yields how many messages each poll brought."""
    left = dict(ends)
    while left:
        for place, records in client.poll(POLL_MS).items():
            for record in records:
                if record.offset < ends[place] and record.value is not None:
                    _take(record, reading)
            yield len(records)
        # Compacted and transactional logs have offsets without messages: the position decides.
        left = {p: end for p, end in left.items() if client.position(p) < end}


def _take(record: Any, reading: _Reading) -> None:
    try:
        event = seen(record.value)
        if event is not None:
            reading.take(event, record.timestamp)
    except (msgspec.DecodeError, ValueError, RecursionError):
        reading.unread += 1


def _lines(path: Path) -> Iterator[tuple[int, bytes]]:
    with path.open("rb") as lines:
        for number, line in enumerate(lines, start=1):
            if line.strip():
                yield number, line


def _when(event: Seen) -> int | None:
    for name in ("updated_at", "requested_at", "at"):
        text = getattr(event, name, None)
        if text is not None:
            try:
                return milliseconds(text)
            except ValueError:
                return None
    return None


def _safe(error: Exception) -> str:
    """What was wrong, without any value that may be somebody's words."""
    if isinstance(error, msgspec.ValidationError):
        text, place, path = str(error).rpartition(" - at `")
        return f"{text.split(chr(39))[0]}{place}{path}" if place else type(error).__name__
    if isinstance(error, msgspec.DecodeError):
        return "it is not JSON"
    return "a time in it is none"
