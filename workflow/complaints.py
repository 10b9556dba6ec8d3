"""The complaint register: one entry for each complaint that a caller makes, until it is answered.

    open → acknowledged → answered            any of the first two → withdrawn
             ↺ news

No alert and no route comes of it. Pure: moments are arguments (UTC ms), and an entry carries its
whole history.
"""

from __future__ import annotations

import base64
import hashlib
from enum import StrEnum

import msgspec

from detectors.reading import Evidence
from workflow.alerts import RecordHandling
from workflow.call import Mode
from workflow.complaint_rules import ComplaintTest
from workflow.moments import milliseconds, rfc3339
from workflow.periods import Calendar, due, period

PREFIX = "CP-"
"""Before every reference: a callback's begins otherwise."""

NOTE_CHARS = 2000
"""Of a note by a person: what was said and done fits, a pasted transcript does not."""


class ComplaintState(StrEnum):
    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    ANSWERED = "answered"
    WITHDRAWN = "withdrawn"


CLOSED = frozenset({ComplaintState.ANSWERED, ComplaintState.WITHDRAWN})
"""States after which nothing is owed any more."""


class Owed(StrEnum):
    """What is late."""

    ACKNOWLEDGEMENT = "acknowledgement"
    UPDATE = "update"
    ANSWER = "answer"


class ComplaintStep(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One change of an entry: when, by whom, to which state, why."""

    at: str
    by: str
    state: ComplaintState
    note: str | None = None


class Complaint(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An entry of the register. Times are RFC 3339; `received_at` is when it was said, and periods
    run from then. `quotes` are whole turns, redacted, as transcribed. `basis` says where the dates
    come from. `summary_by`: until when a short notice closes it; `update_by`: until when news of it
    is owed next, and `update_every` how long after that, in the days of `counted_in`. `revision`
    rises with every change."""

    reference: str
    call_id: str
    state: ComplaintState
    jurisdiction: str
    test: ComplaintTest
    test_basis: str
    quotes: tuple[Evidence, ...]
    received_at: str
    registered_at: str
    acknowledge_by: str
    answer_by: str
    basis: str
    history: tuple[ComplaintStep, ...]
    revision: int = 1
    summary_by: str | None = None
    update_by: str | None = None
    update_every: str | None = None
    counted_in: Calendar | None = None
    customer_ref: str | None = None
    queue_id: str | None = None
    team_id: str | None = None
    language: str | None = None
    handling: RecordHandling = RecordHandling.NORMAL
    mode: Mode = Mode.LIVE
    policy_version: str | None = None
    rules_version: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether an answer is still owed."""
        return self.state not in CLOSED

    def moved(
        self, state: ComplaintState, by: str, at_ms: int, note: str | None = None
    ) -> Complaint:
        """The entry after one more step, which its history keeps."""
        step = ComplaintStep(at=rfc3339(at_ms), by=by, state=state, note=note)
        return msgspec.structs.replace(
            self, state=state, history=(*self.history, step), revision=self.revision + 1
        )


class ComplaintChange(msgspec.Struct, frozen=True):
    """An entry as it is now. `quoted`: it has changed by words alone."""

    complaint: Complaint
    quoted: bool = False


class ComplaintError(ValueError):
    """An entry that cannot be changed like this; the text is for the person who tried."""


def reference(call_id: str, matter: int) -> str:
    """A reference that can be read out, the same for the same matter: "CP-7F3K9-QXA4M".

    50 bits: of a million complaints, two share one with a chance of 1 in 2,000.
    """
    digest = hashlib.sha256(f"complaint\x1f{call_id}\x1f{matter}".encode()).digest()
    text = base64.b32encode(digest).decode()[:10]
    return f"{PREFIX}{text[:5]}-{text[5:]}"


def acknowledged(complaint: Complaint, *, by: str, at_ms: int, note: str | None) -> Complaint:
    """The caller has been told that the complaint has arrived. Raises ComplaintError."""
    if complaint.state is not ComplaintState.OPEN:
        raise ComplaintError(f"the complaint is {complaint.state.value} already")
    return complaint.moved(ComplaintState.ACKNOWLEDGED, by, at_ms, _short(note))


def updated(complaint: Complaint, *, by: str, at_ms: int, note: str | None) -> Complaint:
    """The caller has had news of how it goes; where a rule asks for them, the next are owed so long
    after these. Who has news of it knows that it has arrived. Raises ComplaintError without a word
    on what was said."""
    _still_open(complaint)
    if not (note or "").strip():
        raise ComplaintError("say in a note what the caller was told, or where it is kept")
    moved = complaint.moved(ComplaintState.ACKNOWLEDGED, by, at_ms, _short(note))
    if complaint.update_every is None:
        return msgspec.structs.replace(moved, update_by=None)
    again = due(at_ms, period(complaint.update_every), complaint.counted_in or Calendar())
    return msgspec.structs.replace(moved, update_by=rfc3339(again))


def answered(complaint: Complaint, *, by: str, at_ms: int, note: str | None) -> Complaint:
    """The caller has the final answer. Raises ComplaintError without a word on what it was."""
    _still_open(complaint)
    if not (note or "").strip():
        raise ComplaintError("say in a note what the answer was, or where it is kept")
    return complaint.moved(ComplaintState.ANSWERED, by, at_ms, _short(note))


def withdrawn(complaint: Complaint, *, by: str, at_ms: int, note: str | None) -> Complaint:
    """The caller takes it back, or it was none. Raises ComplaintError without a reason."""
    _still_open(complaint)
    if not (note or "").strip():
        raise ComplaintError("say in a note why nothing is owed: who took it back, or why not")
    return complaint.moved(ComplaintState.WITHDRAWN, by, at_ms, _short(note))


def overdue(complaint: Complaint, at_ms: int) -> Owed | None:
    """What is late at a moment (UTC ms): the answer weighs most, then the acknowledgement."""
    late = [owed for owed, by in _dates(complaint) if at_ms > milliseconds(by)]
    return late[0] if late else None


def next_due(complaint: Complaint) -> str | None:
    """The date that counts next (RFC 3339), or None where nothing is owed."""
    return min((by for _, by in _dates(complaint)), default=None)


def _dates(complaint: Complaint) -> list[tuple[Owed, str]]:
    """What is owed by when, the gravest first."""
    if not complaint.is_open:
        return []
    dates = [(Owed.ANSWER, complaint.answer_by)]
    if complaint.state is ComplaintState.OPEN:
        dates.append((Owed.ACKNOWLEDGEMENT, complaint.acknowledge_by))
    if complaint.update_by is not None:
        dates.append((Owed.UPDATE, complaint.update_by))
    return dates


def _still_open(complaint: Complaint) -> None:
    if not complaint.is_open:
        raise ComplaintError(f"the complaint is {complaint.state.value} already")


def _short(note: str | None) -> str | None:
    if note is not None and len(note) > NOTE_CHARS:
        raise ComplaintError(f"the note has {len(note)} characters; {NOTE_CHARS} is the most")
    return note
