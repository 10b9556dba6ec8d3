"""A caller is forgotten: a call, what is promised on it, or all of their calls.

Whoever keeps anything of a call hears of it by `call.forgotten`, and the worker that keeps the
caller's calls by a contact that counts no more. Under a legal hold nothing goes.
"""

from __future__ import annotations

from typing import TypeVar

import msgspec

from detectors.reading import Conversation
from stream.codec import cloud_headers
from stream.events import CallForget, CallForgotten, CustomerForget, CustomerNoted
from stream.outputs import (
    Message,
    Output,
    event_output,
    verdict_output,
)
from stream.recordkeeper import close_of, done_step, refused_step
from stream.state import CallState, at_rest
from stream.step import Step
from stream.tidings import noted_output, under_pseudonym
from stream.topics import TopicName
from workflow.actions import Deed, Refused, Verdict
from workflow.closing import QUIET_MS
from workflow.complaints import PREFIX as OF_COMPLAINTS
from workflow.contact import Followed, pseudonym, withdrawal
from workflow.happenings import ErasureRefused, Happening
from workflow.identity import stable_id
from workflow.incident import RecordState, erasable_in, standing_holds
from workflow.moments import milliseconds, rfc3339
from workflow.recording import ERASERS, erasure_of

NOTHING_KEPT = "workers kept nothing of this call"


D = TypeVar("D", bound=Deed)


def of_call(deed: D, call_id: str) -> D:
    """A request about a caller, as it is made of one of their calls. Its id follows from both, so
    that a call which was asked already does nothing twice."""
    action_id = stable_id("action", deed.action_id, call_id)
    return msgspec.structs.replace(deed, action_id=action_id, call_id=call_id, customer_ref=None)


class Forgetter:
    """Carries out `forget`. `writes`: whether there is a key to write records with;
    `customer_key`: under which callers are known from one call to the next, if they are."""

    def __init__(self, *, writes: bool, customer_key: bytes | None) -> None:
        self._writes = writes
        self._customer_key = customer_key

    def done(
        self, deed: Deed, state: CallState | None, message: Message, known: Followed | None = None
    ) -> Step:
        """One call, or what a request names otherwise: a reference, a caller.

        `known`: as what the caller's worker knows the call, where it is that worker that asks.
        """
        if state is not None and deed.action_id in state.deeds:
            return Step(repeat=True)
        try:
            if deed.customer_ref is not None:
                return self._caller(deed, deed.customer_ref, message)
            if deed.reference is not None:
                return self._off_the_log(deed, deed.reference, state, message)
            if state is None:
                return self._unknown(deed, message, known)
            return self._call(deed, state, message, known)
        except Refused as refused:
            return refused_step(deed, str(refused), state, message)

    def _caller(self, deed: Deed, ref: str, message: Message) -> Step:
        """Have the worker that keeps this caller's calls ask each of them."""
        erasure_of(deed, RecordState())
        applied = verdict_output(Verdict(action_id=deed.action_id), deed.call_id, message)
        if self._customer_key is None:
            return Step(outputs=(applied,))
        request = CustomerForget(
            pseudonym=pseudonym(ref, self._customer_key),
            deed=msgspec.structs.replace(deed, customer_ref=None),
        )
        event_id = stable_id("event", "forget", request.pseudonym, deed.action_id)
        asked = under_pseudonym(request, request.pseudonym, deed.call_id, event_id, message)
        return Step(outputs=(asked, applied))

    def _unknown(self, deed: Deed, message: Message, known: Followed | None) -> Step:
        """Workers let go of a call long before others do who have read its topics."""
        erasure_of(deed, RecordState())
        verdict = Verdict(action_id=deed.action_id, detail=NOTHING_KEPT)
        applied = verdict_output(verdict, deed.call_id, message)
        told = _told(deed.call_id, message.timestamp_ms, message, known)
        return Step(outputs=(*told, applied))

    def _off_the_log(
        self, deed: Deed, reference: str, state: CallState | None, message: Message
    ) -> Step:
        """Take one callback or complaint off its log, whether its call is still known or not."""
        if deed.actor.role not in ERASERS:
            raise Refused("an admin takes callbacks off the log")
        topic = TopicName.CALLBACKS
        if reference.startswith(OF_COMPLAINTS):
            topic = TopicName.COMPLAINTS
        tombstone = off_the_log_output(reference, deed.call_id, message, topic)
        if state is None:
            applied = verdict_output(Verdict(action_id=deed.action_id), deed.call_id, message)
            return Step(outputs=(tombstone, applied))
        callback = state.desk.callbacks.get(reference)
        owed = {c.reference for c in state.register.complaints if c.is_open}
        if callback is not None and callback.is_open:
            raise Refused(_still_open(reference))
        if reference in owed:
            raise Refused(f"complaint {reference} waits for its answer")
        standing = standing_holds(state.record)
        if standing is not None:
            raise Refused(standing)
        left = {name: c for name, c in state.desk.callbacks.items() if name != reference}
        desk = msgspec.structs.replace(state.desk, callbacks=left)
        state = msgspec.structs.replace(state, desk=desk)
        return done_step(deed, state, message, before=(tombstone,))

    def _call(self, deed: Deed, state: CallState, message: Message, known: Followed | None) -> Step:
        record, call_id = state.record, state.facts.call_id
        erasure = erasure_of(deed, record)
        if isinstance(erasure, ErasureRefused):
            return refused_step(deed, erasure.standing, state, message, erasure)
        owed = [c.reference for c in state.desk.callbacks.values() if c.is_open]
        if owed:
            raise Refused(_still_open(owed[0]))
        talking = state.ended_ms is None and state.conversation != Conversation()
        if talking and message.timestamp_ms - state.seen_ms < QUIET_MS:
            raise Refused("the call is still on the line: have it forgotten when it is over")
        if record.count and not self._writes:
            raise Refused("the record cannot be erased without its key: set HARDSTOP_RECORD_KEY")
        complaints = [c.reference for c in state.register.complaints if not c.is_open]
        rest = at_rest(state)
        at_ms = max(message.timestamp_ms, _last_ms(state))
        told = (
            *(off_the_log_output(name, call_id, message) for name in state.desk.callbacks),
            *(
                off_the_log_output(name, call_id, message, TopicName.COMPLAINTS)
                for name in complaints
            ),
            *_told(call_id, at_ms, message, rest.rested, known),
        )
        rest = msgspec.structs.replace(rest, rested=Followed())
        happened: tuple[Happening, ...] = (erasure, close_of(state)) if erasable_in(record) else ()
        return done_step(deed, rest, message, *happened, before=told)


def call_forget_output(event: CallForget, cause: Message) -> Output:
    """A caller's request to be forgotten, to the worker of one of their calls."""
    event_id = stable_id("event", event.call_id, "forget", event.deed.action_id)
    at = rfc3339(cause.timestamp_ms)
    return event_output(TopicName.TICKS, event, event.call_id, event_id, at, cause)


def off_the_log_output(
    reference: str, call_id: str, cause: Message, topic: TopicName = TopicName.CALLBACKS
) -> Output:
    """Takes a callback or complaint off its compacted topic: an empty value under its reference."""
    kind = "callback" if topic is TopicName.CALLBACKS else "complaint"
    headers = cloud_headers(
        event_id=stable_id("event", reference, "forgotten"),
        kind=f"{kind}.forgotten",
        time=rfc3339(cause.timestamp_ms),
        call_id=call_id,
        traceparent=cause.traceparent,
    )
    return Output(topic, reference.encode(), None, headers)


def _told(
    call_id: str, at_ms: int, cause: Message, *followed: Followed | None
) -> tuple[Output, ...]:
    """Whoever keeps anything of the call hears of it, and the worker that keeps its caller's."""
    at = rfc3339(at_ms)
    event_id = stable_id("event", call_id, "call.forgotten", at_ms)
    event = CallForgotten(call_id=call_id, at=at)
    newest: dict[str, Followed] = {}
    for known in followed:
        if known is None or known.pseudonym is None:
            continue
        before = newest.get(known.pseudonym)
        if before is None or known.revision > before.revision:
            newest[known.pseudonym] = known
    return (
        event_output(TopicName.INCIDENTS, event, call_id, event_id, at, cause),
        *(
            noted_output(
                CustomerNoted(
                    pseudonym=name,
                    contact=withdrawal(call_id, known.at_ms, known.revision + 1),
                ),
                cause,
            )
            for name, known in newest.items()
        ),
    )


def _last_ms(state: CallState) -> int:
    """When anything was told of a call last (UTC ms). Clocks of feeds and tools may be ahead of
    that of the request: nothing that was heard or done before it is younger."""
    told = [alert.updated_at for alert in state.desk.alerts.values()]
    told += [callback.history[-1].at for callback in state.desk.callbacks.values()]
    return max(state.seen_ms, state.record.last_ms, *map(milliseconds, told))


def _still_open(reference: str) -> str:
    return f"callback {reference} is still owed: keep it or cancel it first"
