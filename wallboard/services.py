"""What the pages and the API need from the rest of the process, in one place."""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from typing import Annotated

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from fastapi import Depends, Request
from sqlalchemy.orm import Session

from stream.events import Action
from wallboard.freshness import Counts, Freshness
from wallboard.hub import Hub
from wallboard.settings import WallboardSettings
from wallboard.store.engine import Sessions
from workflow.policy import Policy

Publish = Callable[[Action], Awaitable[None]]
"""Puts what a person does on `supervisor.actions`; returns once the broker has it. Raises NotSent.
"""


class NotSent(Exception):
    """The broker has not confirmed an action; it may have it all the same."""


def now_ms() -> int:
    """UTC milliseconds."""
    return round(time.time() * 1000)


@dataclass(frozen=True, kw_only=True)
class Services:
    """Made once, at start. `clock` gives UTC milliseconds."""

    settings: WallboardSettings
    sessions: Sessions
    policy: Policy
    publish: Publish
    clock: Callable[[], int] = field(default=now_ms)
    hub: Hub = field(default_factory=Hub)
    freshness: Freshness = field(default_factory=Freshness)
    counts: Counts = field(default_factory=Counts)
    signed_with: tuple[Ed25519PublicKey, ...] = ()
    """The keys that heads of records are checked with."""


def services_of(request: Request) -> Services:
    """The services of the app that a request came to."""
    found: Services = request.app.state.services
    return found


ServicesOf = Annotated[Services, Depends(services_of)]


def database(services: ServicesOf) -> Iterator[Session]:
    """A session for one request; what it changed is committed if the request succeeds."""
    with services.sessions.begin() as session:
        yield session


# Committed before the answer goes out: what an answer tells of can be read by whoever gets it.
Database = Annotated[Session, Depends(database, scope="function")]
