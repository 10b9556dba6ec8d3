"""Nobody passes without a session or a token. `SignedIn` is what a route asks for."""

from __future__ import annotations

import hashlib
import hmac
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from sqlalchemy import select
from sqlalchemy.orm import Session as Db

from wallboard.access import Role, Scope, Viewer
from wallboard.services import Database, ServicesOf
from wallboard.store.tables import Session, Token, User

COOKIE = "hardstop_session"
CSRF_HEADER = "x-hardstop-csrf"
"""Sent by the page's scripts with every change; forms send the field `csrf`."""


class SignInNeeded(Exception):
    """Nobody is signed in: a page sends to the sign-in, the API answers 401."""


def digest(secret: str) -> str:
    """What is kept of a cookie's or a token's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def signed_in(request: Request, services: ServicesOf, db: Database) -> Viewer:
    """Who asks. Raises SignInNeeded; 403 for a change without the session's CSRF token."""
    now = services.clock()
    bearer = request.headers.get("authorization", "")
    if bearer.lower().startswith("bearer "):
        return _service(db, bearer[7:].strip(), now)
    secret = request.cookies.get(COOKIE)
    found = db.get(Session, digest(secret)) if secret else None
    user = db.get(User, found.user_id) if found is not None else None
    if found is None or user is None or found.expires_at <= now or not user.active:
        raise SignInNeeded
    if request.method not in ("GET", "HEAD") and not _meant(request, found.csrf):
        raise HTTPException(403, "the page is too old: reload it and try again")
    request.state.csrf = found.csrf
    if now - found.seen_at > 60_000:
        found.seen_at = now
    return viewer_of(user)


def viewer_of(user: User) -> Viewer:
    """A user as one who looks."""
    return Viewer(
        id=user.user_id,
        name=user.name,
        role=Role(user.role),
        desks=tuple(user.desks),
        queues=tuple(user.queues),
        teams=tuple(user.teams),
        agent_id=user.agent_id,
        time_zone=user.time_zone,
    )


def _service(db: Db, secret: str, now: int) -> Viewer:
    token = db.scalar(select(Token).where(Token.digest == digest(secret)))
    over = token is None or token.revoked_at is not None
    if token is None or over or (token.expires_at is not None and token.expires_at <= now):
        raise HTTPException(401, "this token is unknown, expired or revoked")
    return Viewer(
        id=f"token:{token.token_id}",
        name=token.name,
        role=Role.SERVICE,
        queues=tuple(token.queues),
        scopes=tuple(Scope(scope) for scope in token.scopes),
    )


def _meant(request: Request, csrf: str) -> bool:
    given = request.headers.get(CSRF_HEADER, "")
    return hmac.compare_digest(given, csrf)


SignedIn = Annotated[Viewer, Depends(signed_in)]
