"""Forms for people who are not signed in yet: a cookie and a hidden field must agree.

Without it another site could sign a browser in as somebody else and watch what is then done.
"""

from __future__ import annotations

import secrets
from urllib.parse import urlsplit

from fastapi import Request, Response

from wallboard.auth import cookies
from wallboard.auth.gate import same
from wallboard.settings import WallboardSettings

COOKIE = "hardstop_form"
HOME = "/board"


def form_secret(request: Request) -> str:
    """What the hidden field holds: the cookie that is there, or a new one."""
    brought = request.cookies.get(COOKIE, "")
    return brought if 20 <= len(brought) <= 100 else secrets.token_urlsafe(24)


def remember(response: Response, settings: WallboardSettings, secret: str) -> None:
    """Set the cookie that goes with the field."""
    cookies.put(response, settings, COOKIE, secret)


def is_ours(request: Request, field: str) -> bool:
    """Whether a form was sent from our own page."""
    if request.headers.get("sec-fetch-site") == "cross-site":
        return False
    brought = request.cookies.get(COOKIE, "")
    return bool(brought) and same(field, brought)


def safe_next(path: str | None) -> str:
    """Where to go after the sign-in: a path of this site, or the board."""
    if not path or not path.startswith("/") or path.startswith(("//", "/\\", "/sign-")):
        return HOME
    if any(ord(char) < 0x20 or char == "\\" for char in path):
        return HOME
    parts = urlsplit(path)
    return HOME if parts.scheme or parts.netloc else path[:2000]
