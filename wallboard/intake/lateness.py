"""Whether the words of a call come late: its newest note of it stands until the next."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, aliased

from stream.events.operations import Topic
from wallboard.store.tables import Call, Note

LATE_NOTE = Topic.TRANSCRIPTS_LATE.value
_BOTH = (LATE_NOTE, Topic.TRANSCRIPTS_IN_TIME.value)


def standing() -> Select[Note]:
    """The notes that words of a call come late which no later one has taken back."""
    later = aliased(Note)
    taken_back = select(later.note_id).where(
        later.call_id == Note.call_id, later.about.in_(_BOTH), later.note_id > Note.note_id
    )
    late = select(Note).where(Note.call_id.is_not(None), Note.about == LATE_NOTE)
    return late.where(~taken_back.exists())


def late_calls(db: Session, *calls: str) -> dict[str, dict[str, Any]]:
    """Of these calls, or of all that go on: that their words come late, where they do."""
    query = standing()
    if calls:
        query = query.where(Note.call_id.in_(calls))
    else:
        query = query.join(Call, Call.call_id == Note.call_id).where(Call.ended_at.is_(None))
    return {note.call_id or "": {"late": note.detail} for note in db.scalars(query)}
