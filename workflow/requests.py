"""What a person who is asked to come is told, and the same request made again in another way."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from workflow.alerts import Alert, Owner, RecordHandling
from workflow.brief import write_brief
from workflow.duty import Stop
from workflow.moments import rfc3339
from workflow.policy import RouteMode
from workflow.precedence import leading
from workflow.routing import Brief, Route, Stage, Way
from workflow.ways import labels_of, patience_ms
from workflow.work import LIFE, OVER, Work


def brief_for(work: Work, alert: Alert, stop: Stop) -> Brief:
    """What the person at this stop should know before they speak; nothing that is for others."""
    known = work.desk(stop.desk)
    others = [other for other in work.alerts.values() if other.alert_id != alert.alert_id]
    at_risk = alert.trigger not in LIFE and any(
        other.trigger in LIFE
        and other.status not in OVER
        and other.handling is not RecordHandling.RESTRICTED
        for other in others
    )
    return write_brief(
        alert,
        work.call,
        stop.desk if known is None else known.name,
        receiver=stop.name,
        picture=work.picture.without(_for_others(alert, others)),
        history=work.history,
        callbacks=tuple(work.callbacks.values()),
        at_risk=at_risk,
    )


def _for_others(alert: Alert, others: Sequence[Alert]) -> frozenset[str]:
    """The utterances that only other desks may read of: of what is restricted to one, and of a life
    at stake where somebody comes for another matter."""
    hidden = {
        evidence.utterance_id
        for other in others
        if (other.handling is RecordHandling.RESTRICTED and other.desk != alert.desk)
        or (other.trigger in LIFE and alert.trigger not in LIFE)
        for evidence in other.evidence
    }
    return frozenset(hidden - {evidence.utterance_id for evidence in alert.evidence})


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
        **work.here,
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
