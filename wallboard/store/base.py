"""What all tables share."""

from __future__ import annotations

from typing import Any

from sqlalchemy import JSON, BigInteger, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Table(DeclarativeBase):
    """All tables of the wallboard."""

    # Ids on the topics have up to 256 characters (stream/events/transcripts.py).
    type_annotation_map = {str: String(300), int: BigInteger, dict[str, Any]: JSON}


class Seen:
    """By whom something may be seen: its queue, team and desk, and how it is to be handled."""

    queue_id: Mapped[str | None] = mapped_column(index=True)
    team_id: Mapped[str | None]
    agent_id: Mapped[str | None]
    desk: Mapped[str | None]
    handling: Mapped[str] = mapped_column(default="normal")
    mode: Mapped[str] = mapped_column(default="live")
