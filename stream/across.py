"""What a call tells the worker that keeps its caller's earlier calls, and asks of it."""

from __future__ import annotations

import msgspec

from stream.events import CallerRingsIn, CustomerAsked, CustomerNoted
from stream.outputs import Message, Output
from stream.state import CallState
from stream.step import Step
from stream.tidings import asked_output, noted_output, rings_output
from workflow.call import Mode
from workflow.contact import (
    Contact,
    Followed,
    contact_of,
    digest,
    in_queue,
    pseudonym,
    stops_after,
    untold,
    withdrawal,
)
from workflow.history import History
from workflow.moments import rfc3339
from workflow.policy import Policy
from workflow.ringing import Ringing, RungIn


class Follower:
    """Adds to steps what their call has to ask and tell. Without a key it says nothing."""

    def __init__(self, key: bytes | None, policy: Policy) -> None:
        self._key = key
        self._policy = policy

    def followed(self, step: Step, message: Message) -> Step:
        """The step with what goes to `customers`. A recording played again is no new contact."""
        state = step.state
        if self._key is None or state is None or state.mode is Mode.REPLAY:
            return step
        state, outputs = self._asked(state, self._key, message)
        if state.followed.pseudonym is None:
            return step
        state, told = self._told(state, message)
        state, rings = _rings(state, message)
        outputs = (*step.outputs, *outputs, *told, *rings)
        return msgspec.structs.replace(step, state=state, outputs=outputs)

    def _asked(
        self, state: CallState, key: bytes, message: Message
    ) -> tuple[CallState, tuple[Output, ...]]:
        """Ask once it is known who calls, and again if it is somebody else after all."""
        followed, facts = state.followed, state.facts
        ref = facts.customer.ref if facts.customer else None
        if not ref or (name := pseudonym(ref, key)) == followed.pseudonym:
            return state, ()
        outputs: tuple[Output, ...] = ()
        if followed.pseudonym is not None:
            followed = msgspec.structs.replace(followed, revision=followed.revision + 1)
            outputs = (_withdrawal(followed, state, message),)
        at_ms = message.timestamp_ms
        first = Contact(call_id=facts.call_id, at_ms=at_ms, matters=in_queue(facts.queue_id))
        asked = CustomerAsked(
            pseudonym=name, call_id=facts.call_id, queue_id=facts.queue_id, at_ms=at_ms
        )
        followed = Followed(
            pseudonym=name,
            at_ms=at_ms,
            revision=followed.revision,
            # Who was taken for another in between must tell of this call anew.
            told="" if followed.revision else digest(first),
            matters=followed.matters,
            stops=followed.stops,
            ringing=followed.ringing,
        )
        desk = msgspec.structs.replace(state.desk, history=History())
        state = msgspec.structs.replace(state, followed=followed, desk=desk)
        return state, (*outputs, asked_output(asked, message))

    def _told(self, state: CallState, message: Message) -> tuple[CallState, tuple[Output, ...]]:
        """Tell what has changed of what others may know, if anything has."""
        followed, leave_out = state.followed, untold(state.desk, state.facts, self._policy)
        stops = stops_after(followed.stops, state.desk.alerts, leave_out)
        followed = msgspec.structs.replace(followed, stops=stops)
        ended = state.ended_ms is not None
        contact = contact_of(followed, state.desk, state.facts, ended=ended, leave_out=leave_out)
        said = digest(contact)
        if said == followed.told:
            return msgspec.structs.replace(state, followed=followed), ()
        revision = followed.revision + 1
        followed = msgspec.structs.replace(followed, revision=revision, told=said)
        contact = msgspec.structs.replace(contact, revision=revision)
        noted = CustomerNoted(pseudonym=followed.pseudonym or "", contact=contact)
        return msgspec.structs.replace(state, followed=followed), (noted_output(noted, message),)


def _rings(state: CallState, message: Message) -> tuple[CallState, tuple[Output, ...]]:
    """Tell the calls on which this caller's open callbacks were promised that they are on the line
    here, once; and when they are no more, or the promise is not theirs."""
    followed, here = state.followed, state.facts.call_id
    open_ = {p.reference: p for p in state.desk.history.open_callbacks if p.call_id}
    if not is_on_the_line(state):
        open_ = {}
    told = {ringing.reference: ringing for ringing in followed.ringing}
    new = [
        Ringing(reference=name, call_id=promise.call_id, at_ms=message.timestamp_ms)
        for name, promise in open_.items()
        if name not in told
    ]
    gone = [ringing for name, ringing in told.items() if name not in open_]
    if not new and not gone:
        return state, ()
    off = rfc3339(message.timestamp_ms)
    outputs = [_ringing(ringing, here, None, message) for ringing in new]
    outputs += [_ringing(ringing, here, off, message) for ringing in gone]
    kept = tuple(ringing for ringing in followed.ringing if ringing not in gone)
    followed = msgspec.structs.replace(followed, ringing=(*kept, *new))
    return msgspec.structs.replace(state, followed=followed), tuple(outputs)


def _ringing(ringing: Ringing, here: str, until: str | None, message: Message) -> Output:
    event = CallerRingsIn(
        call_id=ringing.call_id,
        reference=ringing.reference,
        rung_in=RungIn(call_id=here, at=rfc3339(ringing.at_ms), until=until),
    )
    return rings_output(event, message)


def is_on_the_line(state: CallState) -> bool:
    """Whether the caller of a call can be spoken to now: recordings have nobody."""
    return not state.desk.ended and state.mode in (Mode.LIVE, Mode.SHADOW)


def _withdrawal(followed: Followed, state: CallState, message: Message) -> Output:
    contact = withdrawal(state.facts.call_id, followed.at_ms, followed.revision)
    return noted_output(CustomerNoted(pseudonym=followed.pseudonym or "", contact=contact), message)
