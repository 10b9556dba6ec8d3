"""What is not kept: the feed, words of calls, hints, notes, messages, logs; each for its time."""

from __future__ import annotations

from sqlalchemy import and_, delete, func, or_, select

from wallboard.hub import TURNS_RESUMED_MS
from wallboard.intake.floor import call_body
from wallboard.intake.lateness import standing
from wallboard.settings import WallboardSettings
from wallboard.store.engine import Sessions
from wallboard.store.feeding import News, add_to_feed, seen_of, take_turn
from wallboard.store.tables import Audit, Call, Delivery, Feed, Hint, Message, Note, Session, Turn

HOUR = 3_600_000
DAY = 24 * HOUR
TURNS_KEPT_MS = TURNS_RESUMED_MS + 5 * 60_000
"""Longer than they are resumed from: nothing vanishes while somebody decides that it is there."""
SILENT_MS = 15 * 60_000
"""Workers tell when a call has ended. One of which nothing more is told, perhaps by a worker that
does not know to, and that is silent for so long has ended, too."""
UNHEARD_MS = 6 * HOUR
"""A call that is not heard is silent, and goes on all the same: for as long as workers keep one by
default (`silent_call_kept_s`)."""


def prune(sessions: Sessions, settings: WallboardSettings, now_ms: int) -> None:
    """Delete what is too old. The newest row of the feed stays, so that its number is known."""
    old = now_ms - settings.transcript_days * DAY
    with sessions.begin() as db:
        take_turn(db)
        newest = db.scalar(select(func.max(Feed.number))) or 0
        kept = Feed.number < newest
        db.execute(delete(Feed).where(kept, Feed.at < now_ms - settings.feed_hours * HOUR))
        turns = (Feed.kind == "turn", Feed.at < now_ms - TURNS_KEPT_MS)
        db.execute(delete(Feed).where(kept, *turns))
    with sessions.begin() as db:
        take_turn(db)
        db.execute(delete(Turn).where(Turn.at < old))
        db.execute(delete(Hint).where(Hint.at < old))
        db.execute(delete(Note).where(Note.at < old))
        db.execute(delete(Message).where(Message.at < old))
        db.execute(delete(Session).where(Session.expires_at < now_ms))
        # What waits for a hook that is switched off goes too. What the feed still has would be
        # sent again if it were not known that it was.
        sent = now_ms - settings.webhook_days * DAY
        told = select(Feed.number).where(Feed.number == Delivery.feed).exists()
        db.execute(delete(Delivery).where(Delivery.created_at < sent, ~told))
        seen = now_ms - settings.audit_days * DAY
        db.execute(delete(Audit).where(Audit.at < seen))


def end_silent_calls(sessions: Sessions, now_ms: int) -> int:
    """Calls without a word for SILENT_MS count as over, and those that are not heard, or late,
    after UNHEARD_MS; gives how many."""
    with sessions.begin() as db:
        take_turn(db)
        late = standing().with_only_columns(Note.call_id)
        heard = and_(Call.not_monitored.is_(None), Call.call_id.not_in(late))
        over = or_(
            and_(heard, Call.last_at < now_ms - SILENT_MS), Call.last_at < now_ms - UNHEARD_MS
        )
        query = select(Call).where(Call.ended_at.is_(None), over)
        silent = list(db.scalars(query.limit(1000)))
        news = []
        for call in silent:
            call.ended_at = call.last_at
            news.append(
                News(
                    kind="call",
                    ref=call.call_id,
                    call_id=call.call_id,
                    at=now_ms,
                    body=call_body(call),
                    seen=seen_of(call, call.mode),
                    trigger=call.trigger,
                )
            )
        # What was over long before it was read is no news.
        recent = [one for one in news if now_ms - one.body["last_at"] < UNHEARD_MS + HOUR]
        add_to_feed(db, recent)
        return len(silent)
