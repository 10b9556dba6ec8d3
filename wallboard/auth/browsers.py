"""Sessions of browsers: begun, ended, and the cookie that stands for them."""

from __future__ import annotations

import secrets

from fastapi import Request, Response
from sqlalchemy import delete, select
from sqlalchemy.orm import Session as Db

from wallboard.auth import cookies
from wallboard.auth.audit import address_of
from wallboard.auth.gate import COOKIE, digest
from wallboard.pages import THEME_COOKIE
from wallboard.services import Services
from wallboard.settings import WallboardSettings
from wallboard.store.tables import Session, User

HOUR = 3_600_000


def begin(db: Db, request: Request, services: Services, user: User) -> str:
    """Begin a session and return its secret for the cookie. The one that the browser brought ends,
    so that nobody can plant a session and use it after the sign-in."""
    now = services.clock()
    db.execute(delete(Session).where(Session.expires_at <= now))
    if brought := request.cookies.get(COOKIE):
        db.execute(delete(Session).where(Session.digest == digest(brought)))
    secret = secrets.token_urlsafe(32)
    db.add(
        Session(
            digest=digest(secret),
            user_id=user.user_id,
            csrf=secrets.token_urlsafe(32),
            created_at=now,
            seen_at=now,
            expires_at=now + services.settings.session_hours * HOUR,
            address=address_of(request),
            device=request.headers.get("user-agent", "")[:200] or None,
        )
    )
    return secret


def end_all(db: Db, user_id: str, *, but: str | None = None) -> None:
    """End every session of a user, except the one whose digest is `but`."""
    query = delete(Session).where(Session.user_id == user_id)
    db.execute(query if but is None else query.where(Session.digest != but))


def of_user(db: Db, user_id: str, now: int) -> list[Session]:
    """A user's sessions, the newest first."""
    query = select(Session).where(Session.user_id == user_id, Session.expires_at > now)
    return list(db.scalars(query.order_by(Session.seen_at.desc())))


def set_cookie(response: Response, settings: WallboardSettings, secret: str) -> None:
    """Hand the secret to the browser."""
    cookies.put(response, settings, COOKIE, secret, max_age=settings.session_hours * 3600)


def clear_cookie(response: Response, settings: WallboardSettings) -> None:
    """Take the cookie away."""
    cookies.drop(response, settings, COOKIE)


def set_theme(response: Response, settings: WallboardSettings, theme: str) -> None:
    """Let pages be light or dark from the first moment; anything else: as the browser likes."""
    if theme in ("light", "dark"):
        response.set_cookie(
            THEME_COOKIE,
            theme,
            max_age=365 * 24 * 3600,
            path="/",
            samesite="lax",
            secure=settings.is_secure,
        )
    else:
        response.delete_cookie(THEME_COOKIE, path="/")
