"""`incidents`: every entry of every record as it came, signed heads, and what is forgotten."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from stream.events import (
    CallForgotten,
    EarlierForgotten,
    IncidentEntry,
    IncidentEvent,
    IncidentHead,
)
from wallboard.intake import forgetting, heads, mentions
from wallboard.intake.arrival import Arrival, moment, plain
from wallboard.intake.floor import Floor
from wallboard.intake.restriction import RESTRICTED
from wallboard.store.tables import Call, Entry
from workflow.chain import FIRST, EntryKind, fault_of


def project(floor: Floor, arrival: Arrival, event: IncidentEvent) -> None:
    """An entry, a head, or that a call is forgotten."""
    match event:
        case IncidentEntry():
            _entry(floor, arrival, event)
        case IncidentHead():
            heads.project(floor, arrival, event)
        case CallForgotten():
            forgetting.project(floor, arrival, event)
        case EarlierForgotten():
            mentions.project(floor, arrival, event)


def _entry(floor: Floor, arrival: Arrival, event: IncidentEntry) -> None:
    """An entry is kept once; one whose content was erased takes the place of the full one, and one
    that was told anew, as part of the way on which its record goes on, that of the abandoned one.
    """
    key = (event.incident_id, event.number)
    known = floor.row(Entry, key)
    if known is not None and known.body.get("hash") == event.hash:
        if event.is_blank and known.body.get("salt") is not None:
            known.body = plain(event)
            _tell(floor, known, known.at)
        return
    if known is not None and not _goes_on(floor, event):
        return
    at = moment(event.at, arrival.at)
    call = floor.row(Call, event.call_id)
    if call is None and event.kind is EntryKind.OPENED:
        call = floor.call(event.call_id, at, mode=event.mode.value)
    restricted = call is not None and call.handling == RESTRICTED
    values: dict[str, Any] = {
        "call_id": event.call_id,
        "kind": event.kind.value,
        "at": at,
        "body": plain(event),
        "queue_id": call.queue_id if call else None,
        "team_id": call.team_id if call else None,
        "agent_id": call.agent_id if call else None,
        "desk": (call.desk if restricted and call else None) or _desk(floor, event),
        "handling": RESTRICTED if restricted else event.handling.value,
        "mode": event.mode.value,
    }
    row = known
    if row is None:
        row = floor.put(Entry(incident_id=key[0], number=key[1], **values), key)
    else:
        for name, value in values.items():
            setattr(row, name, value)
    if event.kind is EntryKind.CALL_ENDED and call is not None:
        floor.end_call(call, at)
    if event.kind is EntryKind.ERASED:
        forgetting.erased(floor, event, at)
    _tell(floor, row, at)


def _goes_on(floor: Floor, event: IncidentEntry) -> bool:
    """Whether an entry follows on the one that is kept before it, whole by itself. What then stands
    after it is told anew as well, and does not follow on it until then."""
    before = floor.row(Entry, (event.incident_id, event.number - 1))
    previous = FIRST if event.number == 1 else str(before and before.body.get("hash"))
    return fault_of(event, previous) is None


def _desk(floor: Floor, event: IncidentEntry) -> str | None:
    """The desk that the entry names, or the one named before it."""
    if "desk" in event.facts:
        return event.facts["desk"]
    floor.db.flush()
    before = (
        select(Entry.desk)
        .where(Entry.incident_id == event.incident_id, Entry.number < event.number)
        .where(Entry.desk.is_not(None))
        .order_by(Entry.number.desc())
        .limit(1)
    )
    return floor.db.scalar(before)


def _tell(floor: Floor, row: Entry, at: int) -> None:
    call = floor.row(Call, row.call_id)
    floor.tell(
        "entry",
        f"{row.incident_id}/{row.number}",
        row,
        at,
        row.body,
        call_id=row.call_id,
        trigger=call.trigger if call else None,
        mode=row.mode,
    )
