"""What is kept and cannot be read: shown by its id among the rest, which stays as it is."""

from __future__ import annotations

from typing import Any

import msgspec

FAULTS = (msgspec.ValidationError, ValueError)
"""What reading a body raises: it is no such thing, or a moment in it is none."""


class Unreadable(msgspec.Struct, frozen=True, kw_only=True):
    """Something of which only the columns beside its body are known."""

    reference: str
    call_id: str
    state: str


def part(body: dict[str, Any], name: str) -> dict[str, Any]:
    """An object inside a body; empty where there is none, or something else stands there."""
    found = body.get(name)
    return found if isinstance(found, dict) else {}


class _Shown(msgspec.Struct):
    """What the pages need of an alert."""

    alert_id: str
    call_id: str
    trigger: str
    status: str
    revision: int
    opened_at: str
    updated_at: str
    reason: str | None = None
    desk: str | None = None
    severity: str | None = None
    ack_due_at: str | None = None
    evidence: list[dict[str, Any]] = []


def is_alert(body: Any) -> bool:
    """Whether pages can show a body as an alert."""
    try:
        msgspec.convert(body, _Shown)
    except msgspec.ValidationError:
        return False
    return True
