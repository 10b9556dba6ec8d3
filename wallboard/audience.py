"""Who hears of what: the feed's side of `access`. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from detectors.vocabulary import Signal
from wallboard.access import Role, Scope, Thing, Viewer, is_restricted, may_see
from workflow.alerts import RecordHandling

TURN = "turn"
NOTE = "note"
DEED = "deed"
CALLBACK = "callback"
GUIDANCE = "guidance"
"""What the agent on the call is to say and not to say where the alert itself is not theirs."""
KINDS = frozenset(
    {
        "alert",
        GUIDANCE,
        "route",
        CALLBACK,
        TURN,
        "hint",
        NOTE,
        DEED,
        "call",
        "complaint",
        "entry",
        "message",
    }
)
"""Every kind of row that the feed has."""

_TO_AGENT = frozenset({"call", GUIDANCE, "hint", "message"})
"""What an agent is told about their own call, restricted or not: it is meant for them alone."""
OF_THE_HOUSE = frozenset({Role.SUPERVISOR, Role.QA, Role.ADMIN, Role.SERVICE})
"""Who hears what operators must know of no single call."""


class Heard(Thing, Protocol):
    """A row of the feed, as far as it decides who hears it."""

    @property
    def kind(self) -> str: ...
    @property
    def call_id(self) -> str | None: ...
    @property
    def trigger(self) -> str | None: ...
    @property
    def person(self) -> str | None: ...


def may_hear(viewer: Viewer, row: Heard) -> bool:
    """Whether a row of the feed is for a viewer."""
    if viewer.role is Role.SERVICE and row.kind == TURN and Scope.TRANSCRIPTS not in viewer.scopes:
        return False
    if row.person is not None and row.person == viewer.id:
        # What one has done oneself, too, is not for the room in which one's screen hangs.
        return not (viewer.on_a_wall and is_restricted(row, row.trigger))
    if row.kind in _TO_AGENT and viewer.role is Role.AGENT:
        return viewer.agent_id is not None and row.agent_id == viewer.agent_id
    if row.kind == GUIDANCE:
        return False
    if row.kind == NOTE and row.call_id is None:
        return viewer.role in OF_THE_HOUSE
    return may_see(viewer, row, trigger=row.trigger)


def person_of(kind: str, body: Mapping[str, Any], handling: str, trigger: str | None) -> str | None:
    """Who hears of a row whatever else they may see: who did a deed; who owes a callback where no
    desk keeps it to itself, or owed it so far."""
    if kind == DEED:
        return body.get("user_id")
    kept = handling == RecordHandling.RESTRICTED.value and not body.get("gone")
    if kind != CALLBACK or kept or trigger == Signal.MISCONDUCT.value:
        return None
    return (body.get("owner") or {}).get("id")
