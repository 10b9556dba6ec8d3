"""Words whose time is over by the policy: what workers and topics let go of goes here too."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from sqlalchemy import ColumnElement, and_, exists, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from stream.events import IncidentEntry
from wallboard.intake import forgetting
from wallboard.intake.floor import Floor
from wallboard.store.bodies import inside
from wallboard.store.engine import Sessions
from wallboard.store.feeding import take_turn
from wallboard.store.tables import Call, Callback, Complaint, Entry, Forgotten
from workflow.callbacks import OVER
from workflow.chain import EntryKind
from workflow.complaints import CLOSED
from workflow.policy import Policy
from workflow.retention import DAY_MS, state_of

AT_ONCE = 50
"""Calls of one round: nobody else writes meanwhile, and a round comes every minute."""
HELD_AT_ONCE = 500
"""Calls under a hold are few, and looking at one changes nothing."""


def let_go(sessions: Sessions, policy: Policy, now_ms: int) -> int:
    """Take out the words of calls of which nothing was heard for as long as their queue's records
    are kept; gives how many. A hold, a callback that is owed and a complaint without its answer
    keep them. Answered complaints have a time of their own."""
    with sessions.begin() as db:
        take_turn(db)
        floor = Floor(db, now=now_ms)
        going = list(_over(db, policy, now_ms))
        for call in going:
            forgetting.let_go(floor, call.call_id, call.last_at)
        for complaint in _answered(db, policy, now_ms):
            forgetting.let_go_of_complaint(floor, complaint, now_ms)
        floor.publish()
    return len(going)


def _before(
    queue: InstrumentedAttribute[str | None],
    at: InstrumentedAttribute[int],
    days: dict[str | None, int],
    now_ms: int,
) -> ColumnElement[bool]:
    """Whether something of a queue is older than its days; `days` has the site's under None."""
    own = [name for name in days if name is not None]
    return or_(
        and_(
            or_(queue.is_(None), queue.not_in(own)),
            at < now_ms - days[None] * DAY_MS,
        ),
        *(and_(queue == name, at < now_ms - days[name] * DAY_MS) for name in own),
    )


def _over(db: Session, policy: Policy, now_ms: int) -> Iterator[Call]:
    days: dict[str | None, int] = {None: policy.retention.incidents.days}
    days |= {name: own.retention.incidents.days for name, own in policy.by_queue.items()}
    old = select(Call).where(
        _before(Call.queue_id, Call.last_at, days, now_ms),
        ~exists().where(Forgotten.call_id == Call.call_id),
        ~exists().where(Callback.call_id == Call.call_id, Callback.state.not_in(OVER)),
        ~exists().where(Complaint.call_id == Call.call_id, Complaint.state.not_in(CLOSED)),
    )
    held = exists().where(Entry.call_id == Call.call_id, Entry.kind == EntryKind.HOLD_SET.value)
    yield from db.scalars(old.where(~held).limit(AT_ONCE))
    for call in db.scalars(old.where(held).limit(HELD_AT_ONCE)):
        if not _is_held(db, call.call_id):
            yield call


def _answered(db: Session, policy: Policy, now_ms: int) -> Iterator[Complaint]:
    """Answered complaints whose time is over and of which words are left."""
    days: dict[str | None, int] = {None: policy.retention.complaints.days}
    days |= {name: own.retention.complaints.days for name, own in policy.by_queue.items()}
    old = select(Complaint).where(
        _before(Complaint.queue_id, Complaint.updated_at, days, now_ms),
        Complaint.state.in_(CLOSED),
        # In what cannot be read there may be words as well: once it is let go, it can be read.
        inside(Complaint.body, "quotes", otherwise="") != "[]",
    )
    for complaint in db.scalars(old.limit(HELD_AT_ONCE)):
        if not _is_held(db, complaint.call_id):
            yield complaint


def _is_held(db: Session, call_id: str) -> bool:
    """Whether a hold may stand: it does where the record cannot be read."""
    query = select(Entry).where(Entry.call_id == call_id).order_by(Entry.number)
    try:
        entries = [msgspec.convert(row.body, IncidentEntry) for row in db.scalars(query)]
    except msgspec.ValidationError:
        return True
    return bool(state_of(entries).holds)
