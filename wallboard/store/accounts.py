"""The tables of who signs in, and of who looked at what."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, ForeignKey, Integer, Text
from sqlalchemy.orm import Mapped, mapped_column

from wallboard.store.base import Table


class User(Table):
    """Somebody who signs in. Roles and scopes: wallboard/access.py."""

    __tablename__ = "users"

    user_id: Mapped[str] = mapped_column(primary_key=True)
    """The person's id in the policy where there is one, so that owners and users are the same."""
    name: Mapped[str]
    role: Mapped[str]
    password: Mapped[str | None] = mapped_column(Text)
    """An argon2id hash; None for who comes by OpenID Connect alone."""
    subject: Mapped[str | None] = mapped_column(unique=True)
    desks: Mapped[list[str]] = mapped_column(JSON, default=list)
    queues: Mapped[list[str]] = mapped_column(JSON, default=list)
    teams: Mapped[list[str]] = mapped_column(JSON, default=list)
    agent_id: Mapped[str | None] = mapped_column(index=True)
    time_zone: Mapped[str | None]
    settings: Mapped[dict[str, Any]] = mapped_column(default=dict)
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    created_at: Mapped[int]


class Session(Table):
    """A signed-in browser. The cookie holds a secret; here is its SHA-256 alone."""

    __tablename__ = "sessions"

    digest: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.user_id", ondelete="CASCADE"))
    csrf: Mapped[str]
    created_at: Mapped[int]
    seen_at: Mapped[int]
    expires_at: Mapped[int] = mapped_column(index=True)
    address: Mapped[str | None]
    device: Mapped[str | None]
    """What the browser calls itself, so that people know their own."""


class Token(Table):
    """A service's key to API and event stream. Shown once; here is its SHA-256 alone."""

    __tablename__ = "tokens"

    token_id: Mapped[str] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    scopes: Mapped[list[str]] = mapped_column(JSON)
    queues: Mapped[list[str]] = mapped_column(JSON, default=list)
    created_by: Mapped[str]
    created_at: Mapped[int]
    expires_at: Mapped[int | None]
    revoked_at: Mapped[int | None]


class Invitation(Table):
    """A one-time link: the first admin's, those that an admin makes for others, the demo's."""

    __tablename__ = "invitations"

    digest: Mapped[str] = mapped_column(primary_key=True)
    user_id: Mapped[str | None]
    role: Mapped[str]
    created_at: Mapped[int]
    expires_at: Mapped[int]
    used_at: Mapped[int | None]
    direct: Mapped[bool | None] = mapped_column(Boolean)
    """Signs its user in as it is opened; the others ask for a new password first."""


class Audit(Table):
    """Who looked at what, who signed in, who was refused."""

    __tablename__ = "audit"

    number: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    at: Mapped[int] = mapped_column(index=True)
    user_id: Mapped[str | None] = mapped_column(index=True)
    what: Mapped[str]
    ref: Mapped[str | None]
    address: Mapped[str | None]
