"""`access.may_see` as a condition of SQL, so that what nobody may see is never read.

It asks for no trigger: misconduct is always restricted, and whoever reads asks `may_see` again
where a trigger is known.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, and_, false, func, or_, select, true
from sqlalchemy.orm import Session

from detectors.vocabulary import Signal
from wallboard.access import Role, Viewer
from wallboard.store.tables import Alert, Feed
from workflow.alerts import RecordHandling

RESTRICTED = RecordHandling.RESTRICTED.value
MISCONDUCT = Signal.MISCONDUCT.value


def visible(kind: Any, viewer: Viewer) -> ColumnElement[bool]:
    """Whether a row of a table with the columns of visibility may be shown to a viewer."""
    at_desk = kind.desk.in_(viewer.desks) if viewer.desks else false()
    kept = false() if viewer.on_a_wall else at_desk
    return or_(and_(kind.handling == RESTRICTED, kept), _open(kind, viewer, at_desk))


def closed_to(kind: Any, viewer: Viewer) -> ColumnElement[bool]:
    """Whether a row is restricted, and to others."""
    if not viewer.desks or viewer.on_a_wall:
        return and_(kind.handling == RESTRICTED)
    others = or_(kind.desk.is_(None), kind.desk.not_in(viewer.desks))
    return and_(kind.handling == RESTRICTED, others)


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
    if not viewer.queues and not viewer.teams:
        return true()
    return or_(kind.queue_id.in_(viewer.queues), kind.team_id.in_(viewer.teams))
