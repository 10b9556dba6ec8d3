"""Administration of services: their tokens."""

from __future__ import annotations

from fastapi import APIRouter, HTTPException, Request, Response
from fastapi.responses import RedirectResponse
from sqlalchemy import select
from sqlalchemy.orm import Session as Db

from wallboard.access import Viewer
from wallboard.auth import tokens
from wallboard.auth.audit import What, address_of, note
from wallboard.auth.gate import Admin
from wallboard.dates import written
from wallboard.language import _
from wallboard.pages import page
from wallboard.routes.forms import Text, Texts, listed
from wallboard.services import Database, Services, ServicesOf
from wallboard.store.tables import Token

router = APIRouter(prefix="/admin/tokens", include_in_schema=False)


@router.get("")
def token_list(request: Request, services: ServicesOf, db: Database, viewer: Admin) -> Response:
    """The keys of services."""
    return _tokens_page(request, services, db, viewer)


@router.post("")
def make_token(
    request: Request,
    services: ServicesOf,
    db: Database,
    viewer: Admin,
    name: Text = "",
    scopes: Texts = None,
    queues: Text = "",
    days: Text = "",
) -> Response:
    """A new key, shown once."""
    try:
        if days.strip() and not days.strip().isdecimal():
            raise tokens.TokenError(_("days are a number, or nothing for a token without end"))
        token, secret = tokens.issue(
            db,
            name=name,
            scopes=scopes or (),
            queues=listed(queues),
            days=int(days) if days.strip() else None,
            created_by=viewer.id,
            now=services.clock(),
        )
    except tokens.TokenError as error:
        return _tokens_page(request, services, db, viewer, problem=str(error))
    _note(db, request, services, viewer, What.TOKEN_MADE, token.token_id)
    return _tokens_page(request, services, db, viewer, secret=secret)


@router.post("/{token_id}/revoke")
def revoke(
    request: Request, services: ServicesOf, db: Database, viewer: Admin, token_id: str
) -> Response:
    """The key opens nothing from now on."""
    token = db.get(Token, token_id)
    if token is None:
        raise HTTPException(404, _("there is no such token"))
    if token.revoked_at is None:
        token.revoked_at = services.clock()
        _note(db, request, services, viewer, What.TOKEN_REVOKED, token_id)
    return RedirectResponse("/admin/tokens", status_code=303)


def _note(
    db: Db, request: Request, services: Services, viewer: Viewer, what: What, ref: str
) -> None:
    note(db, services.clock(), what, user_id=viewer.id, ref=ref, address=address_of(request))


def _tokens_page(
    request: Request,
    services: Services,
    db: Db,
    viewer: Viewer,
    *,
    problem: str | None = None,
    secret: str | None = None,
) -> Response:
    return page(
        request,
        services,
        "admin_tokens.html",
        status=422 if problem else 200,
        viewer=viewer,
        when=written(viewer.time_zone),
        active="admin",
        tokens=list(db.scalars(select(Token).order_by(Token.created_at.desc()))),
        now=services.clock(),
        problem=problem,
        secret=secret,
    )
