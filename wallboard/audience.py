"""Who hears of what: the feed's side of `access`. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any, Protocol

from wallboard.access import (
    MISCONDUCT,
    RESTRICTED,
    Desks,
    Role,
    Thing,
    Viewer,
    is_restricted,
    may_see,
    reads_words,
)
from workflow.actions import ActionKind

TURN = "turn"
NOTE = "note"
DEED = "deed"
ALERT = "alert"
ROUTE = "route"
CALLBACK = "callback"
GUIDANCE = "guidance"
"""What the agent on the call is to say and not to say where the alert itself is not theirs."""
KINDS = frozenset(
    {
        ALERT,
        GUIDANCE,
        ROUTE,
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
_OF_RECORD = frozenset({"entry", "complaint", CALLBACK})
_DEEDS_OF_RECORD = frozenset({ActionKind.REVIEW_INCIDENT, ActionKind.LEGAL_HOLD, ActionKind.FORGET})
_OF_CALL = frozenset({"call", TURN, "hint", NOTE, "message"})
_OWNED = frozenset({ALERT, ROUTE, CALLBACK})
_HAD = _OWNED | {"call"}
"""What is gone for who owned it, or an alert on it."""
_ON_RECORD = frozenset({"entry", "complaint"})
"""Both go to the desks of the alerts on their call (`access.Desks`)."""
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
    @property
    def desks(self) -> Collection[str]: ...
    @property
    def of_record(self) -> bool: ...
    @property
    def owners(self) -> Collection[str]: ...


def may_hear(viewer: Viewer, row: Heard) -> bool:
    """Whether a row of the feed is for a viewer."""
    if row.kind == TURN and not reads_words(viewer):
        return False
    if row.person is not None and row.person == viewer.id:
        # What one has done oneself, too, is not for the room in which one's screen hangs.
        return not (viewer.on_a_wall and is_restricted(row, row.trigger))
    if row.kind in _TO_AGENT and viewer.role is Role.AGENT:
        return viewer.agent_id is not None and row.agent_id == viewer.agent_id
    if row.kind == GUIDANCE or (row.of_record and viewer.role is Role.AGENT):
        return False
    if row.kind == NOTE and row.call_id is None:
        return viewer.role in OF_THE_HOUSE
    return may_see(viewer, row, trigger=row.trigger, desks=row.desks, owners=row.owners)


def is_about_call(deed: Mapping[str, Any]) -> bool:
    """Whether a deed was done to a call itself: to no alert on it, and to nothing owed for it."""
    return deed.get("alert_id") is None and deed.get("reference") is None


def is_of_record(kind: str, body: Mapping[str, Any]) -> bool:
    """Whether a row tells of what is on record of a call, or owed for it: of its agent, too, and so
    not for them. What they owe or did themselves they hear all the same."""
    if kind == DEED:
        return body.get("reference") is not None or body.get("action") in _DEEDS_OF_RECORD
    return kind in _OF_RECORD


def desks_of(
    kind: str, ref: str, body: Mapping[str, Any], handling: str, trigger: str | None, on: Desks
) -> frozenset[str]:
    """At which desks a row is heard beside its own: an alert, where somebody was asked to come for
    it; what is said and done on a call, where its alerts stand."""
    if kind == ALERT:
        return on.of_alert(ref)
    if kind == ROUTE:
        return on.of_route(body.get("alert_ids") or ())
    if _goes_with_call(kind, body):
        return on.of_call(handling)
    return on.of_record(handling, trigger) if kind in _ON_RECORD else frozenset()


def owners_of(kind: str, body: Mapping[str, Any], on: Desks) -> frozenset[str]:
    """Who hears of a call for an alert of theirs on it, unless it is for a desk alone."""
    return on.owners if _goes_with_call(kind, body) else frozenset()


def _goes_with_call(kind: str, body: Mapping[str, Any]) -> bool:
    return kind in _OF_CALL or (kind == DEED and is_about_call(body))


def person_of(kind: str, body: Mapping[str, Any], handling: str, trigger: str | None) -> str | None:
    """Who hears of a row whatever else they may see: who did a deed; where no desk keeps it to
    itself, who owns an alert or is asked to come for it, and who owes a callback or owed it so far.
    """
    if kind == DEED:
        return body.get("user_id")
    gone = bool(body.get("gone"))
    kept = handling == RESTRICTED and not gone
    if kind not in (_HAD if gone else _OWNED) or kept or trigger == MISCONDUCT:
        return None
    return (body.get("owner") or {}).get("id")
