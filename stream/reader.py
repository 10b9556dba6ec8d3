"""One message in, the next state and everything it causes out. No Kafka client, no clock: the
same message on the same state always gives the same bytes, which is what makes a re-read safe.
Read in a hurry it gives the same ids with what rules alone say (docs/detection.md)."""

from __future__ import annotations

import msgspec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from detectors.detector import Detector
from detectors.mood import MoodReport
from detectors.reading import Reading
from stream.across import Follower
from stream.codec import KEY_MISMATCH, Unreadable, decode_transcript
from stream.complaints import registered
from stream.customers import CustomerReader
from stream.ending import Ending, heard_again
from stream.events import CallEnded, Chunk, Score
from stream.events.operations import Topic
from stream.facts import learnt
from stream.forgetting import Forgetter
from stream.guard import guarded
from stream.hearing import RECORDING_OFF, Hearing
from stream.outputs import (
    Message,
    Output,
    change_output,
    dead_letter,
    hint_output,
    note_output,
    over_output,
    score_output,
    unreadable,
)
from stream.recordkeeper import RecordKeeper
from stream.records import Recorder
from stream.reports import ReportReader
from stream.sequence import Arrival, says_nothing_new
from stream.state import CallState
from stream.step import CustomerLookup, Lookup, Step
from stream.topics import TopicName
from workflow.call import TICKING, CallFacts, Mode
from workflow.coaching import coach
from workflow.decision import Decision, Versions
from workflow.desk import Desk
from workflow.moments import rfc3339
from workflow.picture import pictured
from workflow.policy import Policy
from workflow.queue_detectors import QueueDetectors

_MODES = {mode.value: mode for mode in Mode}

MAX_FACTS_BYTES = 64_000
"""Facts stay in the state of the call, which must fit into one Kafka message."""


class CallReader:
    """Reads messages of `transcripts` against the state of their calls."""

    def __init__(
        self,
        detector: Detector,
        policy: Policy,
        versions: Versions,
        record_key: bytes | None = None,
        customer_key: bytes | None = None,
        detectors: QueueDetectors | None = None,
        signer: Ed25519PrivateKey | None = None,
    ) -> None:
        self._recorder = Recorder(record_key, self._mode, signer)
        self._follower = Follower(customer_key, policy)
        self._customers = CustomerReader(policy.across_calls)
        self._detectors = detectors or QueueDetectors(detector, policy, detector.scorer)
        self._policy = policy
        self._desk = Desk(policy, versions)
        self._keeper = RecordKeeper(policy, writes=record_key is not None)
        self._hearing = Hearing(policy)
        self._ending = Ending(self._desk, self._detectors, policy, versions)
        forgetter = Forgetter(writes=record_key is not None, customer_key=customer_key)
        self._reports = ReportReader(
            self._desk, self._keeper, self._ending, self._hearing, forgetter
        )
        self._versions = versions

    def read(self, message: Message, lookup: Lookup, *, waited_ms: int = 0) -> Step:
        """Process one message. Never raises for anything that the message itself contains.

        `waited_ms`: how old it is as it is read. A chunk that has waited longer than its queue's
        policy allows is read by rules alone, and by the classifier with the call's next.
        """
        return guarded(lambda: self._read(message, lookup, waited_ms), message)

    def _read(self, message: Message, lookup: Lookup, waited_ms: int) -> Step:
        if message.about is not TopicName.TRANSCRIPTS:
            step = self._reports.read(message, lookup)
        else:
            step = self._heard(message, lookup, waited_ms)
        return self._follower.followed(self._recorder.recorded(step, message), message)

    def read_customer(self, message: Message, lookup: CustomerLookup) -> Step:
        """Process one message of `customers`. Never raises for what the message contains."""
        return guarded(lambda: self._customers.read(message, lookup), message)

    def _heard(self, message: Message, lookup: Lookup, waited_ms: int) -> Step:
        try:
            event = decode_transcript(message.value)
            if message.key is None or message.key != event.call_id.encode():
                raise Unreadable(KEY_MISMATCH, "the key of a message must be its call_id")
            if not isinstance(event, Chunk) and len(message.value or b"") > MAX_FACTS_BYTES:
                raise Unreadable("too_large", f"facts of a call, at most {MAX_FACTS_BYTES} bytes")
            state = self._known(event.call_id, message, lookup)
            most = self._policy.for_queue(state.facts.queue_id).detection.max_text_chars
            if isinstance(event, Chunk) and len(event.text) > most:
                raise Unreadable("text_too_long", f"{len(event.text)} characters, at most {most}")
        except Unreadable as error:
            return Step(outputs=unreadable(error, message))
        if isinstance(event, CallEnded):
            return self._ended(event, state, message)
        lost = state.lost
        if lost:
            state = heard_again(state)
        if isinstance(event, Chunk):
            step = self._chunk(event, state, message, waited_ms)
        else:
            step = learnt(event, state, message)
            state, notes = self._hearing.recording_changed(step.state or state, message)
            step = msgspec.structs.replace(step, outputs=(*step.outputs, *notes), state=state)
        return self._ending.undone(step, message) if lost else step

    def next_moment(self, state: CallState) -> int | None:
        """When a tick has something to do on a call (UTC ms), or None. In recordings nobody is
        waited for; their records are closed all the same."""
        waits = state.mode in TICKING
        at_desk = self._desk.next_moment(state.desk, state.facts) if waits else None
        silent = (self._ending.silent_moment(state), self._hearing.wordless_moment(state))
        due = (at_desk, self._keeper.next_moment(state), *silent)
        return min((moment for moment in due if moment is not None), default=None)

    def _known(self, call_id: str, message: Message, lookup: Lookup) -> CallState:
        state = lookup(call_id)
        if state is None:
            begun = message.timestamp_ms
            state = CallState(facts=CallFacts(call_id=call_id), seen_ms=begun, begun_ms=begun)
        mode = _MODES.get(message.mode or "", state.mode)
        seen_ms = max(state.seen_ms, message.timestamp_ms)
        return msgspec.structs.replace(state, mode=mode, seen_ms=seen_ms)

    def _ended(self, event: CallEnded, state: CallState, message: Message) -> Step:
        if state.ended_ms is not None:
            return Step(repeat=True)
        return self._ending.after(event.reason, state, message)

    def _chunk(self, chunk: Chunk, state: CallState, message: Message, waited_ms: int) -> Step:
        sequences, arrival, gap = state.sequences.arrive(chunk.sequence)
        if arrival is Arrival.REPEAT:
            return Step(repeat=True)
        state = msgspec.structs.replace(state, sequences=sequences)
        outputs: list[Output] = []
        if state.ended_ms is not None:
            # Nothing more will confirm what comes after the end: it stands as it is, and it does
            # not mean that the call goes on.
            chunk = msgspec.structs.replace(chunk, is_final=True)
            outputs.append(over_output(chunk.call_id, message))
        if gap is not None:
            detail = f"{gap[1] - gap[0] + 1} chunks have not arrived"
            call_id = chunk.call_id
            outputs.append(note_output(Topic.GAP, detail, message, call_id=call_id, sequences=gap))
        if not state.facts.text_may_be_kept:
            state, notes = self._hearing.not_monitored(state, RECORDING_OFF, message)
            return Step(outputs=(*outputs, *notes), state=state)
        state, notes = self._hearing.timed(state, chunk, message, waited_ms)
        outputs.extend(notes)
        if says_nothing_new(chunk, state.conversation, arrival):
            return Step(outputs=tuple(outputs), state=state)
        try:
            detector = self._detector(state)
            hurried = self._hurries(state, waited_ms)
            reading = detector.read(chunk, state.conversation, hurried=hurried)
        except Exception as error:
            # Whatever one chunk does to the detector, its call goes on; the chunk is kept.
            detail = f"{type(error).__name__} while reading"
            outputs.append(dead_letter(message, "detector_failed", detail))
            outputs.append(note_output(Topic.CHUNK_FAILED, detail, message, call_id=chunk.call_id))
            return Step(outputs=tuple(outputs), state=state)
        try:
            after = self._after(chunk, reading, state, message)
        except Unreadable as error:
            return Step(outputs=(*outputs, *unreadable(error, message)), state=state)
        return Step(outputs=(*outputs, *after.outputs), state=after.state, happened=after.happened)

    def _after(self, chunk: Chunk, reading: Reading, state: CallState, message: Message) -> Step:
        notes: tuple[Output, ...] = ()
        if not reading.monitored:
            why = reading.not_monitored or "not monitored"
            state, notes = self._hearing.not_monitored(state, why, message)
        if reading.degraded and not state.degraded:
            state = msgspec.structs.replace(state, degraded=True)
            notes = (*notes, _degraded(message, chunk.call_id))
        if reading.roles.swapped and not state.swapped:
            state = msgspec.structs.replace(state, swapped=True)
            notes = (*notes, _swapped(message, chunk.call_id))
        decision = self._desk.after_reading(
            state.desk,
            reading,
            state.facts,
            at_ms=message.timestamp_ms,
            mode=state.mode,
            picture=pictured(state.conversation, state.coach, reading, message.timestamp_ms),
        )
        coached, hints = coach(
            state.coach,
            reading,
            state.facts,
            self._policy,
            decision.state.alerts,
            message.timestamp_ms,
            mode=state.mode,
            audience=chunk.audience,
        )
        told = tuple(hint_output(hint, message) for hint in hints)
        score = score_output(self._score(chunk, reading, state, message), message)
        new = msgspec.structs.replace(
            state,
            conversation=state.conversation.after(reading),
            desk=decision.state,
            coach=coached,
            followed=state.followed.after(reading),
        )
        step = Step(
            outputs=(*_decided(decision, message), score, *told, *notes),
            state=new,
            happened=(*decision.changes, *decision.noted),
        )
        return registered(step, reading, message, self._policy, self._versions)

    def _detector(self, state: CallState) -> Detector:
        """The detector of the queue that the call is on now."""
        return self._detectors.for_queue(state.facts.queue_id)

    def _hurries(self, state: CallState, waited_ms: int) -> bool:
        """Whether there is no time for the classifier: what came late is caught up with sooner by
        rules, which read several times as fast. Of a recording nobody waits on the line."""
        deadline_ms = self._policy.for_queue(state.facts.queue_id).detection.deadline_ms
        return state.mode in TICKING and 0 < deadline_ms < waited_ms

    def _mode(self, state: CallState) -> Mode:
        """As what the events of a call are marked."""
        return self._policy.mode_for(state.facts.queue_id, state.mode)

    def _score(self, chunk: Chunk, reading: Reading, state: CallState, message: Message) -> Score:
        return Score(
            call_id=chunk.call_id,
            sequence=chunk.sequence,
            utterance_id=chunk.utterance_id,
            speaker=chunk.speaker,
            is_final=chunk.is_final,
            text=reading.turn.text,
            at=rfc3339(message.timestamp_ms),
            policy_version=self._versions.policy,
            rules_version=self._versions.rules,
            model_version=None if self._detector(state).scorer is None else self._versions.model,
            probabilities={k: round(v, 4) for k, v in reading.triggers.items() if v > 0},
            raised=tuple(reading.raised()),
            review=tuple(reading.review()),
            findings=reading.findings,
            emotion=reading.emotion,
            removed=reading.removed,
            degraded=reading.degraded,
            mood=None if reading.mood is None else MoodReport.of(reading.mood),
            monitored=reading.monitored,
            start_ms=chunk.start_ms,
            end_ms=chunk.end_ms,
            spoken_at=chunk.spoken_at,
            confidence=chunk.confidence,
            queue_id=state.facts.queue_id,
            team_id=state.facts.team_id,
            agent_id=state.facts.agent_id,
            mode=self._mode(state),
            steps=tuple(taken.step for taken in reading.steps),
        )


def _degraded(message: Message, call_id: str) -> Output:
    detail = "the classifier could not answer in time; rules answer alone, its answers follow"
    return note_output(Topic.DEGRADED, detail, message, call_id=call_id)


def _swapped(message: Message, call_id: str) -> Output:
    detail = "the words of agent and customer come on each other's channel; both are read"
    return note_output(Topic.ROLES_SWAPPED, detail, message, call_id=call_id)


def _decided(decision: Decision, message: Message) -> tuple[Output, ...]:
    return tuple(change_output(change, message) for change in decision.changes)
