"""Asking workers to forget calls, and finding the calls of a caller."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import msgspec

from scripts.promises import ask
from stream.events import Action, ActionRejected, CallbackRecord
from workflow.actions import ActionKind, Actor, ActorRole
from workflow.moments import milliseconds
from workflow.retention import DAY_MS

if TYPE_CHECKING:
    from scripts.records import Records
    from stream.settings import Settings

UNKNOWN = "this call is not known any more"
"""How workers answer about a call of which they keep nothing."""


class Answer(msgspec.Struct, frozen=True):
    """What became of a request. `unknown`: workers keep nothing of the call."""

    text: str
    refused: bool = False
    unknown: bool = False


class Forgetting:
    """Requests in the name of one person, on one ground."""

    def __init__(self, settings: Settings, *, by: str, ground: str) -> None:
        self._settings = settings
        self._by = by
        self._ground = ground

    def ask(self, call: str, callbacks: Sequence[str]) -> list[Answer]:
        """Have a call forgotten and then its callbacks, by their references on the log.

        Raises ClusterError when no worker answers.
        """
        first = self._ask(call, None)
        if first.refused:
            return [first]
        return [first, *(self._ask(call, reference) for reference in callbacks)]

    def off_the_log(self, call: str, reference: str) -> Answer:
        """Have one callback of a call taken off the log. Raises ClusterError."""
        return self._ask(call, reference)

    def _ask(self, call: str, reference: str | None) -> Answer:
        what = "forgotten" if reference is None else f"callback {reference} is off the log"
        answer = ask(
            self._settings,
            Action(
                action_id=str(uuid.uuid4()),
                call_id=call,
                action=ActionKind.FORGET,
                actor=Actor(id=self._by, role=ActorRole.ADMIN),
                reference=reference,
                reason=self._ground,
            ),
        )
        if not isinstance(answer, ActionRejected):
            return Answer(what)
        if answer.reason == UNKNOWN:
            return Answer("workers keep nothing of this call", unknown=True)
        return Answer(f"not done: {answer.reason}", refused=True)


def calls_of(
    customer: str, records: Iterable[Records], callbacks: Mapping[str, CallbackRecord]
) -> list[str]:
    """The calls of a caller that records or the callback log tell of, by their reference."""
    found = [c.origin_call_id for c in callbacks.values() if c.customer_ref == customer]
    found += [
        call
        for source in records
        for call, entries in source.entries.items()
        if any(entry.facts.get("customer") == customer for entry in entries)
    ]
    return list(dict.fromkeys(found))


def over_for(days: int, callbacks: Iterable[CallbackRecord], *, at_ms: int) -> list[CallbackRecord]:
    """The callbacks of which nothing has been owed for so many days at `at_ms` (UTC ms)."""
    return [
        callback
        for callback in callbacks
        if not callback.is_open and milliseconds(callback.history[-1].at) + days * DAY_MS <= at_ms
    ]
