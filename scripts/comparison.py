"""Two ways of judging the same calls, side by side: which alerts come, go, or move."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from enum import StrEnum

import msgspec

from detectors import Detector
from detectors.chunk import Chunk, Revision
from detectors.reading import Conversation
from stream.events import CallEnded, CallStarted, CallUpdated, TranscriptEvent
from workflow.alerts import Alert, AlertChange, Change
from workflow.call import CallFacts, Mode
from workflow.decision import Decision, DeskState, Versions
from workflow.desk import Desk
from workflow.policy import Policy
from workflow.queue_detectors import QueueDetectors


class Kind(StrEnum):
    """What becomes of an alert under the new judgment."""

    RAISED = "raised"
    SILENCED = "silenced"
    EARLIER = "earlier"
    LATER = "later"
    SAME = "same"


class Alerted(msgspec.Struct, frozen=True, kw_only=True):
    """An alert that stood at the end of its call, and when it opened.

    `at_words`: words spoken in the call by then, its own included; `at_ms` from the start of the
    call, None where the transcript has no times. `quote` is redacted.
    """

    probability: float
    at_words: int
    at_ms: int | None
    quote: str
    reason: str
    desk: str | None


class Difference(msgspec.Struct, frozen=True, kw_only=True):
    """One call and trigger under both. `words` and `ms`: how much later the new one is (or, where
    negative, earlier)."""

    call_id: str
    trigger: str
    kind: Kind
    before: Alerted | None
    after: Alerted | None
    words: int | None = None
    ms: int | None = None


class Judge:
    """Detectors and a desk, and what they make of calls read one event after another.

    `build` makes the detector of the policy, and of each queue that has its own settings.
    """

    def __init__(self, policy: Policy, build: Callable[[Policy], Detector], rules: str) -> None:
        self._detectors = QueueDetectors(build(policy), policy, build=build)
        self._desk = Desk(policy, Versions(policy=policy.version, rules=rules))
        self._calls: dict[str, _Call] = {}
        self.not_monitored: Counter[str] = Counter()
        """Final chunks that nothing listened to, for each reason."""

    def read(self, event: TranscriptEvent) -> None:
        """One event, in the order of its call."""
        call = self._calls.get(event.call_id)
        if call is None:
            call = self._calls[event.call_id] = _Call(event.call_id)
        if isinstance(event, CallEnded):
            self._end(call)
            return
        if isinstance(event, CallStarted | CallUpdated):
            call.facts = call.facts.updated(event)
            return
        if not isinstance(event, Chunk):
            return
        reading = self._detectors.for_queue(call.facts.queue_id).read(event, call.conversation)
        if event.is_final and reading.not_monitored is not None:
            self.not_monitored[reading.not_monitored] += 1
        call.conversation = call.conversation.after(reading)
        call.count(event)
        at_ms = event.end_ms if event.end_ms is not None else event.start_ms
        call.take(
            self._desk.after_reading(
                call.state, reading, call.facts, at_ms=at_ms or 0, mode=Mode.REPLAY
            ),
            at_ms,
        )

    def alerts(self) -> dict[str, dict[str, Alerted]]:
        """By call and trigger what stands, calls that no event ended being ended now."""
        for call in self._calls.values():
            self._end(call)
        return {call_id: dict(call.standing) for call_id, call in self._calls.items()}

    def _end(self, call: _Call) -> None:
        call.take(self._desk.after_call(call.state, call.facts, at_ms=0, mode=Mode.REPLAY), None)


class _Call:
    def __init__(self, call_id: str) -> None:
        self.facts = CallFacts(call_id=call_id)
        self.conversation = Conversation()
        self.state = DeskState()
        self.standing: dict[str, Alerted] = {}
        self._words: dict[str, int] = {}

    def count(self, chunk: Chunk) -> None:
        """Words of each utterance as far as it is known."""
        new = len(chunk.text.split())
        known = self._words.get(chunk.utterance_id, 0)
        more = known + new if chunk.revision is Revision.APPEND else new
        self._words[chunk.utterance_id] = more

    def take(self, decision: Decision, at_ms: int | None) -> None:
        """The state after a decision, and the alerts that it opened or took back."""
        self.state = decision.state
        for change in decision.changes:
            if not isinstance(change, AlertChange):
                continue
            if change.change is Change.OPENED:
                self.standing.setdefault(change.alert.trigger, self._alerted(change.alert, at_ms))
            elif change.change is Change.RETRACTED:
                self.standing.pop(change.alert.trigger, None)

    def _alerted(self, alert: Alert, at_ms: int | None) -> Alerted:
        return Alerted(
            probability=alert.probability,
            at_words=sum(self._words.values()),
            at_ms=at_ms,
            quote=" … ".join(evidence.quote for evidence in alert.evidence),
            reason=alert.reason,
            desk=alert.desk,
        )


def read_both(before: Judge, after: Judge, events: Iterable[TranscriptEvent]) -> Iterator[bool]:
    """Both judges over the same events; for each whether it was a final chunk."""
    for event in events:
        before.read(event)
        after.read(event)
        yield isinstance(event, Chunk) and event.is_final


def differences(before: Judge, after: Judge) -> list[Difference]:
    """Every alert of either, call by call in the order they were read, triggers by name."""
    old, new = before.alerts(), after.alerts()
    return [
        _difference(call_id, trigger, old[call_id].get(trigger), new[call_id].get(trigger))
        for call_id in old
        for trigger in sorted({*old[call_id], *new[call_id]})
    ]


def _difference(
    call_id: str, trigger: str, before: Alerted | None, after: Alerted | None
) -> Difference:
    words = ms = None
    if before is None or after is None:
        kind = Kind.RAISED if before is None else Kind.SILENCED
    else:
        words = after.at_words - before.at_words
        if before.at_ms is not None and after.at_ms is not None:
            ms = after.at_ms - before.at_ms
        kind = Kind.SAME if words == 0 else Kind.EARLIER if words < 0 else Kind.LATER
    return Difference(
        call_id=call_id,
        trigger=trigger,
        kind=kind,
        before=before,
        after=after,
        words=words,
        ms=ms,
    )
