"""One complaint as it stands in the register."""

from __future__ import annotations

from enum import StrEnum

import msgspec

from wallboard.access import Role, Viewer, reads_words
from wallboard.store.tables import Complaint
from wallboard.views.callback_rows import Step
from wallboard.views.incidents import name_of
from wallboard.views.zones import exact_in, iso, minute_in, moment_in, zone_of
from workflow.complaints import Complaint as Record
from workflow.complaints import ComplaintState, overdue
from workflow.incident import incident_id
from workflow.moments import milliseconds
from workflow.policy import Policy

SOON_MS = 2 * 24 * 60 * 60 * 1000
"""What is due within two days is marked."""

WORKERS = frozenset({Role.SUPERVISOR, Role.DESK, Role.QA})
"""Who may acknowledge, answer and withdraw."""


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


def row_of(row: Complaint, record: Record, viewer: Viewer, policy: Policy, now_ms: int) -> Row:
    """A record for a viewer."""
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
