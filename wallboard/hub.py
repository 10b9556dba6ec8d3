"""The feed, read once and handed to everybody who listens.

Whoever reads too slowly is let go: they come back with the number they had, and miss nothing.
"""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import msgspec
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from wallboard.access import Desks
from wallboard.audience import desks_of, is_of_record, owners_of, person_of
from wallboard.store.desks import desks_on
from wallboard.store.engine import Sessions
from wallboard.store.tables import Feed
from wallboard.words import without_words

log = logging.getLogger(__name__)

POLL_S = 0.5
"""How soon rows are seen that another process wrote; those of this one are told at once."""
READ_ROWS = 500
WAITING_ROWS = 5_000
"""Rows that may wait for one reader: some ten seconds of a busy floor."""
TURNS_RESUMED_MS = 15 * 60_000
"""How far back turns are kept in the feed. Who was away longer loads the page anew."""


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One row of the feed, ready to be sent: `frame` is its text in the event stream. `person`:
    who hears of it whatever else they may see; `desks`: where it is heard beside `desk`; `owners`:
    who hears of it for an alert of theirs on the call; `of_record`: whether it is kept from the
    agent of its call. `bare` is the frame without words, for services that are to read none."""

    number: int
    kind: str
    ref: str
    call_id: str | None
    trigger: str | None
    at: int
    queue_id: str | None
    team_id: str | None
    agent_id: str | None
    desk: str | None
    handling: str
    person: str | None
    frame: bytes
    bare: bytes = b""
    desks: frozenset[str] = frozenset()
    of_record: bool = False
    owners: frozenset[str] = frozenset()


class Subscriber:
    """One who listens. `take` gives what has come; `ended` says that no more will."""

    def __init__(self) -> None:
        self._waiting: deque[Item] = deque()
        self._something = asyncio.Event()
        self.ended = False

    def offer(self, items: Sequence[Item]) -> bool:
        """Queue items; False when too many wait already, and it is let go."""
        if len(self._waiting) + len(items) > WAITING_ROWS:
            self.end()
            return False
        self._waiting.extend(items)
        self._something.set()
        return True

    def end(self) -> None:
        """No more will come; what waits is dropped."""
        self.ended = True
        self._waiting.clear()
        self._something.set()

    async def take(self, seconds: float) -> list[Item]:
        """What waits, or what comes within `seconds`: perhaps nothing."""
        try:
            await asyncio.wait_for(self._something.wait(), seconds)
        except TimeoutError:
            return []
        self._something.clear()
        items = list(self._waiting)
        self._waiting.clear()
        return items


class Hub:
    """Reads the feed while anybody listens."""

    def __init__(self) -> None:
        self._subscribers: set[Subscriber] = set()
        self._wake = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._latest = 0
        self._closed = False
        self.dropped = 0

    def __len__(self) -> int:
        return len(self._subscribers)

    def notify(self) -> None:
        """Rows have been committed. From any thread."""
        loop = self._loop
        if loop is not None and not loop.is_closed():
            loop.call_soon_threadsafe(self._wake.set)

    def close(self) -> None:
        """End all streams; new ones end at once."""
        self._closed = True
        for subscriber in self._subscribers:
            subscriber.end()
        self._wake.set()

    async def start(self, sessions: Sessions) -> int:
        """Begin to read, if nobody does; gives the number after which items will be offered."""
        self._loop = asyncio.get_running_loop()
        if self._task is None or self._task.done():
            begin = await asyncio.to_thread(newest, sessions)
            # Somebody else may have been faster; where they began must stand.
            if self._task is None or self._task.done():
                self._latest = begin
                self._task = asyncio.create_task(self._run(sessions), name="feed")
        return self._latest

    @contextmanager
    def subscribed(self) -> Iterator[Subscriber]:
        """Listen for the length of the block. Call `start` right after: what it returns is where
        the offers begin, give or take those already waiting."""
        subscriber = Subscriber()
        if self._closed:
            subscriber.end()
        self._subscribers.add(subscriber)
        try:
            yield subscriber
        finally:
            self._subscribers.discard(subscriber)
            self._wake.set()

    async def _run(self, sessions: Sessions) -> None:
        while self._subscribers and not self._closed:
            self._wake.clear()
            try:
                items = await asyncio.to_thread(after, sessions, self._latest)
            except SQLAlchemyError as error:
                log.warning("the feed cannot be read: %s", type(error).__name__)
                items = []
            if items:
                self._latest = items[-1].number
                for subscriber in list(self._subscribers):
                    if not subscriber.ended and not subscriber.offer(items):
                        self.dropped += 1
            if len(items) < READ_ROWS:
                try:
                    await asyncio.wait_for(self._wake.wait(), POLL_S)
                except TimeoutError:
                    continue


def newest(sessions: Sessions) -> int:
    """The number of the newest row; 0 without any."""
    with sessions() as db:
        return db.scalar(select(func.max(Feed.number))) or 0


def after(
    sessions: Sessions, number: int, until: int | None = None, call_id: str | None = None
) -> list[Item]:
    """The next rows after a number, at most READ_ROWS."""
    query = select(Feed).where(Feed.number > number).order_by(Feed.number).limit(READ_ROWS)
    if until is not None:
        query = query.where(Feed.number <= until)
    if call_id is not None:
        query = query.where(Feed.call_id == call_id)
    with sessions() as db:
        rows = list(db.scalars(query))
        on = desks_on(db, {row.call_id or "" for row in rows})
        return [_item(row, on[row.call_id or ""]) for row in rows]


def can_resume(sessions: Sessions, number: int, now_ms: int, *, with_turns: bool) -> bool:
    """Whether everything after a number is still there."""
    with sessions() as db:
        newest_kept = db.scalar(select(func.max(Feed.number))) or 0
        oldest_kept = db.scalar(select(func.min(Feed.number))) or 0
        if number > newest_kept or number < oldest_kept - 1:
            return False
        if not with_turns or number == newest_kept:
            return True
        around = select(Feed.number, Feed.at).where(Feed.number.in_((number, number + 1)))
        known = [row.at for row in db.execute(around.order_by(Feed.number))]
        # Rows are as old as their numbers are low: while one of these two is kept as a turn would
        # be, so is all that follows. With both gone, turns may have gone with them.
        return bool(known) and now_ms - known[-1] < TURNS_RESUMED_MS


def _item(row: Feed, on: Desks) -> Item:
    told = {"kind": row.kind, "ref": row.ref, "call_id": row.call_id, "at": row.at}
    body, bare = row.body, without_words(row.kind, row.body)
    whole = frame(row.kind, {**told, "body": body}, row.number)
    return Item(
        number=row.number,
        kind=row.kind,
        ref=row.ref,
        call_id=row.call_id,
        trigger=row.trigger,
        at=row.at,
        queue_id=row.queue_id,
        team_id=row.team_id,
        agent_id=row.agent_id,
        desk=row.desk,
        handling=row.handling,
        person=person_of(row.kind, row.body, row.handling, row.trigger),
        frame=whole,
        bare=whole if bare == body else frame(row.kind, {**told, "body": bare}, row.number),
        desks=desks_of(row.kind, row.ref, row.body, row.handling, row.trigger, on),
        owners=owners_of(row.kind, row.body, on),
        of_record=is_of_record(row.kind, row.body),
    )


def frame(event: str, body: object, number: int | None = None) -> bytes:
    """One event of the stream (WHATWG HTML, 9.2.6); JSON has no line breaks of its own."""
    head = b"" if number is None else b"id: %d\n" % number
    return b"%sevent: %s\ndata: %s\n\n" % (head, event.encode(), msgspec.json.encode(body))
