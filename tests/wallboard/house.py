"""A wallboard over a database of its own, events to feed it, people who sign in."""

from __future__ import annotations

import secrets
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import msgspec
import uvicorn
from starlette.types import ASGIApp

from stream.events import Action
from wallboard.access import Viewer
from wallboard.app import create_app
from wallboard.auth.gate import COOKIE, CSRF_HEADER, digest, viewer_of
from wallboard.intake.arrival import Arrival
from wallboard.intake.projection import Intake
from wallboard.services import Services
from wallboard.settings import WallboardSettings
from wallboard.store.engine import open_engine, sessions_of
from wallboard.store.schema import upgrade
from wallboard.store.tables import Session, User
from workflow.moments import rfc3339
from workflow.policy import load_policy

NOW = 1_790_000_000_000


class House:
    """Everything of one wallboard but Kafka; `published` is what went to the workers."""

    def __init__(self, folder: Path, url: str | None = None) -> None:
        self.now = NOW
        self.published: list[Action] = []
        self.engine = open_engine(url or f"sqlite:///{folder / 'wallboard.db'}")
        upgrade(self.engine)
        self.sessions = sessions_of(self.engine)
        self.services = Services(
            settings=WallboardSettings(),
            sessions=self.sessions,
            policy=load_policy(),
            publish=self._publish,
            clock=lambda: self.now,
        )
        self.intake = Intake(
            self.sessions,
            clock=lambda: self.now,
            counts=self.services.counts,
            desks={"grace": ("crisis",), "jo": ("safety",)},
        )
        self._offsets: dict[str, int] = {}

    async def _publish(self, action: Action) -> None:
        self.published.append(action)

    def arrivals(self, topic: str, *values: dict[str, Any] | bytes | None) -> list[Arrival]:
        """Messages as they would be read from one partition."""
        made = []
        for value in values:
            offset = self._offsets.get(topic, 0)
            self._offsets[topic] = offset + 1
            content = msgspec.json.encode(value) if isinstance(value, dict) else value
            made.append(
                Arrival(topic=topic, partition=0, offset=offset, at=self.now, value=content)
            )
        return made

    def read(self, topic: str, *values: dict[str, Any] | bytes | None) -> None:
        """Events on a topic, taken in."""
        if self.intake.take(self.arrivals(topic, *values)):
            self.services.hub.notify()

    def taken_off(self, topic: str, reference: str) -> None:
        """An empty value under a reference: what stood there is off the log."""
        (arrival,) = self.arrivals(topic, None)
        self.intake.take([msgspec.structs.replace(arrival, key=reference)])

    def user(self, name: str, role: str, **more: Any) -> Viewer:
        """Somebody who may sign in."""
        with self.sessions.begin() as db:
            row = User(user_id=name, name=name.title(), role=role, created_at=NOW, **more)
            db.add(row)
            db.flush()
            return viewer_of(row)

    def cookies(self, name: str) -> dict[str, str]:
        """Headers of somebody who is signed in."""
        secret, csrf = secrets.token_urlsafe(16), secrets.token_urlsafe(16)
        with self.sessions.begin() as db:
            db.add(
                Session(
                    digest=digest(secret),
                    user_id=name,
                    csrf=csrf,
                    created_at=NOW,
                    seen_at=NOW,
                    expires_at=NOW + 10**9,
                )
            )
        return {"cookie": f"{COOKIE}={secret}", CSRF_HEADER: csrf}


def at(ms: int = NOW) -> str:
    return rfc3339(ms)


def alert(alert_id: str = "a1", revision: int = 1, **more: Any) -> dict[str, Any]:
    """An alert of the legal desk on call c1, if nothing else is said."""
    kind = "alert.opened" if revision == 1 else "alert.updated"
    return {
        "type": kind,
        "version": 1,
        "alert_id": alert_id,
        "call_id": "c1",
        "episode": 1,
        "revision": revision,
        "trigger": "legal_threat",
        "severity": "high",
        "status": "confirmed",
        "probability": 0.9,
        "reason": "the caller says they will sue",
        "evidence": [],
        "opened_at": at(),
        "updated_at": at(NOW + revision),
        "say_now": "I hear you.",
        "do_not_say": "No promises.",
        "policy_version": "1",
        "rules_version": "1",
        "desk": "legal",
        "queue_id": "billing",
        "team_id": "north",
        "agent_id": "ann",
        **more,
    }


def score(sequence: int, utterance: str = "u1", **more: Any) -> dict[str, Any]:
    """A customer's words on call c1."""
    return {
        "type": "score",
        "version": 1,
        "call_id": "c1",
        "sequence": sequence,
        "utterance_id": utterance,
        "speaker": "customer",
        "is_final": False,
        "text": f"words {sequence}",
        "at": at(NOW + min(sequence, 1_000)),
        "policy_version": "1",
        "rules_version": "1",
        "queue_id": "billing",
        "team_id": "north",
        "agent_id": "ann",
        **more,
    }


def route(attempt: int = 1, kind: str = "route.requested", **more: Any) -> dict[str, Any]:
    """Asking the legal desk to alert a1."""
    return {
        "type": kind,
        "version": 1,
        "route_id": "r1",
        "attempt": attempt,
        "call_id": "c1",
        "alert_ids": ["a1"],
        "tier": "specialist",
        "desk": "legal",
        "mode": "consult",
        "target": "queue:legal",
        "requested_at": at(),
        "expires_at": at(NOW + 60_000),
        "priority": 2,
        "queue_id": "billing",
        "team_id": "north",
        "agent_id": "ann",
        **more,
    }


def outcome(kind: str, attempt: int = 1, **more: Any) -> dict[str, Any]:
    """What the platform says of route r1."""
    return {
        "type": f"route.{kind}",
        "version": 1,
        "call_id": "c1",
        "route_id": "r1",
        "attempt": attempt,
        "at": at(NOW + 10),
        **more,
    }


def callback(revision: int = 1, **more: Any) -> dict[str, Any]:
    """A callback that follows alert a1."""
    return {
        "type": "callback",
        "version": 1,
        "reference": "CB-1",
        "origin_call_id": "c1",
        "issue_summary": "a bill",
        "tier": "callback",
        "state": "offered",
        "owner": {"id": "grace", "name": "Grace"},
        "history": [{"at": at(NOW + revision), "by": "hardstop", "state": "offered"}],
        "revision": revision,
        "alert_ids": ["a1"],
        **more,
    }


@contextmanager
def served(house: House, app: ASGIApp | None = None) -> Iterator[str]:
    """The app, or another in its place, behind a real server; its address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    config = uvicorn.Config(app or create_app(house.services), port=port, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    end = time.monotonic() + 20
    while not server.started:
        assert time.monotonic() < end
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        house.services.hub.close()
        server.should_exit = True
        thread.join(10)


class Heard(msgspec.Struct):
    """One event of a stream."""

    event: str
    number: int | None
    data: dict[str, Any]


def listen(lines: Iterator[str]) -> Iterator[Heard]:
    """The events of a stream, read as a browser reads them, but for `fresh`."""
    event, number, data = "message", None, ""
    for line in lines:
        name, _, value = line.partition(": ")
        if name == "event":
            event = value
        elif name == "id":
            number = int(value)
        elif name == "data":
            data = value
        elif line == "" and data:
            if event != "fresh":
                yield Heard(event, number, msgspec.json.decode(data))
            event, number, data = "message", None, ""


@contextmanager
def stream(base: str, headers: dict[str, str], **params: Any) -> Iterator[Iterator[Heard]]:
    """An open event stream."""
    last = params.pop("last_event_id", None)
    more = {} if last is None else {"last-event-id": str(last)}
    with (
        httpx.Client(timeout=15) as client,
        client.stream(
            "GET", f"{base}/api/stream", params=params, headers={**headers, **more}
        ) as response,
    ):
        assert response.status_code == 200, response.read()
        yield listen(response.iter_lines())
