"""What one message leads to."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from stream.outputs import Output
from stream.state import CallState
from workflow.customers import CustomerState
from workflow.happenings import Happening


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """Records to be written and the call's next state; None where no call's state changes.
    `happened`: what of it belongs on the record of the call. `customer`: a caller's next state.
    `gone`: the call of which nothing is kept any more."""

    outputs: tuple[Output, ...] = ()
    state: CallState | None = None
    repeat: bool = False
    happened: tuple[Happening, ...] = ()
    customer: CustomerState | None = None
    gone: str | None = None


Lookup = Callable[[str], CallState | None]
"""The newest state of a call by its id."""

CustomerLookup = Callable[[str], CustomerState | None]
"""The newest state of a caller by their pseudonym."""
