"""Who asks, found out in a transaction of its own."""

from __future__ import annotations

from fastapi import Request

from wallboard.access import Viewer
from wallboard.auth.gate import signed_in
from wallboard.services import Services


def viewer_now(request: Request, services: Services) -> Viewer:
    """As `signed_in`, for what outlasts a request's transaction (a stream) or needs its own (an
    action): no connection of the database is held when this returns. Raises as it does."""
    with services.sessions.begin() as db:
        return signed_in(request, services, db)
