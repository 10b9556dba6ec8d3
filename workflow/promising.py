"""Where a call ends in a promise: a named person rings the caller back, and time is watched."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from workflow.actions import ActionKind, CallbackTerms, Deed, Refused
from workflow.alerts import Alert, Owner
from workflow.call import Mode, Verified
from workflow.callbacks import (
    SYSTEM,
    AttemptOutcome,
    Callback,
    CallbackError,
    CallbackState,
    CallbackStep,
    attempted,
    blocked,
    reference,
    rung,
)
from workflow.lateness import after_time
from workflow.moments import milliseconds, rfc3339
from workflow.numbers import of_platform
from workflow.policy import Tier
from workflow.reminders import remind
from workflow.ringing import RungIn
from workflow.terms import agreed_to, agreed_window, told_of
from workflow.whereabouts import country_of_caller, decent_hours
from workflow.work import OVER as ALERTS_OVER
from workflow.work import Work

ROSTER_KNOWN_MS = 366 * 86_400_000
"""How far ahead a roster says who is there."""


def promise(
    work: Work,
    desk: str,
    alerts: Sequence[Alert],
    cause: str,
    *,
    welfare: bool = False,
    owner: Owner | None = None,
) -> Callback:
    """Offer a callback with a named owner, or (welfare) have a lost caller rung at once."""
    if welfare:
        owner, state = owner or work.owner(work.chain(desk)[0].person), CallbackState.DUE
        rules = work.policy.callbacks
        window = (work.at_ms, work.at_ms + rules.welfare_minutes * 60_000)
    else:
        state, window = CallbackState.OFFERED, decent_hours(work, desk)
        owner = owner or who_rings(work, desk, window[0])
    name = reference(work.call.call_id, cause)
    if name in work.callbacks:
        # What was promised for the same on this call before is a record of its own.
        name = reference(work.call.call_id, cause, work.at_ms)
    callback = _record(work, name, state, owner, alerts, window)
    if welfare:
        callback = msgspec.structs.replace(callback, welfare=True)
    work.callback(callback)
    if welfare:
        remind(work, callback)
    elif work.do_not_call:
        forbid(work, [callback])
    return callback


def who_rings(work: Work, desk: str, at_ms: int) -> Owner:
    """Who will be there when the window opens (UTC ms), rather than who is there in the night."""
    return work.owner(work.chain(desk, max(at_ms, work.at_ms))[0].person)


def about(alerts: Iterable[Alert]) -> str:
    """What alerts are about, in words."""
    return ", ".join(alert.trigger.replace("_", " ") for alert in alerts)


def forbid(work: Work, callbacks: Sequence[Callback]) -> None:
    """The caller asked not to be called: nobody rings as promised, and every owner is told."""
    for callback in callbacks:
        changed = blocked(callback, work.at_ms)
        if changed is not None:
            work.callback(changed)
            remind(work, changed)


def verified(work: Work, how: Verified) -> None:
    """The caller's identity was checked: whoever rings goes by that."""
    for callback in tuple(work.callbacks.values()):
        if callback.is_open and callback.verified is not how:
            note = f"the caller's identity: {how.value} verified"
            work.callback(callback.moved(callback.state, SYSTEM, work.at_ms, note, verified=how))


def tend(work: Work) -> None:
    """Let time pass for every callback: due, missed, taken over."""
    manager = work.owner(work.policy.duty.manager)
    for callback in list(work.callbacks.values()):
        changed = after_time(callback, work.at_ms, work.policy.callbacks, manager)
        if changed is not None:
            work.callback(changed)
            remind(work, changed)


def rings_in(work: Work, name: str, news: RungIn) -> None:
    """The caller of a callback (by its reference) is on the line again, or no more."""
    callback = work.callbacks.get(name)
    changed = None if callback is None else rung(callback, news, work.at_ms)
    if changed is not None:
        work.callback(changed)
        remind(work, changed)


def do(work: Work, deed: Deed) -> int:
    """Carry out what a person did to a callback; gives its revision. Raises Refused."""
    try:
        return _done(work, deed)
    except CallbackError as error:
        raise Refused(str(error)) from error


def _done(work: Work, deed: Deed) -> int:
    if deed.action is ActionKind.OFFER_CALLBACK:
        return _offered(work, deed)
    callback = work.callbacks.get(deed.reference or "")
    if callback is None:
        raise Refused(f"there is no callback {deed.reference} on this call")
    if deed.expected_revision is not None and deed.expected_revision != callback.revision:
        raise Refused("somebody else was faster: the callback has changed meanwhile")
    terms = deed.callback or CallbackTerms()
    by, at_ms = deed.actor.id, work.at_ms
    match deed.action:
        case ActionKind.COMMIT_CALLBACK:
            _not_forbidden(work, agreed_window(terms))
            changed = agreed_to(work, callback, terms, by)
        case ActionKind.ATTEMPT_CALLBACK:
            outcome = terms.outcome or AttemptOutcome.NO_ANSWER
            changed = attempted(callback, by=by, at_ms=at_ms, outcome=outcome, note=terms.note)
        case _:
            changed = _closed_or_given(work, callback, deed, terms)
    work.callback(changed)
    remind(work, changed)
    return changed.revision


def _closed_or_given(work: Work, callback: Callback, deed: Deed, terms: CallbackTerms) -> Callback:
    if not callback.is_open:
        raise Refused(f"the callback is {callback.state.value} already")
    note = deed.reason or terms.note
    states = {
        ActionKind.KEEP_CALLBACK: CallbackState.KEPT,
        ActionKind.MISS_CALLBACK: CallbackState.MISSED,
        ActionKind.CANCEL_CALLBACK: CallbackState.CANCELLED,
    }
    if deed.action in states:
        if deed.action is ActionKind.CANCEL_CALLBACK and not note:
            raise Refused("say why the callback is cancelled")
        return callback.moved(states[deed.action], deed.actor.id, work.at_ms, note)
    if terms.owner_id is None or terms.owner_id not in work.policy.people:
        raise Refused("reassign to a person of the policy")
    owner = work.owner(terms.owner_id)
    note = note or f"goes from {callback.owner.name} to {owner.name}"
    return callback.moved(callback.state, deed.actor.id, work.at_ms, note, owner=owner)


def _offered(work: Work, deed: Deed) -> int:
    if work.mode is Mode.SHADOW:
        raise Refused("this queue is in shadow mode: nothing is promised")
    terms = deed.callback or CallbackTerms()
    agreed = agreed_window(terms)
    _not_forbidden(work, agreed)
    desk = _desk(work, deed.desk)
    if terms.owner_id is not None and terms.owner_id not in work.policy.people:
        raise Refused("a callback needs a person of the policy as its owner")
    window, given = decent_hours(work, desk, terms), terms.owner_id
    owner = who_rings(work, desk, _opens(terms, window)) if given is None else work.owner(given)
    alerts = [a for a in work.alerts.values() if a.status not in ALERTS_OVER]
    callback = _record(
        work,
        reference(work.call.call_id, deed.action_id),
        CallbackState.OFFERED,
        owner,
        alerts,
        window,
        by=deed.actor.id,
        summary=deed.reason,
        note=None if agreed else terms.note,
    )
    if agreed is None:
        callback = told_of(work, callback, terms)
    else:
        callback = agreed_to(work, callback, terms, deed.actor.id)
    work.callback(callback)
    return callback.revision


def _desk(work: Work, asked: str | None) -> str:
    """Whose people ring back: where no desk is named, those whom supervisors are asked from."""
    desks = work.policy.desks
    if asked is None:
        given = (*work.policy.signals.values(), *work.policy.tiers.rules.values())
        supervisors = [entry.desk for entry in given if entry.tier is Tier.SUPERVISOR]
        return "supervisors" if "supervisors" in desks else [*supervisors, *desks][0]
    if asked not in desks:
        raise Refused(f"no desk '{asked}'; desks are: {', '.join(sorted(desks))}")
    return asked


def _opens(terms: CallbackTerms, window: tuple[int, int]) -> int:
    """When the window opens that was agreed, if that can be read, else the one offered (UTC ms)."""
    try:
        opens = window[0] if terms.window_start is None else milliseconds(terms.window_start)
    except (ValueError, OverflowError):
        return window[0]
    return min(opens, window[0] + ROSTER_KNOWN_MS)


def _not_forbidden(work: Work, window: tuple[str, str] | None) -> None:
    """A caller at risk who is on the line is not sent away with a promise."""
    if work.at_risk:
        raise Refused("a caller at risk stays on the line: no callback while the call is live")
    if work.do_not_call and window is None:
        raise Refused("the caller asked not to be called: only a window they agree to now will do")


def _record(
    work: Work,
    name: str,
    state: CallbackState,
    owner: Owner,
    alerts: Sequence[Alert],
    window: tuple[int, int],
    *,
    by: str = "hardstop",
    summary: str | None = None,
    note: str | None = None,
) -> Callback:
    call, customer = work.call, work.call.customer
    number, contact_note = of_platform(
        customer.number if customer else None, country_of_caller(work)
    )
    return Callback(
        reference=name,
        origin_call_id=call.call_id,
        issue_summary=summary or about(alerts) or "as asked for",
        tier=Tier.CALLBACK,
        state=state,
        owner=owner,
        deputy=work.owner(work.policy.duty.manager),
        history=(CallbackStep(at=work.at, by=by, state=state, note=note),),
        alert_ids=tuple(alert.alert_id for alert in alerts),
        customer_ref=customer.ref if customer else None,
        caller_name=customer.name if customer else None,
        number=number,
        contact_note=contact_note,
        time_zone=customer.time_zone if customer else None,
        time_zone_source="platform" if customer and customer.time_zone else None,
        window_start=rfc3339(window[0]),
        window_end=rfc3339(window[1]),
        language=call.language,
        jurisdiction=call.jurisdiction,
        queue_id=call.queue_id,
        verified=customer.verified if customer else Verified.NONE,
    )
