"""At which desks the alerts on a call stand: they see the call, whoever else does."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from wallboard.access import RESTRICTED, Desks, Viewer
from wallboard.store.tables import Alert, Call

AT_ONCE = 400
"""SQLite takes no more than so many values at once in every build."""


def desks_on(
    db: Session, call_ids: Collection[str], among: Collection[str] | None = None
) -> dict[str, Desks]:
    """Of each of these calls; `among`: only desks that are in it."""
    every: dict[str, set[str]] = {call_id: set() for call_id in call_ids}
    closed: dict[str, set[str]] = {call_id: set() for call_id in call_ids}
    if among is None or among:
        for part in _parts(sorted(every)):
            query = select(Alert.call_id, Alert.desk, Alert.handling).distinct()
            query = query.where(Alert.call_id.in_(part), Alert.desk.is_not(None))
            if among is not None:
                query = query.where(Alert.desk.in_(among))
            for call_id, desk, handling in db.execute(query):
                every[call_id].add(str(desk))
                if handling == RESTRICTED:
                    closed[call_id].add(str(desk))
    return {
        call_id: Desks(frozenset(found), frozenset(closed[call_id]))
        for call_id, found in every.items()
    }


def desks_of(db: Session, viewer: Viewer, call: Call) -> frozenset[str]:
    """Those of a viewer's desks that see a call for an alert on it."""
    on = desks_on(db, [call.call_id], among=viewer.desks)
    return on[call.call_id].of_call(call.handling)


def _parts(names: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(names), AT_ONCE):
        yield names[start : start + AT_ONCE]
