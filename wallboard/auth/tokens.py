"""Keys of services to the API and the event stream."""

from __future__ import annotations

import secrets
from collections.abc import Iterable

from sqlalchemy.orm import Session as Db

from wallboard.access import Scope
from wallboard.auth.gate import digest
from wallboard.language import _
from wallboard.store.tables import Token

PREFIX = "hswb_"
"""So that scanners for leaked secrets know one."""
DAY = 24 * 3_600_000


class TokenError(ValueError):
    """A token cannot be made so."""


def issue(
    db: Db,
    *,
    name: str,
    scopes: Iterable[str],
    queues: Iterable[str] = (),
    days: int | None,
    created_by: str,
    now: int,
) -> tuple[Token, str]:
    """A new token, and its secret, which is shown once and kept nowhere. Raises TokenError."""
    name, wanted = name.strip(), list(dict.fromkeys(scopes))
    if not 1 <= len(name) <= 100:
        raise TokenError(_("a token needs a name of 1 to 100 characters: who uses it"))
    if not wanted or any(scope not in set(Scope) for scope in wanted):
        raise TokenError(_("a token needs scopes: %(known)s", known=", ".join(Scope)))
    if days is not None and not 1 <= days <= 3650:
        raise TokenError(_("a token holds for 1 to 3650 days, or without end"))
    secret = PREFIX + secrets.token_urlsafe(32)
    token = Token(
        token_id=secrets.token_hex(6),
        digest=digest(secret),
        name=name,
        scopes=wanted,
        queues=list(dict.fromkeys(queues)),
        created_by=created_by,
        created_at=now,
        expires_at=None if days is None else now + days * DAY,
    )
    db.add(token)
    return token, secret
