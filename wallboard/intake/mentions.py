"""What other calls' briefs tell of a call that is forgotten: that there was one, its hard stops by
kind and day, and who owed its caller a call."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import msgspec
from sqlalchemy import delete, select

from stream.events import EarlierForgotten as Told
from wallboard.intake import routes
from wallboard.intake.arrival import Arrival, moment
from wallboard.intake.floor import Floor
from wallboard.store.tables import Call, Delivery, EarlierForgotten, Feed, Route
from workflow.routing import Brief
from workflow.telling import told


def take_out(floor: Floor, call: Call, at: int) -> None:
    """Of the same caller's other calls, as far as the caller of this one is still known. All that a
    brief says of earlier contacts goes: counts would be wrong, and a line names no call."""
    if call.customer_ref is None:
        return
    of_caller = select(Route).join(Call, Call.call_id == Route.call_id)
    others = of_caller.where(Call.customer_ref == call.customer_ref, Route.call_id != call.call_id)
    _strip(floor, list(floor.db.scalars(others)), at)


def project(floor: Floor, arrival: Arrival, event: Told) -> None:
    """A call's briefs tell of an earlier call that is forgotten: those that come later, too."""
    at = moment(event.at, arrival.at)
    row = floor.row(EarlierForgotten, event.call_id)
    if row is None:
        row = floor.put(EarlierForgotten(call_id=event.call_id, at=at), event.call_id)
    row.at = max(row.at, at)


def settle(floor: Floor, calls: Sequence[str]) -> None:
    """Take out what briefs of these calls tell of what is forgotten, whenever they were read."""
    query = select(EarlierForgotten).where(EarlierForgotten.call_id.in_(calls))
    for told_of in list(floor.db.scalars(query)):
        written = floor.db.scalars(select(Route).where(Route.call_id == told_of.call_id))
        until = [
            route
            for route in written
            if moment(route.body.get("requested_at"), route.updated_at) <= told_of.at
        ]
        _strip(floor, until, told_of.at)


def _strip(floor: Floor, told_in: Iterable[Route], at: int) -> None:
    for route in told_in:
        brief = route.body.get("brief")
        if not brief or not brief.get("before"):
            continue
        floor.unsay(route.call_id, at, {route.route_id})
        feed = (Feed.kind == "route", Feed.ref == route.route_id)
        floor.db.execute(delete(Feed).where(*feed))
        sent = Delivery.about.startswith(f"route:{route.route_id}:", autoescape=True)
        floor.db.execute(delete(Delivery).where(sent))
        route.body = {**route.body, "brief": _without_before(brief)}
        routes.tell(floor, route, at)


def _without_before(brief: dict[str, Any]) -> dict[str, Any]:
    left = {**brief, "before": []}
    try:
        return {**left, "text": told(msgspec.convert(left, Brief))}
    except msgspec.ValidationError:
        return {**left, "text": ""}
