"""`incidents` (out): the factual record of a hard stop, hash-chained per call."""

from __future__ import annotations

from enum import StrEnum

from detectors.reading import Evidence
from stream.events.base import Event
from workflow.alerts import RecordHandling
from workflow.call import Mode


class EntryKind(StrEnum):
    OPENED = "opened"
    QUOTE = "quote"
    ACTION = "action"
    ACKNOWLEDGED = "acknowledged"
    NOTE = "note"
    CLOSED = "closed"


class IncidentEntry(Event, tag="incident.entry", frozen=True, kw_only=True):
    """One fact of a record.

    `commitment` is SHA-256 of salt and content, `hash` is SHA-256 of the previous hash, the
    number and the commitment: content can be erased and the chain still verifies.
    """

    incident_id: str
    call_id: str
    number: int
    kind: EntryKind
    at: str
    previous_hash: str
    commitment: str
    hash: str
    salt: str | None = None
    evidence: Evidence | None = None
    actor: str | None = None
    action: str | None = None
    note: str | None = None
    qa_flag: bool = True
    handling: RecordHandling = RecordHandling.NORMAL
    mode: Mode = Mode.LIVE
