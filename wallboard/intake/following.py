"""What is open on a call goes along when it passes to another agent, team or queue."""

from __future__ import annotations

from sqlalchemy import select

from wallboard.intake import alerts, routes
from wallboard.intake.floor import Floor
from wallboard.store.tables import Alert, Call, Route
from workflow.work import OVER


def settle(floor: Floor) -> None:
    """Those who have the calls now hear of their open alerts, with who comes for these. Called once
    the events of a batch are projected."""
    if not floor.passed:
        return
    floor.db.flush()
    over = [status.value for status in OVER]
    on_these = select(Alert).where(Alert.call_id.in_(floor.passed), Alert.status.not_in(over))
    going = {row.alert_id: row for row in floor.db.scalars(on_these)}
    for alert in going.values():
        call = floor.row(Call, alert.call_id)
        if call is not None:
            alerts.follow(floor, alert, call, floor.passed[alert.call_id][-1].at)
    of_these = select(Route).where(Route.call_id.in_({one.call_id for one in going.values()}))
    for route in list(floor.db.scalars(of_these)) if going else ():
        if not going.keys().isdisjoint(route.body.get("alert_ids", ())):
            routes.follow(floor, route, floor.passed[route.call_id])
