"""The wallboard on a real broker: words become a row and an event, deeds come back applied."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from kafka.errors import KafkaError
from sqlalchemy import select

from stream.admin import admin_client, create_topics
from stream.events import CallStarted
from stream.settings import Settings
from stream.topics import TopicName
from tests.integration.test_stream import chunk, feed, own_topics, producer
from tests.integration.workers import Worker, wait_for, workers
from tests.wallboard.house import COOKIE, CSRF_HEADER, House, alert, stream
from wallboard.auth.gate import digest
from wallboard.intake import progress, reader
from wallboard.intake.reader import Reader
from wallboard.services import now_ms
from wallboard.store.engine import open_engine, sessions_of
from wallboard.store.tables import Alert, Deed, Offset, Session, Turn, User


@pytest.fixture
def settings(bootstrap_servers: str) -> Settings:
    return own_topics(bootstrap_servers)


class Board:
    """`hardstop wallboard` in a process of its own, as somebody starts it."""

    def __init__(self, settings: Settings, folder: Path, port: int) -> None:
        self.base = f"http://127.0.0.1:{port}"
        self.database = f"sqlite:///{folder / 'wallboard.db'}"
        command = ("-m", "scripts.cli", "wallboard", "--port", str(port))
        self.worker = Worker(
            settings, folder, *command, "--database", self.database, "--ready-file"
        )

    def wait_reading(self) -> None:
        self.worker.wait_ready()
        wait_for(lambda: httpx.get(f"{self.base}/readyz").status_code == 200, 60)


@pytest.fixture
def running(settings: Settings, tmp_path: Path, unused_port: int) -> Iterator[Board]:
    """A board beside a worker that reads already."""
    with workers(settings, tmp_path) as start:
        start().wait_ready()
        made = Board(settings, tmp_path, unused_port)
        try:
            made.wait_reading()
            yield made
        finally:
            if made.worker.process.poll() is None:
                made.worker.kill()


@pytest.fixture
def unused_port() -> int:
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def test_words_become_a_row_and_an_event_and_a_deed_comes_back_applied(
    settings: Settings, running: Board
) -> None:
    board = running
    sessions = sessions_of(open_engine(board.database))
    now = now_ms()
    with sessions.begin() as db:
        db.add(User(user_id="alex", name="Alex", role="supervisor", created_at=now))
        db.flush()
        db.add(
            Session(
                digest=digest("secret"),
                user_id="alex",
                csrf="csrf",
                created_at=now,
                seen_at=now,
                expires_at=now + 10**8,
            )
        )
    headers = {"cookie": f"{COOKIE}=secret", CSRF_HEADER: "csrf"}
    with stream(board.base, headers) as events:
        assert next(events).event == "hello"
        feed(
            settings,
            CallStarted(call_id="basic", queue_id="billing", agent_id="ann"),
            chunk("basic", 1, "I'm going to sue you people", spoken_at=None),
        )
        alert = next(one for one in events if one.event == "alert")
        assert alert.data["body"]["trigger"] == "legal_threat"
        claim = {
            "action_id": "claim-0001",
            "call_id": "basic",
            "action": "claim",
            "alert_id": alert.data["ref"],
        }
        answer = httpx.post(f"{board.base}/api/actions", json=claim, headers=headers)
        assert answer.status_code == 202, answer.text
        deed = next(one for one in events if one.event == "deed")
        assert (deed.data["ref"], deed.data["body"]["applied"]) == ("claim-0001", True)
    with sessions() as db:
        wait_for(lambda: _status(sessions, alert.data["ref"]) == "claimed", 20)
        (turn,) = db.scalars(select(Turn).where(Turn.call_id == "basic"))
        assert turn.text == "I'm going to sue you people"
        claimed = db.get(Deed, "claim-0001")
        assert claimed is not None
        assert claimed.applied
    # Stopped with a stream open, it ends soon all the same.
    with stream(board.base, headers) as events:
        next(events)
        began = time.monotonic()
        stopping = threading.Thread(target=board.worker.stop)
        stopping.start()
        assert next((one for one in events if one.event == "signed_out"), None) is None
        stopping.join(30)
        assert time.monotonic() - began < 15
    assert board.worker.process.returncode == 0
    with sessions() as db:
        read = db.scalars(select(Offset).where(Offset.topic.endswith("scores")))
        assert sum(row.next_offset for row in read) == 1


def _status(sessions: object, alert_id: str) -> str | None:
    with sessions() as db:  # type: ignore[operator]
        row = db.get(Alert, alert_id)
        return None if row is None else row.status


def _read(house: House, settings: Settings, until: Callable[[], bool]) -> str:
    """Read until something is so; gives the group that Kafka is told under."""

    async def reading() -> str:
        made = Reader(
            settings,
            house.intake,
            house.services.hub,
            house.services.freshness,
            house.services.clock,
        )
        task = asyncio.create_task(made.run())
        try:
            await asyncio.to_thread(wait_for, until, 120)
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
        return made.group

    return asyncio.run(reading())


def _alerts(house: House) -> list[str]:
    with house.sessions() as db:
        return sorted(db.scalars(select(Alert.alert_id)))


def test_kafkas_own_tools_see_how_far_the_wallboard_has_read_and_decide_nothing(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(progress, "EVERY_S", 0.5)
    topic = settings.topic(TopicName.ALERTS)
    out = producer(settings)
    for number in range(3):
        out.send(topic, msgspec.json.encode(alert(f"a{number}")), key=b"c1")
    out.flush()
    out.close()
    group = f"{settings.topic_prefix}{settings.app_id}-wallboard"

    offsets: dict[Any, Any] = {}

    def told() -> bool:
        # A broker's first group is waited for: its topic of offsets is made for it.
        with suppress(KafkaError), admin_client(settings) as client:
            offsets.update(client.list_group_offsets(group)[group])
        read = [found.offset for place, found in offsets.items() if place.topic == topic]
        return sum(read) == 3

    first = House(tmp_path)
    assert _read(first, settings, lambda: len(_alerts(first)) == 3 and told()) == group
    first.engine.dispose()
    with admin_client(settings) as client:
        assert client.describe_groups([group])[group]["members"] == []
    # A database made anew reads from the beginning, whatever the group is said to have read.
    (tmp_path / "anew").mkdir()
    second = House(tmp_path / "anew")
    _read(second, settings, lambda: len(_alerts(second)) == 3 and told())
    assert _alerts(second) == ["a0", "a1", "a2"]
    second.engine.dispose()


def test_a_topic_that_is_made_anew_while_it_is_read_is_read_from_its_beginning(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Not while it is away: a reader that then finds nothing starts anew, and sees it by that.
    monkeypatch.setattr(reader, "LOOK_S", 86_400.0)
    topic = settings.topic(TopicName.ALERTS)
    _send(settings, "a0", "a1", "a2")
    house = House(tmp_path)

    def anew() -> bool:
        if _alerts(house) == ["a0", "a1", "a2"] and reader.LOOK_S > 1:
            with admin_client(settings) as client:
                client.delete_topics([topic])
                wait_for(lambda: topic not in client.list_topics(), 60)
            create_topics(settings)
            _send(settings, "b0")
            monkeypatch.setattr(reader, "LOOK_S", 0.5)
        return "b0" in _alerts(house)

    _read(house, settings, anew)
    house.engine.dispose()


def _send(settings: Settings, *alert_ids: str) -> None:
    with producer(settings) as out:
        for alert_id in alert_ids:
            value = msgspec.json.encode(alert(alert_id))
            out.send(settings.topic(TopicName.ALERTS), value, key=b"c1")
