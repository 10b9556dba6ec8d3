"""The web service, put together."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from pathlib import Path

from fastapi import FastAPI, Request, Response
from fastapi.staticfiles import StaticFiles

from wallboard.auth.setup import install
from wallboard.services import Services

STATIC = Path(__file__).parent / "static"

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "manifest-src 'self'; media-src 'self'"
)
"""No inline scripts or styles: what a caller says cannot run, wherever it ends up."""


def create_app(services: Services) -> FastAPI:
    """The app. What runs beside it (intake, webhooks) is started by `wallboard.serving`."""
    app = FastAPI(title="hardstop wallboard", docs_url=None, redoc_url=None)
    app.state.services = services
    app.mount("/static", StaticFiles(directory=STATIC), name="static")
    install(app, services)

    @app.middleware("http")
    async def careful(
        request: Request, call_next: Callable[[Request], Awaitable[Response]]
    ) -> Response:
        response = await call_next(request)
        embedded = request.url.path.startswith("/my-call")
        ancestors = (services.settings.frame_ancestors or "'none'") if embedded else "'none'"
        headers = response.headers
        headers["content-security-policy"] = f"{POLICY}; frame-ancestors {ancestors}"
        headers["x-content-type-options"] = "nosniff"
        headers["referrer-policy"] = "no-referrer"
        headers["permissions-policy"] = "camera=(), microphone=(), geolocation=()"
        if not request.url.path.startswith("/static"):
            headers["cache-control"] = "no-store"
        if services.settings.is_secure:
            headers["strict-transport-security"] = "max-age=31536000"
        return response

    return app
