"""What somebody sees who may not, and the line about it in the audit log."""

from __future__ import annotations

import logging
from http import HTTPStatus
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import JSONResponse, RedirectResponse
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException

from wallboard.auth.audit import What, address_of, note
from wallboard.language import _, named
from wallboard.pages import page
from wallboard.services import Services
from wallboard.store.tables import Audit

log = logging.getLogger(__name__)

AGAIN_MS = 60_000
"""Who knocks without end fills one line a minute, not the disk."""


def wants_page(request: Request) -> bool:
    """Whether a person looks, rather than a program."""
    api = request.url.path.startswith("/api/")
    return not api and "text/html" in request.headers.get("accept", "")


async def sign_in_needed(request: Request, error: Exception) -> Response:
    """A page sends to the sign-in and remembers whither; the API answers 401."""
    if wants_page(request):
        path = request.url.path
        if request.method == "GET" and request.url.query:
            path = f"{path}?{request.url.query}"
        way = f"?next={quote(path, safe='')}" if request.method == "GET" else ""
        return RedirectResponse(f"/sign-in{way}", status_code=303)
    return JSONResponse(
        {"detail": _("sign in, or send a token")}, 401, headers={"www-authenticate": "Bearer"}
    )


async def http_error(request: Request, error: Exception) -> Response:
    """An answer that is none: as a page for people, as JSON for programs; 403 is remembered."""
    assert isinstance(error, HTTPException)
    if error.status_code in (401, 403):
        await run_in_threadpool(_remember, request)
    if not wants_page(request):
        return JSONResponse({"detail": error.detail}, error.status_code, headers=error.headers)
    services: Services = request.app.state.services
    status = HTTPStatus(error.status_code)
    title = named("http", status.name.lower())
    # Without a reason the framework repeats the phrase.
    detail = title if error.detail == status.phrase else str(error.detail)
    response = page(
        request,
        services,
        "refused.html",
        status=error.status_code,
        title=title,
        detail=detail,
    )
    response.headers.update(error.headers or {})
    return response


def _remember(request: Request) -> None:
    services: Services = request.app.state.services
    who = getattr(request.state, "viewer_id", None)
    where = f"{request.method} {request.url.path}"
    address, now = address_of(request), services.clock()
    recent = select(Audit.number).where(
        Audit.what == What.REFUSED.value,
        Audit.user_id == who if who else Audit.user_id.is_(None),
        Audit.ref == where[:300] if who else Audit.address == address,
        Audit.at > now - AGAIN_MS,
    )
    try:
        with services.sessions.begin() as db:
            if db.scalar(recent.limit(1)) is None:
                note(db, now, What.REFUSED, user_id=who, ref=where, address=address)
    except SQLAlchemyError as failure:
        log.warning("a refusal could not be written down: %s", type(failure).__name__)
