"""Whether a call is heard, and in time. Every change is told, so that silence is never taken for
calm: an unheard call and a quiet one look alike to whoever reads alerts alone."""

from __future__ import annotations

import msgspec

from detectors.reading import Conversation
from stream.events import Chunk
from stream.events.operations import Topic
from stream.outputs import Message, Output, note_output
from stream.state import CallState
from workflow.call import TICKING, CallRules
from workflow.moments import milliseconds
from workflow.policy import Policy

RECORDING_OFF = "recording is off"
NO_WORDS = "no words have come since the call began"

REASONS_KEPT = 8
"""Languages for which a call is not monitored: each is said once, and a feed may invent some."""

IN_TIME_MS = 15_000
"""Words come in time again when none has come late for so long: the two sides of a call are often
transcribed apart, and one of them late is late."""

Told = tuple[CallState, tuple[Output, ...]]
"""A call's next state, and what operators are told of it."""


class Hearing:
    """Notes of calls that are not heard, heard again, late and in time again."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy

    def recording_changed(self, state: CallState, message: Message) -> Told:
        """After facts of the call have come: whether its words may be read."""
        if state.ended_ms is not None:
            return state, ()
        if not state.facts.text_may_be_kept:
            return self.not_monitored(state, RECORDING_OFF, message)
        if RECORDING_OFF not in state.not_monitored:
            return state, ()
        others = tuple(why for why in state.not_monitored if why not in (RECORDING_OFF, NO_WORDS))
        state = msgspec.structs.replace(state, not_monitored=others)
        if state.conversation == Conversation():
            # Nothing is heard yet. If nothing comes either, that will be said.
            return state, ()
        return state, (self._note(Topic.MONITORED, "recording is on again", state, message),)

    def not_monitored(self, state: CallState, why: str, message: Message) -> Told:
        """That nobody is listening. Of a language it is said once: scores say it of each chunk."""
        full = why != RECORDING_OFF and len(state.not_monitored) >= REASONS_KEPT
        if why in state.not_monitored or full:
            return state, ()
        note = self._note(Topic.NOT_MONITORED, why, state, message)
        return msgspec.structs.replace(state, not_monitored=(*state.not_monitored, why)), (note,)

    def wordless_moment(self, state: CallState) -> int | None:
        """From when (UTC ms) a call of which no word was heard counts as not heard, or None."""
        told = {RECORDING_OFF, NO_WORDS} & set(state.not_monitored)
        begun = state.begun_ms
        if begun is None or told or state.ended_ms is not None or state.mode not in TICKING:
            return None
        if state.conversation != Conversation():
            return None
        return begun + self._rules(state).wordless_seconds * 1000

    def after_time(self, state: CallState, message: Message) -> Told:
        """Of a call that has no words by now, that it is not heard."""
        moment = self.wordless_moment(state)
        if moment is None or message.timestamp_ms < moment:
            return state, ()
        return self.not_monitored(state, NO_WORDS, message)

    def timed(self, state: CallState, chunk: Chunk, message: Message, waited_ms: int) -> Told:
        """Whether words come late. `waited_ms`: how old the message is as it is read. Of
        recordings, and after the end of a call, nobody waits for them."""
        if state.mode not in TICKING or state.ended_ms is not None:
            return state, ()
        seconds, at_ms = self._rules(state).late_seconds, message.timestamp_ms
        if waited_ms + _unsent_ms(chunk, at_ms) > seconds * 1000:
            told = state.late_ms is not None
            state = msgspec.structs.replace(state, late_ms=max(at_ms, state.late_ms or 0))
            detail = f"words are read more than {seconds} s after they are said"
            note = self._note(Topic.TRANSCRIPTS_LATE, detail, state, message)
            return state, () if told else (note,)
        if state.late_ms is None or at_ms - state.late_ms < IN_TIME_MS:
            return state, ()
        state = msgspec.structs.replace(state, late_ms=None)
        detail = "words come in time again"
        return state, (self._note(Topic.TRANSCRIPTS_IN_TIME, detail, state, message),)

    def _rules(self, state: CallState) -> CallRules:
        return self._policy.for_queue(state.facts.queue_id).calls

    def _note(self, about: Topic, detail: str, state: CallState, message: Message) -> Output:
        mode = self._policy.mode_for(state.facts.queue_id, state.mode)
        return note_output(
            about, detail, message, call_id=state.facts.call_id, facts=state.facts, mode=mode
        )


def _unsent_ms(chunk: Chunk, sent_ms: int) -> int:
    """How long after its last word a chunk was sent; 0 where its times do not say."""
    if chunk.spoken_at is None or chunk.start_ms is None or chunk.end_ms is None:
        return 0
    try:
        begun = milliseconds(chunk.spoken_at)
    except (ValueError, OverflowError):
        return 0
    return max(0, sent_ms - begun - max(0, chunk.end_ms - chunk.start_ms))
