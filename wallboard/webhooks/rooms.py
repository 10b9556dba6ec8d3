"""What a chat room hears: each change of state, and nothing taken back that it was never told."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.orm import Session as Db

from wallboard.store.tables import Delivery, Feed, Webhook
from wallboard.webhooks.filters import about
from workflow.alerts import AlertStatus


def is_news(db: Db, hook: Webhook, row: Feed) -> bool:
    """Whether a room is to hear of a row: not where it says what the room was told last, nor of
    what came before that, which is read again among the newest rows.

    A false alarm that is undone is told though the room has heard of that state before: otherwise
    the last that it knows of a life stop is that it is closed.
    """
    ours = about(row)
    thing, _, state = ours.rpartition(":")
    query = select(Delivery.feed, Delivery.about).where(
        Delivery.webhook_id == hook.webhook_id, Delivery.call_id == row.call_id
    )
    told = [
        (number, known)
        for number, known in db.execute(query)
        if number is not None and known is not None and known.rpartition(":")[0] == thing
    ]
    if not told:
        return state != AlertStatus.RETRACTED
    number, last = max(told)
    return number < row.number and last != ours
