"""What a record is found by: whatever names it, and the words in it. Bodies are kept in clear."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func, or_, select

from wallboard.store.bodies import inside
from wallboard.store.tables import Call, Entry, User

_SAID = (("evidence", "quote"), ("note",))
"""Where an entry has words: what was quoted, and what people noted."""


def goes_by(name: str) -> ColumnElement[bool]:
    """Whether an entry's record goes by a name, as a whole: the id of the record, its call, agent
    or queue, the caller's reference, or the agent's name."""
    agents = select(User.agent_id).where(
        func.lower(User.name) == name.lower(), User.agent_id.is_not(None)
    )
    calls = select(Call.call_id).where(
        or_(
            Call.customer_ref == name,
            Call.queue_id == name,
            Call.agent_id == name,
            Call.agent_id.in_(agents),
        )
    )
    return or_(
        Entry.call_id == name,
        Entry.incident_id == name,
        Entry.queue_id == name,
        Entry.agent_id == name,
        Entry.agent_id.in_(agents),
        Entry.call_id.in_(calls),
    )


def says(entry: Any, words: str) -> ColumnElement[bool]:
    """Whether these words stand in an entry, one after the other, however they are cased."""
    places = (inside(entry.body, *path) for path in _SAID)
    return or_(*(place.icontains(words, autoescape=True) for place in places))
