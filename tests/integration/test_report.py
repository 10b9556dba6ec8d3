"""`hardstop report` on a real broker: the days that were asked for, and nothing of other days."""

import json
import os
import subprocess
import sys
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from uuid import uuid4

import msgspec
from kafka import KafkaProducer

from stream.admin import create_topics
from stream.settings import load_settings
from stream.topics import TopicName
from tests.workflow.floor import acknowledged, alert, callback, ended, outcome, route
from workflow.moments import rfc3339
from workflow.patterns.events import Seen

ROOT = Path(__file__).parents[2]
DAY_MS = 24 * 3600 * 1000


def test_topics_are_read_from_the_first_day_until_a_day_after_the_last(
    bootstrap_servers: str,
) -> None:
    settings = load_settings(
        bootstrap_servers=bootstrap_servers, topic_prefix=f"t{uuid4().hex[:8]}.", partitions=3
    )
    create_topics(settings)
    producer = KafkaProducer(bootstrap_servers=bootstrap_servers)
    # A broker takes no messages from the future, and soon drops those of long ago.
    day = (datetime.now(UTC) - timedelta(days=3)).date()
    noon_ms = round(datetime.combine(day, time(12), UTC).timestamp() * 1000)

    def moment(after_ms: int) -> str:
        return rfc3339(noon_ms + after_ms)

    def send(topic: TopicName, value: Seen | bytes, after_ms: int = 0) -> None:
        producer.send(
            settings.topic(topic),
            value if isinstance(value, bytes) else msgspec.json.encode(value),
            key=b"a",
            timestamp_ms=noon_ms + after_ms,
        )

    def opened(call: str, ms: int) -> Seen:
        return alert(call, opened_at=moment(ms), updated_at=moment(ms), ack_due_at=moment(ms + 60))

    seen_at = {"acknowledged_at": moment(30_000), "updated_at": moment(30_000)}
    history = [{"at": moment(0), "state": "offered"}, {"at": moment(5), "state": "committed"}]
    send(TopicName.ALERTS, opened("before", -2 * DAY_MS), -2 * DAY_MS)
    send(TopicName.ALERTS, opened("a", 0))
    send(TopicName.ALERTS, acknowledged("a", 30, opened_at=moment(0), **seen_at), 30_000)
    send(TopicName.ALERTS, b"no event")
    send(TopicName.ROUTING, route("a", requested_at=moment(0)))
    # Without a time of its own: that of the message counts.
    send(TopicName.ROUTING_OUTCOMES, outcome("a", "joined", 0, at=None), 40_000)
    send(TopicName.CALLBACKS, callback("a", ("committed", 5), history=history), 2 * DAY_MS)
    send(TopicName.TRANSCRIPTS, ended("a", "transferred", 90))
    producer.flush()
    producer.close()

    days = ("--from", day.isoformat(), "--to", day.isoformat(), "--time-zone", "UTC")
    named = {
        "KAFKA_BOOTSTRAP_SERVERS": bootstrap_servers,
        "HARDSTOP_TOPIC_PREFIX": settings.topic_prefix,
    }
    done = subprocess.run(
        [sys.executable, "-m", "scripts.cli", "report", "--json", *days],
        env=os.environ | named,
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["report"]["hard_stops"] == 1
    assert told["report"]["acknowledged"][0]["p50_s"] == 30
    assert told["report"]["joined"][0]["p50_s"] == 40
    assert told["report"]["promises"]["committed"] == 1
    read = {source["name"]: source for source in told["sources"]}
    assert read["alerts"]["events"] == 2
    assert read["alerts"]["unread"] == 1
    assert "transcripts" not in read
    assert "1 value could not be understood" in done.stderr
