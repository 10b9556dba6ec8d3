"""Cookies that scripts cannot read, set so that *My call* also works inside an agent's desktop."""

from __future__ import annotations

from fastapi import Response

from wallboard.settings import WallboardSettings


def put(
    response: Response,
    settings: WallboardSettings,
    name: str,
    value: str,
    *,
    max_age: int | None = None,
    path: str = "/",
) -> None:
    """Set a cookie; `max_age` in seconds, None: until the browser is closed. Within a frame of
    another site (`settings.is_embedded`) a browser sends only what is SameSite=None, and keeps it
    apart for each such site (CHIPS); changes are guarded by the CSRF token either way."""
    response.set_cookie(
        name,
        value,
        max_age=max_age,
        path=path,
        httponly=True,
        samesite="none" if settings.is_embedded else "lax",
        secure=settings.is_secure,
    )
    if settings.is_embedded:
        # The standard library writes this attribute from Python 3.14 on.
        key, header = response.raw_headers[-1]
        response.raw_headers[-1] = (key, header + b"; Partitioned")


def drop(response: Response, settings: WallboardSettings, name: str, path: str = "/") -> None:
    """Take a cookie away."""
    put(response, settings, name, "", max_age=0, path=path)
