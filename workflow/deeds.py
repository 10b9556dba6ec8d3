"""What people do to alerts: acknowledge, claim, resolve, take back, ask for somebody."""

from __future__ import annotations

from workflow.actions import ActionKind, ActorRole, Deed, Refused
from workflow.alerts import Alert, AlertStatus, Change, Owner
from workflow.asking import accepted_by, ask_for, cancel
from workflow.call import Mode
from workflow.false_alarms import FALSE_ALARM, give_back, take_back
from workflow.identity import stable_id
from workflow.moments import milliseconds, rfc3339
from workflow.policy import Handling, Tier
from workflow.promising import do, verified
from workflow.register import COMPLAINTS
from workflow.routing import CancelReason
from workflow.ways import is_there
from workflow.work import LIFE, LIFE_REQUEST, OVER, Work

UNDO_MS = 60_000
"""How long a false alarm can be undone: a wallboard offers it for as long."""
AGENT_REQUEST = "agent_request"
"""In place of a trigger: the agent asks for a desk."""

_CALLBACKS = frozenset(
    {
        ActionKind.OFFER_CALLBACK,
        ActionKind.COMMIT_CALLBACK,
        ActionKind.ATTEMPT_CALLBACK,
        ActionKind.KEEP_CALLBACK,
        ActionKind.MISS_CALLBACK,
        ActionKind.REASSIGN_CALLBACK,
        ActionKind.CANCEL_CALLBACK,
    }
)
_NO_OWNERS = frozenset({ActorRole.AGENT, ActorRole.QA, ActorRole.SERVICE})
_ASKED = frozenset({ActionKind.REQUEST_SUPERVISOR, ActionKind.REQUEST_SPECIALIST})
HINTS = frozenset({ActionKind.HINT_SHOWN, ActionKind.HINT_USED, ActionKind.HINT_DISMISSED})
"""Deeds on hints, which are the coach's matter (`listening.after_deed`)."""
ON_RECORD = frozenset({ActionKind.LEGAL_HOLD, ActionKind.REVIEW_INCIDENT, ActionKind.FORGET})
"""Deeds on the record of the call (`recording.happening_of`)."""


def done(work: Work, deed: Deed) -> int | None:
    """Carry out an action; gives the new revision of what it was done to. Raises Refused."""
    if deed.action in ON_RECORD or deed.action in HINTS or deed.action in COMPLAINTS:
        raise Refused(f"'{deed.action.value}' is not done at the desk")
    if deed.action is ActionKind.SET_VERIFIED:
        if deed.verified is None:
            raise Refused("say how far the caller is verified: none, partial or full")
        verified(work, deed.verified)
        return None
    if deed.action in _CALLBACKS:
        return do(work, deed)
    if deed.action in _ASKED:
        return _asked(work, deed)
    label, alert = _alert(work, deed)
    match deed.action:
        case ActionKind.ACKNOWLEDGE:
            return _acknowledge(work, label, alert, deed)
        case ActionKind.CLAIM:
            return _claim(work, label, alert, deed)
        case ActionKind.UNDO_FALSE_ALARM:
            return _undo(work, label, alert, deed)
        case _:
            return _close(work, label, alert, deed)


def _alert(work: Work, deed: Deed) -> tuple[str, Alert]:
    label = work.label_of(deed.alert_id or "")
    if label is None:
        raise Refused("this alert is not there any more: it is old, or of another call")
    alert = work.alerts[label]
    if deed.expected_revision is not None and deed.expected_revision != alert.revision:
        raise Refused("somebody else was faster: the alert has changed meanwhile")
    undoing = deed.action is ActionKind.UNDO_FALSE_ALARM
    if alert.status in OVER and not undoing:
        raise Refused(f"the alert is {alert.status.value} already")
    return label, alert


def _acknowledge(work: Work, label: str, alert: Alert, deed: Deed) -> int:
    if alert.acknowledged_by is not None:
        return alert.revision
    # Seen while the words may still be revised: their final decides, and asks somebody to come.
    stays = alert.status in (AlertStatus.CLAIMED, AlertStatus.PROVISIONAL)
    status = alert.status if stays else AlertStatus.ACKNOWLEDGED
    changed = work.alert(
        label, status=status, acknowledged_by=deed.actor.id, acknowledged_at=work.at
    )
    return changed.revision


def _claim(work: Work, label: str, alert: Alert, deed: Deed) -> int:
    _may_own(work, deed)
    if alert.status is AlertStatus.CLAIMED and alert.owner is not None:
        if alert.owner.id == deed.actor.id:
            return alert.revision
        raise Refused(f"{alert.owner.name} has it already")
    changed = work.alert(
        label,
        status=AlertStatus.CLAIMED,
        owner=work.owner(deed.actor.id),
        ack_due_at=None,
        acknowledged_by=alert.acknowledged_by or deed.actor.id,
        acknowledged_at=alert.acknowledged_at or work.at,
    )
    accepted_by(work, changed)
    return work.alerts[label].revision


def _may_own(work: Work, deed: Deed) -> None:
    """An owner is somebody who comes: one of the policy's people, and not the agent on the call."""
    if deed.actor.role in _NO_OWNERS:
        raise Refused(
            f"an alert belongs to who comes: the role {deed.actor.role.value} claims none"
        )
    if not work.is_person(deed.actor.id):
        raise Refused(
            f"'{deed.actor.id}' is none of the policy's people: with an entry under [people] "
            "they can own alerts"
        )


def _close(work: Work, label: str, alert: Alert, deed: Deed) -> int:
    false = deed.action is ActionKind.FALSE_ALARM
    life = work.is_for_life(alert)
    if life and deed.actor.role is ActorRole.AGENT:
        raise Refused("a supervisor or the desk closes a life stop")
    if false and life and not (deed.reason or "").strip():
        raise Refused("say why this life stop is a false alarm")
    told = f": {deed.reason}" if deed.reason else ""
    reason = f"{FALSE_ALARM}{told}" if false else f"resolved{told}"
    owner = alert.owner or work.owner(deed.actor.id)
    changed = work.alert(
        label,
        Change.CLOSED,
        status=AlertStatus.CLOSED,
        closed_reason=reason,
        owner=owner,
        ack_due_at=None,
    )
    cancel(work, changed, CancelReason.FALSE_ALARM if false else CancelReason.RESOLVED)
    if false:
        take_back(work, changed, deed.actor.id)
    return changed.revision


def _undo(work: Work, label: str, alert: Alert, deed: Deed) -> int:
    if not (alert.closed_reason or "").startswith(FALSE_ALARM):
        raise Refused("only a false alarm can be undone")
    if work.at_ms - milliseconds(alert.updated_at) > UNDO_MS:
        raise Refused("it is too late to undo: if the words come again, a new alert opens")
    handling = work.handling(alert)
    if is_there(work, alert):
        # Nobody was sent away: whoever had come has it again.
        changed = work.alert(label, status=AlertStatus.CLAIMED, closed_reason=None)
        give_back(work, label, changed, deed.actor.id)
        return work.alerts[label].revision
    due = None if handling is None else rfc3339(work.at_ms + handling.answer_within_s * 1000)
    changed = work.alert(label, status=AlertStatus.CONFIRMED, closed_reason=None, ack_due_at=due)
    give_back(work, label, changed, deed.actor.id)
    if handling is not None:
        ask_for(work, changed, handling)
    return work.alerts[label].revision


def _asked(work: Work, deed: Deed) -> int:
    """The sanctioned path to escalate: an agent asks, and a person comes."""
    of, handling = _wanted(work, deed)
    desk = handling.desk
    # Seen by a person, a life at risk is as good as heard.
    life = deed.action is ActionKind.REQUEST_SPECIALIST and of in LIFE
    label = f"{LIFE_REQUEST if life else AGENT_REQUEST}:{desk}"
    known = work.alerts.get(label)
    if known is not None and known.status not in OVER:
        return known.revision
    if work.mode is Mode.SHADOW:
        raise Refused("this queue is in shadow mode: nothing is routed")
    episode = work.episodes.get(label, 0) + 1
    work.episodes[label] = episode
    stop = work.chain(desk)[0]
    name = work.policy.desks[desk].name
    texts = work.texts(of, handling, None)
    told = f": {deed.reason}" if deed.reason else ""
    call = work.call
    alert = Alert(
        alert_id=stable_id("alert", call.call_id, label, episode),
        call_id=call.call_id,
        episode=episode,
        revision=1,
        trigger=AGENT_REQUEST,
        severity=handling.severity,
        status=AlertStatus.CONFIRMED,
        probability=1.0,
        reason=f"The agent asks for the {name}{told}.",
        evidence=(),
        opened_at=work.at,
        updated_at=work.at,
        ack_due_at=rfc3339(work.at_ms + handling.answer_within_s * 1000),
        say_now=texts.say_now,
        do_not_say=texts.do_not_say,
        desk=desk,
        owner=Owner(id=stop.person, name=stop.name),
        queue_id=call.queue_id,
        team_id=call.team_id,
        agent_id=call.agent_id,
        customer_ref=call.customer.ref if call.customer else None,
        deep_link=call.deep_link,
        mode=work.mode,
        policy_version=work.versions.policy,
        rules_version=work.versions.rules,
        model_version=work.versions.model,
    )
    work.opened(label, alert)
    ask_for(work, alert, handling)
    return alert.revision


def _wanted(work: Work, deed: Deed) -> tuple[str, Handling]:
    """How the desk that is asked for comes, and for what it comes so: a label or a rule."""
    policy = work.policy
    given: list[tuple[str, Handling]] = [
        *((signal.value, entry) for signal, entry in policy.signals.items()),
        *policy.tiers.rules.items(),
        *((trigger.value, entry) for trigger, entry in policy.triggers.items()),
    ]
    if deed.action is ActionKind.REQUEST_SUPERVISOR:
        found = [one for one in given if one[1].tier is Tier.SUPERVISOR]
    else:
        if deed.desk not in policy.desks:
            known = ", ".join(sorted(policy.desks))
            raise Refused(f"no desk '{deed.desk}'; desks are: {known}")
        at_desk = [one for one in given if one[1].desk == deed.desk]
        found = sorted(at_desk, key=lambda one: one[0] not in LIFE)
    if not found:
        raise Refused("the policy does not say how this desk is reached: no trigger goes there")
    return found[0]
