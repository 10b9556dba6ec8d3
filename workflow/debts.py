"""What is owed to the caller of one call: a single callback that names all it is about.

Whoever was at risk is rung for that alone, at once; what a desk keeps to itself stays there.
"""

from __future__ import annotations

from collections.abc import Sequence

from workflow.alerts import Alert, RecordHandling
from workflow.callbacks import SYSTEM, Callback, CallbackState
from workflow.moments import milliseconds
from workflow.precedence import rank
from workflow.promising import about, promise, who_rings
from workflow.reminders import remind
from workflow.work import OVER, Work


def owe(work: Work, desk: str, alerts: Sequence[Alert], cause: str) -> Callback:
    """The callback that these alerts come to: one that is owed already names them too, and where
    there is none, `desk` offers one."""
    known = owed_for(work, alerts)
    if known is None:
        return promise(work, desk, alerts, cause)
    return _named_too(work, known, desk, alerts)


def owed_for(work: Work, alerts: Sequence[Alert]) -> Callback | None:
    """The open callback of the call that may name these alerts, or does."""
    ids = {alert.alert_id for alert in alerts}
    fit = [c for c in work.callbacks.values() if _may_name(work, c, alerts)]
    return min(fit, key=lambda callback: not ids <= set(callback.alert_ids), default=None)


def named(work: Work, callback: Callback) -> list[Alert]:
    """The alerts that a callback is about, as far as they are the newest of their kind."""
    return [alert for alert in work.alerts.values() if alert.alert_id in callback.alert_ids]


def promised_for(work: Work, alert: Alert) -> Callback | None:
    """The open callback that a person offered while this alert was open: they speak of it."""
    found = owed_for(work, [alert])
    return found if found is not None and alert.alert_id in found.alert_ids else None


def is_ours(callback: Callback) -> bool:
    """Whether it was offered because nobody came, not by a person for reasons of their own."""
    return callback.history[0].by == SYSTEM


def _may_name(work: Work, callback: Callback, alerts: Sequence[Alert]) -> bool:
    if not callback.is_open or callback.welfare or any(map(_restricted, alerts)):
        return False
    if {alert.alert_id for alert in alerts} <= set(callback.alert_ids):
        return True
    return is_ours(callback) and not any(map(_restricted, named(work, callback)))


def _named_too(work: Work, callback: Callback, desk: str, alerts: Sequence[Alert]) -> Callback:
    """The gravest matter says who rings, until somebody has spoken to the caller or changed it."""
    more = [alert for alert in alerts if alert.alert_id not in callback.alert_ids]
    if not more:
        return callback
    owner, note = callback.owner, f"also about {about(more)}"
    untouched = {step.by for step in callback.history} == {SYSTEM}
    before = min(map(rank, named(work, callback)), default=None)
    graver = before is None or min(map(rank, more)) < before
    if graver and untouched and callback.state in (CallbackState.OFFERED, CallbackState.DUE):
        owner = who_rings(work, desk, _opens(callback))
    if owner != callback.owner:
        note = f"{note}; goes from {callback.owner.name} to {owner.name}"
    changed = callback.moved(
        callback.state,
        SYSTEM,
        work.at_ms,
        note,
        owner=owner,
        alert_ids=(*callback.alert_ids, *(alert.alert_id for alert in more)),
        issue_summary=f"{callback.issue_summary}, {about(more)}",
    )
    work.callback(changed)
    remind(work, changed)
    for label, alert in list(work.alerts.items()):
        with_it = alert.alert_id in callback.alert_ids and alert.status not in OVER
        if with_it and alert.owner == callback.owner != owner:
            work.alert(label, owner=owner)
    return changed


def _opens(callback: Callback) -> int:
    """When its window opens (UTC ms)."""
    return 0 if callback.window_start is None else milliseconds(callback.window_start)


def _restricted(alert: Alert) -> bool:
    return alert.handling is RecordHandling.RESTRICTED
