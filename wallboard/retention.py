"""Words whose time is over by the policy: what workers and topics let go of goes here too."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from stream.events import IncidentEntry
from wallboard.intake import forgetting
from wallboard.intake.floor import Floor
from wallboard.store.engine import Sessions
from wallboard.store.feeding import take_turn
from wallboard.store.tables import Call, Callback, Complaint, Entry, Forgotten
from workflow.callbacks import OVER
from workflow.chain import EntryKind
from workflow.complaints import CLOSED
from workflow.retention import DAY_MS, state_of
from workflow.storage import Retention

AT_ONCE = 50
"""Calls of one round: nobody else writes meanwhile, and a round comes every minute."""
HELD_AT_ONCE = 500
"""Calls under a hold are few, and looking at one changes nothing."""


def let_go(sessions: Sessions, retention: Retention, now_ms: int) -> int:
    """Take out the words of calls of which nothing was heard for as long as records are kept;
    gives how many. A hold, a callback that is owed and a complaint without its answer keep them.
    Answered complaints have a time of their own."""
    with sessions.begin() as db:
        take_turn(db)
        floor = Floor(db, now=now_ms)
        going = list(_over(db, now_ms - retention.incidents.days * DAY_MS))
        for call in going:
            forgetting.let_go(floor, call.call_id, call.last_at)
        for complaint in _answered(db, now_ms - retention.complaints.days * DAY_MS):
            forgetting.let_go_of_complaint(floor, complaint, now_ms)
        floor.publish()
    return len(going)


def _over(db: Session, before_ms: int) -> Iterator[Call]:
    old = select(Call).where(
        Call.last_at < before_ms,
        ~exists().where(Forgotten.call_id == Call.call_id),
        ~exists().where(Callback.call_id == Call.call_id, Callback.state.not_in(OVER)),
        ~exists().where(Complaint.call_id == Call.call_id, Complaint.state.not_in(CLOSED)),
    )
    held = exists().where(Entry.call_id == Call.call_id, Entry.kind == EntryKind.HOLD_SET.value)
    yield from db.scalars(old.where(~held).limit(AT_ONCE))
    for call in db.scalars(old.where(held).limit(HELD_AT_ONCE)):
        if not _is_held(db, call.call_id):
            yield call


def _answered(db: Session, before_ms: int) -> Iterator[Complaint]:
    """Answered complaints whose time is over and of which words are left."""
    old = select(Complaint).where(
        Complaint.updated_at < before_ms,
        Complaint.state.in_(CLOSED),
        Complaint.body["quotes"].as_string() != "[]",
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
