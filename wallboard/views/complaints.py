"""The complaint register as one viewer sees it."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import msgspec
from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from wallboard.access import MISCONDUCT, Role, Viewer, may_see, reads_words
from wallboard.language import _
from wallboard.store.desks import desks_on
from wallboard.store.tables import Complaint
from wallboard.views.callback_rows import Step
from wallboard.views.incidents import name_of
from wallboard.views.unreadable import FAULTS, Unreadable
from wallboard.views.visible import feed_number, misconduct_in, visible
from wallboard.views.zones import day_bounds, exact_in, iso, minute_in, moment_in, zone_of
from workflow.complaints import CLOSED, ComplaintState, Owed, overdue
from workflow.complaints import Complaint as Record
from workflow.incident import incident_id
from workflow.moments import milliseconds
from workflow.policy import Policy

OPEN_SHOWN = 2000
SHOWN = 200
"""Of those that are closed: the newest; the export has all."""
SOON_MS = 2 * 24 * 60 * 60 * 1000
"""What is due within two days is marked."""

WORKERS = frozenset({Role.SUPERVISOR, Role.DESK, Role.QA})
"""Who may acknowledge, answer and withdraw."""

READERS = WORKERS | {Role.ADMIN, Role.SERVICE}
"""Who may read the register; an agent knows of their call alone."""

_CLOSED = tuple(state.value for state in CLOSED)


class Tab(StrEnum):
    OVERDUE = "overdue"
    OPEN = "open"
    CLOSED = "closed"


class Said(msgspec.Struct, frozen=True, kw_only=True):
    """Words of the caller, redacted."""

    quote: str
    when: str | None = None


class Due(msgspec.Struct, frozen=True, kw_only=True):
    """A date of the register. `done`: nothing is owed any more; `late`, `soon`: of what is."""

    what: str
    at_ms: int
    at: str
    when: str
    done: bool
    late: bool
    soon: bool


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One complaint. `next_ms`: the date that counts next (UTC ms)."""

    reference: str
    call_id: str
    incident_id: str
    state: str
    tab: Tab
    revision: int
    owed: str | None
    received: str
    received_at: str
    jurisdiction: str
    test_basis: str
    basis: str
    dues: tuple[Due, ...]
    next_ms: int | None
    quotes: tuple[Said, ...]
    customer_ref: str | None
    queue: str | None
    team: str | None
    handling: str
    mode: str
    history: tuple[Step, ...]
    may_act: bool

    @property
    def key(self) -> str:
        """Changes whenever what is shown does."""
        return f"{self.revision}:{self.owed}:{len(self.quotes)}"


class Register(msgspec.Struct, frozen=True, kw_only=True):
    """One part of the register, and how many are in each."""

    number: int
    now: int
    tab: Tab
    counts: dict[str, int]
    rows: tuple[Row, ...]
    unreadable: tuple[Unreadable, ...] = ()
    """Those of the tab that are kept, and whose record cannot be read."""


def register(
    db: Session, viewer: Viewer, policy: Policy, now_ms: int, *, tab: Tab, find: str = ""
) -> Register:
    """The part of the register that a tab shows: what is late first, then by the next date."""
    number = feed_number(db)
    wanted = [visible(Complaint, viewer, of_call=True), Complaint.mode != "replay"]
    if find:
        named = (Complaint.reference == find.upper(), Complaint.call_id == find)
        wanted.append(or_(*named, Complaint.queue_id == find))
    open_ = db.scalars(
        select(Complaint)
        .where(*wanted, Complaint.state.not_in(_CLOSED))
        .order_by(Complaint.answer_by)
        .limit(OPEN_SHOWN)
    ).all()
    closed = db.scalars(
        select(Complaint)
        .where(*wanted, Complaint.state.in_(_CLOSED))
        .order_by(Complaint.updated_at.desc())
        .limit(SHOWN)
    ).all()
    found, bad = _rows(db, viewer, policy, now_ms, [*open_, *closed])
    counts = {
        one.value: sum(_is_in(row, one) for row in found) + len(_bad_in(bad, one)) for one in Tab
    }
    chosen = [row for row in found if _is_in(row, tab)]
    if tab is not Tab.CLOSED:
        chosen.sort(key=lambda row: (row.owed != Owed.ANSWER, row.owed is None, row.next_ms or 0))
    return Register(
        number=number,
        now=now_ms,
        tab=tab,
        counts=counts,
        rows=tuple(chosen),
        unreadable=_bad_in(bad, tab),
    )


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
            made.append(_row(row, record, viewer, policy, now_ms))
        except FAULTS:
            bad.append(_unreadable(row))
    return made, bad


def _row(row: Complaint, record: Record, viewer: Viewer, policy: Policy, now_ms: int) -> Row:
    zone, words = zone_of(viewer.time_zone), reads_words(viewer)
    late = overdue(record, now_ms)
    dues = _dues(record, now_ms, zone)
    received = milliseconds(record.received_at)
    owed = [due.at_ms for due in dues if not due.done]
    tab = Tab.CLOSED if not record.is_open else Tab.OPEN if late is None else Tab.OVERDUE
    return Row(
        reference=record.reference,
        call_id=record.call_id,
        incident_id=incident_id(record.call_id),
        state=record.state.value,
        tab=tab,
        revision=record.revision,
        owed=late.value if late else None,
        received=minute_in(received, zone),
        received_at=iso(received),
        jurisdiction=record.jurisdiction,
        test_basis=record.test_basis,
        basis=record.basis,
        dues=dues,
        next_ms=min(owed, default=None),
        quotes=tuple(
            Said(
                quote=quote.quote,
                when=exact_in(milliseconds(quote.spoken_at), zone) if quote.spoken_at else None,
            )
            for quote in (record.quotes if words else ())
        ),
        customer_ref=record.customer_ref,
        queue=record.queue_id,
        team=record.team_id,
        handling=row.handling,
        mode=row.mode,
        history=tuple(
            Step(
                at=step.at,
                when=moment_in(milliseconds(step.at), zone),
                by=name_of(step.by, policy),
                state=step.state.value,
                note=step.note if words else None,
            )
            for step in record.history
        ),
        may_act=record.is_open and viewer.role in WORKERS,
    )


def _dues(record: Record, now_ms: int, zone: str) -> tuple[Due, ...]:
    """Acknowledgement and answer always; a short notice and news where the rule has them."""
    acknowledged = record.state is not ComplaintState.OPEN
    dates = [
        ("acknowledge", record.acknowledge_by, acknowledged),
        ("summary", record.summary_by, not record.is_open),
        ("update", record.update_by, not record.is_open),
        ("answer", record.answer_by, not record.is_open),
    ]
    made = []
    for what, text, done in dates:
        if text is None:
            continue
        at_ms = milliseconds(text)
        # A short notice may close it early, and need not: its date passes without being late.
        late = not done and at_ms < now_ms and what != "summary"
        made.append(
            Due(
                what=what,
                at_ms=at_ms,
                at=iso(at_ms),
                when=minute_in(at_ms, zone),
                done=done,
                late=late,
                soon=not done and not late and now_ms < at_ms < now_ms + SOON_MS,
            )
        )
    return tuple(made)


def _bad_in(bad: list[Unreadable], tab: Tab) -> tuple[Unreadable, ...]:
    return tuple(one for one in bad if tab is (Tab.CLOSED if one.state in _CLOSED else Tab.OPEN))


def _is_in(row: Row, tab: Tab) -> bool:
    return row.tab is tab or (tab is Tab.OPEN and row.tab is Tab.OVERDUE)
