"""`access.may_see` as a condition of SQL, so that what nobody may see is never read.

It asks for no trigger: misconduct is always restricted, and whoever reads asks `may_see` again
where a trigger is known.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, func, not_, or_, select, true
from sqlalchemy.orm import Session, aliased

from wallboard.access import MISCONDUCT, RESTRICTED, Role, Viewer, may_see, sees_every_queue
from wallboard.store.desks import asks, desks_on
from wallboard.store.tables import Alert, Call, Feed, Route


def visible(kind: Any, viewer: Viewer, *, of_call: bool = False) -> ColumnElement[bool]:
    """Whether a row of a table with the columns of visibility may be shown to a viewer. `of_call`:
    it is a call or goes with one, and so to the desks of the alerts on it."""
    at_desk = kept = kind.desk.in_(viewer.desks) if viewer.desks else false()
    if of_call and viewer.desks:
        kept = or_(at_desk, _has_alert(kind, viewer, closed=True))
        at_desk = or_(at_desk, _has_alert(kind, viewer))
    if viewer.on_a_wall:
        kept = false()
    return or_(and_(kind.handling == RESTRICTED, kept), _open(kind, viewer, at_desk))


def closed_to(kind: Any, viewer: Viewer, *, of_call: bool = False) -> ColumnElement[bool]:
    """Whether a row is restricted, and to others."""
    if not viewer.desks or viewer.on_a_wall:
        return and_(kind.handling == RESTRICTED)
    closed = and_(
        kind.handling == RESTRICTED, or_(kind.desk.is_(None), kind.desk.not_in(viewer.desks))
    )
    return and_(closed, not_(_has_alert(kind, viewer, closed=True))) if of_call else closed


def not_accused(kind: Any, viewer: Viewer) -> ColumnElement[bool]:
    """Whether a row goes with no call on which somebody of the house is said to have misbehaved, or
    is for a viewer all the same: at its own desk, and of another team."""
    other = aliased(Alert)
    accused = exists(
        select(other.alert_id).where(other.call_id == kind.call_id, other.trigger == MISCONDUCT)
    )
    if not viewer.desks or viewer.on_a_wall:
        return not_(accused)
    apart = or_(kind.team_id.is_(None), kind.team_id.not_in(viewer.teams))
    return or_(not_(accused), and_(kind.desk.in_(viewer.desks), apart))


def calls_for(db: Session, viewer: Viewer, calls: Iterable[Call]) -> list[Call]:
    """Those of the calls that a viewer may see."""
    found = list(calls)
    on = desks_on(db, {call.call_id for call in found}, among=viewer.desks)
    return [
        call
        for call in found
        if may_see(
            viewer,
            call,
            trigger=call.trigger,
            desks=on[call.call_id].of_call(call.handling),
            owners=on[call.call_id].owners,
        )
    ]


def alerts_for(db: Session, viewer: Viewer, alerts: Iterable[Alert]) -> list[Alert]:
    """Those of the alerts that a viewer may see: a desk of theirs was asked to come, or they own
    it, among others."""
    found = list(alerts)
    on = desks_on(db, {alert.call_id for alert in found}, among=viewer.desks)
    return [
        alert
        for alert in found
        if may_see(
            viewer,
            alert,
            trigger=alert.trigger,
            desks=on[alert.call_id].of_alert(alert.alert_id),
            owners=(alert.owner_id or "",),
        )
    ]


def brought_to(viewer: Viewer) -> ColumnElement[bool]:
    """Whether an alert has come to a viewer from another desk: theirs was asked, or they own it.
    Ask `alerts_for` again: what is for a desk alone is not its owner's."""
    owned = Alert.owner_id == viewer.id
    return or_(owned, _was_asked(Alert, viewer)) if viewer.desks else owned


def misconduct_in(db: Session, call_ids: set[str]) -> set[str]:
    """Those of the calls on which an alert says that somebody of the house misbehaved."""
    if not call_ids:
        return set()
    named = select(Alert.call_id).where(Alert.call_id.in_(call_ids), Alert.trigger == MISCONDUCT)
    return set(db.scalars(named))


def feed_number(db: Session) -> int:
    """The number of the feed that a page stands at; read before anything else, so that what comes
    meanwhile comes again rather than never."""
    return db.scalar(select(func.max(Feed.number))) or 0


def _has_alert(kind: Any, viewer: Viewer, *, closed: bool = False) -> ColumnElement[bool]:
    """Whether an alert on its call, `closed`: a restricted one, is at a desk of the viewer's."""
    other = aliased(Alert)
    at_desk = or_(other.desk.in_(viewer.desks), _was_asked(other, viewer))
    wanted = [other.call_id == kind.call_id, at_desk]
    if closed:
        wanted.append(other.handling == RESTRICTED)
    return exists(select(other.alert_id).where(*wanted))


def _was_asked(alert: Any, viewer: Viewer) -> ColumnElement[bool]:
    """Whether a desk of the viewer's was asked to come for an alert."""
    route = aliased(Route)
    asked = asks(route, viewer.desks, alert.alert_id)
    return exists(select(route.route_id).where(route.call_id == alert.call_id, asked))


def _open(kind: Any, viewer: Viewer, at_desk: ColumnElement[bool]) -> ColumnElement[bool]:
    theirs: ColumnElement[bool]
    match viewer.role:
        case Role.AGENT:
            theirs = false() if viewer.agent_id is None else kind.agent_id == viewer.agent_id
        case Role.DESK:
            theirs = at_desk
        case Role.SUPERVISOR | Role.QA | Role.SERVICE:
            theirs = or_(at_desk, _of_theirs(kind, viewer))
        case Role.ADMIN:
            theirs = true()
        case _:
            theirs = false()
    return and_(kind.handling != RESTRICTED, theirs)


def _of_theirs(kind: Any, viewer: Viewer) -> ColumnElement[bool]:
    if sees_every_queue(viewer):
        return true()
    return or_(kind.queue_id.in_(viewer.queues), kind.team_id.in_(viewer.teams))
