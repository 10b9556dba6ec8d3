"""What a false alarm, and taking it back, means for what was promised."""

from __future__ import annotations

from workflow.alerts import Alert
from workflow.callbacks import CallbackState
from workflow.reminders import remind
from workflow.work import Work

FALSE_ALARM = "false alarm"
_NOT_FALSE = "the false alarm was taken back"


def take_back(work: Work, alert: Alert, by: str) -> None:
    """What was offered for nothing but a false alarm is not owed; what was agreed is."""
    for callback in list(work.callbacks.values()):
        alone = callback.alert_ids == (alert.alert_id,) and callback.agreed_at is None
        if alone and callback.is_open:
            taken = callback.moved(CallbackState.CANCELLED, by, work.at_ms, FALSE_ALARM)
            work.callback(taken)
            remind(work, taken)


def give_back(work: Work, alert: Alert, by: str) -> None:
    """The false alarm was none: what was offered is owed again, as it was."""
    for callback in list(work.callbacks.values()):
        taken = callback.history[-1]
        was_false = (taken.state, taken.note) == (CallbackState.CANCELLED, FALSE_ALARM)
        if was_false and callback.alert_ids == (alert.alert_id,):
            owed = callback.moved(callback.history[-2].state, by, work.at_ms, _NOT_FALSE)
            work.callback(owed)
            remind(work, owed)
