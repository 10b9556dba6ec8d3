"""Asking workers to forget calls, and finding the calls of a caller."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, TypeVar

import msgspec

from scripts.broker import require_topic
from scripts.kept import kept as messages
from scripts.promises import ask, log
from scripts.register import from_topic
from stream.admin import ClusterError
from stream.events import Action, ActionRejected, CallbackRecord, ComplaintRecord
from stream.forgetting import NOTHING_KEPT, of_call
from stream.topics import TopicName
from workflow.actions import ActionKind, Actor, ActorRole
from workflow.moments import milliseconds
from workflow.retention import DAY_MS

if TYPE_CHECKING:
    from scripts.records import Records
    from stream.settings import Settings


class Answer(msgspec.Struct, frozen=True):
    """What became of a request. `unknown`: workers keep nothing of the call."""

    text: str
    refused: bool = False
    unknown: bool = False


class Forgetting:
    """One request in the name of one person, on one ground; every part of it has its own action."""

    def __init__(self, settings: Settings, *, by: str, ground: str) -> None:
        self._settings = settings
        self._request = Action(
            action_id=str(uuid.uuid4()),
            call_id="",
            action=ActionKind.FORGET,
            actor=Actor(id=by, role=ActorRole.ADMIN),
            reason=ground,
        )

    def ask(self, call: str, references: Sequence[str]) -> list[Answer]:
        """Have a call forgotten, and what is on the logs of it by reference (callbacks,
        complaints).

        Raises ClusterError when no worker answers.
        """
        # The same id as where the caller's worker asks: no call is asked twice.
        first = self._ask(of_call(self._request, call), "forgotten")
        if first.refused:
            return [first]
        return [first, *(self.off_the_log(call, reference) for reference in references)]

    def off_the_log(self, call: str, reference: str) -> Answer:
        """Have a callback or a complaint of a call taken off its log. Raises ClusterError."""
        deed = of_call(self._request, call)
        deed = msgspec.structs.replace(
            deed, action_id=f"{deed.action_id}/{reference}", reference=reference
        )
        return self._ask(deed, f"{reference} is off the log")

    def caller(self, customer: str) -> Answer:
        """Have workers forget whatever else they know across the calls of a caller: calls that
        left no record too. Raises ClusterError."""
        deed = msgspec.structs.replace(
            self._request, call_id=f"request-{self._request.action_id}", customer_ref=customer
        )
        return self._ask(deed, "the caller is forgotten across calls")

    def _ask(self, deed: Action, done: str) -> Answer:
        answer = ask(self._settings, deed)
        if isinstance(answer, ActionRejected):
            return Answer(f"not done: {answer.reason}", refused=True)
        if answer.detail == NOTHING_KEPT:
            return Answer(
                "workers kept nothing of this call; boards drop what they have", unknown=True
            )
        return Answer(done)


class Kept(msgspec.Struct, frozen=True):
    """What the compacted logs have, by reference."""

    callbacks: dict[str, CallbackRecord]
    complaints: dict[str, ComplaintRecord]

    @classmethod
    def of(cls, settings: Settings) -> Kept:
        """What they have now. Raises ClusterError."""
        try:
            require_topic(settings, settings.topic(TopicName.COMPLAINTS))
            complaints = from_topic(settings)
        except ClusterError:
            # Clusters that were set up before there was a register do not have it.
            complaints = {}
        return cls(log(settings), complaints)

    def over(self, call: str) -> list[str]:
        """References of what is to go with a call: its callbacks, and complaints that are answered.
        Workers say of a callback that is owed that it is."""
        found = [name for name, c in self.callbacks.items() if c.origin_call_id == call]
        return found + [
            name for name, c in self.complaints.items() if c.call_id == call and not c.is_open
        ]

    def owed(self, call: str) -> list[Answer]:
        """What stays of a call until it is answered."""
        return [
            Answer(f"complaint {name} stays until it is answered: forget the call again then")
            for name, c in self.complaints.items()
            if c.call_id == call and c.is_open
        ]


def calls_of(
    customer: str, records: Iterable[Records], kept: Kept, settings: Settings
) -> list[str]:
    """The calls of a caller that records, logs or alerts tell of, by the caller's reference.

    Raises ClusterError.
    """
    found = [c.origin_call_id for c in kept.callbacks.values() if c.customer_ref == customer]
    found += [c.call_id for c in kept.complaints.values() if c.customer_ref == customer]
    for message in messages(settings, TopicName.ALERTS):
        alert = _named(message.value)
        if alert is not None and alert.customer_ref == customer:
            found.append(alert.call_id)
    found += [
        call
        for source in records
        for call, entries in source.entries.items()
        if any(entry.facts.get("customer") == customer for entry in entries)
    ]
    return list(dict.fromkeys(found))


class _Named(msgspec.Struct):
    call_id: str
    customer_ref: str | None = None


def _named(value: bytes | None) -> _Named | None:
    try:
        return None if value is None else msgspec.json.decode(value, type=_Named)
    except msgspec.DecodeError:
        return None


Days = Callable[[str | None], int]
"""For how many days what came of a queue is kept."""
Old = dict[str, tuple[str, str | None]]
"""By reference: the call, and the queue by which it was kept."""


def old_callbacks(settings: Settings, *, days: Days, at_ms: int) -> Old:
    """The callbacks of which nothing has been owed for so many days at `at_ms` (UTC ms). Raises
    ClusterError."""
    old = over_for(days, log(settings).values(), at_ms=at_ms)
    return {callback.reference: (callback.origin_call_id, callback.queue_id) for callback in old}


def old_complaints(settings: Settings, *, days: Days, at_ms: int) -> Old:
    """The complaints that were answered or taken back so long ago. Raises ClusterError."""
    old = over_for(days, Kept.of(settings).complaints.values(), at_ms=at_ms)
    return {complaint.reference: (complaint.call_id, complaint.queue_id) for complaint in old}


R = TypeVar("R", CallbackRecord, ComplaintRecord)


def over_for(days: Days, records: Iterable[R], *, at_ms: int) -> list[R]:
    """Those of which nothing has been owed for so many days at `at_ms` (UTC ms)."""

    def until(record: R) -> int:
        return milliseconds(record.history[-1].at) + days(record.queue_id) * DAY_MS

    return [record for record in records if not record.is_open and until(record) <= at_ms]
