"""A caller whose callback is still open rings in: what the two calls tell each other of it."""

from __future__ import annotations

import msgspec


class RungIn(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The call on which the caller of an open callback is on the line: since when, and `until` when
    if that call is over. Moments are RFC 3339."""

    call_id: str
    at: str
    until: str | None = None

    @property
    def is_on_the_line(self) -> bool:
        """Whether the caller can be spoken to at once."""
        return self.until is None

    def is_after(self, known: RungIn | None) -> bool:
        """Whether this is news to who has heard `known`: what is read twice is not."""
        if known is None:
            return True
        if self.call_id != known.call_id and self.until is not None:
            # Another call of theirs is over: that of which was heard last goes on.
            return False
        return (self.at, self.until or "") > (known.at, known.until or "")


class Ringing(msgspec.Struct, frozen=True, kw_only=True):
    """What a call has told of itself to the call on which a callback was promised (`call_id`), and
    when (UTC ms)."""

    reference: str
    call_id: str
    at_ms: int
