"""The Supervisor Callback Log as one viewer sees it."""

from __future__ import annotations

import msgspec
from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import Session

from wallboard.access import MISCONDUCT, RESTRICTED, Viewer, may_act, may_see
from wallboard.store.tables import Call, Callback
from wallboard.views import cursors
from wallboard.views.callback_rows import LIVE_MS, Row, Tab, row_of
from wallboard.views.unreadable import FAULTS, Unreadable
from wallboard.views.visible import (
    calls_for,
    feed_number,
    misconduct_in,
    not_accused,
    visible,
)
from workflow.callbacks import OVER, CallbackState
from workflow.callbacks import Callback as Record
from workflow.duty import PersonRole
from workflow.policy import Policy

SHOWN = 200
"""Of those that are over, on a page."""
OPEN_SHOWN = 1000

_OVER = tuple(state.value for state in OVER)


class Log(msgspec.Struct, frozen=True, kw_only=True):
    """One part of the log, and how many are in each. `number`: of the feed, that it stands at."""

    number: int
    now: int
    tab: Tab
    mine: bool
    counts: dict[str, int]
    rows: tuple[Row, ...]
    older: str | None = None
    """Where the next page begins, if there is one; of those that are over, the newest come first.
    """
    unreadable: tuple[Unreadable, ...] = ()
    """Those of the tab that are kept, and whose record cannot be read."""


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Who can own a callback."""

    id: str
    name: str


def log(
    db: Session,
    viewer: Viewer,
    policy: Policy,
    now_ms: int,
    *,
    tab: Tab,
    mine: bool = False,
    before: str = "",
) -> Log:
    """The part of the log that a tab shows: the most urgent first, of those that are over the
    newest. `before`: `older` of the page before."""
    number = feed_number(db)
    wanted = [_seen(viewer), not_accused(Callback, viewer), Callback.mode != "replay"]
    if mine:
        wanted.append(Callback.owner_id == viewer.id)
    open_ = db.scalars(
        select(Callback)
        .where(*wanted, Callback.state.not_in(_OVER))
        .order_by(Callback.window_end)
        .limit(OPEN_SHOWN)
    ).all()
    found, bad = rows(db, viewer, policy, now_ms, list(open_))
    counts = {one.value: sum(_is_in(row, one) for row in found) for one in Tab}
    counts |= _counted(db, wanted)
    older = None
    if tab.value in _OVER:
        over, older = cursors.page(
            db,
            select(Callback).where(*wanted, Callback.state == tab.value),
            (Callback.updated_at, Callback.reference),
            before,
            SHOWN,
        )
        found, bad = rows(db, viewer, policy, now_ms, over)
    chosen = [row for row in found if _is_in(row, tab)]
    if tab.value not in _OVER:
        chosen.sort(key=_urgency)
    return Log(
        number=number,
        now=now_ms,
        tab=tab,
        mine=mine,
        counts=counts,
        rows=tuple(chosen),
        older=older,
        unreadable=_bad_in(bad, tab),
    )


def _counted(db: Session, wanted: list[ColumnElement[bool]]) -> dict[str, int]:
    """How many are open, kept and cancelled, readable or not."""
    query = select(Callback.state, func.count()).where(*wanted).group_by(Callback.state)
    counts = {Tab.OPEN.value: 0, **dict.fromkeys(_OVER, 0)}
    for state, many in db.execute(query):
        counts[state if state in _OVER else Tab.OPEN.value] += many
    return counts


def one(
    db: Session, viewer: Viewer, policy: Policy, now_ms: int, reference: str
) -> Row | Unreadable | None:
    """One callback, or None where there is none that the viewer may see."""
    found = db.scalars(select(Callback).where(Callback.reference == reference, _seen(viewer))).all()
    read, bad = rows(db, viewer, policy, now_ms, list(found))
    either: list[Row | Unreadable] = [*read, *bad]
    return either[0] if either else None


def rows(
    db: Session, viewer: Viewer, policy: Policy, now_ms: int, found: list[Callback]
) -> tuple[list[Row], list[Unreadable]]:
    """Callbacks as rows, without those that are about misconduct and not for this viewer; and those
    whose record cannot be read."""
    accused = misconduct_in(db, {row.call_id for row in found})
    live = _on_the_line(db, viewer, now_ms, {row.customer_ref for row in found} - {None})
    made: list[Row] = []
    bad: list[Unreadable] = []
    for row in found:
        trigger = MISCONDUCT if row.call_id in accused else None
        owns = row.owner_id == viewer.id and trigger is None and row.handling != RESTRICTED
        if not owns and not may_see(viewer, row, trigger=trigger):
            continue
        calls = live.get(row.customer_ref or "", ())
        ringing = next((call for call in calls if call != row.call_id), None)
        try:
            record = msgspec.convert(row.body, Record)
            acts = may_act(viewer, row, trigger=trigger) or record.owner.id == viewer.id
            made.append(row_of(row, record, viewer, policy, now_ms, acts, ringing))
        except FAULTS:
            bad.append(Unreadable(reference=row.reference, call_id=row.call_id, state=row.state))
    return made, bad


def people(policy: Policy) -> tuple[Person, ...]:
    """Who can own a callback, by name."""
    found = [
        Person(id=person_id, name=person.name)
        for person_id, person in policy.people.items()
        if person.role is not PersonRole.AGENT
    ]
    return tuple(sorted(found, key=lambda person: person.name))


def _seen(viewer: Viewer) -> ColumnElement[bool]:
    """Whoever owes a call sees it, also where it came from another desk; not what that desk keeps
    to itself."""
    own = and_(Callback.owner_id == viewer.id, Callback.handling != RESTRICTED)
    return or_(visible(Callback, viewer), own)


def _on_the_line(
    db: Session, viewer: Viewer, now_ms: int, refs: set[str | None]
) -> dict[str, list[str]]:
    """Calls that are live now, by the reference of their caller."""
    if not refs:
        return {}
    calls = db.scalars(
        select(Call).where(
            Call.customer_ref.in_(refs),
            Call.ended_at.is_(None),
            Call.last_at > now_ms - LIVE_MS,
            visible(Call, viewer, of_call=True),
        )
    )
    live: dict[str, list[str]] = {}
    for call in calls_for(db, viewer, calls):
        live.setdefault(call.customer_ref or "", []).append(call.call_id)
    return live


def _is_in(row: Row, tab: Tab) -> bool:
    if tab is Tab.OPEN:
        return row.tab in (Tab.OVERDUE, Tab.DUE, Tab.OPEN)
    return row.tab is tab


def _bad_in(bad: list[Unreadable], tab: Tab) -> tuple[Unreadable, ...]:
    """Whether its window is over nobody knows: what is not over is owed."""
    ends = {CallbackState.KEPT: Tab.KEPT, CallbackState.CANCELLED: Tab.CANCELLED}
    places = {state.value: where for state, where in ends.items()}
    return tuple(one for one in bad if places.get(one.state, Tab.OPEN) is tab)


def _urgency(row: Row) -> tuple[bool, bool, bool, bool, int]:
    """A welfare call, who is on the line at this moment, what is late, what is due; by its end."""
    end = row.window_end or 0
    late, due = row.tab is Tab.OVERDUE, row.tab is Tab.DUE
    return (not row.welfare, not row.on_the_line, not late, not due, end)
