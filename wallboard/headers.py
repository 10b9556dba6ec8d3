"""Headers on every answer: nothing inline runs, nothing is framed, nothing is kept."""

from __future__ import annotations

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from wallboard.settings import WallboardSettings

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "manifest-src 'self'; media-src 'self'"
)
"""No inline scripts or styles: what a caller says cannot run, wherever it ends up."""

EMBEDDED = ("/my-call", "/sign-in")
"""What desktops named in `frame_ancestors` may embed: the page, and the way into it."""


class Careful:
    """The headers, put on as an answer begins. Plain ASGI: what is streamed passes untouched, and
    who listens is told when the other side has gone."""

    def __init__(self, app: ASGIApp, settings: WallboardSettings) -> None:
        self._app = app
        self._settings = settings

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        path: str = scope["path"]

        async def careful(message: Message) -> None:
            if message["type"] == "http.response.start":
                self._add(MutableHeaders(scope=message), path)
            await send(message)

        await self._app(scope, receive, careful)

    def _add(self, headers: MutableHeaders, path: str) -> None:
        embedded = path.startswith(EMBEDDED)
        # A comma would begin another policy.
        allowed = self._settings.frame_ancestors.replace(",", " ")
        ancestors = (allowed or "'none'") if embedded else "'none'"
        headers["content-security-policy"] = f"{POLICY}; frame-ancestors {ancestors}"
        headers["x-content-type-options"] = "nosniff"
        headers["referrer-policy"] = "no-referrer"
        headers["permissions-policy"] = "camera=(), microphone=(), geolocation=()"
        # Scripts and styles are asked for anew, by ETag: an old one would not fit a new page.
        headers["cache-control"] = "no-cache" if path.startswith("/static") else "no-store"
        if self._settings.is_secure:
            headers["strict-transport-security"] = "max-age=31536000"
