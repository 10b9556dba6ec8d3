"""The audit log: who signed in, who was refused, who looked at what."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated, Protocol

from fastapi import Depends, Request
from sqlalchemy import select
from sqlalchemy.orm import Session

from wallboard.access import Viewer
from wallboard.auth.brake import place_of
from wallboard.auth.gate import SignedIn
from wallboard.services import Database, ServicesOf
from wallboard.store.tables import Audit

AGAIN_MS = 5 * 60_000
"""A page that reloads itself is one look, not hundreds."""
POLLED_MS = 15 * 60_000
"""Lists and streams are opened anew by themselves, all day long: of each one line in so long."""
KNOWN_MS = 90 * 24 * 3_600_000
"""How long a place counts as one that somebody signs in from: leave, illness and a holiday."""


class What(StrEnum):
    SIGN_IN = "sign_in"
    SIGN_IN_REFUSED = "sign_in.refused"
    SIGN_OUT = "sign_out"
    SESSION_ENDED = "session.ended"
    PASSWORD_CHANGED = "password.changed"
    REFUSED = "refused"
    USER_INVITED = "user.invited"
    USER_JOINED = "user.joined"
    USER_CHANGED = "user.changed"
    USER_DEACTIVATED = "user.deactivated"
    USER_ACTIVATED = "user.activated"
    TOKEN_MADE = "token.made"
    TOKEN_REVOKED = "token.revoked"
    WEBHOOK_MADE = "webhook.made"
    WEBHOOK_CHANGED = "webhook.changed"
    WEBHOOK_GONE = "webhook.gone"
    WEBHOOK_REMOVED = "webhook.removed"
    WEBHOOK_RESENT = "webhook.resent"
    AUDIT_SEARCHED = "audit.searched"


LOOKED = "looked."
"""Before what was looked at: looked.call, looked.record, ..."""


def note(
    db: Session,
    at: int,
    what: What | str,
    *,
    user_id: str | None,
    ref: str | None = None,
    address: str | None = None,
) -> None:
    """One line of the log. `what` and `ref` hold ids, never a caller's words."""
    line = Audit(at=at, user_id=user_id, what=str(what), ref=ref and ref[:300], address=address)
    db.add(line)


def address_of(request: Request) -> str:
    """Whence a request came; behind a proxy as uvicorn was told to believe it."""
    return request.client.host if request.client is not None else "unknown"


def has_come_from(db: Session, user_id: str, address: str, now: int) -> bool:
    """Whether a user has signed in from there of late, as far back as the log is kept."""
    came = select(Audit.address).where(
        Audit.user_id == user_id,
        Audit.what.in_((What.SIGN_IN.value, What.USER_JOINED.value)),
        Audit.at > now - KNOWN_MS,
        Audit.address.is_not(None),
    )
    place = place_of(address)
    return any(place == place_of(each or "") for each in db.scalars(came.distinct()))


def look(
    db: Session,
    at: int,
    viewer: Viewer,
    what: str,
    ref: str,
    *,
    address: str,
    again_ms: int = AGAIN_MS,
) -> None:
    """Who looks at what, once in `again_ms`."""
    kind = LOOKED + what
    recent = select(Audit.number).where(
        Audit.user_id == viewer.id,
        Audit.what == kind,
        Audit.ref == ref[:300],
        Audit.at > at - again_ms,
    )
    if db.scalar(recent.limit(1)) is None:
        note(db, at, kind, user_id=viewer.id, ref=ref, address=address)


class LookedAt(Protocol):
    """`what` is call, record, callback, complaint, report or board; `ref` its id."""

    def __call__(self, what: str, ref: str, again_ms: int = AGAIN_MS) -> None: ...


def _looked_at(request: Request, viewer: SignedIn, services: ServicesOf, db: Database) -> LookedAt:
    def looked_at(what: str, ref: str, again_ms: int = AGAIN_MS) -> None:
        address = address_of(request)
        look(db, services.clock(), viewer, what, ref, address=address, again_ms=again_ms)

    return looked_at


Looks = Annotated[LookedAt, Depends(_looked_at)]
"""For routes: `def page(call_id: str, looked_at: Looks)`, then `looked_at("call", call_id)`."""
