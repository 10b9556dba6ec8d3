"""What a worker keeps of one call between chunks, and of one caller between calls; lives in a
changelogged table, redacted."""

from __future__ import annotations

import msgspec

from detectors.reading import Conversation
from stream.sequence import Sequences
from workflow.call import CallFacts, Mode
from workflow.contact import Followed
from workflow.customers import CUSTOMER_STATE_VERSION, CustomerState
from workflow.decision import DeskState
from workflow.incident import RecordState
from workflow.listening import CoachState
from workflow.register import Register

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
    """Why nobody listens: that recording is off while it is, every other reason once it was so."""
    begun_ms: int | None = None
    """When it was heard of first."""
    late_ms: int | None = None
    """When words last came late, until they come in time again."""
    ended_ms: int | None = None
    degraded: bool = False
    swapped: bool = False
    deeds: tuple[str, ...] = ()
    coach: CoachState = CoachState()
    record: RecordState = RecordState()
    followed: Followed = Followed()
    state_version: int = STATE_VERSION
    register: Register = Register()
    lost: bool = False
    """Ended by its silence: what comes after that shows that it was not over."""
    reported: dict[str, str] = {}
    """By route: the last report on it, as a digest; the newest routes only."""
    rested: Followed = Followed()
    """Of a call at rest: as what its caller's worker knows it, to be told if it is forgotten."""


class StateVersionError(RuntimeError):
    """The table was written by a newer hardstop, or by none."""


def at_rest(state: CallState) -> CallState:
    """What stays of a call whose record is closed: no word and nobody's name (its caller's
    pseudonym and its queue alone), so that a hold, a review or an erasure finds the end of the
    chain for as long as records are kept, and a call that comes again under its id goes on with
    chain, episodes and the count of its complaints.
    """
    rest = CallState(
        facts=CallFacts(call_id=state.facts.call_id, queue_id=state.facts.queue_id),
        seen_ms=state.seen_ms,
        mode=state.mode,
        desk=DeskState(episodes=state.desk.episodes),
        deeds=state.deeds,
        record=state.record,
        rested=_resting(state),
        register=Register(matters=state.register.counted),
    )
    if not state.register.is_open:
        return rest
    # What is still to be answered is kept with what its answer needs.
    return msgspec.structs.replace(for_complaints(state), desk=rest.desk)


_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(CallState)
_customers = msgspec.msgpack.Decoder(CustomerState)

_UNLIKE = "not of a shape it knows; run the hardstop that wrote it on all workers"

CUSTOMER = b"\xff"
"""Before a pseudonym, as a key of the table: no call id, which is UTF-8, begins so."""


def encode_state(state: CallState) -> bytes:
    """MessagePack bytes of a state."""
    return _encoder.encode(state)


def decode_state(value: bytes) -> CallState:
    """The state in a table value. Raises StateVersionError for one from a newer version."""
    try:
        state = _decoder.decode(value)
    except msgspec.DecodeError as error:
        raise StateVersionError(f"call state, as this worker reads it: {_UNLIKE}") from error
    if state.state_version > STATE_VERSION:
        raise StateVersionError(
            f"call state of version {state.state_version}, this worker knows {STATE_VERSION}: "
            "run the newer hardstop on all workers"
        )
    return state


def caller_key(pseudonym: str) -> bytes:
    """Where the state of a caller stands in the table."""
    return CUSTOMER + pseudonym.encode()


def encode_caller(state: CustomerState) -> bytes:
    """MessagePack bytes of a caller's state."""
    return _encoder.encode(state)


def decode_caller(value: bytes) -> CustomerState:
    """The state of a caller in a table value. Raises StateVersionError for a newer version."""
    try:
        state = _customers.decode(value)
    except msgspec.DecodeError as error:
        raise StateVersionError(f"caller state, as this worker reads it: {_UNLIKE}") from error
    if state.state_version > CUSTOMER_STATE_VERSION:
        raise StateVersionError(
            f"caller state of version {state.state_version}, this worker knows "
            f"{CUSTOMER_STATE_VERSION}: run the newer hardstop on all workers"
        )
    return state


def for_complaints(state: CallState) -> CallState:
    """What is kept of a call that is over while a complaint of it waits for its answer: nothing of
    what was said but the register's quotes."""
    facts = state.facts
    return CallState(
        facts=CallFacts(
            call_id=facts.call_id,
            queue_id=facts.queue_id,
            team_id=facts.team_id,
            jurisdiction=facts.jurisdiction,
            language=facts.language,
            recording=facts.recording,
        ),
        seen_ms=state.seen_ms,
        sequences=state.sequences,
        mode=state.mode,
        ended_ms=state.ended_ms,
        deeds=state.deeds,
        record=state.record,
        register=msgspec.structs.replace(state.register, waiting=()),
        rested=_resting(state),
    )


def _resting(state: CallState) -> Followed:
    followed = state.rested if state.followed.pseudonym is None else state.followed
    return Followed(pseudonym=followed.pseudonym, at_ms=followed.at_ms, revision=followed.revision)
