"""Transcript events through the detector, call by call, as a worker would read them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Iterator

import msgspec

from detectors import Detector
from detectors.chunk import Chunk
from detectors.reading import Conversation, Finding, Reading
from detectors.vocabulary import Disposition, Trigger
from stream.events import CallEnded, CallStarted, CallUpdated, TranscriptEvent
from workflow.policy import Policy
from workflow.queue_detectors import QueueDetectors

CALLS_REMEMBERED = 20_000
"""Calls kept open at once: some 60 MB of last turns; files that end no call would keep them all."""

_encoder = msgspec.json.Encoder()


class JsonLine(msgspec.Struct, frozen=True, kw_only=True):
    """What `scan --json` prints per final chunk. `text` is redacted; an agent has no emotion."""

    call_id: str
    sequence: int
    speaker: str
    text: str
    triggers: dict[str, float]
    raised: list[str]
    review: list[str]
    emotion: str | None
    emotion_intensity: float | None


class Sighting(msgspec.Struct, frozen=True, kw_only=True):
    """One finding worth a person's eye, with the words that it rests on."""

    call_id: str
    at_ms: int | None
    speaker: str
    text: str
    finding: Finding
    raised: bool
    was_final: bool = True
    queue_id: str | None = None


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What came of one event: a JSON line, or what was heard. `read`: it was a final chunk."""

    line: bytes | None = None
    sightings: tuple[Sighting, ...] = ()
    read: bool = False
    not_monitored: str | None = None


class _Call:
    __slots__ = ("conversation", "pending", "queue_id")

    def __init__(self) -> None:
        self.conversation = Conversation()
        self.pending: dict[str, tuple[Chunk, Reading]] = {}
        self.queue_id: str | None = None


class Scanner:
    """Reads events in order. Partial results update the conversation; finals give outcomes."""

    def __init__(self, detector: Detector, policy: Policy, *, as_json: bool) -> None:
        self._detectors = QueueDetectors(detector, policy, detector.scorer)
        self._policy = policy
        self._as_json = as_json
        self._calls: OrderedDict[str, _Call] = OrderedDict()

    def all(self, events: Iterable[TranscriptEvent]) -> Iterator[Outcome]:
        """An outcome per event, then what never became final."""
        yield from self.read(events)
        yield from self.finish()

    def read(self, events: Iterable[TranscriptEvent]) -> Iterator[Outcome]:
        """An outcome per event."""
        for event in events:
            if isinstance(event, Chunk):
                yield self._chunk(event)
            elif isinstance(event, CallEnded) and event.call_id in self._calls:
                yield self._ended(self._calls.pop(event.call_id))
            else:
                if isinstance(event, CallStarted | CallUpdated) and event.queue_id is not None:
                    self._call(event.call_id).queue_id = event.queue_id
                yield Outcome()

    def finish(self) -> Iterator[Outcome]:
        """What stood in partial results that never became final."""
        for call in self._calls.values():
            yield self._ended(call)
        self._calls.clear()

    def _call(self, call_id: str) -> _Call:
        call = self._calls.get(call_id)
        if call is None:
            call = self._calls[call_id] = _Call()
            if len(self._calls) > CALLS_REMEMBERED:
                self._calls.popitem(last=False)
        else:
            self._calls.move_to_end(call_id)
        return call

    def _chunk(self, chunk: Chunk) -> Outcome:
        call = self._call(chunk.call_id)
        reading = self._detectors.for_queue(call.queue_id).read(chunk, call.conversation)
        call.conversation = call.conversation.after(reading)
        if not chunk.is_final:
            call.pending[chunk.utterance_id] = (chunk, reading)
            return Outcome()
        call.pending.pop(chunk.utterance_id, None)
        if self._as_json:
            line = _encoder.encode(_json_line(chunk, reading))
            return Outcome(line=line, read=True, not_monitored=reading.not_monitored)
        return Outcome(
            sightings=self._sightings(chunk, reading, call.queue_id),
            read=True,
            not_monitored=reading.not_monitored,
        )

    def _ended(self, call: _Call) -> Outcome:
        if self._as_json:
            return Outcome()
        return Outcome(
            sightings=tuple(
                sighting
                for chunk, reading in call.pending.values()
                for sighting in self._sightings(chunk, reading, call.queue_id)
            )
        )

    def _sightings(
        self, chunk: Chunk, reading: Reading, queue_id: str | None
    ) -> tuple[Sighting, ...]:
        policy = self._policy.for_queue(queue_id)
        best: dict[str, Finding] = {}
        for finding in reading.findings:
            if _shows(policy, finding):
                known = best.get(finding.label)
                if known is None or _rank(finding) > _rank(known):
                    best[finding.label] = finding
        return tuple(
            Sighting(
                call_id=chunk.call_id,
                at_ms=chunk.start_ms if chunk.start_ms is not None else chunk.end_ms,
                speaker=chunk.speaker.value,
                text=reading.turn.text,
                finding=finding,
                raised=finding.disposition is Disposition.RAISE,
                was_final=chunk.is_final,
                queue_id=queue_id,
            )
            for finding in sorted(best.values(), key=_rank, reverse=True)
        )


def _shows(policy: Policy, finding: Finding) -> bool:
    """What opens an alert by the policy, and hard stops that a person should review."""
    if finding.disposition is Disposition.RAISE:
        return policy.handling(finding.label) is not None
    return finding.disposition is Disposition.REVIEW and finding.label in set(Trigger)


def _rank(finding: Finding) -> tuple[bool, float]:
    return finding.disposition is Disposition.RAISE, finding.probability


def _json_line(chunk: Chunk, reading: Reading) -> JsonLine:
    emotion = reading.emotion
    return JsonLine(
        call_id=chunk.call_id,
        sequence=chunk.sequence,
        speaker=chunk.speaker.value,
        text=reading.turn.text,
        triggers=reading.triggers,
        raised=reading.raised(),
        review=reading.review(),
        emotion=emotion.label.value if emotion else None,
        emotion_intensity=emotion.intensity if emotion else None,
    )
