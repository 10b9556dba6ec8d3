"""Users: made, found, changed, closed."""

from __future__ import annotations

import re
from collections.abc import Iterable

import msgspec
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session as Db

from wallboard.access import Role
from wallboard.auth import browsers
from wallboard.language import _
from wallboard.store.tables import Invitation, User
from workflow.calling import known_zone

ROLES = (Role.AGENT, Role.SUPERVISOR, Role.DESK, Role.QA, Role.ADMIN)
"""What a person may be; `service` is for tokens."""

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@-]{0,99}")
MANY = 200


class MemberError(ValueError):
    """A user cannot be made or changed so; the text is for the one who tried."""


class Profile(msgspec.Struct, frozen=True, kw_only=True):
    """What an administrator says of a person."""

    name: str
    role: Role
    desks: tuple[str, ...] = ()
    queues: tuple[str, ...] = ()
    teams: tuple[str, ...] = ()
    agent_id: str | None = None


def profile_of(
    *,
    name: str,
    role: str,
    desks: Iterable[str] = (),
    queues: Iterable[str] = (),
    teams: Iterable[str] = (),
    agent_id: str | None = None,
    known_desks: Iterable[str],
) -> Profile:
    """A checked profile. Raises MemberError."""
    name, agent_id = name.strip(), (agent_id or "").strip() or None
    if not 1 <= len(name) <= 100:
        raise MemberError(_("a name needs 1 to 100 characters"))
    if role not in ROLES:
        raise MemberError(
            _("no role '%(role)s'; roles are %(known)s", role=role, known=", ".join(ROLES))
        )
    wanted, known = tuple(dict.fromkeys(desks)), sorted(known_desks)
    if unknown := [desk for desk in wanted if desk not in known]:
        raise MemberError(
            _(
                "no desk '%(desk)s' in the policy; desks are %(known)s",
                desk=unknown[0],
                known=", ".join(known),
            )
        )
    if role == Role.AGENT and agent_id is None:
        raise MemberError(
            _("an agent needs the agent id of the platform, to be shown their own call")
        )
    return Profile(
        name=name,
        role=Role(role),
        desks=wanted,
        queues=tuple(dict.fromkeys(queues))[:MANY],
        teams=tuple(dict.fromkeys(teams))[:MANY],
        agent_id=agent_id,
    )


def create(db: Db, user_id: str, profile: Profile, now: int) -> User:
    """A new user without a password: an invitation lets them set one. Raises MemberError."""
    user_id = checked_id(user_id)
    taken = select(User.user_id).where(func.lower(User.user_id) == user_id.lower())
    if db.scalar(taken) is not None:
        raise MemberError(_("there is a user '%(user)s' already", user=user_id))
    user = User(user_id=user_id, created_at=now, active=True, settings={})
    _put(user, profile)
    db.add(user)
    db.flush()
    return user


def change(db: Db, user: User, profile: Profile) -> None:
    """Change what a user is. Raises MemberError rather than leave nobody who administers."""
    if profile.role is not Role.ADMIN:
        _somebody_else_must_administer(db, user)
    _put(user, profile)


def deactivate(db: Db, user: User) -> None:
    """Close an account: its sessions and open links end at once. Raises MemberError."""
    _somebody_else_must_administer(db, user)
    user.active = False
    browsers.end_all(db, user.user_id)
    drop_links(db, user.user_id)


def drop_links(db: Db, user_id: str) -> None:
    """Open invitations of a user become void."""
    db.execute(
        delete(Invitation).where(Invitation.user_id == user_id, Invitation.used_at.is_(None))
    )


def checked_id(user_id: str) -> str:
    """A user's id, as it may be. Raises MemberError."""
    user_id = user_id.strip()
    if not _ID.fullmatch(user_id):
        raise MemberError(
            _("a user's id has letters, digits and . _ @ - (up to 100); take the one in the policy")
        )
    return user_id


def administrators(db: Db) -> int:
    """How many active administrators can sign in."""
    can = User.password.is_not(None) | User.subject.is_not(None)
    query = select(func.count()).where(User.role == Role.ADMIN.value, User.active, can)
    return db.scalar(query) or 0


def _somebody_else_must_administer(db: Db, user: User) -> None:
    others = select(User.user_id).where(
        User.role == Role.ADMIN.value,
        User.active,
        User.user_id != user.user_id,
        User.password.is_not(None) | User.subject.is_not(None),
    )
    if user.role == Role.ADMIN and user.active and db.scalar(others.limit(1)) is None:
        raise MemberError(
            _("this is the only administrator who can sign in: make another one first")
        )


def _put(user: User, profile: Profile) -> None:
    user.name, user.role = profile.name, profile.role.value
    user.desks, user.queues = list(profile.desks), list(profile.queues)
    user.teams, user.agent_id = list(profile.teams), profile.agent_id


def settle_zone(user: User, browser_zone: str) -> None:
    """The zone of their browser for whoever has chosen none; what is no zone changes nothing."""
    if user.time_zone is None and known_zone(browser_zone):
        user.time_zone = browser_zone
