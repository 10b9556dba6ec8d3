"""What sign-in needs of the app: its routes, its handlers, and what it remembers."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.exceptions import HTTPException

from wallboard.auth.brake import Brake
from wallboard.auth.gate import SignInNeeded
from wallboard.auth.oidc import Provider
from wallboard.auth.refusals import http_error, sign_in_needed
from wallboard.routes import account, audit, hooks, sign_in, tokens, users
from wallboard.services import Services


def install(app: FastAPI, services: Services) -> None:
    """Put sign-in, account and administration into an app."""
    settings = services.settings
    app.state.brake = Brake()
    app.state.provider = Provider(settings) if settings.oidc_issuer else None
    app.add_exception_handler(SignInNeeded, sign_in_needed)
    app.add_exception_handler(HTTPException, http_error)
    for module in (sign_in, account, users, tokens, hooks, audit):
        app.include_router(module.router)
