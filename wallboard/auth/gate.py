"""Nobody passes without a session or a token. `SignedIn` is what a route asks for."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from typing import Annotated

from fastapi import Depends, HTTPException, Request
from sqlalchemy import select
from sqlalchemy.orm import Session as Db

from wallboard.access import Role, Scope, Viewer, may_administer
from wallboard.language import _, mark
from wallboard.services import Database, ServicesOf
from wallboard.store.tables import Session, Token, User

COOKIE = "hardstop_session"
CSRF_HEADER = "x-hardstop-csrf"
"""Sent by the page's scripts with every change; forms send the field `csrf`."""
CSRF_FIELD = "csrf"
SAFE = ("GET", "HEAD")
FORMS = ("application/x-www-form-urlencoded", "multipart/form-data")
FORM_BYTES = 64 * 1024
API = "/api/"
STREAM = "/api/stream"
NO_SCOPE = mark("this token has no scope '%(scope)s'")
LATER_MS = 60_000
"""How old `seen_at` may grow before it is written again."""


class SignInNeeded(Exception):
    """Nobody is signed in: a page sends to the sign-in, the API answers 401."""


def digest(secret: str) -> str:
    """What is kept of a cookie's or a token's secret."""
    return hashlib.sha256(secret.encode()).hexdigest()


def signed_in(request: Request, services: ServicesOf, db: Database) -> Viewer:
    """Who asks. Raises SignInNeeded; 403 for a change without the session's CSRF token, and for
    what a token has no scope for. As a dependency take `SignedIn`, which reads forms too."""
    now = services.clock()
    bearer = request.headers.get("authorization", "")
    if bearer.lower().startswith("bearer "):
        viewer = _service(db, bearer[7:].strip(), now)
        request.state.viewer_id = viewer.id
        _in_scope(viewer, request)
        return viewer
    secret = request.cookies.get(COOKIE)
    found = db.get(Session, digest(secret)) if secret else None
    user = db.get(User, found.user_id) if found is not None else None
    if found is None or user is None or found.expires_at <= now or not user.active:
        raise SignInNeeded
    request.state.viewer_id = user.user_id
    if request.method not in SAFE and not _meant(request, found.csrf):
        raise HTTPException(403, _("the page is too old: reload it and try again"))
    request.state.csrf = found.csrf
    request.state.session = found.digest
    request.state.preferences = user.settings
    if now - found.seen_at > LATER_MS:
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


def preferences_of(request: Request) -> Mapping[str, object]:
    """What the one who is signed in has chosen (theme, sound); empty for tokens and strangers."""
    chosen: Mapping[str, object] = getattr(request.state, "preferences", None) or {}
    return chosen


def scope_for(method: str, path: str) -> Scope | None:
    """What a token needs for a request; None where tokens do not lead at all."""
    if path == STREAM:
        return Scope.STREAM
    if not path.startswith(API):
        return None
    return Scope.READ if method in SAFE else Scope.ACT


def _in_scope(viewer: Viewer, request: Request) -> None:
    needed = scope_for(request.method, request.url.path)
    if needed is None:
        raise HTTPException(403, _("tokens are for /api/ alone; pages need a sign-in"))
    if needed not in viewer.scopes:
        raise HTTPException(403, _(NO_SCOPE, scope=needed.value))


def _service(db: Db, secret: str, now: int) -> Viewer:
    token = db.scalar(select(Token).where(Token.digest == digest(secret)))
    over = token is None or token.revoked_at is not None
    if token is None or over or (token.expires_at is not None and token.expires_at <= now):
        raise HTTPException(401, _("this token is unknown, expired or revoked"))
    return Viewer(
        id=f"token:{token.token_id}",
        name=token.name,
        role=Role.SERVICE,
        queues=tuple(token.queues),
        scopes=tuple(Scope(scope) for scope in token.scopes),
    )


async def form_field(request: Request) -> None:
    """Reads the hidden field of a form, where a form was sent."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if request.method in SAFE or kind not in FORMS:
        return
    if int(request.headers.get("content-length", "0") or "0") > FORM_BYTES:
        raise HTTPException(413, _("this form is too large"))
    form = await request.form(max_files=0, max_fields=500)
    value = form.get(CSRF_FIELD)
    request.state.csrf_given = value if isinstance(value, str) else ""


def same(given: str, expected: str) -> bool:
    """Whether two secrets are equal, in a time that does not tell how nearly."""
    return hmac.compare_digest(given.encode(), expected.encode())


def _meant(request: Request, csrf: str) -> bool:
    given = request.headers.get(CSRF_HEADER) or str(getattr(request.state, "csrf_given", ""))
    return same(given, csrf)


def _passed(
    request: Request, services: ServicesOf, db: Database, _: Annotated[None, Depends(form_field)]
) -> Viewer:
    return signed_in(request, services, db)


SignedIn = Annotated[Viewer, Depends(_passed)]


def _administers(viewer: SignedIn) -> Viewer:
    if not may_administer(viewer):
        raise HTTPException(403, _("this page is for administrators"))
    return viewer


Admin = Annotated[Viewer, Depends(_administers)]
"""For routes that run the system: users, tokens, webhooks, the audit log."""


def _person(viewer: SignedIn) -> Viewer:
    if viewer.role is Role.SERVICE:
        raise HTTPException(403, _("this is for people, not for tokens"))
    return viewer


Person = Annotated[Viewer, Depends(_person)]
