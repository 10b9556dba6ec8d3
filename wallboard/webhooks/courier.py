"""Sends what is due. One task a hook: one that does not answer holds up nobody else."""

from __future__ import annotations

import asyncio
import logging

import httpx
import msgspec
from sqlalchemy.exc import SQLAlchemyError

from wallboard.language import _, speak
from wallboard.services import Services
from wallboard.store.tables import Delivery, Forgotten, Webhook
from wallboard.webhooks import addresses, hooks, outbox, signing
from wallboard.webhooks.recall import call_back, note_told

log = logging.getLogger(__name__)

TIMEOUT_S = 10.0
POLL_S = 0.5
ROUND = 50
"""Messages to one hook before the others have their turn to be looked at again."""
ANSWER_BYTES = 300
USER_AGENT = "hardstop-wallboard"


class _Message(msgspec.Struct, frozen=True):
    delivery_id: str
    call_id: str | None
    url: str
    secret: str
    body: bytes
    withheld: bool


class _Outcome(msgspec.Struct, frozen=True):
    arrived: bool
    answer: str
    final: bool = False
    gone: bool = False
    """Whether the receiver wants nothing more, ever."""


class Courier:
    """Spreads the feed over the hooks and sends. Raises SettingsError for networks that are none.

    `run` until cancelled, beside the web server and in one process alone.
    """

    def __init__(self, services: Services) -> None:
        self._services = services
        self._allowed = addresses.networks(services.settings.webhook_networks)
        self._language = services.settings.of_the_house()
        self._tasks: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """Until cancelled. Trouble with the database is logged and tried again."""
        try:
            while True:
                try:
                    await self.round()
                except SQLAlchemyError as error:
                    log.warning("webhooks: the database fails: %s", type(error).__name__)
                await asyncio.sleep(POLL_S)
        finally:
            for task in self._tasks.values():
                task.cancel()
            await asyncio.gather(*self._tasks.values(), return_exceptions=True)

    async def round(self, *, wait: bool = False) -> None:
        """Look once for what is new and due, and begin to send it; `wait` until it has been."""
        speak(self._language)
        due = await asyncio.to_thread(self._look)
        self._tasks = {hook: task for hook, task in self._tasks.items() if not task.done()}
        for hook in due:
            if hook not in self._tasks:
                self._tasks[hook] = asyncio.create_task(self._serve(hook), name=f"webhook {hook}")
        if wait:
            await asyncio.gather(*self._tasks.values())

    def _look(self) -> list[str]:
        services, now = self._services, self._services.clock()
        with services.sessions.begin() as db:
            outbox.spread(db, now, services.settings.base_url)
        with services.sessions() as db:
            return outbox.hooks_due(db, now)

    async def _serve(self, webhook_id: str) -> None:
        try:
            for message in await asyncio.to_thread(self._due, webhook_id):
                outcome = await self._try(message)
                await asyncio.to_thread(self._settle, message.delivery_id, message.call_id, outcome)
                if outcome.gone:
                    await asyncio.to_thread(self._pause, webhook_id, message.url)
                    break
        except SQLAlchemyError as error:
            log.warning("webhook %s: the database fails: %s", webhook_id, type(error).__name__)

    def _due(self, webhook_id: str) -> list[_Message]:
        with self._services.sessions.begin() as db:
            hook = db.get(Webhook, webhook_id)
            if hook is None or not hook.active:
                return []
            now = self._services.clock()
            messages = [
                _Message(
                    delivery_id=delivery.delivery_id,
                    call_id=delivery.call_id,
                    url=hook.url,
                    secret=hook.secret,
                    body=msgspec.json.encode(delivery.body),
                    withheld=outbox.withheld(db, delivery),
                )
                for delivery in outbox.due(db, now, webhook_id, ROUND)
            ]
            sent = [message.call_id for message in messages if not message.withheld]
            note_told(db, webhook_id, sent, now)
            return messages

    def _settle(self, delivery_id: str, call_id: str | None, outcome: _Outcome) -> None:
        with self._services.sessions.begin() as db:
            delivery = db.get(Delivery, delivery_id)
            if delivery is None and call_id is not None:
                # Gone while it was under way: perhaps because the call is forgotten.
                gone = db.get(Forgotten, call_id)
                if gone is not None:
                    call_back(db, call_id, asked=gone.asked)
            if delivery is not None and delivery.state == outbox.WAITING:
                outbox.settle(
                    delivery,
                    self._services.clock(),
                    arrived=outcome.arrived,
                    answer=outcome.answer,
                    final=outcome.final,
                )

    def _pause(self, webhook_id: str, url: str) -> None:
        with self._services.sessions.begin() as db:
            hook = db.get(Webhook, webhook_id)
            if hook is not None and hooks.pause_gone(db, hook, url, self._services.clock()):
                log.warning("webhook %s: its receiver is gone (410); it is paused", webhook_id)

    async def _try(self, message: _Message) -> _Outcome:
        if message.withheld:
            return _Outcome(False, _("withheld: it has become restricted"), final=True)
        try:
            async with asyncio.timeout(TIMEOUT_S):
                return await self._send(message)
        except TimeoutError:
            return _Outcome(False, _("no answer within %(seconds)s s", seconds=round(TIMEOUT_S)))
        except addresses.Forbidden as error:
            return _Outcome(False, str(error), final=True)
        except (httpx.HTTPError, OSError) as error:
            return _Outcome(False, _("cannot be reached: %(why)s", why=type(error).__name__))
        except (httpx.InvalidURL, ValueError) as error:
            return _Outcome(
                False, _("cannot be sent: %(why)s", why=type(error).__name__), final=True
            )

    async def _send(self, message: _Message) -> _Outcome:
        parts = addresses.checked_url(message.url)
        host = (parts.hostname or "").encode("idna").decode()
        named = f"[{host}]" if ":" in host else host
        port = parts.port or (443 if parts.scheme == "https" else 80)
        address = await addresses.resolve(host, port, self._allowed)
        seconds = self._services.clock() // 1000
        headers = {
            **signing.headers(message.secret, message.delivery_id, seconds, message.body),
            "host": named if parts.port is None else f"{named}:{parts.port}",
            "content-type": "application/json",
            "user-agent": USER_AGENT,
        }
        url = httpx.URL(message.url).copy_with(host=address)
        # No proxy of the environment, no redirect: both lead where nobody has looked.
        async with (
            httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=TIMEOUT_S) as client,
            client.stream(
                "POST",
                url,
                content=message.body,
                headers=headers,
                # The certificate is that of the name, not of the address.
                extensions={"sni_hostname": host},
            ) as response,
        ):
            text = await _beginning(response)
        answer = f"{response.status_code} {text}".strip()
        if response.status_code == httpx.codes.GONE:
            return _Outcome(False, answer, final=True, gone=True)
        return _Outcome(response.is_success, answer)


async def _beginning(response: httpx.Response) -> str:
    """The first bytes of an answer, for the one who looks why it failed."""
    read = b""
    async for piece in response.aiter_raw(ANSWER_BYTES):
        read += piece
        if len(read) >= ANSWER_BYTES:
            break
    text = read[:ANSWER_BYTES].decode("utf-8", "replace")
    return "".join(char if char.isprintable() else " " for char in text).strip()
