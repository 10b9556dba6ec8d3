"""A line that was taken for dead: a caller at risk is rung, and once they are back, people come."""

from __future__ import annotations

from collections.abc import Sequence

from workflow.alerts import Alert, AlertStatus, Owner
from workflow.asking import ask_for
from workflow.call import Mode
from workflow.callbacks import SYSTEM, Callback, CallbackState
from workflow.moments import rfc3339
from workflow.policy import TRIGGER_NAMES
from workflow.promising import about, promise
from workflow.reminders import remind
from workflow.ways import is_in_hands
from workflow.work import OVER, Work


def back_again(work: Work) -> None:
    """The caller is on the line after all: for each hard stop that is in nobody's hands somebody
    is asked to come, for a life first. What was promised meanwhile stands."""
    for label, alert in sorted(work.alerts.items(), key=lambda one: not work.is_for_life(one[1])):
        life, handling = work.is_for_life(alert), work.handling(alert)
        stop = life or alert.trigger in TRIGGER_NAMES
        if not stop or handling is None or alert.mode is Mode.SHADOW:
            continue
        if alert.status in OVER or is_in_hands(work, alert):
            continue
        claimed = alert.status is AlertStatus.CLAIMED
        owed = work.callbacks.get(alert.callback_reference or "")
        stands = owed is not None and owed.is_open and not life
        first = work.chain(handling.desk)[0]
        anew = work.alert(
            label,
            status=AlertStatus.ACKNOWLEDGED if claimed else alert.status,
            owner=Owner(id=first.person, name=first.name),
            ack_due_at=rfc3339(work.at_ms + handling.answer_within_s * 1000),
            callback_reference=alert.callback_reference if stands else None,
        )
        ask_for(work, anew, handling)


def rung_at_once(work: Work, desk: str, alerts: Sequence[Alert], cause: str) -> Callback:
    """The welfare call for a caller at risk whose line went dead: by who had taken it, else by the
    first who is there. If one is owed already, it begins again."""
    takers = [a.owner for a in alerts if a.status is AlertStatus.CLAIMED and a.owner is not None]
    taker = next((owner for owner in takers if work.is_person(owner.id)), None)
    ids = [alert.alert_id for alert in alerts]
    welfare = [callback for callback in work.callbacks.values() if callback.welfare]
    owed = [c for c in welfare if c.is_open and set(ids) & set(c.alert_ids)]
    if not owed:
        return promise(work, desk, alerts, cause, welfare=True, owner=taker)
    more = [alert for alert in alerts if alert.alert_id not in owed[0].alert_ids]
    until_ms = work.at_ms + work.policy.callbacks.welfare_minutes * 60_000
    again = owed[0].moved(
        CallbackState.DUE,
        SYSTEM,
        work.at_ms,
        "the line was lost again",
        owner=taker or work.owner(work.chain(desk)[0].person),
        deputy=work.owner(work.policy.duty.manager),
        window_start=work.at,
        window_end=rfc3339(until_ms),
        alert_ids=(*owed[0].alert_ids, *(alert.alert_id for alert in more)),
        issue_summary=", ".join((owed[0].issue_summary, *([about(more)] if more else []))),
    )
    work.callback(again)
    remind(work, again)
    # Who had seen the alert of the first time has not seen this.
    work.alert(
        f"callback:{again.reference}",
        status=AlertStatus.CONFIRMED,
        acknowledged_by=None,
        acknowledged_at=None,
        ack_due_at=again.window_end,
    )
    return again
