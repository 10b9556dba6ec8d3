"""A contact center's events, made by hand: each as it lies on its topic."""

import json
from typing import Any

from workflow.moments import milliseconds, rfc3339
from workflow.patterns.events import Seen, seen
from workflow.patterns.ledger import Ledger

NOON = milliseconds("2026-11-23T12:00:00Z")
"""A Monday."""


def at(seconds: float = 0) -> str:
    return rfc3339(NOON + round(seconds * 1000))


def event(kind: str, /, **fields: Any) -> Seen:
    found = seen(json.dumps({"type": kind, "version": 1, **fields}).encode())
    assert found is not None
    return found


def alert(call: str, trigger: str = "legal_threat", s: float = 0, **more: Any) -> Seen:
    """Opened `s` seconds after noon, due within a minute, unless told otherwise."""
    kind = more.pop("kind", "opened")
    fields = {
        "alert_id": f"{call}-{trigger}",
        "call_id": call,
        "revision": 1,
        "trigger": trigger,
        "status": "confirmed",
        "opened_at": at(s),
        "updated_at": at(s),
        "ack_due_at": at(s + 60),
        "desk": "legal",
        "queue_id": "billing",
        "team_id": "north",
    }
    return event(f"alert.{kind}", **{**fields, **more})


def acknowledged(call: str, after: float, **more: Any) -> Seen:
    when = {"acknowledged_at": at(after), "updated_at": at(after)}
    fields = {"kind": "updated", "revision": 2, "status": "acknowledged", "ack_due_at": None}
    return alert(call, **{**fields, **when, **more})


def closed(call: str, reason: str, trigger: str = "legal_threat", **more: Any) -> Seen:
    fields = {"kind": "closed", "revision": 3, "status": "closed", "closed_reason": reason}
    return alert(call, trigger, **{**fields, "updated_at": at(90), **more})


def route(call: str, kind: str = "requested", attempt: int = 1, **more: Any) -> Seen:
    fields = {
        "route_id": f"{call}-route",
        "attempt": attempt,
        "call_id": call,
        "alert_ids": [f"{call}-legal_threat"],
        "desk": "legal",
        "requested_at": at(0),
        "expires_at": at(60),
    }
    return event(f"route.{kind}", **{**fields, **more})


def outcome(call: str, kind: str, after: float, attempt: int = 1, **more: Any) -> Seen:
    named = {"route_id": f"{call}-route", "call_id": call, "attempt": attempt, "at": at(after)}
    return event(f"route.{kind}", **{**named, **more})


def callback(call: str, *steps: tuple[str, float], **more: Any) -> Seen:
    """Each step a state and when it came; the window ends an hour after noon."""
    fields = {
        "reference": f"CB-{call}",
        "origin_call_id": call,
        "state": steps[-1][0],
        "history": [{"at": at(after), "by": "x", "state": state} for state, after in steps],
        "revision": len(steps),
        "window_end": at(3600),
    }
    return event("callback", **{**fields, **more})


def deed(call: str, action: str, role: str = "supervisor", after: float = 0, **more: Any) -> Seen:
    fields = {
        "action_id": f"{call}-{action}-{role}",
        "call_id": call,
        "action": action,
        "actor": {"id": "somebody", "role": role},
        "at": at(after),
    }
    return event("action", **{**fields, **more})


def score(call: str, mood: str | None = None, said: str | None = None, **more: Any) -> Seen:
    broken = {"label": "agent_guardrail", "disposition": "raise", "rule_id": said}
    fields = {
        "call_id": call,
        "sequence": 1,
        "is_final": True,
        "at": at(0),
        "team_id": "north",
        "queue_id": "billing",
        "mood": {"state": mood} if mood else None,
        "findings": [broken] if said else [],
    }
    return event("score", **{**fields, **more})


def ended(call: str, reason: str, after: float) -> Seen:
    return event("call.ended", call_id=call, reason=reason, at=at(after))


def ledger(*events: Seen, quotes: bool = False) -> Ledger:
    made = Ledger(quotes=quotes)
    for one in events:
        made.add(one)
    return made
