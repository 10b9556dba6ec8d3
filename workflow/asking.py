"""Asking people to come: the first on the roster, then the next, until somebody does."""

from __future__ import annotations

import msgspec

from workflow.alerts import Alert, AlertStatus, Owner
from workflow.call import Mode
from workflow.debts import owe
from workflow.identity import stable_id
from workflow.moments import rfc3339
from workflow.policy import Handling, RouteMode
from workflow.requests import ask_again, brief_anew, brief_for
from workflow.routing import (
    COMING,
    CancelReason,
    FailureReason,
    Outcome,
    OutcomeKind,
    Route,
    Stage,
    Way,
)
from workflow.ways import (
    acknowledged,
    is_open,
    is_taken,
    labels_of,
    moved,
    patience_ms,
    who_comes,
)
from workflow.work import Work


def ask_for(work: Work, alert: Alert, handling: Handling) -> None:
    """Ask the desk of an alert to come, or add the alert to those it is coming for. Nobody is asked
    for what was heard in shadow."""
    if alert.mode is Mode.SHADOW or work.ended:
        return
    asked = work.ways.get(handling.desk)
    shared = asked is not None and _comes_for(work, asked, alert)
    if work.is_for_life(alert):
        _keep_on_the_line(work, but=handling.desk if shared else None)
    if asked is not None and shared:
        _comes_for_both(work, handling, asked, alert)
        return
    stops = work.chain(handling.desk)
    first, call = work.desk(stops[0].desk), work.call
    due_ms = work.at_ms + handling.answer_within_s * 1000
    route = Route(
        route_id=stable_id("route", alert.alert_id, handling.desk, alert.revision if asked else 0),
        attempt=1,
        call_id=call.call_id,
        alert_ids=(alert.alert_id,),
        tier=handling.tier,
        desk=stops[0].desk,
        mode=_mode(work, handling.mode),
        # A desk that no policy has any more is known by its name alone.
        target=stops[0].desk if first is None else first.target,
        owner=Owner(id=stops[0].person, name=stops[0].name),
        requested_at=work.at,
        expires_at=rfc3339(due_ms),
        priority=work.priority(alert),
        language=call.language,
        brief=brief_for(work, alert, stops[0]),
        queue_id=call.queue_id,
        team_id=call.team_id,
        agent_id=call.agent_id,
        deep_link=call.deep_link,
        origin=alert.mode,
    )
    work.way(handling.desk, Way(route=route, stops=stops, due_ms=due_ms))
    work.told(route)


def _comes_for(work: Work, way: Way, alert: Alert) -> bool:
    """Whether the person on this way comes for this alert as well. Who joined for what is over
    may have left by now."""
    if way.stage in (Stage.JOINED, Stage.COMPLETED):
        there_for = {work.alerts[label].alert_id for label in labels_of(work, way)}
        gone = {alert.alert_id} if way.stage is Stage.COMPLETED else set()
        return bool(there_for - gone)
    return way.stage is not Stage.OVER


def _comes_for_both(work: Work, handling: Handling, way: Way, alert: Alert) -> None:
    """One person per desk and call: a second hard stop for the same desk finds them there, and
    keeps them there if the first one is taken back."""
    if alert.alert_id in way.route.alert_ids:
        return
    desk = handling.desk
    for_a_life = work.is_for_life(alert) and not work.is_life(way.route.alert_ids)
    there = [work.alerts[label] for label in labels_of(work, way)]
    both = (*way.route.alert_ids, alert.alert_id)
    urgent = min(way.route.priority, work.priority(alert))
    route = msgspec.structs.replace(way.route, alert_ids=both, priority=urgent)
    way = msgspec.structs.replace(way, route=route)
    work.way(desk, way)
    if for_a_life and way.stage in COMING:
        _comes_for_a_life(work, handling, way, alert)
        return
    owners = [known.owner for known in there if known.status is AlertStatus.CLAIMED]
    label = work.label_of(alert.alert_id)
    if label is None or not owners or owners[0] is None:
        return
    if way.stage not in COMING:
        acknowledged(work, label, owners[0], AlertStatus.CLAIMED)
    elif way.due_ms is None:
        acknowledged(work, label, owners[0])


def _comes_for_a_life(work: Work, handling: Handling, way: Way, alert: Alert) -> None:
    """Whoever was coming for something else is told at once that a life is at risk, does not put
    the caller on hold, and has no longer than a life can wait. Who had taken the other matter by
    hand may be in no hurry: the desk is asked from its first person on."""
    due_ms = work.at_ms + handling.answer_within_s * 1000
    if way.due_ms is None:
        way = msgspec.structs.replace(way, stops=work.chain(handling.desk), at=0)
    else:
        due_ms = min(due_ms, way.due_ms)
    by_hand = RouteMode.MANUAL in (way.route.mode, handling.mode)
    mode = RouteMode.MANUAL if by_hand else RouteMode.JOIN
    route = ask_again(work, handling.desk, way, mode, due_ms)
    label = work.label_of(alert.alert_id)
    if label is not None and (alert.owner, alert.ack_due_at) != (route.owner, route.expires_at):
        work.alert(label, owner=route.owner, ack_due_at=route.expires_at)


def _mode(work: Work, mode: RouteMode) -> RouteMode:
    """A caller at risk is not put on hold for their other matters either."""
    return RouteMode.JOIN if mode is RouteMode.CONSULT and work.at_risk else mode


def _keep_on_the_line(work: Work, *, but: str | None) -> None:
    """Warm transfers that have been asked for become joinings, by the same people. `but`: the desk
    that is asked for the life itself."""
    for desk, way in list(work.ways.items()):
        waits = desk != but and way.stage in COMING
        if waits and way.route.mode is RouteMode.CONSULT and way.route.origin is not Mode.SHADOW:
            ask_again(work, desk, way, RouteMode.JOIN, way.due_ms)


def heard_of(work: Work, outcome: Outcome) -> str | None:
    """Take in what the platform says of a route; gives why it is of no use, or None."""
    found = [
        (desk, way) for desk, way in work.ways.items() if way.route.route_id == outcome.route_id
    ]
    if not found:
        return "no such route"
    desk, way = found[0]
    current = outcome.attempt == way.route.attempt
    if outcome.kind is OutcomeKind.JOINED:
        # Whoever is on the call is there, also when another was being asked meanwhile.
        _joined(work, desk, way, outcome.person_id)
        return None
    if not current:
        return "an attempt that is over"
    match outcome.kind:
        case OutcomeKind.OFFERED if way.stage is Stage.REQUESTED:
            work.way(desk, msgspec.structs.replace(way, stage=Stage.OFFERED))
        case OutcomeKind.ACCEPTED if way.stage in (Stage.REQUESTED, Stage.OFFERED):
            work.way(desk, moved(way, Stage.ACCEPTED, work.at_ms + patience_ms(work, way)))
            for label in labels_of(work, way):
                acknowledged(work, label, who_comes(work, way, outcome.person_id))
        case OutcomeKind.COMPLETED if way.stage is not Stage.OVER:
            # Who has handed over was there, though nobody said that they had come.
            _joined(work, desk, way, None)
            work.way(desk, moved(work.ways[desk], Stage.COMPLETED, None))
        case OutcomeKind.FAILED if way.stage in COMING:
            if is_taken(work, way):
                return "somebody has it already"
            if (
                outcome.reason is FailureReason.UNSUPPORTED
                and way.route.mode is not RouteMode.MANUAL
            ):
                # The platform cannot do it: the same person comes by hand, and claims it.
                due_ms = work.at_ms + patience_ms(work, way)
                ask_again(work, desk, way, RouteMode.MANUAL, due_ms)
            elif outcome.reason is not FailureReason.CALL_GONE:
                advance(work, desk)
        case _:
            return "nothing new"
    return None


def advance(work: Work, desk: str) -> None:
    """Nobody came in time, or it failed: the next person is asked, and owns the alert."""
    way = work.ways[desk]
    if is_taken(work, way):
        work.way(desk, moved(way, Stage.ACCEPTED, None))
        return
    stops, at = way.stops, way.at + 1
    if at == len(stops):
        if not work.is_life(way.route.alert_ids):
            if work.at_risk:
                # No callback while they are at risk on the line: it is offered once they are not.
                work.way(desk, moved(way, way.stage, work.at_ms + patience_ms(work, way)))
            else:
                _given_up(work, desk, way)
            return
        # A person at risk is never left: the round begins again with who is on duty now.
        stops, at = work.chain(desk), 0
    stop = stops[at]
    due_ms = work.at_ms + patience_ms(work, way)
    owner = Owner(id=stop.person, name=stop.name)
    known = work.desk(stop.desk)
    route = msgspec.structs.replace(
        way.route,
        **work.here,
        attempt=way.route.attempt + 1,
        brief=brief_anew(work, way, stop),
        desk=stop.desk,
        target=way.route.target if known is None else known.target,
        owner=owner,
        requested_at=work.at,
        expires_at=rfc3339(due_ms),
    )
    work.way(desk, Way(route=route, stops=stops, at=at, due_ms=due_ms))
    work.told(route, fallback=True)
    for label in labels_of(work, way):
        if work.alerts[label].status is not AlertStatus.CLAIMED:
            work.alert(label, owner=owner, ack_due_at=route.expires_at)


def cancel(work: Work, alert: Alert, why: CancelReason) -> None:
    """An alert is no longer a reason to come. Who has joined, or is needed, stays."""
    for desk, way in list(work.ways.items()):
        if alert.alert_id not in way.route.alert_ids:
            continue
        others = tuple(other for other in way.route.alert_ids if other != alert.alert_id)
        needed = [other for other in others if is_open(work, other)]
        route = msgspec.structs.replace(way.route, alert_ids=others or way.route.alert_ids)
        if needed or way.stage not in COMING:
            work.way(desk, msgspec.structs.replace(way, route=route))
        else:
            stop_asking(work, desk, way, why)


def stop_asking(work: Work, desk: str, way: Way, why: CancelReason) -> None:
    """Nobody needs to come any more."""
    work.way(desk, moved(way, Stage.OVER, None))
    work.told(msgspec.structs.replace(way.route, cancel_reason=why))


def accepted_by(work: Work, alert: Alert) -> None:
    """A person takes an alert by hand: its clock stops, as if the platform had said so. They come
    for whatever else the desk was asked for, too."""
    for desk, way in list(work.ways.items()):
        if alert.alert_id in way.route.alert_ids and way.stage in COMING:
            work.way(desk, moved(way, Stage.ACCEPTED, None))
            for label in labels_of(work, way):
                if alert.owner is not None:
                    acknowledged(work, label, alert.owner)


def _given_up(work: Work, desk: str, way: Way) -> None:
    """Nobody is left to ask: a named person rings the caller back."""
    stop_asking(work, desk, way, CancelReason.UNANSWERED)
    labels = labels_of(work, way)
    callback = owe(work, desk, [work.alerts[label] for label in labels], way.route.route_id)
    for label in labels:
        work.alert(
            label, owner=callback.owner, callback_reference=callback.reference, ack_due_at=None
        )


def _joined(work: Work, desk: str, way: Way, person: str | None) -> None:
    if way.stage in (Stage.JOINED, Stage.COMPLETED):
        return
    work.way(desk, moved(way, Stage.JOINED, None))
    said_yes = way.stage is Stage.ACCEPTED and person is None
    for label in labels_of(work, way):
        known = work.alerts[label].owner if said_yes else None
        who = known or who_comes(work, way, person)
        acknowledged(work, label, who, AlertStatus.CLAIMED)
