"""`routing` and `routing.outcomes`: the newest attempt of each route, and how far it has come."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

import msgspec

from stream.events import (
    RouteAccepted,
    RouteCancelled,
    RouteCompleted,
    RouteFailed,
    RouteJoined,
    RouteOffered,
    RoutingEvent,
    RoutingOutcome,
)
from wallboard.intake.arrival import Arrival, as_json, moment, plain
from wallboard.intake.floor import Floor
from wallboard.intake.passing import Passed, has_left, whose
from wallboard.intake.restriction import NORMAL, RESTRICTED
from wallboard.store.desks import ASKED_BEFORE
from wallboard.store.feeding import Seen
from wallboard.store.tables import Alert, Call, Route
from workflow.routing import CancelReason

_ORDER = (
    "requested",
    "offered",
    "accepted",
    "failed",
    "cancelled",
    "joined",
    "completed",
)
"""Of one attempt, whatever order it is read in: who has joined is not removed by a cancellation."""

_STATES: dict[type[RoutingOutcome], str] = {
    RouteOffered: "offered",
    RouteAccepted: "accepted",
    RouteFailed: "failed",
    RouteJoined: "joined",
    RouteCompleted: "completed",
}


def project(floor: Floor, arrival: Arrival, event: RoutingEvent) -> None:
    """A request, its fallback to the next, or its end."""
    cancelled = isinstance(event, RouteCancelled)
    at = moment(event.requested_at, arrival.at)
    # A cancellation carries the time of the request that it ends.
    at = arrival.at if cancelled else at
    call = floor.call(
        event.call_id,
        at,
        queue_id=event.queue_id,
        team_id=event.team_id,
        agent_id=event.agent_id,
        mode=event.origin.value,
        knows=False,
    )
    row = _row(floor, event.route_id, event.call_id, event.attempt, at)
    if event.attempt < row.attempt:
        return
    asked, about = _asked(row), row.body.get("alert_ids", ())
    changed = _moved(row, event.attempt, "cancelled" if cancelled else "requested", at)
    if cancelled or _stands(row, arrival.at):
        person = {"person_id": row.body["person_id"]} if "person_id" in row.body else {}
        body = plain(event) | whose(call) | person | _before(asked, event.desk)
        if as_json(body) != as_json(row.body):
            changed = True
            row.body, row.desk = body, event.desk
            if not cancelled and row.state == "cancelled":
                row.state, row.updated_at, row.reason = "requested", at, None
    if event.cancel_reason is not None and row.state == "cancelled":
        row.reason = event.cancel_reason.value
    if event.cancel_reason is CancelReason.CALL_ENDED:
        floor.end_call(call, at)
    if changed:
        tell(floor, row, at)
        _bring(floor, row, call, at, told=about if row.desk in asked else ())


def project_outcome(floor: Floor, arrival: Arrival, event: RoutingOutcome) -> None:
    """What the platform says of an attempt."""
    at = moment(event.at, arrival.at)
    row = _row(floor, event.route_id, event.call_id, event.attempt, at)
    if event.attempt < row.attempt or not _moved(row, event.attempt, _STATES[type(event)], at):
        return
    if isinstance(event, RouteFailed):
        row.reason = event.reason.value
    person = getattr(event, "person_id", None)
    if person is not None:
        row.body = {**row.body, "person_id": person}
    tell(floor, row, at)


def follow(floor: Floor, row: Route, passed: Sequence[Passed]) -> None:
    """Its call has passed to others: they see who comes. What is restricted stays at its desk."""
    seen, trigger = _seen(floor, row)
    if seen.handling == RESTRICTED:
        return
    for was in passed:
        before = msgspec.structs.replace(
            seen,
            queue_id=was.before.queue_id,
            team_id=was.before.team_id,
            agent_id=was.before.agent_id,
        )
        if has_left(before, seen):
            _gone(floor, row, before, trigger, was.at)
    row.body = row.body | whose(seen)
    tell(floor, row, passed[-1].at)


def tell(floor: Floor, row: Route, at: int) -> None:
    """Those who may see its alerts hear of a route."""
    seen, trigger = _seen(floor, row)
    body: dict[str, Any] = {
        **row.body,
        "route_id": row.route_id,
        "attempt": row.attempt,
        "state": row.state,
        "state_reason": row.reason,
        "state_at": row.updated_at,
    }
    floor.tell("route", row.route_id, seen, at, body, call_id=row.call_id, trigger=trigger)


def _seen(floor: Floor, row: Route) -> tuple[Seen, str | None]:
    """Who may see it, and the trigger to ask with."""
    call = floor.row(Call, row.call_id)
    alert_ids = row.body.get("alert_ids", [])
    known = _alerts(floor, row)
    closed = [alert for alert in known if alert.handling == RESTRICTED]
    # Until its alerts are known, a route is for its desk alone.
    unknown = len(known) < len(alert_ids) or not alert_ids
    seen = Seen(
        queue_id=call.queue_id if call else None,
        team_id=call.team_id if call else None,
        agent_id=call.agent_id if call else None,
        desk=row.desk or None,
        handling=RESTRICTED if closed or unknown else NORMAL,
    )
    return seen, closed[0].trigger if closed else known[0].trigger if known else None


def _alerts(floor: Floor, row: Route) -> list[Alert]:
    found = [floor.row(Alert, alert_id) for alert_id in row.body.get("alert_ids", [])]
    return [alert for alert in found if alert is not None]


def _gone(floor: Floor, row: Route, before: Seen, trigger: str | None, at: int) -> None:
    floor.gone("route", row.route_id, row.call_id, before, at, trigger=trigger, moved=True)


def _asked(row: Route) -> tuple[str, ...]:
    """The desks that were asked so far, each once."""
    asked = (*row.body.get(ASKED_BEFORE, ()), row.desk)
    return tuple(dict.fromkeys(desk for desk in asked if desk))


def _before(asked: tuple[str, ...], desk: str) -> dict[str, list[str]]:
    earlier = [one for one in asked if one != desk]
    return {ASKED_BEFORE: earlier} if earlier else {}


def _bring(floor: Floor, row: Route, call: Call, at: int, *, told: Collection[str]) -> None:
    """Another desk is asked to come, or for more: it hears of the alerts, which it may see from now
    on, and of their call. `told`: alerts that it has heard of."""
    for alert_id in row.body.get("alert_ids", ()):
        alert = None if alert_id in told else floor.row(Alert, alert_id)
        if alert is not None and alert.desk != row.desk:
            floor.tell_call(call, at)
            seen = {"call_id": alert.call_id, "trigger": alert.trigger, "mode": alert.mode}
            floor.tell("alert", alert_id, alert, at, alert.body | whose(alert), **seen)


def _row(floor: Floor, route_id: str, call_id: str, attempt: int, at: int) -> Route:
    known = floor.row(Route, route_id)
    if known is not None:
        return known
    row = Route(
        route_id=route_id,
        call_id=call_id,
        attempt=attempt,
        # Below every state: whatever comes first is a change.
        state="",
        desk="",
        updated_at=at,
        body={},
    )
    return floor.put(row, route_id)


def _stands(row: Route, told_at: int) -> bool:
    """Whether a request takes the place of what is known: one that is told anew does, as after the
    death of a worker; not one that was told before what has ended it."""
    return row.state != "cancelled" or "type" not in row.body or told_at > row.updated_at


def _moved(row: Route, attempt: int, state: str, at: int) -> bool:
    if attempt > row.attempt:
        row.attempt, row.state, row.reason = attempt, "", None
        row.body = {name: value for name, value in row.body.items() if name != "person_id"}
    if row.state and _ORDER.index(state) <= _ORDER.index(row.state):
        return False
    row.state, row.updated_at, row.reason = state, at, None
    return True
