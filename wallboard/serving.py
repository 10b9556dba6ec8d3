"""The whole service in one process: pages, intake, pruning; a stop that lets streams end."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator

import uvicorn
from sqlalchemy.exc import SQLAlchemyError

from stream.settings import Settings
from wallboard.app import create_app
from wallboard.auth.invitations import first_admin_link
from wallboard.intake.projection import Intake
from wallboard.intake.publisher import Publisher
from wallboard.intake.reader import Reader
from wallboard.pruning import end_silent_calls, prune
from wallboard.retention import let_go
from wallboard.services import Services
from wallboard.settings import WallboardSettings
from wallboard.store.engine import open_engine, sessions_of
from wallboard.store.schema import upgrade
from wallboard.webhooks.courier import Courier
from workflow.policy import Policy

log = logging.getLogger(__name__)

PRUNE_S = 60.0
STOP_S = 5
"""How long answers that are under way may take when the service stops."""


class Server(uvicorn.Server):
    """uvicorn, but streams are ended first: it would wait for them for ever."""

    def __init__(
        self, config: uvicorn.Config, services: Services, on_ready: Callable[[], None] | None
    ) -> None:
        super().__init__(config)
        self._services = services
        self._on_ready = on_ready
        self.failed = False

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets=sockets)
        if self.started and self._on_ready is not None:
            self._on_ready()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        self._services.hub.close()
        await super().shutdown(sockets=sockets)

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """As uvicorn's own, which in the end raises the signal again: that would kill the process
        before Kafka and the database are let go of."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        signals = (signal.SIGINT, signal.SIGTERM)
        before = [(number, signal.signal(number, self.handle_exit)) for number in signals]
        try:
            yield
        finally:
            for number, handler in before:
                signal.signal(number, handler)


def desks_of(policy: Policy) -> dict[str, tuple[str, ...]]:
    """At which desks each person sits."""
    people: dict[str, tuple[str, ...]] = {}
    for name, desk in policy.desks.items():
        for person in desk.roster:
            people[person] = (*people.get(person, ()), name)
    return people


def run_wallboard(
    kafka: Settings,
    settings: WallboardSettings,
    policy: Policy,
    *,
    on_ready: Callable[[], None] | None = None,
    on_first_start: Callable[[str], None] | None = None,
) -> int:
    """Serve until SIGTERM or Ctrl-C; gives the exit status. `on_first_start` is told the one-time
    link for an administrator while there is none."""
    engine = open_engine(settings.database)
    try:
        upgrade(engine)
        publisher = Publisher(kafka)
        services = Services(
            settings=settings,
            sessions=sessions_of(engine),
            policy=policy,
            publish=publisher,
            signed_with=settings.signed_with(),
        )
        config = uvicorn.Config(
            create_app(services),
            host=settings.host,
            port=settings.port,
            log_level="warning",
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=STOP_S,
            # Behind a proxy the address of who asks is in its headers.
            proxy_headers=True,
        )
        server = Server(config, services, on_ready)
        courier = Courier(services)
        link = first_admin_link(services.sessions, settings, services.clock())
        if link is not None and on_first_start is not None:
            on_first_start(link)
        asyncio.run(_serve(server, services, kafka, publisher, courier))
        return 0 if server.started and not server.failed else 1
    finally:
        engine.dispose()


async def _serve(
    server: Server, services: Services, kafka: Settings, publisher: Publisher, courier: Courier
) -> None:
    settings = services.settings
    intake = Intake(
        services.sessions,
        clock=services.clock,
        counts=services.counts,
        feed_hours=settings.feed_hours,
        transcript_days=settings.transcript_days,
        desks=desks_of(services.policy),
    )
    reader = Reader(kafka, intake, services.hub, services.freshness, services.clock)
    beside = [
        asyncio.create_task(reader.run(), name="intake"),
        asyncio.create_task(_prune(services), name="pruning"),
        asyncio.create_task(courier.run(), name="webhooks"),
    ]
    for task in beside:
        task.add_done_callback(lambda done: _ended(done, server))
    try:
        await server.serve()
    finally:
        for task in beside:
            task.cancel()
        await asyncio.gather(*beside, return_exceptions=True)
        await publisher.close()


def _ended(task: asyncio.Task[None], server: Server) -> None:
    """A part that has died must not leave a service behind that looks alive."""
    if task.cancelled() or server.should_exit:
        return
    log.error("%s has failed; the service stops", task.get_name(), exc_info=task.exception())
    server.failed = server.should_exit = True


async def _prune(services: Services) -> None:
    while True:
        now = services.clock()
        try:
            await asyncio.to_thread(prune, services.sessions, services.settings, now)
            await asyncio.to_thread(let_go, services.sessions, services.policy, now)
            if services.freshness.behind == 0:
                ended = await asyncio.to_thread(end_silent_calls, services.sessions, now)
                if ended:
                    services.hub.notify()
        except SQLAlchemyError as error:
            log.warning("nothing is pruned (%s)", type(error).__name__)
        await asyncio.sleep(PRUNE_S)
