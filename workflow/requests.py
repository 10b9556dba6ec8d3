"""What a person who is asked to come is told, and the same request made again in another way."""

from __future__ import annotations

import msgspec

from workflow.alerts import Alert, Owner
from workflow.brief import write_brief
from workflow.duty import Stop
from workflow.moments import rfc3339
from workflow.policy import RouteMode
from workflow.precedence import leading
from workflow.routing import Brief, Route, Stage, Way
from workflow.ways import labels_of, patience_ms
from workflow.work import Work


def brief_for(work: Work, alert: Alert, stop: Stop) -> Brief:
    """What the person at this stop should know before they speak."""
    known = work.desk(stop.desk)
    return write_brief(
        alert,
        work.call,
        stop.desk if known is None else known.name,
        receiver=stop.name,
        picture=work.picture,
        history=work.history,
        callbacks=tuple(work.callbacks.values()),
    )


def brief_anew(work: Work, way: Way, stop: Stop) -> Brief | None:
    """The brief as things stand now: of the gravest that they are to come for."""
    first = leading(work.alerts[label] for label in labels_of(work, way))
    return way.route.brief if first is None else brief_for(work, first, stop)


def ask_again(work: Work, desk: str, way: Way, mode: RouteMode, due_ms: int | None) -> Route:
    """The person at whom a way has arrived is asked to come in another way, before `due_ms` (UTC
    ms). Without it somebody has it in hand: how they come changes, and no clock begins."""
    stop = way.stops[way.at]
    known = work.desk(stop.desk)
    until_ms = work.at_ms + patience_ms(work, way) if due_ms is None else due_ms
    route = msgspec.structs.replace(
        way.route,
        attempt=way.route.attempt + 1,
        mode=mode,
        brief=brief_anew(work, way, stop),
        desk=stop.desk,
        target=way.route.target if known is None else known.target,
        owner=Owner(id=stop.person, name=stop.name),
        requested_at=work.at,
        expires_at=rfc3339(until_ms),
    )
    stage = way.stage if due_ms is None else Stage.REQUESTED
    work.way(desk, msgspec.structs.replace(way, route=route, stage=stage, due_ms=due_ms))
    work.told(route, fallback=True)
    return route
