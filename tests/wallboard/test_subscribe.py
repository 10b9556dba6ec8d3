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
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from sqlalchemy import delete, func, select
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from tests.integration.conftest import bootstrap_servers  # noqa: F401 - a broker for the Kafka one
from tests.integration.test_stream import own_topics
from tests.integration.workers import producer
from tests.wallboard.house import NOW, House, alert, at, served
from tests.wallboard.test_forgetting import FORGOTTEN
from wallboard.app import create_app
from wallboard.auth import tokens
from wallboard.services import now_ms
from wallboard.settings import load_wallboard_settings
from wallboard.store.tables import Feed
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

    def said(self) -> Any:
        """The next line, as JSON."""
        return msgspec.json.decode(self.line())

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


def test_every_way_that_the_page_names_has_a_client_of_15_lines() -> None:
    assert set(CLIENTS) == {"kafka", "sse", "webhook"}
    for code in CLIENTS.values():
        lines = [line for line in code.splitlines() if line.strip()]
        assert len(lines) <= 15
        assert max(map(len, lines)) <= 100


def test_the_kafka_client_prints_each_revision_once_and_what_is_told_anew(
    bootstrap_servers: str,  # noqa: F811
) -> None:
    settings = own_topics(bootstrap_servers)
    with producer(settings) as out:
        for event in (
            alert(mode="live"),
            alert(mode="live"),
            alert(mode="replay", alert_id="recorded"),
            alert(revision=2, mode="live", status="claimed"),
            alert(mode="live"),
            alert(mode="live", status="acknowledged", updated_at=at(NOW + 60_000)),
        ):
            out.send(settings.topic("alerts"), msgspec.json.encode(event), key=b"c1")
    with running(
        "kafka",
        KAFKA_BOOTSTRAP_SERVERS=bootstrap_servers,
        HARDSTOP_TOPIC_PREFIX=settings.topic_prefix,
    ) as client:
        assert client.line() == "c1 legal_threat confirmed legal"
        assert client.line() == "c1 legal_threat claimed legal"
        assert client.line() == "c1 legal_threat acknowledged legal"


class Restarting:
    """The service behind a proxy, which answers 502 while it is `down`."""

    def __init__(self, house: House) -> None:
        self._app = create_app(house.services)
        self.down = False
        self.refused = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if not self.down:
            await self._app(scope, receive, send)
            return
        self.refused += 1
        await PlainTextResponse("Bad Gateway", 502)(scope, receive, send)


@contextmanager
def sse_client(house: House, app: ASGIApp | None = None) -> Iterator[Client]:
    """The client of the page, once it listens."""
    with house.sessions.begin() as db:
        _, secret = tokens.issue(
            db, name="other board", scopes=["read", "stream"], days=None, created_by="sam", now=NOW
        )
    with served(house, app) as url, running("sse", WALLBOARD=url, TOKEN=secret) as client:
        _until(lambda: len(house.services.hub) > 0, "nobody listens")
        yield client


def cut(house: House) -> None:
    """The stream that is open ends."""
    house.services.hub._subscribers.copy().pop().end()


def test_the_sse_client_follows_and_comes_back_where_it_was(house: House) -> None:
    with sse_client(house) as client:
        house.read("alerts", alert())
        assert client.said()["body"]["trigger"] == "legal_threat"
        cut(house)
        house.read("alerts", alert(revision=2, status="claimed"))
        assert client.said()["body"]["status"] == "claimed"


def test_the_sse_client_says_what_is_forgotten_and_goes_on(house: House) -> None:
    with sse_client(house) as client:
        house.read("alerts", alert())
        client.said()
        house.read("incidents", FORGOTTEN)
        said = client.said()
        assert (said["ref"], said["body"]) == ("a1", {"gone": True, "forgotten": True})
        house.read("alerts", alert("a2", call_id="c2"))
        assert client.said()["ref"] == "a2"


def test_after_a_restart_and_a_gap_the_sse_client_has_the_board_as_it_is(house: House) -> None:
    app = Restarting(house)
    with sse_client(house, app) as client:
        house.read("alerts", alert())
        assert client.said()["ref"] == "a1"
        app.down = True
        cut(house)
        _until(lambda: app.refused > 0, "it does not come back")
        house.read("alerts", alert("a2", call_id="c2"), alert("a3", call_id="c3"))
        with house.sessions.begin() as db:
            newest = db.scalar(select(func.max(Feed.number)))
            db.execute(delete(Feed).where(Feed.number != newest))
        app.down = False
        assert {one["alert_id"] for one in client.said()["alerts"]} == {"a1", "a2", "a3"}
        house.read("alerts", alert("a4", call_id="c4"))
        assert client.said()["ref"] == "a4"


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
        assert [client.line(), client.line()] == ["refused", "refused"]
        said = client.said()
        assert (said["type"], said["data"]["trigger"]) == ("alert.opened", "legal_threat")
        assert said["data"]["link"].endswith("/calls/c1")


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


def _until(true: Callable[[], bool], otherwise: str) -> None:
    end = time.monotonic() + PATIENCE_S
    while not true():
        assert time.monotonic() < end, otherwise
        time.sleep(0.05)
