"""One callback as it stands in the log."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from detectors.vocabulary import LABELS
from wallboard.access import Viewer, reads_words
from wallboard.language import named
from wallboard.store.tables import Callback
from wallboard.views.zones import day_name, iso, moment_in, span_in, zone_of
from workflow.callbacks import AttemptOutcome, CallbackState
from workflow.callbacks import Callback as Record
from workflow.calling import CallingHours, known_zone
from workflow.hours import Day
from workflow.moments import milliseconds
from workflow.policy import Policy

LIVE_MS = 4 * 60 * 60 * 1000
"""A call of which nothing was heard for longer is not on the line, whether or not its end came."""

_LATE = frozenset({CallbackState.MISSED, CallbackState.ESCALATED})


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
    `attempts`: in the window that holds. `on_the_line`: the caller has rung in; `live_call`: on
    this call, which the viewer may see."""

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


def row_of(
    row: Callback,
    record: Record,
    viewer: Viewer,
    policy: Policy,
    now_ms: int,
    acts: bool,
    ringing: str | None,
) -> Row:
    """A record for a viewer. `acts`: whether they may act on it; `ringing`: the live call of its
    caller, if they may see one."""
    zone = record.time_zone if known_zone(record.time_zone) else None
    ours = zone_of(viewer.time_zone)
    last = record.attempts[-1] if record.attempts else None
    words = reads_words(viewer)
    return Row(
        reference=record.reference,
        call_id=row.call_id,
        state=record.state.value,
        tab=_tab(record, row, now_ms),
        revision=record.revision,
        summary=_summary(record.issue_summary) if words else "",
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
        attempts=record.tries,
        attempts_allowed=policy.callbacks.attempts,
        last_attempt=None if last is None else last.outcome.value,
        safe_to_leave_message=record.safe_to_leave_message,
        contact_note=record.contact_note if words else None,
        history=tuple(_steps(record, policy, ours, words)),
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


def _steps(record: Record, policy: Policy, zone: str, words: bool) -> list[Step]:
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
                note=_note(step.note) if words else None,
            )
        )
    return found


def _summary(text: str) -> str:
    """Where nobody wrote what it is about, workers put the trigger there."""
    trigger = text.replace(" ", "_")
    return named("trigger", trigger) if trigger in LABELS else text


def _note(text: str | None) -> str | None:
    """Of an attempt, what came of it stands there."""
    return named("attempt", text).lower() if text in set(AttemptOutcome) else text


def _tab(record: Record, row: Callback, now_ms: int) -> Tab:
    if record.state is CallbackState.KEPT:
        return Tab.KEPT
    if record.state is CallbackState.CANCELLED:
        return Tab.CANCELLED
    if record.state in _LATE or (row.window_end is not None and row.window_end <= now_ms):
        return Tab.OVERDUE
    begun = row.window_start is not None and row.window_start <= now_ms
    return Tab.DUE if record.state is CallbackState.DUE or begun else Tab.OPEN


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
        return f"{day_name(places[0])}–{day_name(places[-1])}"
    return ", ".join(day_name(place) for place in places)
