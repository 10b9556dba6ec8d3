"""What one message leads to."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from stream.outputs import Output
from stream.state import CallState


class Step(msgspec.Struct, frozen=True, kw_only=True):
    """Records to be written and the call's next state; None where no call's state changes."""

    outputs: tuple[Output, ...] = ()
    state: CallState | None = None
    repeat: bool = False


Lookup = Callable[[str], CallState | None]
"""The newest state of a call by its id."""
