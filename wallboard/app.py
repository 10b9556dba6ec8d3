"""The web service, put together."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from wallboard.auth.setup import install
from wallboard.headers import Careful
from wallboard.language import Answered
from wallboard.routes import (
    actions,
    board,
    call,
    callbacks,
    complaints,
    health,
    incidents,
    my_call,
    patterns,
    stream,
)
from wallboard.services import Services

STATIC = Path(__file__).parent / "static"


def create_app(services: Services) -> FastAPI:
    """The app. What runs beside it (intake, webhooks) is started by `wallboard.serving`.

    Raises SettingsError for translations that cannot be read.
    """
    app = FastAPI(title="hardstop wallboard", docs_url=None, redoc_url=None)
    app.state.services = services
    app.mount("/static", StaticFiles(directory=STATIC, check_dir=False), name="static")
    settings = services.settings
    app.add_middleware(Careful, settings=settings)
    app.add_middleware(Answered, there=settings.translated(), chosen=settings.language)
    install(app, services)
    app.include_router(health.router)
    app.include_router(stream.router)
    app.include_router(actions.router)
    app.include_router(board.router)
    app.include_router(call.router)
    app.include_router(my_call.router)
    app.include_router(callbacks.router)
    app.include_router(incidents.router)
    app.include_router(complaints.router)
    app.include_router(patterns.router)
    return app
