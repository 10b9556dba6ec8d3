"""What a step has done goes on the record of its call, if it has one."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from stream.outputs import Message, incident_output
from stream.state import CallState
from stream.step import Step
from workflow.call import Mode
from workflow.incident import RecordError, record

LEAST_KEY_BYTES = 32
"""As long as what is salted with it (RFC 2104 advises no key shorter than the hash)."""


class RecordKeyError(ValueError):
    """The key for records cannot be used; the text says what to do."""


def record_key(text: str | None) -> bytes | None:
    """The key of the settings as bytes. Raises RecordKeyError for one that is too short."""
    if text is None:
        return None
    key = text.encode()
    if len(key) < LEAST_KEY_BYTES:
        raise RecordKeyError(
            f"HARDSTOP_RECORD_KEY needs at least {LEAST_KEY_BYTES} characters drawn at random: "
            "`openssl rand -hex 32` makes one. All workers need the same."
        )
    return key


class Recorder:
    """Adds entries of the incident record to steps. Without a key nothing can be recorded.

    `mode_of`: as what a call's entries are marked.
    """

    def __init__(
        self, key: bytes | None, mode_of: Callable[[CallState], Mode] = lambda state: state.mode
    ) -> None:
        self._key = key
        self._mode_of = mode_of

    def recorded(self, step: Step, message: Message) -> Step:
        """The step with the entries that it causes, and their place in the call's state."""
        state = step.state
        if self._key is None or state is None or not step.happened:
            return step
        try:
            kept, entries = record(
                state.record,
                step.happened,
                call=state.facts.call_id,
                at_ms=message.timestamp_ms,
                key=self._key,
                mode=self._mode_of(state),
            )
        except RecordError:
            # Nothing that a step brings is refused; what people ask for is checked before.
            return step
        outputs = tuple(incident_output(entry, message) for entry in entries)
        return msgspec.structs.replace(
            step,
            outputs=(*step.outputs, *outputs),
            state=msgspec.structs.replace(state, record=kept),
        )
