"""The tables. Bodies are the events as they lie on the topics (JSON); beside them stands what is
searched, sorted and shown to some and not to others.

Moments are UTC milliseconds; SQLite and PostgreSQL alike.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, Boolean, Float, Integer, Text, true
from sqlalchemy.orm import Mapped, mapped_column

from wallboard.store.accounts import Audit, Invitation, Session, Token, User
from wallboard.store.base import Seen, Table
from wallboard.store.deliveries import Delivery, Told, Webhook

__all__ = [
    "Alert",
    "Audit",
    "Call",
    "Callback",
    "Complaint",
    "Deed",
    "Delivery",
    "Entry",
    "Feed",
    "Forgotten",
    "Head",
    "Hint",
    "Invitation",
    "Message",
    "Note",
    "Offset",
    "Route",
    "Session",
    "Table",
    "Token",
    "Told",
    "Turn",
    "User",
    "Webhook",
]
"""Those of accounts and deliveries too: whoever makes or reads tables has all of them here."""


class Call(Seen, Table):
    """One call, as far as events have told of it. With a restricted alert it is restricted too:
    `desk` is then that alert's, and `trigger` what has to be asked `access.may_see` with. At which
    desks it is besides, its alerts say (`store.desks`)."""

    __tablename__ = "calls"

    call_id: Mapped[str] = mapped_column(primary_key=True)
    customer_ref: Mapped[str | None] = mapped_column(index=True)
    deep_link: Mapped[str | None] = mapped_column(Text)
    first_at: Mapped[int]
    last_at: Mapped[int] = mapped_column(index=True)
    ended_at: Mapped[int | None]
    not_monitored: Mapped[str | None] = mapped_column(Text)
    degraded: Mapped[bool] = mapped_column(Boolean, default=False)
    mood: Mapped[dict[str, Any] | None]
    heard: Mapped[dict[str, Any] | None]
    """HEARD steps done and the next one, from the hints and the agent's words."""
    look: Mapped[dict[str, Any] | None]
    """What was half heard of a life stop, last: `labels`, `utterance_id` and `at`."""
    trigger: Mapped[str | None]


class Turn(Table):
    """One utterance of the live transcript, redacted; partials are replaced in place."""

    __tablename__ = "turns"

    call_id: Mapped[str] = mapped_column(primary_key=True)
    utterance_id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int]
    """The sequence of its newest chunk: the order in which turns are shown is that of `first`."""
    first: Mapped[int]
    speaker: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    is_final: Mapped[bool] = mapped_column(Boolean)
    start_ms: Mapped[int | None]
    at: Mapped[int]
    emotion: Mapped[str | None]
    intensity: Mapped[float | None] = mapped_column(Float)
    findings: Mapped[list[Any] | None] = mapped_column(JSON)


class Alert(Seen, Table):
    """The newest state of an alert; `body` is the event."""

    __tablename__ = "alerts"

    alert_id: Mapped[str] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(index=True)
    trigger: Mapped[str]
    status: Mapped[str] = mapped_column(index=True)
    rank: Mapped[int]
    """0 a life stop, 1 critical, 2 high, 3 medium, 4 low: the order of the board."""
    revision: Mapped[int]
    opened_at: Mapped[int] = mapped_column(index=True)
    updated_at: Mapped[int]
    ack_due_at: Mapped[int | None]
    owner_id: Mapped[str | None]
    closed_reason: Mapped[str | None] = mapped_column(Text)
    body: Mapped[dict[str, Any]]


class Route(Table):
    """The newest attempt of a route, and what the platform said of it."""

    __tablename__ = "routes"

    route_id: Mapped[str] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(index=True)
    attempt: Mapped[int]
    state: Mapped[str]
    """requested | offered | accepted | joined | completed | failed | cancelled"""
    reason: Mapped[str | None]
    desk: Mapped[str]
    updated_at: Mapped[int]
    body: Mapped[dict[str, Any]]


class Callback(Seen, Table):
    """The newest record of a callback."""

    __tablename__ = "callbacks"

    reference: Mapped[str] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(index=True)
    customer_ref: Mapped[str | None] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(index=True)
    owner_id: Mapped[str | None] = mapped_column(index=True)
    revision: Mapped[int]
    window_start: Mapped[int | None]
    window_end: Mapped[int | None] = mapped_column(index=True)
    updated_at: Mapped[int]
    body: Mapped[dict[str, Any]]


class Entry(Seen, Table):
    """One entry of an incident record, exactly as it came."""

    __tablename__ = "entries"

    incident_id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(index=True)
    kind: Mapped[str]
    at: Mapped[int] = mapped_column(index=True)
    body: Mapped[dict[str, Any]]


class Head(Table):
    """Where a record stood at one of its entries, as the workers signed it; `body` is the event."""

    __tablename__ = "heads"

    incident_id: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    digest: Mapped[str] = mapped_column(primary_key=True)
    """SHA-256 of hash and signature: a second head of the same entry is evidence, and is kept."""
    call_id: Mapped[str] = mapped_column(index=True)
    at: Mapped[int]
    body: Mapped[dict[str, Any]]


class EarlierForgotten(Table):
    """A call whose briefs, as far as they were written until `at`, tell of an earlier one that is
    forgotten: what they say of earlier contacts is not kept, whenever they are read."""

    __tablename__ = "earlier_forgotten"

    call_id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[int]


class Forgotten(Table):
    """A call whose caller is forgotten, or whose time is over: no word of it until `at` is kept,
    whenever it is read."""

    __tablename__ = "forgotten"

    call_id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[int]
    asked: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
    """False where its time is over and nobody asked: its answered complaints have a time of their
    own."""


class Complaint(Seen, Table):
    """The newest record of a complaint."""

    __tablename__ = "complaints"

    reference: Mapped[str] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(index=True)
    state: Mapped[str] = mapped_column(index=True)
    acknowledge_by: Mapped[int | None]
    answer_by: Mapped[int | None]
    updated_at: Mapped[int]
    body: Mapped[dict[str, Any]]


class Hint(Table):
    """A hint for the agent, and what became of it."""

    __tablename__ = "hints"

    hint_id: Mapped[str] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(index=True)
    agent_id: Mapped[str | None] = mapped_column(index=True)
    kind: Mapped[str]
    at: Mapped[int]
    expires_at: Mapped[int]
    became: Mapped[str | None]
    """shown | used | dismissed"""
    body: Mapped[dict[str, Any]]


class Note(Table):
    """What operators must know: call not monitored, feed silent, degraded, gaps, roles swapped."""

    __tablename__ = "notes"

    note_id: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    source: Mapped[str] = mapped_column(unique=True)
    """topic/partition/offset, so that what is read twice is kept once."""
    about: Mapped[str]
    call_id: Mapped[str | None] = mapped_column(index=True)
    at: Mapped[int] = mapped_column(index=True)
    detail: Mapped[str] = mapped_column(Text)


class Deed(Seen, Table):
    """What a person did through the wallboard, and whether it took effect."""

    __tablename__ = "deeds"

    action_id: Mapped[str] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(index=True)
    user_id: Mapped[str]
    action: Mapped[str]
    sent_at: Mapped[int]
    answered_at: Mapped[int | None]
    applied: Mapped[bool | None] = mapped_column(Boolean)
    rejected: Mapped[str | None] = mapped_column(Text)
    body: Mapped[dict[str, Any]]


class Message(Table):
    """A line from a supervisor to the agent of a call."""

    __tablename__ = "messages"

    message_id: Mapped[str] = mapped_column(primary_key=True)
    call_id: Mapped[str] = mapped_column(index=True)
    user_id: Mapped[str]
    name: Mapped[str]
    text: Mapped[str] = mapped_column(Text)
    at: Mapped[int]
    seen_at: Mapped[int | None]


class Feed(Seen, Table):
    """What changed, in order: the source of the event stream and of its resumption. Pruned."""

    __tablename__ = "feed"

    number: Mapped[int] = mapped_column(
        BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True
    )
    kind: Mapped[str]
    """One of `wallboard.audience.KINDS`."""
    ref: Mapped[str]
    """The id of the thing that changed."""
    call_id: Mapped[str | None]
    trigger: Mapped[str | None]
    at: Mapped[int] = mapped_column(index=True)
    body: Mapped[dict[str, Any]]

    # Numbers must never come again, even when all rows have been pruned.
    __table_args__ = ({"sqlite_autoincrement": True},)


class Offset(Table):
    """How far a partition has been read; written with what was read, so nothing counts twice."""

    __tablename__ = "offsets"

    topic: Mapped[str] = mapped_column(primary_key=True)
    partition: Mapped[int] = mapped_column(primary_key=True)
    next_offset: Mapped[int]
