"""The wallboard of `hardstop demo`: its own port and database, and one supervisor at it."""

from __future__ import annotations

import secrets
import socket
import tempfile
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import msgspec

if TYPE_CHECKING:
    from stream.settings import Settings
    from workflow.policy import Policy

CHECKER = "demo-check"
"""Of their own: what checks the board is not among the sessions of whoever looks at it."""
SHOWN_S = 20.0
"""How long the board may take to show what is on the topics: usually it is a fraction of one."""
HOUR_MS = 3_600_000


class Board(msgspec.Struct, frozen=True):
    """A wallboard that runs: where it is, the link (one time) by which the demo's supervisor comes
    in, and the secret of a session that sees what they see."""

    url: str
    link: str
    secret: str

    def open_alerts(self) -> frozenset[str]:
        """The ids of the open alerts that the supervisor's board shows now."""
        import httpx

        from wallboard.auth.gate import COOKIE

        answer = httpx.get(f"{self.url}/api/board", cookies={COOKIE: self.secret}, timeout=10)
        answer.raise_for_status()
        alerts = answer.json()["alerts"]
        gone = ("closed", "retracted")
        return frozenset(one["alert_id"] for one in alerts if one["status"] not in gone)

    def missing(self, alerts: Collection[str]) -> frozenset[str]:
        """Those of the alerts that the board still does not show after `SHOWN_S`."""
        end = time.monotonic() + SHOWN_S
        while (lacking := frozenset(alerts) - self.open_alerts()) and time.monotonic() < end:
            time.sleep(0.2)
        return lacking


@contextmanager
def demo_board(settings: Settings) -> Iterator[Board]:
    """Start a wallboard on a free port with a database to throw away. Raises WorkerError."""
    from scripts.workers import demo_wallboard

    with tempfile.TemporaryDirectory(prefix="hardstop-board-") as folder:
        port, database = _free_port(), f"sqlite:///{Path(folder, 'demo.db')}"
        with demo_wallboard(settings, port, database):
            yield _with_supervisor(settings, port, database)


def _with_supervisor(settings: Settings, port: int, database: str) -> Board:
    from wallboard.access import Role
    from wallboard.auth import invitations, members
    from wallboard.auth.gate import digest
    from wallboard.services import now_ms
    from wallboard.settings import WallboardSettings
    from wallboard.store.engine import open_engine, sessions_of
    from wallboard.store.tables import Session
    from workflow.policy import load_policy

    board = WallboardSettings(port=port, database=database)
    policy = load_policy(settings.policy_path)
    user = supervisor(policy)
    name = policy.people[user].name
    profile = members.Profile(name=name, role=Role.SUPERVISOR, desks=tuple(policy.desks))
    secret, now = secrets.token_urlsafe(32), now_ms()
    engine = open_engine(database)
    try:
        with sessions_of(engine).begin() as db:
            for each in (user, CHECKER):
                members.create(db, each, profile, now)
            # Shown in this terminal alone, for a database that is thrown away with it.
            invited = invitations.invite(db, Role.SUPERVISOR, now, user, direct=True)
            link = invitations.address(board, invited)
            session = Session(
                digest=digest(secret),
                user_id=CHECKER,
                csrf=secrets.token_urlsafe(32),
                created_at=now,
                seen_at=now,
                expires_at=now + HOUR_MS,
                device="hardstop demo",
            )
            db.add(session)
    finally:
        engine.dispose()
    return Board(url=board.base_url, link=link, secret=secret)


def supervisor(policy: Policy) -> str:
    """Who looks at the demo's board: a person of the policy, for nobody else can own an alert."""
    from workflow.duty import PersonRole

    people = policy.people.items()
    found = (person_id for person_id, person in people if person.role is PersonRole.SUPERVISOR)
    return next(found, policy.duty.manager)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port
