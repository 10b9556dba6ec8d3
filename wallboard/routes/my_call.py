"""My call: /my-call, narrow, for the agent's own desktop, and its JSON."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from wallboard.auth.gate import SignedIn
from wallboard.pages import page
from wallboard.services import Database, ServicesOf
from wallboard.views.my_call import my_call

router = APIRouter()


@router.get("/my-call", response_class=HTMLResponse, include_in_schema=False)
def my_call_html(
    request: Request, viewer: SignedIn, services: ServicesOf, db: Database
) -> HTMLResponse:
    """What to say now, one hint at a time, and who can be asked for."""
    found = my_call(db, services.policy, viewer, services.clock())
    return page(request, services, "my_call.html", viewer=viewer, active="my-call", state=found)


@router.get("/api/my-call")
def my_call_json(viewer: SignedIn, services: ServicesOf, db: Database) -> dict[str, Any]:
    """The call that the agent who asks is on, at feed number `number`."""
    built: dict[str, Any] = msgspec.to_builtins(
        my_call(db, services.policy, viewer, services.clock())
    )
    return built
