"""What time does to a callback: it falls due, is tried again, is missed, goes to the duty manager.

Pure: moments are arguments (UTC ms).
"""

from __future__ import annotations

from itertools import pairwise

from workflow.alerts import Owner
from workflow.callbacks import SYSTEM, Callback, CallbackState
from workflow.calling import CallbackRules
from workflow.moments import milliseconds


def after_time(
    callback: Callback, at_ms: int, rules: CallbackRules, manager: Owner
) -> Callback | None:
    """The record when time has passed, or None if nothing changes.

    An offer that nobody took up becomes due like a promise: nobody is left with nothing.
    """
    if not callback.is_open:
        return None
    if callback.welfare:
        return _at_risk(callback, at_ms, rules, manager)
    starts, ends = _moment(callback.window_start), _moment(callback.window_end)
    match callback.state:
        case CallbackState.OFFERED | CallbackState.COMMITTED if starts <= at_ms < ends:
            return callback.moved(CallbackState.DUE, SYSTEM, at_ms)
        case CallbackState.ATTEMPTED if ends > at_ms >= _retry_at(callback, rules):
            return callback.moved(CallbackState.DUE, SYSTEM, at_ms, "time to try again")
        case (
            CallbackState.OFFERED
            | CallbackState.COMMITTED
            | CallbackState.DUE
            | CallbackState.ATTEMPTED
        ) if at_ms >= ends:
            return callback.moved(CallbackState.MISSED, SYSTEM, at_ms, "nobody reached the caller")
        case CallbackState.MISSED if at_ms >= _since(callback) + rules.escalate_minutes * 60_000:
            return _escalated(callback, at_ms, manager)
    return None


def _at_risk(
    callback: Callback, at_ms: int, rules: CallbackRules, manager: Owner
) -> Callback | None:
    """Who was at risk is tried again within minutes, and is the duty manager's as soon as the
    window is over or somebody gives up: nothing is waited for."""
    due = next_moment(callback, rules)
    if due is None or at_ms < due:
        return None
    if callback.state is CallbackState.MISSED or at_ms >= _moment(callback.window_end):
        return _escalated(callback, at_ms, manager)
    tried = callback.state is CallbackState.ATTEMPTED
    return callback.moved(CallbackState.DUE, SYSTEM, at_ms, "time to try again" if tried else None)


def _escalated(callback: Callback, at_ms: int, manager: Owner) -> Callback:
    if callback.owner == manager:
        note = "nobody reached the caller"
        return callback.moved(CallbackState.ESCALATED, SYSTEM, at_ms, note)
    return callback.moved(
        CallbackState.ESCALATED,
        SYSTEM,
        at_ms,
        f"goes from {callback.owner.name} to {manager.name}",
        owner=manager,
        deputy=callback.owner,
    )


def next_moment(callback: Callback, rules: CallbackRules) -> int | None:
    """When `after_time` may change the record next (UTC ms), or None."""
    starts, ends = _moment(callback.window_start), _moment(callback.window_end)
    match callback.state:
        case CallbackState.OFFERED | CallbackState.COMMITTED:
            return starts
        case CallbackState.ATTEMPTED:
            retry, since = _retry_at(callback, rules), _since(callback)
            # Once its window is over, a welfare call stays owed, and is tried again and again.
            return retry if callback.welfare and since >= ends else min(ends, retry)
        case CallbackState.DUE:
            return ends
        case CallbackState.MISSED if callback.welfare:
            return _since(callback)
        case CallbackState.MISSED:
            return _since(callback) + rules.escalate_minutes * 60_000
    return None


def _retry_at(callback: Callback, rules: CallbackRules) -> int:
    if callback.welfare:
        return _since(callback) + rules.welfare_retry_minutes * 60_000
    if callback.tries >= rules.attempts:
        return _moment(callback.window_end)
    # Who was rung before the window that they agreed to is not rung again before it either.
    starts = _moment(callback.window_start)
    return max(starts, _since(callback) + rules.retry_minutes * 60_000)


def _since(callback: Callback) -> int:
    """The last time that somebody did something, or time changed the state: a caller who rings in
    meanwhile puts nothing off."""
    for before, step in reversed(list(pairwise(callback.history))):
        if step.by != SYSTEM or step.state is not before.state:
            return milliseconds(step.at)
    return milliseconds(callback.history[0].at)


def _moment(text: str | None) -> int:
    return 0 if text is None else milliseconds(text)
