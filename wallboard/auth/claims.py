"""From what a provider says of a person to a user of the wallboard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session as Db

from wallboard.access import Role
from wallboard.auth import members
from wallboard.auth.gate import digest
from wallboard.auth.oidc import OidcError
from wallboard.language import _
from wallboard.settings import WallboardSettings
from wallboard.store.tables import User

GRAVEST_FIRST = (Role.ADMIN, Role.SUPERVISOR, Role.QA, Role.DESK, Role.AGENT)
"""Who has several roles gets the first of these."""


def arrive(
    db: Db,
    claims: Mapping[str, Any],
    settings: WallboardSettings,
    *,
    known_desks: Iterable[str],
    now: int,
) -> User:
    """The user of these claims, made at the first sign-in and brought up to date at each.

    Raises OidcError for who has no role here, is deactivated, or would take over the account of
    somebody with a password.
    """
    subject = digest(f"{settings.oidc_issuer} {claims['sub']}")
    known = frozenset(known_desks)
    try:
        profile = members.profile_of(
            name=str(claims.get("name") or claims.get(settings.oidc_user_claim) or claims["sub"])[
                :100
            ],
            role=_role(claims, settings),
            desks=[desk for desk in _texts(claims, settings.oidc_desks_claim) if desk in known],
            queues=_texts(claims, settings.oidc_queues_claim),
            teams=_texts(claims, settings.oidc_teams_claim),
            agent_id=next(iter(_texts(claims, settings.oidc_agent_claim)), None),
            known_desks=known,
        )
        user = db.scalar(select(User).where(User.subject == subject))
        if user is None:
            user = _first_time(db, subject, claims, settings, profile, now)
        elif not user.active:
            raise OidcError(_("this account is closed"))
        else:
            members.change(db, user, profile)
    except members.MemberError as error:
        raise OidcError(str(error)) from error
    return user


def _first_time(
    db: Db,
    subject: str,
    claims: Mapping[str, Any],
    settings: WallboardSettings,
    profile: members.Profile,
    now: int,
) -> User:
    user_id = str(claims.get(settings.oidc_user_claim) or "")
    waiting = db.get(User, user_id)
    if waiting is None:
        user = members.create(db, user_id, profile, now)
    elif waiting.active and waiting.password is None and waiting.subject is None:
        # An administrator made the account, and nobody has used it yet.
        user = waiting
        members.change(db, user, profile)
        members.drop_links(db, user_id)
    else:
        raise OidcError(_("an account of this name exists already: ask an administrator"))
    user.subject = subject
    return user


def _role(claims: Mapping[str, Any], settings: WallboardSettings) -> str:
    said = set(_texts(claims, settings.oidc_role_claim))
    named = {role.value: role for role in members.ROLES}
    for entry in settings.oidc_roles.split(","):
        value, _equals, role = entry.rpartition("=")
        if value.strip() and role.strip() in named:
            named[value.strip()] = Role(role.strip())
    held = {named[value] for value in said if value in named}
    for role in GRAVEST_FIRST:
        if role in held:
            return role.value
    raise OidcError(_("your account has no role here: ask an administrator"))


def _texts(claims: Mapping[str, Any], path: str) -> list[str]:
    """A claim as texts. The whole path is tried as one name first: some names are URLs."""
    value: Any = claims.get(path)
    if value is None:
        value = claims
        for part in path.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
    values = value if isinstance(value, list) else [value]
    return [text for text in values if isinstance(text, str) and 0 < len(text) <= 200]
