"""Deliveries: made from the feed, due, tried, given up, sent again.

Each hook gets a row of the feed once. Messages may arrive in another order than things happened,
as one that failed is sent again later: `data.revision` and `timestamp` say what is newer.
"""

from __future__ import annotations

import secrets
from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import quote

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session as Db

from wallboard.store.tables import (
    Alert,
    Callback,
    Complaint,
    Delivery,
    Feed,
    Offset,
    Route,
    Webhook,
)
from wallboard.webhooks.filters import RESTRICTED, about, is_restricted, severity_of, wants
from wallboard.webhooks.formats import KINDS, Format, Told, rendered
from wallboard.webhooks.recall import called_back
from wallboard.webhooks.rooms import is_news

WAITS_MS = (5_000, 30_000, 120_000, 600_000, 3_600_000, 21_600_000)
"""After each failure: 5 s, 30 s, 2 min, 10 min, 1 h, 6 h. Then it is given up."""
WAITING, DELIVERED, GIVEN_UP = "waiting", "delivered", "given_up"
ROWS = 500
READ_AGAIN = 200
"""Numbers are given out before a commit: rows that turn up late among the newest are still seen."""
UNSURE_MS = 60_000
"""How long a route waits for the alert that says whether it may be told."""
CURSOR = "(webhooks)"
"""The row of `offsets` that says how far the feed has been spread; no topic has such a name."""
_THINGS: dict[str, Any] = {
    "route": Route,
    "callback": Callback,
    "complaint": Complaint,
}
"""Where it stands which alerts are behind a message."""


def spread(db: Db, now: int, base_url: str) -> int:
    """Make deliveries of what is new in the feed, and of calls that are forgotten; returns how
    many."""
    forgotten = _call_back(db, now, base_url)
    cursor = db.get(Offset, (CURSOR, 0))
    if cursor is None:
        cursor = Offset(topic=CURSOR, partition=0, next_offset=0)
        db.add(cursor)
    hooks = list(db.scalars(select(Webhook).where(Webhook.active)))
    newest = db.scalar(select(func.max(Feed.number))) or 0
    if not hooks:
        if cursor.next_offset != newest:
            cursor.next_offset = newest
        return forgotten
    kinds = {kind for hook in hooks for kind in hook.kinds} & set(KINDS)
    before = cursor.next_offset - READ_AGAIN
    query = select(Feed).where(Feed.kind.in_(kinds)).order_by(Feed.number)
    rows = list(db.scalars(query.where(Feed.number > before).limit(ROWS + READ_AGAIN)))
    reached = rows[-1].number if len(rows) == ROWS + READ_AGAIN else newest
    # Routes may wait for their alerts: looked at again beside what is new, which waits for none.
    unsure = (Feed.kind == "route", Feed.number <= before, Feed.at > now - UNSURE_MS)
    rows = [*db.scalars(query.where(*unsure)), *rows]
    made = forgotten
    done = _done(db, rows)
    for row in rows:
        asking = [
            hook
            for hook in hooks
            if (hook.webhook_id, row.number) not in done and wants(hook, row, None)
        ]
        if asking and may_be_told(db, row):
            made += sum(_deliver(db, hook, row, now, base_url) for hook in asking)
    if reached > cursor.next_offset:
        cursor.next_offset = reached
    return made


def may_be_told(db: Db, row: Feed) -> bool | None:
    """Whether anybody outside may hear of it; None while that is not known yet.

    A route or a callback is as restricted as the alerts behind it; what is told of a call, as the
    gravest alert of that call.
    """
    if is_restricted(row.handling, row.trigger) or row.body.get("gone"):
        return False
    if row.kind == "alert":
        known = db.get(Alert, row.ref)
        return known is None or not _is_closed(known)
    named = [str(name) for name in row.body.get("alert_ids") or ()]
    found = {alert.alert_id: alert for alert in _alerts(db, named, row.call_id)}
    if any(_is_closed(alert) for alert in found.values()):
        return False
    if row.kind == "route" and (not named or any(name not in found for name in named)):
        return None
    return True


def due(db: Db, now: int, webhook_id: str, most: int) -> list[Delivery]:
    """What is to be sent to a hook now, the oldest first."""
    query = select(Delivery).where(
        Delivery.webhook_id == webhook_id, Delivery.state == WAITING, Delivery.next_at <= now
    )
    return list(db.scalars(query.order_by(Delivery.next_at, Delivery.feed).limit(most)))


def hooks_due(db: Db, now: int) -> list[str]:
    """The hooks for which something is to be sent now."""
    query = (
        select(Delivery.webhook_id)
        .join(Webhook, Webhook.webhook_id == Delivery.webhook_id)
        .where(Webhook.active, Delivery.state == WAITING, Delivery.next_at <= now)
    )
    return list(db.scalars(query.distinct()))


def settle(
    delivery: Delivery, now: int, *, arrived: bool, answer: str, final: bool = False
) -> None:
    """Write down how a try went. `final`: another one would change nothing."""
    delivery.tries += 1
    delivery.answered = answer[:500]
    if arrived:
        delivery.state, delivery.next_at = DELIVERED, None
    elif final or delivery.tries > len(WAITS_MS):
        delivery.state, delivery.next_at = GIVEN_UP, None
    else:
        delivery.next_at = now + WAITS_MS[delivery.tries - 1]


def resend(db: Db, now: int, webhook_id: str, delivery_id: str | None = None) -> int:
    """Try what was given up anew, from the first wait on; returns how many."""
    query = update(Delivery).where(Delivery.webhook_id == webhook_id, Delivery.state == GIVEN_UP)
    if delivery_id is not None:
        query = query.where(Delivery.delivery_id == delivery_id)
    done = db.execute(
        query.values(state=WAITING, tries=0, next_at=now).returning(Delivery.delivery_id)
    )
    return len(done.all())


def put_test(db: Db, hook: Webhook, now: int, base_url: str) -> Delivery:
    """A message that says that it is a test."""
    told = Told(
        kind="test",
        ref="test",
        at=now,
        body={"type": "webhook.test"},
        mode="live",
        desk=None,
        link=_page(base_url, None),
    )
    return _put(db, hook, told, now, feed=None, about=None)


def withheld(db: Db, delivery: Delivery) -> bool:
    """Whether what waits has become restricted since: then it is not sent any more.

    By what is known now of the thing and of the alerts behind it, or else of all on the call: the
    feed's rows are pruned before the last try, and before anybody sends again by hand.
    """
    if delivery.feed is None:
        return False
    kind, _, rest = (delivery.about or "").partition(":")
    ref = rest.rpartition(":")[0]
    if kind == "alert":
        alert = db.get(Alert, ref)
        return alert is None or _is_closed(alert)
    thing: Route | Callback | Complaint | None
    thing = db.get(_THINGS[kind], ref) if kind in _THINGS else None
    if isinstance(thing, Callback | Complaint) and thing.handling == RESTRICTED:
        return True
    if not kind and delivery.call_id is None:
        # Of an early release: nobody can say what it tells of.
        return True
    named = () if thing is None else thing.body.get("alert_ids") or ()
    behind = _alerts(db, [str(name) for name in named], delivery.call_id)
    return any(_is_closed(alert) for alert in behind)


def _call_back(db: Db, now: int, base_url: str) -> int:
    """To who has heard of a call that is forgotten: its id, and nothing else of it."""
    found = called_back(db, ROWS)
    for told in found:
        hook = db.get_one(Webhook, told.webhook_id)
        message = Told(
            kind="call",
            ref=told.call_id,
            at=now,
            body={"type": "call.forgotten", "call_id": told.call_id},
            mode="live",
            desk=None,
            link=_page(base_url, told.call_id),
        )
        # Not under the call's id: what tells of it goes when it is forgotten, and this stays.
        _put(db, hook, message, now, feed=None, about=f"call:{told.call_id}:forgotten"[:300])
        db.delete(told)
    return len(found)


def _deliver(db: Db, hook: Webhook, row: Feed, now: int, base_url: str) -> int:
    alert = db.get(Alert, row.ref) if row.kind == "alert" else None
    if not wants(hook, row, severity_of(alert)):
        return 0
    if hook.format != Format.STANDARD and not is_news(db, hook, row):
        return 0
    told = Told(
        kind=row.kind,
        ref=row.ref,
        at=row.at,
        body=row.body,
        mode=row.mode,
        desk=row.desk or _text(row.body.get("desk")),
        link=_page(base_url, row.call_id),
    )
    _put(db, hook, told, now, feed=row.number, about=about(row), call_id=row.call_id)
    return 1


def _put(
    db: Db,
    hook: Webhook,
    told: Told,
    now: int,
    *,
    feed: int | None,
    about: str | None,
    call_id: str | None = None,
) -> Delivery:
    made = Delivery(
        delivery_id=f"msg_{secrets.token_hex(12)}",
        webhook_id=hook.webhook_id,
        feed=feed,
        body=rendered(told, Format(hook.format), with_words=hook.with_words),
        state=WAITING,
        tries=0,
        next_at=now,
        created_at=now,
        about=about,
        call_id=call_id,
    )
    db.add(made)
    db.flush()
    return made


def _done(db: Db, rows: Sequence[Feed]) -> set[tuple[str, int]]:
    if not rows:
        return set()
    query = select(Delivery.webhook_id, Delivery.feed).where(
        Delivery.feed.between(rows[0].number, rows[-1].number)
    )
    return {(hook, number) for hook, number in db.execute(query) if number is not None}


def _alerts(db: Db, named: Iterable[str], call_id: str | None) -> list[Alert]:
    wanted = list(named)
    if wanted:
        return list(db.scalars(select(Alert).where(Alert.alert_id.in_(wanted))))
    if call_id is None:
        return []
    return list(db.scalars(select(Alert).where(Alert.call_id == call_id)))


def _is_closed(alert: Alert) -> bool:
    return is_restricted(alert.handling, alert.trigger)


def _page(base_url: str, call_id: str | None) -> str:
    """Of a call, or the board. The platform's ids may hold anything: a `>` ends Slack's link."""
    return f"{base_url}/calls/{quote(call_id, safe='')}" if call_id else f"{base_url}/board"


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None
