"""One-time links: the first administrator's, those by which others set a password, and the demo's,
which signs in at once."""

from __future__ import annotations

import secrets

from sqlalchemy import delete, update
from sqlalchemy.orm import Session as Db

from wallboard.access import Role
from wallboard.auth import members
from wallboard.auth.gate import digest
from wallboard.settings import WallboardSettings
from wallboard.store.engine import Sessions
from wallboard.store.tables import Invitation

DAY = 24 * 3_600_000
VALID_MS = DAY


def invite(
    db: Db, role: Role, now: int, user_id: str | None = None, *, direct: bool = False
) -> str:
    """A new link's secret; earlier open ones for the same user become void. Without a user: whoever
    opens it names themselves, as the first administrator does. A `direct` one is for a user, and
    signs them in without a password: for whoever the link is shown to and nobody else, as in the
    terminal of `hardstop demo`."""
    db.execute(delete(Invitation).where(Invitation.expires_at <= now - 30 * DAY))
    if user_id is not None:
        members.drop_links(db, user_id)
    secret = secrets.token_urlsafe(32)
    db.add(
        Invitation(
            digest=digest(secret),
            user_id=user_id,
            role=role.value,
            created_at=now,
            expires_at=now + VALID_MS,
            direct=direct and user_id is not None,
        )
    )
    return secret


def find(db: Db, secret: str, now: int) -> Invitation | None:
    """The invitation of a link, if it can still be used."""
    found = db.get(Invitation, digest(secret))
    if found is None or found.used_at is not None or found.expires_at <= now:
        return None
    return found


def meant_for(db: Db, secret: str) -> str | None:
    """The user of a link, usable or not; None for a link that names nobody or is unknown."""
    found = db.get(Invitation, digest(secret))
    return None if found is None else found.user_id


def use(db: Db, secret: str, now: int) -> bool:
    """Use a link up: True for exactly one who tries."""
    kept = digest(secret)
    done = db.execute(
        update(Invitation)
        .where(Invitation.digest == kept, Invitation.used_at.is_(None), Invitation.expires_at > now)
        .values(used_at=now)
        .returning(Invitation.digest)
    )
    return done.scalar_one_or_none() is not None


def address(settings: WallboardSettings, secret: str) -> str:
    """The link, as a person opens it."""
    return f"{settings.base_url}/welcome/{secret}"


def first_admin_link(sessions: Sessions, settings: WallboardSettings, now: int) -> str | None:
    """A one-time link (24 h) for the first administrator, or None where somebody administers.

    Called at every start; an unused link of an earlier start becomes void.
    """
    if not settings.local_users:
        return None
    with sessions.begin() as db:
        if members.administrators(db):
            return None
        db.execute(
            delete(Invitation).where(Invitation.user_id.is_(None), Invitation.used_at.is_(None))
        )
        return address(settings, invite(db, Role.ADMIN, now))
