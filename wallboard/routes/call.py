"""The page of a call, its JSON, drafts on request, and lines to its agent."""

from __future__ import annotations

import uuid
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, HTTPException, Query, Request
from fastapi.responses import HTMLResponse
from pydantic import BaseModel, Field
from sqlalchemy.orm import Session

from wallboard.access import Role, Viewer, before_a_room, may_act
from wallboard.auth.audit import Looks
from wallboard.auth.gate import SignedIn
from wallboard.language import _, mark
from wallboard.pages import page
from wallboard.services import Database, ServicesOf
from wallboard.store.desks import desks_on
from wallboard.store.feeding import News, add_to_feed, seen_of, take_turn
from wallboard.store.tables import Call, Message
from wallboard.views.call import call_for, call_page, draft_for, may_draft, message_body
from wallboard.views.floor import earlier_of
from workflow.drafts.situation import Missing

router = APIRouter()

NOT_YOURS = mark("this call is not yours to see, or it is not known here")


class Line(BaseModel):
    """What somebody writes to the agent of a call. With an id of its own it can be sent again where
    no answer came, and is there once."""

    text: Annotated[str, Field(min_length=1, max_length=500)]
    message_id: Annotated[str, Field(pattern=r"^[A-Za-z0-9-]{16,64}$")] | None = None


@router.get("/calls/{call_id:path}", response_class=HTMLResponse, include_in_schema=False)
def call_html(
    call_id: str,
    request: Request,
    viewer: SignedIn,
    services: ServicesOf,
    db: Database,
    looked_at: Looks,
) -> HTMLResponse:
    """A call as it goes on."""
    found = call_page(db, services.policy, viewer, call_id, services.clock())
    if found is None:
        return page(request, services, "not_yours.html", viewer=viewer, active="", status=403)
    looked_at("call", call_id)
    return page(
        request,
        services,
        "call.html",
        viewer=viewer,
        active="board",
        state=found,
        forgotten=found.forgotten_at is not None,
    )


@router.get("/api/calls/{call_id:path}/earlier")
def earlier(
    call_id: str, viewer: SignedIn, db: Database, wall: Annotated[bool, Query()] = False
) -> dict[str, Any]:
    """How often this caller has called before, and what is owed to them."""
    viewer = before_a_room(viewer, wall)
    built: dict[str, Any] = msgspec.to_builtins(earlier_of(db, viewer, _call(db, viewer, call_id)))
    return built


@router.get("/api/calls/{call_id:path}")
def call_json(
    call_id: str, viewer: SignedIn, services: ServicesOf, db: Database, looked_at: Looks
) -> dict[str, Any]:
    """A call at feed number `number`: go on from there with /api/stream?after=&call=."""
    found = call_page(db, services.policy, viewer, call_id, services.clock())
    if found is None:
        raise HTTPException(403, _(NOT_YOURS))
    looked_at("call", call_id)
    built: dict[str, Any] = msgspec.to_builtins(found)
    return built


@router.post("/api/calls/{call_id:path}/draft")
def draft(
    call_id: str, viewer: SignedIn, services: ServicesOf, db: Database, looked_at: Looks
) -> dict[str, Any]:
    """A draft of an answer, from the final words so far. It is nowhere kept."""
    call = _call(db, viewer, call_id)
    if not may_draft(viewer, call):
        raise HTTPException(403, _("nothing is drafted from a restricted call"))
    made = draft_for(db, services.policy, viewer, call)
    if isinstance(made, Missing):
        raise HTTPException(409, made.message)
    looked_at("call", call_id)
    built: dict[str, Any] = msgspec.to_builtins(made)
    return built


@router.post("/api/calls/{call_id:path}/messages", status_code=201)
def write(
    call_id: str, line: Line, viewer: SignedIn, services: ServicesOf, db: Database
) -> dict[str, Any]:
    """A line to the agent, who sees it on *My call*."""
    call = _call(db, viewer, call_id)
    on = desks_on(db, [call_id], among=viewer.desks)[call_id]
    desks = on.of_call(call.handling)
    if not may_act(viewer, call, trigger=call.trigger, desks=desks, owners=on.owners):
        raise HTTPException(403, _("your role does not write to agents"))
    text = line.text.replace("\0", " ").strip()
    if not text:
        raise HTTPException(400, _("the message is empty"))
    now = services.clock()
    take_turn(db)
    message_id = line.message_id or str(uuid.uuid4())
    if (known := db.get(Message, message_id)) is not None:
        if (known.call_id, known.user_id, known.text) != (call_id, viewer.id, text):
            raise HTTPException(409, _("another message has this id"))
        return message_body(known)
    row = Message(
        message_id=message_id,
        call_id=call_id,
        user_id=viewer.id,
        name=viewer.name,
        text=text,
        at=now,
    )
    db.add(row)
    return _told(db, call, row, now)


@router.post("/api/messages/{message_id}/seen")
def seen(message_id: str, viewer: SignedIn, services: ServicesOf, db: Database) -> dict[str, Any]:
    """The agent has read a message."""
    row = db.get(Message, message_id)
    call = db.get(Call, row.call_id) if row is not None else None
    own = viewer.role is Role.AGENT and viewer.agent_id is not None
    if row is None or call is None or not own or call.agent_id != viewer.agent_id:
        raise HTTPException(403, _("this message is not for you"))
    if row.seen_at is not None:
        return message_body(row)
    take_turn(db)
    row.seen_at = services.clock()
    return _told(db, call, row, row.seen_at)


def _call(db: Session, viewer: Viewer, call_id: str) -> Call:
    found = call_for(db, viewer, call_id)
    if found is None:
        raise HTTPException(403, _(NOT_YOURS))
    return found


def _told(db: Session, call: Call, row: Message, at: int) -> dict[str, Any]:
    body = message_body(row)
    news = News(
        kind="message",
        ref=row.message_id,
        call_id=call.call_id,
        at=at,
        body=body,
        seen=seen_of(call, call.mode),
        trigger=call.trigger,
    )
    add_to_feed(db, [news])
    return body
