"""GET /api/stream: what changes, as it changes (server-sent events).

`id` is the number of the feed; with Last-Event-ID, or ?after=, nothing is missed and nothing comes
twice. `reset` says that this cannot be promised any more: load what you show anew.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from typing import Annotated

from fastapi import APIRouter, Header, HTTPException, Query, Request
from fastapi.responses import StreamingResponse
from sqlalchemy.exc import SQLAlchemyError

from wallboard.access import Role, Scope, Viewer, before_a_room, reads_words
from wallboard.audience import KINDS, TURN, may_hear
from wallboard.auth.audit import POLLED_MS, address_of, look
from wallboard.auth.gate import NO_SCOPE, SignInNeeded
from wallboard.auth.once import viewer_now
from wallboard.hub import Item, can_resume, frame, newest
from wallboard.hub import after as rows_after
from wallboard.language import _
from wallboard.services import Services, ServicesOf
from wallboard.store.tables import Call

log = logging.getLogger(__name__)
router = APIRouter()

HEARTBEAT_S = 10.0
FRESH_S = 5.0
CHECK_S = 30.0
"""How long a stream may outlive the session that opened it."""
RETRY_MS = 2_000
"""How soon a browser comes back when the stream has ended."""


@router.get("/api/stream", response_class=StreamingResponse)
async def stream(
    request: Request,
    services: ServicesOf,
    after: Annotated[int | None, Query(ge=0, description="Begin after this number.")] = None,
    kinds: Annotated[str | None, Query(description="Only these kinds, with commas.")] = None,
    call: Annotated[str | None, Query(description="Only what is about this call.")] = None,
    wall: Annotated[bool, Query(description="Without what is for one desk alone.")] = False,
    last_event_id: Annotated[str | None, Header()] = None,
) -> StreamingResponse:
    """What changes and the viewer may see. Events: alert, guidance, route, callback, turn, hint,
    note, deed, call, complaint, entry, message; and `hello`, `fresh`, `reset`, `signed_out`."""
    viewer = await asyncio.to_thread(viewer_now, request, services)
    if viewer.role is Role.SERVICE and Scope.STREAM not in viewer.scopes:
        raise HTTPException(403, _(NO_SCOPE, scope=Scope.STREAM.value))
    wanted = frozenset(kinds.split(",")) if kinds else KINDS
    if unknown := wanted - KINDS:
        known = ", ".join(sorted(KINDS))
        raise HTTPException(
            400, _("no kind '%(kind)s'; kinds are %(known)s", kind=min(unknown), known=known)
        )
    if last_event_id is not None and last_event_id.isdecimal() and len(last_event_id) < 19:
        after = int(last_event_id)
    await asyncio.to_thread(_note, request, services, viewer, call)
    room = before_a_room(viewer, wall)
    body = _Stream(request, services, room, wanted, call).events(after)
    headers = {"x-accel-buffering": "no"}
    return StreamingResponse(body, media_type="text/event-stream", headers=headers)


def _note(request: Request, services: Services, viewer: Viewer, call: str | None) -> None:
    """Who follows what. Of what was asked for, only an id that is known is written down."""
    address = address_of(request)
    with services.sessions.begin() as db:
        ref = call if call is not None and db.get(Call, call) is not None else "floor"
        now = services.clock()
        look(db, now, viewer, "stream", ref, address=address, again_ms=POLLED_MS)


class _Stream:
    def __init__(
        self,
        request: Request,
        services: Services,
        viewer: Viewer,
        wanted: frozenset[str],
        call: str | None,
    ) -> None:
        self._request = request
        self._services = services
        self._viewer = viewer
        self._wanted = wanted
        self._call = call
        self._checked = self._told_fresh = self._beat = time.monotonic()

    async def events(self, number: int | None) -> AsyncIterator[bytes]:
        """The stream from after `number`, or from now on."""
        hub, sessions = self._services.hub, self._services.sessions
        with hub.subscribed() as subscriber:
            reached = await hub.start(sessions)
            yield b"retry: %d\n\n" % RETRY_MS
            if number is not None and not await self._resumable(number):
                number = await asyncio.to_thread(newest, sessions)
                yield frame("reset", {"number": number}, number)
            elif number is None:
                number = reached
            yield frame("hello", {"number": number}, number)
            yield self._fresh()
            while number < reached:
                items = await asyncio.to_thread(rows_after, sessions, number, reached, self._call)
                if not items:
                    break
                number = items[-1].number
                if sent := self._sent(items):
                    yield sent
            number = max(number, reached)
            while not subscriber.ended:
                items = await subscriber.take(1.0)
                new = [item for item in items if item.number > number]
                if new:
                    number = new[-1].number
                if sent := self._sent(new):
                    yield sent
                if beat := self._heartbeat():
                    yield beat
                if not await self._still_in():
                    yield frame("signed_out", {})
                    return

    def _sent(self, items: list[Item]) -> bytes:
        ours = [item for item in items if self._is_for_us(item)]
        return b"".join(item.frame if reads_words(self._viewer) else item.bare for item in ours)

    def _is_for_us(self, item: Item) -> bool:
        if item.kind not in self._wanted or self._call not in (None, item.call_id):
            return False
        return may_hear(self._viewer, item)

    async def _resumable(self, number: int) -> bool:
        return await asyncio.to_thread(
            can_resume,
            self._services.sessions,
            number,
            self._services.clock(),
            with_turns=TURN in self._wanted,
        )

    def _heartbeat(self) -> bytes:
        now, beat = time.monotonic(), b""
        if now - self._beat >= HEARTBEAT_S:
            self._beat = now
            beat = b": here\n\n"
        if now - self._told_fresh >= FRESH_S:
            beat += self._fresh()
        return beat

    def _fresh(self) -> bytes:
        self._told_fresh = time.monotonic()
        return frame("fresh", self._services.freshness.told(self._services.clock()))

    async def _still_in(self) -> bool:
        if time.monotonic() - self._checked < CHECK_S:
            return True
        self._checked = time.monotonic()
        try:
            viewer = await asyncio.to_thread(viewer_now, self._request, self._services)
            self._viewer = before_a_room(viewer, self._viewer.on_a_wall)
        except (SignInNeeded, HTTPException):
            return False
        except SQLAlchemyError as error:
            log.warning("a session cannot be checked: %s", type(error).__name__)
        return True
