"""What is done to records as a whole: held, reviewed, closed, let go, and callers forgotten."""

from __future__ import annotations

import msgspec

from detectors.reading import Conversation
from stream.outputs import Message, Output, forgotten_output, verdict_output
from stream.state import CallState, at_rest
from stream.step import Step
from workflow.actions import ActionKind, Deed, Refused, Verdict
from workflow.closing import QUIET_MS, closing_moment, leaving_moment
from workflow.happenings import Close, Done, ErasureRefused, Happening
from workflow.incident import erasable_in, standing_holds
from workflow.recording import ERASERS, erasure_of, happening_of
from workflow.storage import Retention

DEEDS_REMEMBERED = 64
"""Actions of a call whose ids are kept: one that is read again after a crash is not done again."""


def remembered(state: CallState, deed: Deed) -> tuple[str, ...]:
    """The ids of the newest actions of a call, with this one."""
    return (*state.deeds, deed.action_id)[-DEEDS_REMEMBERED:]


class RecordKeeper:
    """Keeps records for as long as the policy says. `writes`: whether there is a key to write."""

    def __init__(self, retention: Retention, *, writes: bool) -> None:
        self._days = retention.incidents.days
        self._writes = writes

    def next_moment(self, state: CallState) -> int | None:
        """When a record is to be closed or let go (UTC ms), or None."""
        due = (self._closing(state), self._leaving(state))
        return min((moment for moment in due if moment is not None), default=None)

    def after_time(self, step: Step, message: Message) -> Step:
        """The step of a tick, with the record closed or let go if it is time."""
        state, at_ms = step.state, message.timestamp_ms
        if state is None:
            return step
        closing, leaving = self._closing(state), self._leaving(state)
        if closing is not None and closing <= at_ms:
            return msgspec.structs.replace(
                step, state=at_rest(state), happened=(*step.happened, Close())
            )
        if leaving is not None and leaving <= at_ms:
            # Its entries are not written about: the words are gone where records are kept.
            return Step(outputs=step.outputs, gone=state.facts.call_id)
        return step

    def done(self, deed: Deed, state: CallState, message: Message) -> Step:
        """A hold, a review, or having a call forgotten; `verdict` says what became of it."""
        try:
            if deed.action is ActionKind.FORGET:
                return self._forgotten(deed, state, message)
            happening = happening_of(deed, state.record)
            if not self._writes:
                raise Refused("workers keep no records: set HARDSTOP_RECORD_KEY")
        except Refused as refused:
            return _refused(deed, str(refused), state, message)
        return _done(deed, state, message, happening)

    def off_the_log(self, deed: Deed, state: CallState | None, message: Message) -> Step:
        """Take one callback off the log, whether its call is still known or not."""
        reference = deed.reference or ""
        if state is not None and deed.action_id in state.deeds:
            return Step(repeat=True)
        if deed.actor.role not in ERASERS:
            return _refused(deed, "an admin takes callbacks off the log", state, message)
        tombstone = forgotten_output(reference, deed.call_id, message)
        if state is None:
            applied = verdict_output(Verdict(action_id=deed.action_id), deed.call_id, message)
            return Step(outputs=(tombstone, applied))
        callback = state.desk.callbacks.get(reference)
        if callback is not None and callback.is_open:
            return _refused(deed, _still_open(reference), state, message)
        standing = standing_holds(state.record)
        if standing is not None:
            return _refused(deed, standing, state, message)
        left = {name: c for name, c in state.desk.callbacks.items() if name != reference}
        desk = msgspec.structs.replace(state.desk, callbacks=left)
        state = msgspec.structs.replace(state, desk=desk)
        return _done(deed, state, message, before=(tombstone,))

    def _forgotten(self, deed: Deed, state: CallState, message: Message) -> Step:
        record, call_id = state.record, state.facts.call_id
        erasure = erasure_of(deed, record)
        if isinstance(erasure, ErasureRefused):
            return _refused(deed, erasure.standing, state, message, erasure)
        owed = [c.reference for c in state.desk.callbacks.values() if c.is_open]
        if owed:
            raise Refused(_still_open(owed[0]))
        talking = state.ended_ms is None and state.conversation != Conversation()
        if talking and message.timestamp_ms - state.seen_ms < QUIET_MS:
            raise Refused("the call is still on the line: have it forgotten when it is over")
        gone = tuple(forgotten_output(name, call_id, message) for name in state.desk.callbacks)
        if record.count and not self._writes:
            raise Refused("the record cannot be erased without its key: set HARDSTOP_RECORD_KEY")
        happened: tuple[Happening, ...] = (erasure, Close()) if erasable_in(record) else ()
        return _done(deed, at_rest(state), message, *happened, before=gone)

    def _closing(self, state: CallState) -> int | None:
        if not self._writes:
            return None
        return closing_moment(
            state.record,
            state.desk,
            seen_ms=state.seen_ms,
            ended_ms=state.ended_ms,
            mode=state.mode,
        )

    def _leaving(self, state: CallState) -> int | None:
        if state.register.is_open:
            return None
        return leaving_moment(state.record, state.desk, seen_ms=state.seen_ms, days=self._days)


def _done(
    deed: Deed,
    state: CallState,
    message: Message,
    *happened: Happening,
    before: tuple[Output, ...] = (),
) -> Step:
    applied = verdict_output(Verdict(action_id=deed.action_id), deed.call_id, message)
    state = msgspec.structs.replace(state, deeds=remembered(state, deed))
    return Step(outputs=(*before, applied), state=state, happened=happened)


def _refused(
    deed: Deed, why: str, state: CallState | None, message: Message, *happened: Happening
) -> Step:
    """Told to who asked, and put on record if there is one."""
    verdict = Verdict(action_id=deed.action_id, rejected=why)
    told = verdict_output(verdict, deed.call_id, message)
    if state is None:
        return Step(outputs=(told,))
    state = msgspec.structs.replace(state, deeds=remembered(state, deed))
    return Step(outputs=(told,), state=state, happened=happened or (Done(deed, verdict),))


def _still_open(reference: str) -> str:
    return f"callback {reference} is still owed: keep it or cancel it first"
