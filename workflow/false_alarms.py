"""What a false alarm, and taking it back, means for what was promised."""

from __future__ import annotations

from workflow.alerts import Alert, AlertStatus
from workflow.callbacks import Callback, CallbackState
from workflow.debts import is_ours, named, owe, owed_for
from workflow.promising import about
from workflow.reminders import remind
from workflow.work import Work

FALSE_ALARM = "false alarm"
_NOT_FALSE = "the false alarm was taken back"


def is_false(alert: Alert) -> bool:
    """Whether somebody has called it a false alarm, and nobody has taken that back."""
    reason = alert.closed_reason or ""
    return alert.status is AlertStatus.CLOSED and reason.startswith(FALSE_ALARM)


def take_back(work: Work, alert: Alert, by: str) -> None:
    """What was offered for nothing but false alarms is not owed; what was agreed is, and what else
    the callback is about."""
    for callback in _open_about(work, alert):
        nothing_left = not _standing(work, callback)
        if not nothing_left:
            _retold(work, callback, by, f"{about([alert])}: {FALSE_ALARM}")
        elif callback.agreed_at is None and (is_ours(callback) or len(callback.alert_ids) == 1):
            taken = callback.moved(CallbackState.CANCELLED, by, work.at_ms, FALSE_ALARM)
            work.callback(taken)
            remind(work, taken)


def give_back(work: Work, label: str, alert: Alert, by: str) -> None:
    """The false alarm was none: what was offered is owed again, as it was. If something else is
    owed to the caller by now, that is about this as well."""
    for callback in _open_about(work, alert):
        _retold(work, callback, by, f"{about([alert])}: {_NOT_FALSE}")
    for callback in list(work.callbacks.values()):
        taken = callback.history[-1]
        was_false = (taken.state, taken.note) == (CallbackState.CANCELLED, FALSE_ALARM)
        if not was_false or alert.alert_id not in callback.alert_ids:
            continue
        if is_ours(callback) and alert.desk is not None and owed_for(work, [alert]) is not None:
            other = owe(work, alert.desk, [alert], callback.reference)
            work.alert(label, owner=other.owner, callback_reference=other.reference)
            continue
        owed = callback.moved(callback.history[-2].state, by, work.at_ms, _NOT_FALSE)
        work.callback(owed)
        remind(work, owed)
        if len(callback.alert_ids) > 1:
            _retold(work, owed, by, _NOT_FALSE)


def _open_about(work: Work, alert: Alert) -> list[Callback]:
    return [c for c in work.callbacks.values() if c.is_open and alert.alert_id in c.alert_ids]


def _standing(work: Work, callback: Callback) -> set[str]:
    """What a callback is still about, by alert; of earlier episodes nothing is known."""
    false = {alert.alert_id for alert in named(work, callback) if is_false(alert)}
    return set(callback.alert_ids) - false


def _retold(work: Work, callback: Callback, by: str, note: str) -> None:
    """Whoever rings is told what it is about now."""
    standing = [alert for alert in named(work, callback) if not is_false(alert)]
    alone = len(callback.alert_ids) == 1
    if not is_ours(callback) or alone or len(standing) < len(_standing(work, callback) or "?"):
        return
    summary = about(standing)
    if summary != callback.issue_summary:
        changed = callback.moved(callback.state, by, work.at_ms, note, issue_summary=summary)
        work.callback(changed)
        remind(work, changed)
