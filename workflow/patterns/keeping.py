"""Whether callers were rung back as promised."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from enum import StrEnum

import msgspec

from models.evaluation.intervals import Proportion, proportion
from workflow.callbacks import CallbackState
from workflow.moments import milliseconds
from workflow.patterns.events import CallbackSeen
from workflow.patterns.ledger import Ledger
from workflow.patterns.scope import Scope


class Kept(StrEnum):
    """What a callback came to: each comes to one of these."""

    IN_TIME = "kept in time"
    LATE = "kept late"
    MISSED = "missed"
    """Its window is over and nobody reached the caller."""
    CANCELLED = "cancelled"
    OPEN = "still open"


class Promises(msgspec.Struct, frozen=True, kw_only=True):
    """Callbacks that were offered in the period. `committed`: the caller agreed. `welfare`: of a
    caller at risk who was lost. `kept_in_time`: of the promises, those that are settled; a promise
    is what was agreed, and every welfare call."""

    offered: int
    committed: int
    welfare: int
    ends: dict[Kept, int]
    kept_in_time: Proportion
    welfare_in_time: Proportion


def promises(ledger: Ledger, scope: Scope) -> Promises:
    """What became of the callbacks of a period."""
    records = [record for record in ledger.callbacks.values() if _is_of(ledger, scope, record)]
    promised = [record for record in records if record.welfare or _agreed(record)]
    return Promises(
        offered=len(records),
        committed=sum(map(_agreed, records)),
        welfare=sum(record.welfare for record in records),
        ends=dict(sorted(Counter(map(end_of, records)).items())),
        kept_in_time=_in_time(promised),
        welfare_in_time=_in_time(record for record in records if record.welfare),
    )


def end_of(record: CallbackSeen) -> Kept:
    """What a callback came to so far."""
    if record.state is CallbackState.CANCELLED:
        return Kept.CANCELLED
    if record.state is CallbackState.KEPT:
        kept_at = next(
            step.at for step in reversed(record.history) if step.state is CallbackState.KEPT
        )
        ends = record.window_end
        late = ends is not None and milliseconds(kept_at) > milliseconds(ends)
        return Kept.LATE if late else Kept.IN_TIME
    if record.state in (CallbackState.MISSED, CallbackState.ESCALATED):
        return Kept.MISSED
    return Kept.OPEN


def _is_of(ledger: Ledger, scope: Scope, record: CallbackSeen) -> bool:
    call = ledger.calls.get(record.origin_call_id)
    # Callbacks are kept longer than what else is known of their call, or by themselves.
    queue = record.queue_id if call is None or call.queue is None else call.queue
    if scope.queue is not None and queue != scope.queue:
        return False
    mode_fits = call.is_of(scope.mode) if call is not None else scope.mode.value == "live"
    first = record.history[0].at if record.history else None
    return mode_fits and first is not None and scope.holds(milliseconds(first))


def _agreed(record: CallbackSeen) -> bool:
    return record.agreed_at is not None or any(
        step.state is CallbackState.COMMITTED for step in record.history
    )


def _in_time(records: Iterable[CallbackSeen]) -> Proportion:
    settled = [end for r in records if (end := end_of(r)) not in (Kept.CANCELLED, Kept.OPEN)]
    return proportion(settled.count(Kept.IN_TIME), len(settled))
