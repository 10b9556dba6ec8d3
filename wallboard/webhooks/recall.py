"""Which receivers have heard of a call, so that they can be told that it is forgotten.

Deliveries are kept for days and calls are forgotten for a year and more: what is kept for that long
is the pair of a hook and a call, without a word.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select, update
from sqlalchemy.orm import Session as Db

from wallboard.store.tables import Told, Webhook
from wallboard.webhooks.formats import Format


def note_told(db: Db, webhook_id: str, call_ids: Iterable[str | None], now: int) -> None:
    """A hook is about to hear of calls: before it is sent, as nobody knows of a message without an
    answer whether it arrived."""
    wanted = {call_id for call_id in call_ids if call_id is not None}
    known = select(Told.call_id).where(Told.webhook_id == webhook_id, Told.call_id.in_(wanted))
    for call_id in sorted(wanted - set(db.scalars(known))):
        db.add(Told(webhook_id=webhook_id, call_id=call_id, at=now, forgotten=False))


def call_back(db: Db, call_id: str, *, asked: bool) -> None:
    """The call is forgotten. A program is told in any case; people in a chat room only where
    somebody `asked`: at the end of a call's time the room has one of its own."""
    ended = update(Told).where(Told.call_id == call_id)
    if not asked:
        programs = select(Webhook.webhook_id).where(Webhook.format == Format.STANDARD.value)
        ended = ended.where(Told.webhook_id.in_(programs))
    db.execute(ended.values(forgotten=True))


def called_back(db: Db, most: int) -> list[Told]:
    """Those who are to be told now."""
    query = select(Told).where(Told.forgotten).order_by(Told.at, Told.webhook_id, Told.call_id)
    return list(db.scalars(query.limit(most)))
