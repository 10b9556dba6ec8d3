"""What a batch is projected onto: rows by key, the call behind everything, and the news of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeVar

import msgspec
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from detectors.vocabulary import Signal
from wallboard.access import Thing
from wallboard.intake.passing import Passed, give_to, has_left, news_of
from wallboard.intake.restriction import RESTRICTED
from wallboard.store.feeding import News, Seen, add_to_feed, seen_of
from wallboard.store.tables import Call, Complaint, Entry, Feed, Table, Turn

HOUR = 3_600_000
SILENT_MS = HOUR
"""Turns older than this are no news: nobody watches that call live any more."""
_LATEST_ONLY = frozenset({"turn", "call"})
"""Kinds of which a batch tells the newest state alone."""
_WORDS = ("turn", "call", "entry", "note", "complaint", "hint", "message")

T = TypeVar("T", bound=Table)


class Floor:
    """One transaction of the intake. `now` is UTC ms; what is older than `feed_ms` is no news, and
    turns older than `turns_ms` are not kept. `desks`: at which desks a person of the policy sits.
    `passed`: who had the calls that passed to others meanwhile, one after the other.
    """

    def __init__(
        self,
        db: Session,
        *,
        now: int,
        feed_ms: int = 6 * HOUR,
        turns_ms: int = 7 * 24 * HOUR,
        desks: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self.db = db
        self.now = now
        self.feed_ms = feed_ms
        self.turns_ms = turns_ms
        self._desks = desks or {}
        self._news: dict[tuple[str, str], News] = {}
        self._moments: dict[tuple[str, str], int] = {}
        self._rows: dict[tuple[type[Table], object], Table | None] = {}
        self.passed: dict[str, list[Passed]] = {}

    def row(self, kind: type[T], key: object) -> T | None:
        """A row by its key, read once."""
        if key == "":
            return None
        place = (kind, key)
        if place not in self._rows:
            self._rows[place] = self.db.get(kind, key)
        found: Any = self._rows[place]
        return found  # type: ignore[no-any-return]

    def put(self, row: T, key: object) -> T:
        """A new row."""
        self.db.add(row)
        self._rows[(type(row), key)] = row
        return row

    def take_out(self, kind: type[T], row: T, key: object) -> None:
        """A row that is deleted."""
        self.db.delete(row)
        self._rows[(kind, key)] = None

    def expect(self, calls: set[str], turns: set[tuple[str, str]]) -> None:
        """Read the calls and turns of a batch at once."""
        self._rows |= {(Call, call_id): None for call_id in calls}
        for call in self.db.scalars(select(Call).where(Call.call_id.in_(calls))):
            self._rows[(Call, call.call_id)] = call
        self._rows |= {(Turn, key): None for key in turns}
        utterances = {utterance for _, utterance in turns}
        query = select(Turn).where(Turn.call_id.in_(calls), Turn.utterance_id.in_(utterances))
        for turn in self.db.scalars(query):
            self._rows[(Turn, (turn.call_id, turn.utterance_id))] = turn

    def desk_of(self, person: str | None) -> str | None:
        """A desk at which a person sits."""
        return next(iter(self._desks.get(person or "", ())), None)

    # The call behind it

    def call(
        self,
        call_id: str,
        at: int,
        *,
        queue_id: str | None = None,
        team_id: str | None = None,
        agent_id: str | None = None,
        mode: str | None = None,
        goes_on: bool = True,
        knows: bool = True,
    ) -> Call:
        """The call, made if it is new. A fact is noted when it was not known, or is stated anew by
        a later event that `knows` whose the call is now. `goes_on`: what comes shows that the call
        is not over."""
        found = self.row(Call, call_id)
        new = found is None
        if found is None:
            found = Call(
                call_id=call_id,
                first_at=at,
                last_at=at,
                handling="normal",
                mode=mode or "live",
                degraded=False,
            )
            self.put(found, call_id)
        stated = {"queue_id": queue_id, "team_id": team_id, "agent_id": agent_id}
        anew = news_of(found, stated, later=knows and at >= found.last_at)
        changed = bool(anew)
        if anew:
            self._pass_on(found, anew, at, new=new)
        if goes_on and found.ended_at is not None and at > found.ended_at:
            found.ended_at = None
            changed = True
        found.first_at = min(found.first_at, at)
        if goes_on:
            found.last_at = max(found.last_at, at)
        if changed or new:
            self.tell_call(found, at)
        return found

    def end_call(self, call: Call, at: int, *, surely: bool = False) -> None:
        """The call is over. What is read of it after its end may be followed by another: words that
        were said until then do not show that it goes on. `surely`: whatever else came later."""
        if (surely or at >= call.last_at) and (call.ended_at is None or at > call.ended_at):
            call.ended_at = at
            self.tell_call(call, at)

    def restrict(self, call: Call, desk: str | None, trigger: str, at: int) -> None:
        """A restricted alert stands on the call: its words are for that desk alone from now on."""
        misconduct = Signal.MISCONDUCT.value
        again = call.handling == RESTRICTED
        if again and (trigger != misconduct or call.trigger == misconduct):
            return
        before = seen_of(call, call.mode)
        closed = {"handling": RESTRICTED, "desk": desk, "trigger": trigger}
        call.handling, call.desk, call.trigger = RESTRICTED, desk, trigger
        self.db.flush()
        told = [Feed.call_id == call.call_id, Feed.kind.in_(_WORDS)]
        if again:
            # What else there is says that it is gone, to those who could see it before.
            told.append(Feed.handling == RESTRICTED)
        self.db.execute(update(Feed).where(*told).values(**closed))
        entries = update(Entry).where(Entry.call_id == call.call_id)
        self.db.execute(entries.values(handling=RESTRICTED, desk=desk))
        for key, news in self._news.items():
            ours = news.call_id == call.call_id and news.kind in _WORDS
            if ours and (not again or news.seen.handling == RESTRICTED):
                seen = msgspec.structs.replace(news.seen, handling=RESTRICTED, desk=desk)
                self._news[key] = msgspec.structs.replace(news, trigger=trigger, seen=seen)
        self.gone("call", call.call_id, call.call_id, before, at)
        self.tell_call(call, at)
        for row in self.db.scalars(select(Complaint).where(Complaint.call_id == call.call_id)):
            self.close_off(row, desk, trigger, at)

    def close_off(self, row: Complaint, desk: str | None, trigger: str | None, at: int) -> None:
        """A complaint is for a desk alone from now on: it is gone for whoever else had it."""
        before = seen_of(row, row.mode)
        row.handling, row.desk = RESTRICTED, desk
        self.gone("complaint", row.reference, row.call_id, before, at)
        self.tell_complaint(row, trigger, at)

    def _pass_on(self, call: Call, anew: Mapping[str, str], at: int, *, new: bool) -> None:
        """The call is whose it is said to be now, and gone for who had it."""
        before = seen_of(call, call.mode)
        for name, value in anew.items():
            setattr(call, name, value)
        if not new:
            self.passed.setdefault(call.call_id, []).append(Passed(before, at))
        if has_left(before, call):
            ref = call.call_id
            self.gone("call", ref, ref, before, at, trigger=call.trigger, moved=True)
        self.db.flush()
        give_to(self.db, call)

    # News

    def tell(
        self,
        kind: str,
        ref: str,
        thing: Thing,
        at: int,
        body: dict[str, Any],
        *,
        call_id: str | None,
        trigger: str | None = None,
        mode: str = "live",
    ) -> None:
        """A thing has changed: those who may see it hear of it, unless it is old."""
        news = News(
            kind=kind,
            ref=ref,
            call_id=call_id,
            at=self.now,
            body=body,
            seen=seen_of(thing, mode),
            trigger=trigger,
        )
        self._add(news, ref if kind in _LATEST_ONLY else f"{ref}#{len(self._news)}", at)

    def tell_call(self, call: Call, at: int) -> None:
        """The call has changed."""
        body = call_body(call)
        ref = call.call_id
        self.tell("call", ref, call, at, body, call_id=ref, trigger=call.trigger, mode=call.mode)

    def tell_complaint(self, row: Complaint, trigger: str | None, at: int) -> None:
        """The complaint has changed. `trigger`: what restricts its call, if anything does."""
        ref, call_id, mode = row.reference, row.call_id, row.mode
        self.tell("complaint", ref, row, at, row.body, call_id=call_id, trigger=trigger, mode=mode)

    def gone(
        self,
        kind: str,
        ref: str,
        call_id: str,
        before: Seen,
        at: int,
        *,
        trigger: str | None = None,
        forgotten: bool = False,
        moved: bool = False,
        owner: str | None = None,
    ) -> None:
        """Those who could see a thing so far may see it no more: {"gone": true}; with "forgotten"
        nobody may, and whoever keeps it deletes it; with "moved" it is others' now, and is told
        anew to who may see it still. `owner`: who saw it because it was theirs."""
        body: dict[str, Any] = {"gone": True}
        body |= {"forgotten": True} if forgotten else {"moved": True} if moved else {}
        if owner is not None:
            body["owner"] = {"id": owner}
        news = News(
            kind=kind,
            ref=ref,
            call_id=call_id,
            at=self.now,
            body=body,
            seen=before,
            trigger=trigger,
        )
        # Of two that go in one batch each is heard by those who had it.
        self._add(news, f"{ref}#gone#{before}#{owner}", at)

    def _add(self, news: News, key: str, at: int) -> None:
        age = self.now - at
        if age > (SILENT_MS if news.kind in _LATEST_ONLY else self.feed_ms):
            return
        self._news.pop((news.kind, key), None)
        self._news[(news.kind, key)] = news
        self._moments[(news.kind, key)] = at

    def unsay(self, call_id: str, at: int, refs: Collection[str] = ()) -> None:
        """Nobody hears of what was told of a call until a moment (UTC ms), nor at any moment of
        these things."""
        for key, news in list(self._news.items()):
            told = self._moments[key] <= at or news.ref in refs
            if news.call_id == call_id and told and not news.body.get("forgotten"):
                del self._news[key]

    def publish(self) -> int:
        """Write the feed; gives how many rows."""
        self.db.flush()
        news: Iterable[News] = self._news.values()
        add_to_feed(self.db, news)
        return len(self._news)


def call_body(call: Call) -> dict[str, Any]:
    """A call as the feed and the API tell of it."""
    names = (
        "call_id",
        "customer_ref",
        "deep_link",
        "queue_id",
        "team_id",
        "agent_id",
        "mode",
        "first_at",
        "last_at",
        "ended_at",
        "not_monitored",
        "degraded",
        "mood",
        "heard",
        "look",
    )
    return {name: getattr(call, name) for name in names}
