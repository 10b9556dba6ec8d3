"""The board: /board, /board?wall=1 and its JSON."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Query, Request
from fastapi.responses import HTMLResponse, RedirectResponse

from wallboard.access import Role, before_a_room
from wallboard.auth.audit import POLLED_MS, Looks
from wallboard.auth.gate import SignedIn
from wallboard.pages import page
from wallboard.services import Database, ServicesOf
from wallboard.views.board import board

router = APIRouter()


@router.get("/", include_in_schema=False)
def front(viewer: SignedIn) -> RedirectResponse:
    """Where somebody begins: agents on their call, all others on the board."""
    return RedirectResponse("/my-call" if viewer.role is Role.AGENT else "/board", status_code=303)


@router.get("/board", response_class=HTMLResponse, include_in_schema=False)
def board_page(
    request: Request,
    viewer: SignedIn,
    services: ServicesOf,
    db: Database,
    looked_at: Looks,
    wall: Annotated[bool, Query()] = False,
) -> HTMLResponse:
    """Open alerts, the most urgent first. On a wall nothing is sent that is for one desk alone."""
    found = board(db, services.policy, before_a_room(viewer, wall), services.clock())
    looked_at("board", "wall" if wall else "board", POLLED_MS)
    return page(
        request, services, "board.html", viewer=viewer, active="board", state=found, wall=wall
    )


@router.get("/api/board")
def board_json(
    viewer: SignedIn,
    services: ServicesOf,
    db: Database,
    looked_at: Looks,
    wall: Annotated[bool, Query(description="Without what is for one desk alone.")] = False,
) -> dict[str, Any]:
    """Open alerts with their routes and calls, at feed number `number`: go on from there with
    /api/stream?after=."""
    found = board(db, services.policy, before_a_room(viewer, wall), services.clock())
    looked_at("board", "wall" if wall else "board", POLLED_MS)
    built: dict[str, Any] = msgspec.to_builtins(found)
    return built
