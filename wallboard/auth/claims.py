"""From what a provider says of a person to a user of the wallboard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session as Db

from wallboard.access import EVERY, Role
from wallboard.auth import members
from wallboard.auth.gate import digest
from wallboard.auth.oidc import OidcError
from wallboard.language import _
from wallboard.settings import WallboardSettings
from wallboard.store.tables import User

GRAVEST_FIRST = (Role.ADMIN, Role.SUPERVISOR, Role.QA, Role.DESK, Role.AGENT)
"""Who has several roles gets the first of these."""
LONGEST = 200


def arrive(
    db: Db,
    claims: Mapping[str, Any],
    settings: WallboardSettings,
    *,
    known_desks: Iterable[str],
    now: int,
) -> User:
    """The user of these claims, made at the first sign-in and brought up to date at each.

    Raises OidcError for who has no role here or lacks what it needs, for a claim that cannot be
    read, for who is deactivated, and for who would take over the account of somebody with a
    password.
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
            queues=_queues(claims, settings),
            teams=_ids(claims, settings.oidc_teams_claim),
            agent_id=next(iter(_ids(claims, settings.oidc_agent_claim)), None),
            known_desks=known,
        )
        _has_what_it_needs(profile, settings)
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
    roles = {role.value: role for role in members.ROLES}
    # A provider has words for other applications, too: its `admin` need not be ours.
    named = {} if settings.oidc_roles.strip() else dict(roles)
    for entry in settings.oidc_roles.split(","):
        value, _equals, role = entry.rpartition("=")
        if value.strip() and role.strip() in roles:
            named[value.strip()] = roles[role.strip()]
    held = {named[value] for value in said if value in named}
    for role in GRAVEST_FIRST:
        if role in held:
            return role.value
    raise OidcError(_("your account has no role here: ask an administrator"))


def _has_what_it_needs(profile: members.Profile, settings: WallboardSettings) -> None:
    """Raises OidcError for who would see everything, or an empty board that looks calm, only
    because a claim is not there. What an agent needs, `members.profile_of` asks for."""
    scoped = profile.role in (Role.SUPERVISOR, Role.QA)
    if scoped and not profile.queues and not profile.teams:
        raise OidcError(
            _(
                "your account names no queue and no team (claims %(queues)s and %(teams)s): "
                "ask an administrator",
                queues=settings.oidc_queues_claim,
                teams=settings.oidc_teams_claim,
            )
        )
    if profile.role is Role.DESK and not profile.desks:
        raise OidcError(
            _(
                "your account names no desk of the policy (claim %(claim)s): ask an administrator",
                claim=settings.oidc_desks_claim,
            )
        )


def _queues(claims: Mapping[str, Any], settings: WallboardSettings) -> list[str]:
    if settings.oidc_queues_claim == EVERY:
        return [EVERY]
    return _ids(claims, settings.oidc_queues_claim)


def _ids(claims: Mapping[str, Any], path: str) -> list[str]:
    """A claim as texts that are kept. Raises OidcError for what is too long for an id."""
    found = _texts(claims, path)
    if any(len(text) > LONGEST for text in found):
        raise _unreadable(path)
    return found


def _texts(claims: Mapping[str, Any], path: str) -> list[str]:
    """A claim as texts: a text, a number, or a list of these; none where it is not there. The whole
    path is tried as one name first: some names are URLs. Raises OidcError for any other shape: who
    drops what cannot be read may drop what bounds somebody."""
    value: Any = claims.get(path)
    if value is None:
        value = claims
        for part in path.split("."):
            value = value.get(part) if isinstance(value, Mapping) else None
    if value is None:
        return []
    values = value if isinstance(value, list) else [value]
    if not all(type(each) in (str, int) for each in values):
        raise _unreadable(path)
    return [text for each in values if (text := str(each).strip())]


def _unreadable(path: str) -> OidcError:
    return OidcError(
        _(
            "the claim %(claim)s of your account cannot be read: ask an administrator",
            claim=path,
        )
    )
