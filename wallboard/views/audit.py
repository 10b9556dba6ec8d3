"""The audit log, searched by person and day."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session as Db

from wallboard.dates import zone_of
from wallboard.language import _
from wallboard.store.tables import Audit, User

LINES = 200


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One line; `at` is UTC ms."""

    number: int
    at: int
    user_id: str | None
    name: str | None
    what: str
    ref: str | None
    address: str | None


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """The newest lines first; `older` is where to go on, None at the end."""

    lines: tuple[Line, ...]
    older: int | None
    problem: str | None = None


def search(
    db: Db,
    *,
    person: str = "",
    day: str = "",
    what: str = "",
    before: int | None = None,
    zone: str | None = None,
) -> Found:
    """Lines by person (an id) and day (YYYY-MM-DD in `zone`, else UTC), before a number."""
    query = select(Audit, User.name).outerjoin(User, User.user_id == Audit.user_id)
    if person:
        query = query.where(Audit.user_id == person)
    if what:
        query = query.where(Audit.what.startswith(what, autoescape=True))
    if day:
        try:
            start, end = _day(date.fromisoformat(day), zone)
        except (ValueError, OverflowError):
            return Found(lines=(), older=None, problem=_("a day is written 2026-11-28"))
        query = query.where(Audit.at >= start, Audit.at < end)
    if before is not None:
        query = query.where(Audit.number < before)
    rows = db.execute(query.order_by(Audit.number.desc()).limit(LINES + 1)).all()
    lines = tuple(
        Line(
            number=row.number,
            at=row.at,
            user_id=row.user_id,
            name=name,
            what=row.what,
            ref=row.ref,
            address=row.address,
        )
        for row, name in rows[:LINES]
    )
    return Found(lines=lines, older=lines[-1].number if len(rows) > LINES else None)


def _day(day: date, zone: str | None) -> tuple[int, int]:
    place = zone_of(zone)
    start = datetime(day.year, day.month, day.day, tzinfo=place)
    following = day + timedelta(days=1)
    end = datetime(following.year, following.month, following.day, tzinfo=place)
    return round(start.timestamp() * 1000), round(end.timestamp() * 1000)
