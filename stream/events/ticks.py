"""`ticks` (workers to themselves): a moment has come at which something is due on a call.

Through a topic, so that what time does to a call stands in one order with everything else, belongs
to the worker that owns the call, and is read again after a crash as it was.
"""

from __future__ import annotations

from stream.events.base import Event


class Tick(Event, tag="tick", frozen=True, kw_only=True):
    """Time has passed for this call; the message's own timestamp says how much."""

    call_id: str
