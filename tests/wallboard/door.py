"""A wallboard to knock at: its app, its database, a clock that is set, and browsers."""

from __future__ import annotations

import re
from pathlib import Path

import httpx
from argon2 import PasswordHasher
from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import select

from stream.events import Action
from wallboard.access import Role
from wallboard.app import create_app
from wallboard.auth import invitations, members, passwords
from wallboard.services import Services
from wallboard.settings import WallboardSettings, load_wallboard_settings
from wallboard.store.engine import open_engine, sessions_of
from wallboard.store.tables import Audit, Table
from workflow.policy import load_policy

# The real work of a hash is not what is tested here.
passwords._hasher = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)

NOON = 1_790_000_000_000
PASSWORD = "seven green herons"
_FIELD = re.compile(r'name="csrf" value="([^"]+)"')
_LINK = re.compile(r'value="(http[^"]+/welcome/[^"]+)"')


class Clock:
    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> int:
        return self.now

    def pass_(self, *, seconds: float = 0, hours: float = 0) -> None:
        self.now += round(seconds * 1000 + hours * 3_600_000)


class House:
    """The service without Kafka; times stand still until the clock is moved."""

    def __init__(self, folder: Path, **settings: object) -> None:
        self.clock = Clock()
        self.settings: WallboardSettings = load_wallboard_settings(
            {}, **{"database": f"sqlite:///{folder / 'wallboard.db'}", **settings}
        )
        engine = open_engine(self.settings.database)
        Table.metadata.create_all(engine)
        self.services = Services(
            settings=self.settings,
            sessions=sessions_of(engine),
            policy=load_policy(),
            publish=_nothing_is_published,
            clock=self.clock,
        )
        self.app: FastAPI = create_app(self.services)

    def browser(self, address: str = "testclient") -> Browser:
        return Browser(self, address)

    def person(self, user_id: str, role: Role = Role.SUPERVISOR, **more: object) -> str:
        """An account with PASSWORD, set through its link; gives the id."""
        with self.services.sessions.begin() as db:
            agent_id = f"agent-{user_id}" if role is Role.AGENT else None
            profile = members.Profile(
                name=user_id.title(), role=role, **{"agent_id": agent_id, **more}
            )
            members.create(db, user_id, profile, self.clock())
            secret = invitations.invite(db, role, self.clock(), user_id)
        joined = self.browser().join(invitations.address(self.settings, secret))
        assert joined.status_code == 303
        return user_id

    def signed_in(self, user_id: str, role: Role = Role.SUPERVISOR) -> Browser:
        self.person(user_id, role)
        browser = self.browser()
        assert browser.sign_in(user_id).status_code == 303
        return browser

    def audited(self, what: str) -> list[Audit]:
        with self.services.sessions() as db:
            return list(db.scalars(select(Audit).where(Audit.what == what)))


class Browser:
    """Keeps cookies, sends forms with the hidden field of the page that it has open."""

    def __init__(self, house: House, address: str) -> None:
        self.client = TestClient(
            house.app, house.settings.base_url, follow_redirects=False, client=(address, 50_000)
        )
        self.client.headers["accept"] = "text/html"
        self.field = ""

    def open(self, path: str) -> httpx.Response:
        return self._seen(self.client.get(path))

    def send(self, path: str, **fields: object) -> httpx.Response:
        return self._seen(self.client.post(path, data={"csrf": self.field, **fields}))

    def sign_in(self, user: str, password: str = PASSWORD, **more: object) -> httpx.Response:
        self.open("/sign-in")
        return self.send("/sign-in", user=user, password=password, **more)

    def join(self, link: str, **fields: object) -> httpx.Response:
        path = "/welcome/" + link.rpartition("/")[2]
        self.open(path)
        return self.send(path, **{"password": PASSWORD, "again": PASSWORD, **fields})

    def _seen(self, response: httpx.Response) -> httpx.Response:
        fields = _FIELD.findall(response.text)
        self.field = fields[-1] if fields else self.field
        return response


def link_in(response: httpx.Response) -> str:
    """The one-time link that a page shows."""
    found = _LINK.search(response.text)
    assert found is not None
    return found[1]


async def _nothing_is_published(_: Action) -> None:
    raise AssertionError("nothing is published here")
