"""At which desks the alerts on a call stand: they see the call, whoever else does."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from wallboard.access import RESTRICTED, Desks
from wallboard.store.bodies import inside
from wallboard.store.tables import Alert, Route

AT_ONCE = 400
"""SQLite takes no more than so many values at once in every build."""
ASKED_BEFORE = "asked_before"
"""In the body of a route: the desks that were asked at earlier attempts. Who was asked may come
after all, and is to hear what becomes of it."""


def desks_on(
    db: Session, call_ids: Collection[str], among: Collection[str] | None = None
) -> dict[str, Desks]:
    """Of each of these calls; `among`: only desks that are in it."""
    found = dict.fromkeys(call_ids, Desks())
    for part in _parts(sorted(found)):
        asked = _asked(db, part)
        query = select(Alert.call_id, Alert.alert_id, Alert.desk, Alert.handling, Alert.owner_id)
        for call_id, alert_id, desk, handling, owner in db.execute(
            query.where(Alert.call_id.in_(part))
        ):
            at = asked.get(alert_id, frozenset()) | ({desk} if desk is not None else set())
            at = at if among is None else at.intersection(among)
            on = found[call_id]
            found[call_id] = Desks(
                every=on.every | at,
                closed=on.closed | at if handling == RESTRICTED else on.closed,
                alerts={**on.alerts, alert_id: at},
                owners=on.owners if owner is None else on.owners | {owner},
            )
    return found


def asks(route: Any, desks: Collection[str], alert_id: Any) -> ColumnElement[bool]:
    """Whether a route has asked one of these desks to come for an alert. Ids of alerts are UUIDs
    and desks are names of the policy: in JSON both stand as they are."""
    before = inside(route.body, ASKED_BEFORE, otherwise="")
    asked = [before.contains(f'"{desk}"', autoescape=True) for desk in desks]
    named = inside(route.body, "alert_ids", otherwise="").contains('"' + alert_id + '"')
    return or_(route.desk.in_(desks), *asked) & named


def _asked(db: Session, call_ids: Collection[str]) -> dict[str, frozenset[str]]:
    """The desks that were asked to come, by the id of the alert."""
    found: dict[str, frozenset[str]] = {}
    query = select(
        Route.desk, inside(Route.body, "alert_ids"), inside(Route.body, ASKED_BEFORE)
    ).where(Route.call_id.in_(call_ids))
    for desk, about, before in db.execute(query):
        asked = {desk, *_names(before)} - {""}
        for alert_id in _names(about):
            found[alert_id] = found.get(alert_id, frozenset()) | asked
    return found


def _names(text: str | None) -> list[str]:
    try:
        return msgspec.json.decode(text or "[]", type=list[str])
    except (msgspec.ValidationError, msgspec.DecodeError):
        return []


def _parts(names: list[str]) -> Iterator[list[str]]:
    for start in range(0, len(names), AT_ONCE):
        yield names[start : start + AT_ONCE]
