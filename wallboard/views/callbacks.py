"""The Supervisor Callback Log as one viewer sees it."""

from __future__ import annotations

from enum import StrEnum

import msgspec
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from wallboard.access import Viewer, may_act, may_see
from wallboard.store.tables import Call, Callback
from wallboard.views.visible import MISCONDUCT, RESTRICTED, feed_number, misconduct_in, visible
from wallboard.views.zones import iso, moment_in, span_in, zone_of
from workflow.callbacks import OVER, CallbackState
from workflow.callbacks import Callback as Record
from workflow.calling import CallingHours, known_zone
from workflow.duty import PersonRole
from workflow.hours import Day
from workflow.moments import milliseconds
from workflow.policy import Policy

SHOWN = 200
"""Of those that are over: the newest. The log itself has all."""
OPEN_SHOWN = 1000
LIVE_MS = 4 * 60 * 60 * 1000
"""A call of which nothing was heard for longer is not on the line, whether or not its end came."""

_OVER = tuple(state.value for state in OVER)
_LATE = frozenset({CallbackState.MISSED, CallbackState.ESCALATED})
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


class Tab(StrEnum):
    """Parts of the log. A callback is in `open` and in one of the two before it, or over."""

    OVERDUE = "overdue"
    DUE = "due"
    OPEN = "open"
    KEPT = "kept"
    CANCELLED = "cancelled"


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """One line of a history; `when` in the viewer's zone."""

    at: str
    when: str
    by: str
    state: str
    note: str | None = None


class Hours(msgspec.Struct, frozen=True, kw_only=True):
    """When a caller may be rung, by their own clock. `now`: whether it is such an hour; None where
    nobody knows their zone."""

    first: str
    last: str
    days: str
    day_names: tuple[str, ...]
    now: bool | None


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One callback. Moments are UTC ms; `theirs` and `ours` are the window by the two clocks.
    `on_the_line`: the caller has rung in; `live_call`: on this call, which the viewer may see."""

    reference: str
    call_id: str
    state: str
    tab: Tab
    revision: int
    summary: str
    owner: str
    owner_id: str
    deputy: str | None
    caller: str | None
    number: str | None
    customer_ref: str | None
    verified: str
    language: str | None
    window_start: int | None
    window_end: int | None
    theirs: str
    their_zone: str | None
    zone_source: str | None
    ours: str
    our_zone: str
    hours: Hours
    welfare: bool
    attempts: int
    attempts_allowed: int
    last_attempt: str | None
    safe_to_leave_message: bool
    contact_note: str | None
    history: tuple[Step, ...]
    on_the_line: bool
    live_call: str | None
    may_act: bool
    mine: bool
    mode: str
    forgotten: bool = False
    """Nothing of the caller is kept any more."""

    @property
    def key(self) -> str:
        """Changes whenever what is shown does."""
        line = self.live_call or self.on_the_line
        shown = f"{self.revision}:{self.forgotten}"
        return f"{shown}:{self.tab.value}:{line}:{self.hours.now}"


class Log(msgspec.Struct, frozen=True, kw_only=True):
    """One part of the log, and how many are in each. `number`: of the feed, that it stands at."""

    number: int
    now: int
    tab: Tab
    mine: bool
    counts: dict[str, int]
    rows: tuple[Row, ...]


class Person(msgspec.Struct, frozen=True, kw_only=True):
    """Who can own a callback."""

    id: str
    name: str


def log(
    db: Session, viewer: Viewer, policy: Policy, now_ms: int, *, tab: Tab, mine: bool = False
) -> Log:
    """The part of the log that a tab shows, the most urgent first."""
    number = feed_number(db)
    mode = Callback.mode != "replay"
    seen = _seen(viewer)
    open_ = db.scalars(
        select(Callback)
        .where(seen, mode, Callback.state.not_in(_OVER))
        .order_by(Callback.window_end)
        .limit(OPEN_SHOWN)
    ).all()
    over = db.scalars(
        select(Callback)
        .where(seen, mode, Callback.state.in_(_OVER))
        .order_by(Callback.updated_at.desc())
        .limit(SHOWN)
    ).all()
    found = rows(db, viewer, policy, now_ms, [*open_, *over])
    if mine:
        found = [row for row in found if row.mine]
    counts = {one.value: sum(_is_in(row, one) for row in found) for one in Tab}
    chosen = [row for row in found if _is_in(row, tab)]
    if tab in (Tab.OVERDUE, Tab.DUE, Tab.OPEN):
        chosen.sort(key=_urgency)
    return Log(number=number, now=now_ms, tab=tab, mine=mine, counts=counts, rows=tuple(chosen))


def one(db: Session, viewer: Viewer, policy: Policy, now_ms: int, reference: str) -> Row | None:
    """One callback, or None where there is none that the viewer may see."""
    found = db.scalars(select(Callback).where(Callback.reference == reference, _seen(viewer))).all()
    return next(iter(rows(db, viewer, policy, now_ms, list(found))), None)


def rows(
    db: Session, viewer: Viewer, policy: Policy, now_ms: int, found: list[Callback]
) -> list[Row]:
    """Callbacks as rows, without those that are about misconduct and not for this viewer."""
    accused = misconduct_in(db, {row.call_id for row in found})
    live = _on_the_line(db, viewer, now_ms, {row.customer_ref for row in found} - {None})
    made = []
    for row in found:
        trigger = MISCONDUCT if row.call_id in accused else None
        owns = row.owner_id == viewer.id and trigger is None and row.handling != RESTRICTED
        if not owns and not may_see(viewer, row, trigger=trigger):
            continue
        record = msgspec.convert(row.body, Record)
        acts = may_act(viewer, row, trigger=trigger) or record.owner.id == viewer.id
        calls = live.get(row.customer_ref or "", ())
        ringing = next((call for call in calls if call != row.call_id), None)
        made.append(_row(row, record, viewer, policy, now_ms, acts, ringing))
    return made


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
            visible(Call, viewer),
        )
    )
    live: dict[str, list[str]] = {}
    for call in calls:
        if may_see(viewer, call, trigger=call.trigger):
            live.setdefault(call.customer_ref or "", []).append(call.call_id)
    return live


def _row(
    row: Callback,
    record: Record,
    viewer: Viewer,
    policy: Policy,
    now_ms: int,
    acts: bool,
    ringing: str | None,
) -> Row:
    zone = record.time_zone if known_zone(record.time_zone) else None
    ours = zone_of(viewer.time_zone)
    last = record.attempts[-1] if record.attempts else None
    return Row(
        reference=record.reference,
        call_id=row.call_id,
        state=record.state.value,
        tab=_tab(record, row, now_ms),
        revision=record.revision,
        summary=record.issue_summary,
        owner=record.owner.name,
        owner_id=record.owner.id,
        deputy=record.deputy.name if record.deputy else None,
        caller=record.caller_name,
        number=record.number,
        customer_ref=record.customer_ref,
        verified=record.verified.value,
        language=record.language,
        window_start=row.window_start,
        window_end=row.window_end,
        theirs=span_in(row.window_start, row.window_end, zone) if zone else "–",
        their_zone=zone,
        zone_source=record.time_zone_source,
        ours=span_in(row.window_start, row.window_end, ours),
        our_zone=ours,
        hours=_hours(policy, record.jurisdiction, zone, now_ms),
        welfare=record.welfare,
        attempts=len(record.attempts),
        attempts_allowed=policy.callbacks.attempts,
        last_attempt=None if last is None else last.outcome.value,
        safe_to_leave_message=record.safe_to_leave_message,
        contact_note=record.contact_note,
        history=tuple(_steps(record, policy, ours)),
        on_the_line=record.is_open and (ringing is not None or _rings(record, now_ms)),
        live_call=ringing if record.is_open else None,
        may_act=acts and record.is_open,
        mine=record.owner.id == viewer.id,
        mode=row.mode,
        forgotten=not record.is_open and not record.issue_summary,
    )


def _rings(record: Record, now_ms: int) -> bool:
    """Whether the log itself says so: its owner may not see the caller's other calls."""
    rung = record.rung_in
    if rung is None or not rung.is_on_the_line:
        return False
    return milliseconds(rung.at) > now_ms - LIVE_MS


def _steps(record: Record, policy: Policy, zone: str) -> list[Step]:
    found = []
    for step in record.history:
        at_ms = milliseconds(step.at)
        person = policy.people.get(step.by)
        found.append(
            Step(
                at=iso(at_ms),
                when=moment_in(at_ms, zone),
                by=person.name if person else step.by,
                state=step.state.value,
                note=step.note,
            )
        )
    return found


def _tab(record: Record, row: Callback, now_ms: int) -> Tab:
    if record.state is CallbackState.KEPT:
        return Tab.KEPT
    if record.state is CallbackState.CANCELLED:
        return Tab.CANCELLED
    if record.state in _LATE or (row.window_end is not None and row.window_end <= now_ms):
        return Tab.OVERDUE
    begun = row.window_start is not None and row.window_start <= now_ms
    return Tab.DUE if record.state is CallbackState.DUE or begun else Tab.OPEN


def _is_in(row: Row, tab: Tab) -> bool:
    if tab is Tab.OPEN:
        return row.tab in (Tab.OVERDUE, Tab.DUE, Tab.OPEN)
    return row.tab is tab


def _urgency(row: Row) -> tuple[bool, bool, bool, bool, int]:
    """A welfare call, who is on the line at this moment, what is late, what is due; by its end."""
    end = row.window_end or 0
    late, due = row.tab is Tab.OVERDUE, row.tab is Tab.DUE
    return (not row.welfare, not row.on_the_line, not late, not due, end)


def _hours(policy: Policy, jurisdiction: str | None, zone: str | None, now_ms: int) -> Hours:
    rules = policy.callbacks
    hours = rules.hours_for(jurisdiction)
    return Hours(
        first=hours.first,
        last=hours.last,
        days=_days(hours),
        day_names=tuple(day.value for day in hours.days),
        now=None if zone is None else rules.may_call(jurisdiction, zone, now_ms),
    )


def _days(hours: CallingHours) -> str:
    """`Mon–Sat`, or `Mon, Wed, Fri`."""
    places = sorted(tuple(Day).index(day) for day in set(hours.days))
    if len(places) > 2 and places == list(range(places[0], places[-1] + 1)):
        return f"{_DAYS[places[0]]}–{_DAYS[places[-1]]}"
    return ", ".join(_DAYS[place] for place in places)
