"""What is done to records as a whole: held, reviewed, closed and let go."""

from __future__ import annotations

import msgspec

from stream.outputs import Message, Output, verdict_output
from stream.state import CallState, at_rest
from stream.step import Step
from workflow.actions import Deed, Refused, Verdict
from workflow.closing import closing_moment, leaving_moment
from workflow.happenings import Close, Done, Happening
from workflow.policy import Policy
from workflow.recording import happening_of

DEEDS_REMEMBERED = 64
"""Actions of a call whose ids are kept: one that is read again after a crash is not done again."""


def remembered(state: CallState, deed: Deed) -> tuple[str, ...]:
    """The ids of the newest actions of a call, with this one."""
    return (*state.deeds, deed.action_id)[-DEEDS_REMEMBERED:]


class RecordKeeper:
    """Keeps records for as long as the policy of their queue says. `writes`: whether there is a key
    to write."""

    def __init__(self, policy: Policy, *, writes: bool) -> None:
        self._policy = policy
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
                step, state=at_rest(state), happened=(*step.happened, close_of(state))
            )
        if leaving is not None and leaving <= at_ms:
            # Its entries are not written about: the words are gone where records are kept.
            return Step(outputs=step.outputs, gone=state.facts.call_id)
        return step

    def done(self, deed: Deed, state: CallState, message: Message) -> Step:
        """A hold or a review; the verdict says what became of it."""
        try:
            happening = happening_of(deed, state.record)
            if not self._writes:
                raise Refused("workers keep no records: set HARDSTOP_RECORD_KEY")
        except Refused as refused:
            return refused_step(deed, str(refused), state, message)
        return done_step(deed, state, message, happening)

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
        days = self._policy.for_queue(state.facts.queue_id).retention.incidents.days
        return leaving_moment(state.record, state.desk, seen_ms=state.seen_ms, days=days)


def close_of(state: CallState) -> Close:
    """The end of a record, with the queue by which it will be kept."""
    return Close(state.facts.queue_id)


def done_step(
    deed: Deed,
    state: CallState,
    message: Message,
    *happened: Happening,
    before: tuple[Output, ...] = (),
    detail: str | None = None,
) -> Step:
    """An action that took effect, remembered and told to who asked."""
    verdict = Verdict(action_id=deed.action_id, detail=detail)
    applied = verdict_output(verdict, deed.call_id, message)
    state = msgspec.structs.replace(state, deeds=remembered(state, deed))
    return Step(outputs=(*before, applied), state=state, happened=happened)


def refused_step(
    deed: Deed, why: str, state: CallState | None, message: Message, *happened: Happening
) -> Step:
    """Told to who asked, and put on record if there is one."""
    verdict = Verdict(action_id=deed.action_id, rejected=why)
    told = verdict_output(verdict, deed.call_id, message)
    if state is None:
        return Step(outputs=(told,))
    state = msgspec.structs.replace(state, deeds=remembered(state, deed))
    return Step(outputs=(told,), state=state, happened=happened or (Done(deed, verdict),))
