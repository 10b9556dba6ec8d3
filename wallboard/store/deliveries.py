"""The tables of what is sent to others."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, Boolean, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from wallboard.store.base import Table


class Webhook(Table):
    """Where alerts and routes are sent, and how."""

    __tablename__ = "webhooks"

    webhook_id: Mapped[str] = mapped_column(primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    format: Mapped[str] = mapped_column(default="standard")
    """standard | slack | teams"""
    secret: Mapped[str]
    kinds: Mapped[list[str]] = mapped_column(JSON)
    triggers: Mapped[list[str]] = mapped_column(JSON, default=list)
    queues: Mapped[list[str]] = mapped_column(JSON, default=list)
    with_words: Mapped[bool] = mapped_column(Boolean, default=False)
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    created_by: Mapped[str]
    created_at: Mapped[int]
    """When it was made, or let go on after a pause: it is told of nothing before that."""
    name: Mapped[str | None]
    severities: Mapped[list[str] | None] = mapped_column(JSON)


class Told(Table):
    """A webhook that has heard of a call, or may have."""

    __tablename__ = "told"

    webhook_id: Mapped[str] = mapped_column(
        ForeignKey("webhooks.webhook_id", ondelete="CASCADE"), primary_key=True
    )
    call_id: Mapped[str] = mapped_column(primary_key=True, index=True)
    at: Mapped[int]
    """When it was first told of it, UTC ms."""
    forgotten: Mapped[bool] = mapped_column(Boolean, default=False, index=True)
    """Whether the call is forgotten since, and the webhook is still to be told so."""


class Delivery(Table):
    """One message to one webhook: waiting, delivered or given up (the dead-letter list)."""

    __tablename__ = "deliveries"

    delivery_id: Mapped[str] = mapped_column(primary_key=True)
    webhook_id: Mapped[str] = mapped_column(
        ForeignKey("webhooks.webhook_id", ondelete="CASCADE"), index=True
    )
    feed: Mapped[int | None]
    body: Mapped[dict[str, Any]]
    state: Mapped[str]
    """waiting | delivered | given_up"""
    tries: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[int | None] = mapped_column(index=True)
    answered: Mapped[str | None] = mapped_column(Text)
    created_at: Mapped[int]
    about: Mapped[str | None] = mapped_column(index=True)
    """kind:id:state of what it tells, so that a chat room hears of each change once."""
    call_id: Mapped[str | None] = mapped_column(index=True)

    __table_args__ = (Index("delivery_once", "webhook_id", "feed", unique=True),)
