"""How a call ends: told by the platform, or by its silence; and that it was not over after all."""

from __future__ import annotations

import msgspec

from detectors.chunk import Chunk
from detectors.reading import Conversation, Reading, Turn
from stream.complaints import registered
from stream.events.operations import Topic
from stream.events.transcripts import EndReason
from stream.outputs import Message, Output, change_output, note_output, over_output
from stream.state import CallState
from stream.step import Step
from workflow.call import TICKING
from workflow.decision import Versions
from workflow.desk import Desk
from workflow.happenings import Ended, HeardAgain
from workflow.picture import pictured
from workflow.policy import Policy
from workflow.queue_detectors import QueueDetectors

MINUTE_MS = 60_000

UNFINISHED = 3
"""Turns before the end that may still be open: one of each side, and one of a third."""


class Ending:
    """Ends calls. `detectors` read late what the classifier had no time for."""

    def __init__(
        self, desk: Desk, detectors: QueueDetectors, policy: Policy, versions: Versions
    ) -> None:
        self._desk = desk
        self._detectors = detectors
        self._policy = policy
        self._versions = versions

    def after(self, reason: EndReason, state: CallState, message: Message) -> Step:
        """The step of a call that is over. Words that never became final stand as last heard."""
        detector = self._detectors.for_queue(state.facts.queue_id)
        step = Step()
        try:
            late = detector.catch_up(state.conversation)
            if late is not None:
                step = self._heard(step, state, late, message)
                state = step.state or state
        except Exception as error:
            step = Step(outputs=(_unheard(error, state, message),))
        decision = self._desk.after_call(
            state.desk, state.facts, at_ms=message.timestamp_ms, mode=state.mode
        )
        told = (change_output(change, message) for change in decision.changes)
        state = msgspec.structs.replace(state, desk=decision.state, ended_ms=message.timestamp_ms)
        step = Step(
            outputs=(*step.outputs, *told),
            state=state,
            happened=(*step.happened, Ended(reason.value), *decision.changes),
        )
        # Read with the call over: nobody is asked to join it for what was cut off.
        for turn in state.conversation.turns[-UNFINISHED:]:
            if turn.is_final:
                continue
            try:
                reading = detector.read(_as_said(turn, state), state.conversation)
                step = self._heard(step, state, reading, message)
                state = step.state or state
            except Exception as error:
                # What was heard of it in part stands. A call must end, whatever was said last.
                outputs = (*step.outputs, _unheard(error, state, message))
                step = msgspec.structs.replace(step, outputs=outputs)
        over = over_output(state.facts.call_id, message)
        return msgspec.structs.replace(step, outputs=(*step.outputs, over))

    def undone(self, step: Step, message: Message) -> Step:
        """The step of a call that was taken for lost and goes on, with who is asked again to come:
        after what brought it back has been read, so that they are told of that as well."""
        state = step.state
        if state is None:
            return step
        decision = self._desk.after_return(
            state.desk,
            state.facts,
            at_ms=message.timestamp_ms,
            mode=state.mode,
            picture=pictured(state.conversation, state.coach),
        )
        told = tuple(change_output(change, message) for change in decision.changes)
        return msgspec.structs.replace(
            step,
            outputs=(*step.outputs, *told),
            state=msgspec.structs.replace(state, desk=decision.state),
            happened=(HeardAgain(), *step.happened, *decision.changes),
        )

    def _heard(self, step: Step, state: CallState, reading: Reading, message: Message) -> Step:
        """The step with what a reading at the end of the call changes."""
        heard = self._desk.after_reading(
            state.desk,
            reading,
            state.facts,
            at_ms=message.timestamp_ms,
            mode=state.mode,
            picture=pictured(state.conversation, state.coach),
        )
        told = (change_output(change, message) for change in heard.changes)
        new = msgspec.structs.replace(
            state,
            desk=heard.state,
            conversation=state.conversation.after(reading),
            followed=state.followed.after(reading),
        )
        step = Step(
            outputs=(*step.outputs, *told),
            state=new,
            happened=(*step.happened, *heard.changes, *heard.noted),
        )
        return registered(step, reading, message, self._policy, self._versions, ended=True)

    def silent_moment(self, state: CallState) -> int | None:
        """From when (UTC ms) a call counts as lost if nothing more is heard of it, or None.

        Nobody is waited for in recordings; a call of which no word was heard has nothing to end.
        """
        if state.ended_ms is not None or state.mode not in TICKING:
            return None
        if state.conversation == Conversation():
            return None
        minutes = self._policy.for_queue(state.facts.queue_id).calls.silent_minutes
        return state.seen_ms + minutes * MINUTE_MS

    def after_silence(self, state: CallState, message: Message) -> Step | None:
        """The step of a call that nothing has been heard of for so long that it counts as lost, or
        None while it does not."""
        moment = self.silent_moment(state)
        if moment is None or message.timestamp_ms < moment:
            return None
        step = self.after(EndReason.LOST, state, message)
        minutes = (message.timestamp_ms - state.seen_ms) // MINUTE_MS
        detail = f"nothing has come for {minutes} minutes and no end: the call counts as lost"
        call_id = state.facts.call_id
        note = note_output(Topic.FEED_SILENT, detail, message, call_id=call_id)
        lost = None if step.state is None else msgspec.structs.replace(step.state, lost=True)
        return msgspec.structs.replace(step, state=lost, outputs=(*step.outputs, note))


def _unheard(error: Exception, state: CallState, message: Message) -> Output:
    detail = f"{type(error).__name__} while reading"
    return note_output(Topic.CHUNK_FAILED, detail, message, call_id=state.facts.call_id)


def _as_said(turn: Turn, state: CallState) -> Chunk:
    """A turn of which only partial results came, as the chunk that would have ended it."""
    return Chunk(
        call_id=state.facts.call_id,
        sequence=0,
        utterance_id=turn.utterance_id,
        text=turn.text,
        speaker=turn.speaker,
        participant_id=turn.participant_id,
        start_ms=turn.start_ms,
        spoken_at=turn.spoken_at,
        transcriber=turn.transcriber,
        confidence=turn.confidence,
        language=state.facts.language or "en",
    )


def heard_again(state: CallState) -> CallState:
    """The state of a call that was taken for lost and goes on: what was promised meanwhile stands,
    what is heard from now on is heard as on any call, and why nobody listens is said anew."""
    desk = msgspec.structs.replace(state.desk, ended=False)
    return msgspec.structs.replace(
        state, desk=desk, ended_ms=None, lost=False, not_monitored=(), late_ms=None
    )
