"""Where the next page of a list begins: after the last row of the one before, by its moment and its
id. Many rows may have the same moment, and the newest may move up meanwhile."""

from __future__ import annotations

from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, and_, or_
from sqlalchemy.orm import Session

CURSOR = r"^([0-9]{1,15}(\.[^\x00]{1,300})?)?$"
"""What `before` in an address looks like: nothing, UTC ms, or `older` of the page before."""


T = TypeVar("T")


def page(
    db: Session, query: Select[T], by: tuple[Any, Any], before: str, size: int
) -> tuple[list[T], str | None]:
    """The rows of a page, the newest first, and where the next one begins. `by`: the columns of
    their moment and their id; `before`: where this page begins, if it is not the first."""
    at, ref = by
    ordered = query.where(*after(before, at, ref)).order_by(at.desc(), ref)
    rows = list(db.scalars(ordered.limit(size + 1)))
    if len(rows) <= size:
        return rows, None
    last = rows[size - 1]
    return rows[:size], older(getattr(last, at.key), getattr(last, ref.key))


def older(at: int, ref: str) -> str:
    """Where the page after a row begins."""
    return f"{at}.{ref}"


def after(cursor: str, at: Any, ref: Any) -> list[ColumnElement[bool]]:
    """Rows after a cursor, where the newest come first and equal moments go by id; with a moment
    alone, those before it."""
    if not cursor:
        return []
    moment, _, last = cursor.partition(".")
    if not last:
        return [at < int(moment)]
    return [or_(at < int(moment), and_(at == int(moment), ref > last))]
