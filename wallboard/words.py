"""Which fields of what is told hold words: a caller's, or what people noted of them. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wallboard.access import Viewer, reads_words

Body = dict[str, Any]

WORDS: dict[str, tuple[str, ...]] = {
    # What a person wrote as the reason of a close may quote the caller.
    "alert": ("evidence", "reason", "closed_reason"),
    "route": ("brief",),
    "callback": ("issue_summary",),
}
"""Those of what webhooks tell of, which go along where a hook asks for them."""
_MORE: dict[str, tuple[str, ...]] = {
    "callback": ("contact_note",),
    "complaint": ("quotes",),
    "entry": ("evidence", "note"),
    "hint": ("heard",),
    "deed": ("reason",),
    "message": ("text",),
}


def without_words(kind: str, body: Body) -> Body:
    """A body as the feed has it with those fields empty, and the steps of its history without what
    people noted."""
    named = {*WORDS.get(kind, ()), *_MORE.get(kind, ())}
    left = {name: _empty(value) if name in named else value for name, value in body.items()}
    steps = left.get("history")
    if isinstance(steps, list):
        left["history"] = [_step(step) for step in steps if isinstance(step, dict)]
    return left


def shown(viewer: Viewer, kind: str, bodies: Iterable[Body]) -> tuple[Body, ...]:
    """Bodies of a kind as a viewer may read them."""
    if reads_words(viewer):
        return tuple(bodies)
    return tuple(without_words(kind, body) for body in bodies)


def _step(step: Body) -> Body:
    return {name: value for name, value in step.items() if name != "note"}


def _empty(value: Any) -> Any:
    return [] if isinstance(value, list) else "" if isinstance(value, str) else None
