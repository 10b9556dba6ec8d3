"""The whole house for tests in a browser: a broker, a worker, and `hardstop wallboard`."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from stream.embedded import EmbeddedKafka
from stream.events import CallStarted
from stream.settings import Settings
from tests.integration.test_stream import chunk, feed, own_topics
from tests.integration.workers import Worker, wait_for, workers
from tests.wallboard.browser import free_port
from wallboard.auth.gate import COOKIE, digest
from wallboard.services import now_ms
from wallboard.store.engine import open_engine, sessions_of
from wallboard.store.tables import Session, User
from workflow.call import Customer

HOUR = 3_600_000


def people() -> tuple[User, ...]:
    """Who works in a house; new rows each time, for a row belongs to the database it went into."""
    return (
        User(user_id="alex", name="Alex Morgan", role="supervisor"),
        User(user_id="bo", name="Bo Lindqvist", role="supervisor"),
        # Leads another team: nothing of the calls below is theirs.
        User(
            user_id="noor", name="Noor Haddad", role="supervisor", teams=["south"], queues=["sales"]
        ),
        User(user_id="jo", name="Jo Walsh", role="desk", desks=["safety"]),
        User(user_id="root", name="Robin Root", role="admin"),
    )


class House:
    """What happens in the tests of one module: calls, people, and a wallboard that can stop."""

    def __init__(self, settings: Settings, folder: Path) -> None:
        self.settings = settings
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self._folder = folder
        self._database = f"sqlite:///{folder / 'wallboard.db'}"
        self._sequence: dict[str, int] = {}
        self._board: Worker | None = None
        self.open()
        self._sessions = sessions_of(open_engine(self._database))
        for user in people():
            self.hire(user)

    # The service

    def open(self) -> None:
        """Start the wallboard, and wait until it reads."""
        command = ("-m", "scripts.cli", "wallboard", "--port", str(self.port))
        self._board = Worker(
            self.settings, self._folder, *command, "--database", self._database, "--ready-file"
        )
        self._board.wait_ready()
        wait_for(lambda: httpx.get(f"{self.base}/readyz").status_code == 200, 60)

    def shut(self) -> None:
        """Stop it, as for an update."""
        assert self._board is not None
        if self._board.process.poll() is None:
            self._board.stop()

    # People

    def hire(self, user: User) -> None:
        user.created_at = now_ms()
        with self._sessions.begin() as db:
            db.add(user)

    def agent(self, agent_id: str, name: str | None = None) -> str:
        """An agent who may sign in; gives their user id."""
        user_id = f"user-{agent_id}"
        self.hire(
            User(user_id=user_id, name=name or agent_id.title(), role="agent", agent_id=agent_id)
        )
        return user_id

    def cookie(self, person: str) -> dict[str, Any]:
        """A signed-in browser's cookie."""
        secret, now = secrets.token_urlsafe(24), now_ms()
        with self._sessions.begin() as db:
            db.add(
                Session(
                    digest=digest(secret),
                    user_id=person,
                    csrf=secrets.token_urlsafe(16),
                    created_at=now,
                    seen_at=now,
                    expires_at=now + HOUR,
                )
            )
        return {"name": COOKIE, "value": secret, "url": self.base}

    def ask(self, person: str, path: str) -> httpx.Response:
        """What the service answers somebody."""
        cookie = self.cookie(person)
        return httpx.get(self.base + path, cookies={cookie["name"]: cookie["value"]})

    def record(self, call_id: str) -> str:
        """The id of a call's record, once it is on the pages."""
        found: list[str] = []

        def there() -> bool:
            records = self.ask("alex", f"/api/incidents?call={call_id}").json()["records"]
            found[:] = [one["incident_id"] for one in records]
            return bool(found)

        wait_for(there, 30)
        return found[0]

    # Calls

    def call(self, call_id: str, *said: str, agent_id: str = "ann", **facts: Any) -> None:
        """A call of the team north begins, and the caller speaks."""
        facts = {"queue_id": "billing", "team_id": "north", **facts}
        name = facts.pop("caller", None)
        customer = None if name is None else Customer(name=name, ref=f"ref-{call_id}")
        feed(
            self.settings,
            CallStarted(call_id=call_id, agent_id=agent_id, customer=customer, **facts),
        )
        self.say(call_id, *said)

    def say(self, call_id: str, *said: str, **more: Any) -> None:
        """The caller goes on."""
        chunks = []
        for text in said:
            number = self._sequence[call_id] = self._sequence.get(call_id, 0) + 1
            chunks.append(chunk(call_id, number, text, spoken_at=None, **more))
        feed(self.settings, *chunks)


@contextmanager
def house(folder: Path) -> Iterator[House]:
    """A house on a broker of its own, unless one is named; with one worker that reads."""
    with _broker() as servers:
        settings = own_topics(servers)
        with workers(settings, folder) as start:
            start().wait_ready()
            made = House(settings, folder)
            try:
                yield made
            finally:
                made.shut()


@contextmanager
def _broker() -> Iterator[str]:
    named = os.environ.get("KAFKA_BOOTSTRAP_SERVERS")
    if named:
        yield named
        return
    with EmbeddedKafka.temporary() as broker:
        yield broker.bootstrap_servers
