"""Who hears of what: the feed's side of `access`. Pure."""

from __future__ import annotations

from typing import Protocol

from wallboard.access import Role, Scope, Thing, Viewer, may_see

TURN = "turn"
NOTE = "note"
DEED = "deed"
GUIDANCE = "guidance"
"""What the agent on the call is to say and not to say where the alert itself is not theirs."""
KINDS = frozenset(
    {
        "alert",
        GUIDANCE,
        "route",
        "callback",
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
    def doer(self) -> str | None: ...


def may_hear(viewer: Viewer, row: Heard) -> bool:
    """Whether a row of the feed is for a viewer."""
    if viewer.role is Role.SERVICE and row.kind == TURN and Scope.TRANSCRIPTS not in viewer.scopes:
        return False
    if row.kind == DEED and row.doer is not None and row.doer == viewer.id:
        return True
    if row.kind in _TO_AGENT and viewer.role is Role.AGENT:
        return viewer.agent_id is not None and row.agent_id == viewer.agent_id
    if row.kind == GUIDANCE:
        return False
    if row.kind == NOTE and row.call_id is None:
        return viewer.role in OF_THE_HOUSE
    return may_see(viewer, row, trigger=row.trigger)
