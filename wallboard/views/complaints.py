"""The complaint register as one viewer sees it."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import ColumnElement, func, not_, or_, select
from sqlalchemy.orm import Session

from wallboard.access import MISCONDUCT, Role, Viewer, may_see
from wallboard.language import _
from wallboard.store.desks import desks_on
from wallboard.store.tables import Complaint
from wallboard.views import cursors
from wallboard.views.complaint_rows import WORKERS, Row, Tab, row_of
from wallboard.views.unreadable import FAULTS, Unreadable
from wallboard.views.visible import feed_number, misconduct_in, not_accused, visible
from wallboard.views.zones import day_bounds, zone_of
from workflow.complaints import CLOSED, Owed
from workflow.complaints import Complaint as Record
from workflow.moments import milliseconds
from workflow.policy import Policy

OPEN_SHOWN = 2000
SHOWN = 200
"""Of those that are closed, on a page; the export has all."""

READERS = WORKERS | {Role.ADMIN, Role.SERVICE}
"""Who may read the register; an agent knows of their call alone."""

_CLOSED = tuple(state.value for state in CLOSED)


class Register(msgspec.Struct, frozen=True, kw_only=True):
    """One part of the register, and how many are in each."""

    number: int
    now: int
    tab: Tab
    counts: dict[str, int]
    rows: tuple[Row, ...]
    older: str | None = None
    """Where the next page begins, if there is one: of those that are closed, the newest come
    first."""
    unreadable: tuple[Unreadable, ...] = ()
    """Those of the tab that are kept, and whose record cannot be read."""


def register(
    db: Session,
    viewer: Viewer,
    policy: Policy,
    now_ms: int,
    *,
    tab: Tab,
    find: str = "",
    before: str = "",
) -> Register:
    """The part of the register that a tab shows: what is late first, then by the next date; of what
    is closed, the newest. `before`: `older` of the page before."""
    number = feed_number(db)
    seen = visible(Complaint, viewer, of_call=True), not_accused(Complaint, viewer)
    wanted = [*seen, Complaint.mode != "replay"]
    if find:
        named = (Complaint.reference == find.upper(), Complaint.call_id == find)
        wanted.append(or_(*named, Complaint.queue_id == find))
    open_ = db.scalars(
        select(Complaint)
        .where(*wanted, Complaint.state.not_in(_CLOSED))
        .order_by(Complaint.answer_by)
        .limit(OPEN_SHOWN)
    ).all()
    found, bad = _rows(db, viewer, policy, now_ms, open_)
    over = Complaint.state.in_(_CLOSED)
    counts = {
        Tab.OVERDUE.value: sum(_is_in(row, Tab.OVERDUE) for row in found),
        Tab.OPEN.value: _counted(db, *wanted, not_(over)),
        Tab.CLOSED.value: _counted(db, *wanted, over),
    }
    older = None
    if tab is Tab.CLOSED:
        closed, older = cursors.page(
            db,
            select(Complaint).where(*wanted, over),
            (Complaint.updated_at, Complaint.reference),
            before,
            SHOWN,
        )
        found, bad = _rows(db, viewer, policy, now_ms, closed)
    chosen = [row for row in found if _is_in(row, tab)]
    if tab is not Tab.CLOSED:
        chosen.sort(key=lambda row: (row.owed != Owed.ANSWER, row.owed is None, row.next_ms or 0))
    return Register(
        number=number,
        now=now_ms,
        tab=tab,
        counts=counts,
        rows=tuple(chosen),
        older=older,
        unreadable=_bad_in(bad, tab),
    )


def _counted(db: Session, *wanted: ColumnElement[bool]) -> int:
    return db.scalar(select(func.count()).select_from(Complaint).where(*wanted)) or 0


def records(
    db: Session, viewer: Viewer, *, first: str = "", last: str = ""
) -> tuple[list[Record], tuple[Unreadable, ...]]:
    """Whole records, oldest first, received between two days of the viewer's zone; and all that
    cannot be read, as nobody knows their day.

    Raises ValueError for a day that is none.
    """
    zone = zone_of(viewer.time_zone)
    begins = day_bounds(first, zone)[0] if first else None
    ends = day_bounds(last, zone)[1] if last else None
    if begins is not None and ends is not None and begins >= ends:
        raise ValueError(_("the period ends before it begins"))
    rows = list(db.scalars(select(Complaint).where(visible(Complaint, viewer, of_call=True))))
    seen, bad = _seen(db, viewer, rows)
    found = [record for _row, record in seen]
    chosen = [
        record
        for record in found
        if (begins is None or milliseconds(record.received_at) >= begins)
        and (ends is None or milliseconds(record.received_at) < ends)
    ]
    return sorted(chosen, key=lambda record: (record.received_at, record.reference)), tuple(bad)


def _seen(
    db: Session, viewer: Viewer, rows: Sequence[Complaint]
) -> tuple[list[tuple[Complaint, Record]], list[Unreadable]]:
    calls = {row.call_id for row in rows}
    accused, on = misconduct_in(db, calls), desks_on(db, calls, among=viewer.desks)
    found: list[tuple[Complaint, Record]] = []
    bad: list[Unreadable] = []
    for row in rows:
        trigger = MISCONDUCT if row.call_id in accused else None
        desks = on[row.call_id].of_record(row.handling, trigger)
        if may_see(viewer, row, trigger=trigger, desks=desks) and viewer.role in READERS:
            try:
                record = msgspec.convert(row.body, Record)
                milliseconds(record.received_at)
                found.append((row, record))
            except FAULTS:
                bad.append(_unreadable(row))
    return found, bad


def _unreadable(row: Complaint) -> Unreadable:
    return Unreadable(reference=row.reference, call_id=row.call_id, state=row.state)


def _rows(
    db: Session, viewer: Viewer, policy: Policy, now_ms: int, rows: Sequence[Complaint]
) -> tuple[list[Row], list[Unreadable]]:
    seen, bad = _seen(db, viewer, rows)
    made: list[Row] = []
    for row, record in seen:
        try:
            made.append(row_of(row, record, viewer, policy, now_ms))
        except FAULTS:
            bad.append(_unreadable(row))
    return made, bad


def _bad_in(bad: list[Unreadable], tab: Tab) -> tuple[Unreadable, ...]:
    return tuple(one for one in bad if tab is (Tab.CLOSED if one.state in _CLOSED else Tab.OPEN))


def _is_in(row: Row, tab: Tab) -> bool:
    return row.tab is tab or (tab is Tab.OPEN and row.tab is Tab.OVERDUE)
