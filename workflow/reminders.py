"""The alert of a callback: it is due or missed, who was at risk was lost, its caller rings in."""

from __future__ import annotations

from typing import Any

import msgspec

from workflow.alerts import Alert, AlertStatus, Change, RecordHandling, gravest
from workflow.call import Mode
from workflow.callbacks import OVER, Callback, CallbackState
from workflow.identity import stable_id
from workflow.policy import Severity
from workflow.work import OVER as ALERTS_OVER
from workflow.work import Work

DUE, MISSED, WELFARE = "callback_due", "callback_missed", "welfare_recontact"
BLOCKED = "callback_blocked"
RINGS_IN = "caller_rings_in"
"""What the alerts of a callback are called, in place of a trigger."""

_SAY = "Ring {name} back now, as agreed. Begin with what they told us, so they need not repeat it."
_OFFERED = (
    "Ring {name} back now: a call was offered, and no time agreed. Ask if it suits, then begin "
    "with what they told us."
)
_WELFARE = "The line was lost while {name} was at risk. Ring now; if nobody answers, ask for help."
_RINGS_IN = (
    "{name} is on the line now and waits for your call: join, or tell the agent what you know. "
    "If it is settled there, log the callback as kept."
)
_GONE = "the caller is not on the line any more"
_BLOCKED = (
    "{name} asked not to be called, and a call is owed. Write, or ask first; log the window that "
    "they agree to, or cancel the callback once they have their answer."
)
_NOT_RING = "Do not ring until they agree to it."
_NOT = "Do not leave a message with details unless the record says it is safe."


def remind(work: Work, callback: Callback) -> None:
    """Open, change or close the alerts of a callback, by how things stand with it now."""
    _of_its_time(work, callback)
    _of_its_caller(work, callback)


def _of_its_time(work: Work, callback: Callback) -> None:
    """It is due, missed, or to be made at once."""
    label = f"callback:{callback.reference}"
    known = work.alerts.get(label)
    if callback.state in OVER:
        _close(work, label, callback.state.value)
        return
    trigger, text, do_not_say = DUE, _SAY if callback.agreed_at else _OFFERED, _NOT
    if callback.welfare:
        trigger, text = WELFARE, _WELFARE
    elif callback.do_not_call:
        trigger, text, do_not_say = BLOCKED, _BLOCKED, _NOT_RING
    elif callback.state in (CallbackState.MISSED, CallbackState.ESCALATED):
        trigger = MISSED
    elif callback.state is not CallbackState.DUE:
        if known is not None and known.trigger == BLOCKED:
            _close(work, label, "the caller has agreed to be called")
        elif known is not None:
            _change(work, label, callback, owner=callback.owner, reason=_why(callback))
        return
    if known is not None:
        over = known.status in ALERTS_OVER
        _change(
            work,
            label,
            callback,
            trigger=trigger,
            say_now=_for(callback, text),
            do_not_say=do_not_say,
            owner=callback.owner,
            reason=_why(callback),
            status=AlertStatus.CONFIRMED if over else known.status,
            closed_reason=None if over else known.closed_reason,
        )
        return
    alert_id = stable_id("alert", callback.reference)
    made = _alert(work, callback, alert_id, trigger, text, callback.window_end)
    work.opened(label, msgspec.structs.replace(made, do_not_say=do_not_say))


def _of_its_caller(work: Work, callback: Callback) -> None:
    """They are on the line, or no more; of each call on which they ring in it is told once."""
    label = f"callback:{callback.reference}:{RINGS_IN}"
    rung = callback.rung_in
    if rung is None or not callback.is_on_the_line:
        gone = callback.state.value if callback.state in OVER else _GONE
        _close(work, label, gone)
        return
    alert_id = stable_id("alert", callback.reference, RINGS_IN, rung.call_id, rung.at)
    known = work.alerts.get(label)
    if known is not None and known.alert_id == alert_id:
        if known.owner != callback.owner and known.status not in ALERTS_OVER:
            _change(work, label, callback, owner=callback.owner)
        return
    _close(work, label, _GONE)
    work.opened(label, _alert(work, callback, alert_id, RINGS_IN, _RINGS_IN, None))


def _change(work: Work, label: str, callback: Callback, **fields: Any) -> None:
    handling, desk = _kept_to(work, callback, work.alerts[label])
    work.alert(label, handling=handling, desk=desk, **fields)


def _kept_to(
    work: Work, callback: Callback, known: Alert | None = None
) -> tuple[RecordHandling, str | None]:
    """Who may see it: those alone who may see what it is about. Where an alert has made room for a
    newer one of its kind, it is as the gravest of the call."""
    about = [alert for alert in work.alerts.values() if alert.alert_id in callback.alert_ids]
    if len(about) < len(callback.alert_ids):
        about = list(work.alerts.values())
    about = about if known is None else [known, *about]
    handling = gravest(alert.handling for alert in about)
    if handling is not RecordHandling.RESTRICTED:
        # Nobody's desk: it is for whoever owns it.
        return handling, None
    return handling, next(alert.desk for alert in about if alert.handling is handling)


def _close(work: Work, label: str, why: str) -> None:
    known = work.alerts.get(label)
    if known is not None and known.status not in ALERTS_OVER:
        work.alert(label, Change.CLOSED, status=AlertStatus.CLOSED, closed_reason=why)


def _alert(
    work: Work, callback: Callback, alert_id: str, trigger: str, text: str, due_at: str | None
) -> Alert:
    handling, desk = _kept_to(work, callback)
    return Alert(
        alert_id=alert_id,
        call_id=callback.origin_call_id,
        episode=1,
        revision=1,
        trigger=trigger,
        severity=Severity.CRITICAL if callback.welfare else Severity.HIGH,
        status=AlertStatus.CONFIRMED,
        probability=1.0,
        reason=_why(callback),
        evidence=(),
        opened_at=work.at,
        updated_at=work.at,
        ack_due_at=due_at,
        say_now=_for(callback, text),
        do_not_say=_NOT,
        desk=desk,
        handling=handling,
        owner=callback.owner,
        callback_reference=callback.reference,
        queue_id=work.call.queue_id,
        team_id=work.call.team_id,
        customer_ref=callback.customer_ref,
        # In shadow nothing is promised: what stands was promised before, and is owed.
        mode=Mode.LIVE if work.mode is Mode.SHADOW else work.mode,
        policy_version=work.versions.policy,
        rules_version=work.versions.rules,
        model_version=work.versions.model,
    )


def _for(callback: Callback, text: str) -> str:
    said = text.format(name=callback.caller_name or "the caller")
    return said[:1].upper() + said[1:]


def _why(callback: Callback) -> str:
    last = callback.history[-1]
    told = f": {last.note}" if last.note else ""
    return f"Callback {callback.reference} is {callback.state.value}{told}."
