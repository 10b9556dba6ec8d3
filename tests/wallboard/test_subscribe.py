"""docs/subscribe.md: every client on the page is run as it stands there."""

from __future__ import annotations

import asyncio
import os
import queue
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import msgspec
import pytest

from tests.integration.conftest import bootstrap_servers  # noqa: F401 - a broker for the Kafka one
from tests.integration.test_stream import own_topics
from tests.integration.workers import producer
from tests.wallboard.house import NOW, House, alert, at, served
from wallboard.auth import tokens
from wallboard.services import now_ms
from wallboard.settings import load_wallboard_settings
from wallboard.webhooks import hooks, signing
from wallboard.webhooks.courier import Courier

PAGE = Path(__file__).parents[2] / "docs" / "subscribe.md"
CLIENTS = dict(re.findall(r"```python client=(\w+)\n(.*?)```", PAGE.read_text("utf-8"), re.S))
PATIENCE_S = 60.0


class Client:
    """A client of the page, as a program of its own."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process
        self._said: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()

    def line(self) -> str:
        """The next line that it prints; raises queue.Empty when there is none for long."""
        return self._said.get(timeout=PATIENCE_S)

    def _listen(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._said.put(line.strip())


@contextmanager
def running(name: str, **environment: str) -> Iterator[Client]:
    process = subprocess.Popen(
        [sys.executable, "-c", CLIENTS[name]],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        yield Client(process)
    finally:
        process.kill()
        process.wait(10)


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_every_way_that_the_page_names_has_a_client_of_a_few_lines() -> None:
    assert set(CLIENTS) == {"kafka", "sse", "webhook"}
    for code in CLIENTS.values():
        lines = [line for line in code.splitlines() if line and not line.startswith("import")]
        assert len(lines) <= 18


def test_the_kafka_client_prints_each_revision_of_an_alert_once(
    bootstrap_servers: str,  # noqa: F811
) -> None:
    settings = own_topics(bootstrap_servers)
    with producer(settings) as out:
        for event in (
            alert(mode="live"),
            alert(mode="live"),
            alert(mode="replay", alert_id="recorded"),
            alert(revision=2, mode="live", status="claimed"),
        ):
            out.send(settings.topic("alerts"), msgspec.json.encode(event), key=b"c1")
    with running(
        "kafka",
        KAFKA_BOOTSTRAP_SERVERS=bootstrap_servers,
        HARDSTOP_TOPIC_PREFIX=settings.topic_prefix,
    ) as client:
        assert client.line() == "c1 legal_threat confirmed legal"
        assert client.line() == "c1 legal_threat claimed legal"


def test_the_sse_client_follows_and_comes_back_where_it_was(house: House) -> None:
    with house.sessions.begin() as db:
        _, secret = tokens.issue(
            db, name="other board", scopes=["stream"], days=None, created_by="sam", now=NOW
        )
    with served(house) as url, running("sse", WALLBOARD=url, TOKEN=secret) as client:
        _until_listening(house)
        house.read("alerts", alert())
        assert client.line() == "c1 legal_threat confirmed"
        house.services.hub._subscribers.copy().pop().end()
        house.read("alerts", alert(revision=2, status="claimed"))
        assert client.line() == "c1 legal_threat claimed"


def test_the_webhook_client_takes_what_is_signed_and_nothing_else(
    tmp_path: Path, unused_port: int
) -> None:
    house = House(tmp_path)
    settings = load_wallboard_settings({}, webhook_networks="127.0.0.1")
    services = house.services.__class__(
        settings=settings,
        sessions=house.sessions,
        policy=house.services.policy,
        publish=house.services.publish,
    )
    url = f"http://127.0.0.1:{unused_port}/"
    what = hooks.wanted(name="pager", url=url, format="standard", kinds=("alert",))
    with house.sessions.begin() as db:
        secret = hooks.create(db, what, "sam", now_ms()).secret
    with running("webhook", WEBHOOK_SECRET=secret, PORT=str(unused_port)) as client:
        _until_open(url)
        forged = signing.headers(signing.new_secret(), "msg-1", now_ms() // 1000, b"{}")
        assert httpx.post(url, content=b"{}", headers=forged).status_code == 401
        old = signing.headers(secret, "msg-1", now_ms() // 1000 - 3600, b"{}")
        assert httpx.post(url, content=b"{}", headers=old).status_code == 401
        house.now = now_ms()
        house.read("alerts", alert(opened_at=at(house.now), updated_at=at(house.now)))
        asyncio.run(Courier(services).round(wait=True))
        said = client.line()
        assert said.startswith("alert.opened legal_threat http")
        assert said.endswith("/calls/c1")


@pytest.fixture
def unused_port() -> int:
    import socket

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port


def _until_open(url: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while True:
        try:
            httpx.request("OPTIONS", url)
        except httpx.TransportError:
            assert time.monotonic() < end, "the client does not listen"
            time.sleep(0.1)
        else:
            return


def _until_listening(house: House) -> None:
    end = time.monotonic() + PATIENCE_S
    while len(house.services.hub) == 0:
        assert time.monotonic() < end, "nobody listens"
        time.sleep(0.05)
