"""POST /api/actions: what a person does. It has taken effect when the stream's `deed` says so."""

from __future__ import annotations

import asyncio
from typing import Any

import msgspec
from fastapi import APIRouter, HTTPException, Request
from fastapi.responses import JSONResponse

from stream.events import Action
from wallboard.access import Viewer
from wallboard.actions import Denied, Incomplete, Missing, Wish, action_of
from wallboard.auth.once import viewer_now
from wallboard.intake.arrival import plain
from wallboard.intake.deeds import deed_body
from wallboard.language import _
from wallboard.services import NotSent, Services, ServicesOf
from wallboard.store.feeding import Seen, seen_of, take_turn
from wallboard.store.tables import Deed

router = APIRouter()

MOST_BYTES = 32_000
_wishes = msgspec.json.Decoder(Wish)
_BODY = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {"schema": msgspec.json.schema(Wish) | {"$id": "urn:hardstop:wish"}}
        },
    }
}


@router.post("/api/actions", status_code=202, openapi_extra=_BODY)
async def act(request: Request, services: ServicesOf) -> JSONResponse:
    """Do something: acknowledge, claim, resolve, …; answered with 202 and its `action_id`.

    The same `action_id` sent again does nothing twice. 400: it lacks something; 403: it is not
    yours to do; 404: what it is about is not there; 409: the id was used for something else; 503:
    Kafka is away, try again with the same id.
    """
    wish = await _wish(request)
    viewer = await asyncio.to_thread(viewer_now, request, services)
    action, known = await asyncio.to_thread(_noted, services, viewer, wish)
    if known is None or known["applied"] is None:
        # Also again: between a crash and its repeat nobody knows whether the broker had it, and
        # workers do an action once, however often they read it.
        try:
            await services.publish(action)
        except NotSent as error:
            services.counts.add("actions", "not_sent")
            raise HTTPException(503, _("the message did not get through; try again")) from error
        services.counts.add("actions", "sent")
    return JSONResponse(known or {"action_id": action.action_id, "applied": None}, 202)


@router.get("/api/actions/{action_id}")
async def verdict(action_id: str, request: Request, services: ServicesOf) -> JSONResponse:
    """What became of something that one has done: `applied` is null while nobody has answered."""
    viewer = await asyncio.to_thread(viewer_now, request, services)

    def find() -> dict[str, Any] | None:
        with services.sessions() as db:
            row = db.get(Deed, action_id)
            return deed_body(row) if row is not None and row.user_id == viewer.id else None

    found = await asyncio.to_thread(find)
    if found is None:
        raise HTTPException(404, _("you have done nothing of this id"))
    return JSONResponse(found)


async def _wish(request: Request) -> Wish:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise HTTPException(413, _("an action has at most %(count)s bytes", count=MOST_BYTES))
    try:
        return _wishes.decode(bytes(body))
    except (msgspec.ValidationError, msgspec.DecodeError) as error:
        raise HTTPException(400, str(error)) from error


def _noted(services: Services, viewer: Viewer, wish: Wish) -> tuple[Action, dict[str, Any] | None]:
    """The action, kept before it is sent: its verdict may be there at once. With it, what is known
    of an earlier one of this id."""
    now = services.clock()
    with services.sessions.begin() as db:
        take_turn(db)
        try:
            action, thing, _trigger = action_of(db, viewer, wish, now)
        except Denied as error:
            raise HTTPException(403, str(error)) from error
        except Missing as error:
            raise HTTPException(404, str(error)) from error
        except Incomplete as error:
            raise HTTPException(400, str(error)) from error
        known = db.get(Deed, wish.action_id)
        if known is not None:
            if known.user_id != viewer.id or not _same(known.body, action):
                raise HTTPException(409, _("this action_id was used for something else"))
            return msgspec.convert(known.body, Action), deed_body(known)
        db.add(
            Deed(
                action_id=wish.action_id,
                call_id=wish.call_id,
                user_id=viewer.id,
                action=wish.action.value,
                sent_at=now,
                body=plain(action),
                **_columns(seen_of(thing, getattr(thing, "mode", "live"))),
            )
        )
        return action, None


def _same(before: dict[str, Any], action: Action) -> bool:
    return {**before, "at": None} == {**plain(action), "at": None}


def _columns(seen: Seen) -> dict[str, Any]:
    return {name: getattr(seen, name) for name in Seen.__struct_fields__}
