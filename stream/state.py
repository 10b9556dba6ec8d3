"""What a worker keeps of one call between chunks; lives in a changelogged table, redacted."""

from __future__ import annotations

import msgspec

from detectors.reading import Conversation
from stream.sequence import Sequences
from workflow.call import CallFacts, Mode
from workflow.decision import DeskState
from workflow.incident import RecordState
from workflow.listening import CoachState

STATE_VERSION = 2


class CallState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The state of one call. Moments are UTC ms, taken from the messages, never from a clock."""

    facts: CallFacts
    seen_ms: int
    sequences: Sequences = Sequences()
    conversation: Conversation = Conversation()
    desk: DeskState = DeskState()
    mode: Mode = Mode.LIVE
    not_monitored: tuple[str, ...] = ()
    ended_ms: int | None = None
    degraded: bool = False
    swapped: bool = False
    deeds: tuple[str, ...] = ()
    coach: CoachState = CoachState()
    record: RecordState = RecordState()
    state_version: int = STATE_VERSION


class StateVersionError(RuntimeError):
    """The table was written by a newer hardstop."""


def at_rest(state: CallState) -> CallState:
    """What stays of a call whose record is closed: no word and nobody's name, so that a hold, a
    review or an erasure finds the end of the chain for as long as records are kept, and a call that
    comes again under its id goes on with chain and episodes."""
    return CallState(
        facts=CallFacts(call_id=state.facts.call_id),
        seen_ms=state.seen_ms,
        mode=state.mode,
        desk=DeskState(episodes=state.desk.episodes),
        deeds=state.deeds,
        record=state.record,
    )


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(CallState)


def encode_state(state: CallState) -> bytes:
    """MessagePack bytes of a state."""
    return _encoder.encode(state)


def decode_state(value: bytes) -> CallState:
    """The state in a table value. Raises StateVersionError for one from a newer version."""
    state = _decoder.decode(value)
    if state.state_version > STATE_VERSION:
        raise StateVersionError(
            f"call state of version {state.state_version}, this worker knows {STATE_VERSION}: "
            "run the newer hardstop on all workers"
        )
    return state
