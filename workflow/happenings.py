"""What happens on a call that goes on record, and which facts of it."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterator
from enum import StrEnum

import msgspec

from detectors.reading import Evidence
from workflow.actions import Actor, Deed, Verdict
from workflow.alerts import Alert, AlertChange, Change
from workflow.chain import Content, EntryKind
from workflow.complaints import ComplaintChange
from workflow.decision import CallbackChange, OwnWork, RouteChange
from workflow.routing import Outcome

OWN_WORK = "heard as their own work"
"""What the note of a hard stop says that was heard on a queue of the desk it would have gone to."""


HEARD_AGAIN = "heard again"
"""What the note says of a call that had fallen silent and was not over."""

RECORDED = "recording named"
"""What the note says when the platform names its recording after the record was opened."""


class Done(msgspec.Struct, frozen=True):
    """What somebody did, and what became of it."""

    deed: Deed
    verdict: Verdict


class Ended(msgspec.Struct, frozen=True):
    """The call is over."""

    reason: str


class HeardAgain(msgspec.Struct, frozen=True):
    """A call that was taken for lost goes on."""


class Review(msgspec.Struct, frozen=True):
    """Somebody has looked at the record."""

    reviewer: Actor
    note: str


class Hold(msgspec.Struct, frozen=True):
    """A legal hold, set or lifted, with its ground. Who set one lifts it, or an admin all."""

    actor: Actor
    ground: str
    lifted: bool = False


class Cause(StrEnum):
    """Why a record is erased."""

    PURGE = "purge"
    """Its time is over."""
    FORGET = "forget"
    """The caller asked to be forgotten."""


class Erased(msgspec.Struct, frozen=True):
    """Content goes from everything that was recorded, except how the record was treated."""

    actor: Actor
    ground: str
    cause: Cause


class ErasureRefused(msgspec.Struct, frozen=True):
    """Content was to go and stays, and why: `standing` is what stands against it."""

    actor: Actor
    ground: str
    standing: str
    cause: Cause


class Close(msgspec.Struct, frozen=True):
    """Nothing more is expected: the record ends with its count. Later entries are additions. The
    queue decides how long it is kept."""

    queue_id: str | None = None


Happening = (
    AlertChange
    | RouteChange
    | CallbackChange
    | OwnWork
    | Outcome
    | Done
    | Ended
    | HeardAgain
    | Review
    | Hold
    | Erased
    | ErasureRefused
    | Close
    | ComplaintChange
)


def facts_of(change: Happening) -> Iterator[tuple[EntryKind, Content]]:
    """What goes on record of it, one entry each."""
    named: dict[str, str | None]
    match change:
        case AlertChange():
            yield from _of_alert(change)
        case RouteChange(route=route, fallback=fallback):
            what = "fallback" if fallback else "requested"
            named = {
                "route": route.route_id,
                "attempt": str(route.attempt),
                "desk": route.desk,
                "mode": route.mode.value,
                "owner": route.owner.name if route.owner else None,
                "reason": route.cancel_reason.value if route.cancel_reason else None,
            }
            action = "route.cancelled" if route.cancel_reason else f"route.{what}"
            yield EntryKind.ROUTE, Content(action=action, facts=_stated(named))
        case Outcome(kind=reported, person_id=person, reason=why):
            named = {
                "route": change.route_id,
                "attempt": str(change.attempt),
                "reason": why.value if why else None,
            }
            content = Content(actor=person, action=f"route.{reported.value}", facts=_stated(named))
            yield EntryKind.ROUTE, content
        case CallbackChange(callback=callback):
            step = callback.history[-1]
            named = {
                "reference": callback.reference,
                "owner": callback.owner.name,
                "window_start": callback.window_start,
                "window_end": callback.window_end,
            }
            yield (
                EntryKind.CALLBACK,
                Content(
                    actor=step.by,
                    action=f"callback.{step.state.value}",
                    note=step.note,
                    facts=_stated(named),
                ),
            )
        case Done(deed=deed, verdict=verdict):
            named = {
                "action_id": deed.action_id,
                "role": deed.actor.role.value,
                "alert": deed.alert_id,
                "reference": deed.reference,
                "outcome": "rejected" if verdict.rejected else "applied",
                "rejected": verdict.rejected,
            }
            yield (
                EntryKind.ACTION,
                Content(
                    actor=deed.actor.id,
                    action=deed.action.value,
                    note=deed.reason,
                    facts=_stated(named),
                ),
            )
        case OwnWork(finding=finding, desk=desk, queue_id=queue):
            named = {
                "trigger": finding.label,
                "subtype": finding.subtype,
                "imminent": "yes" if finding.imminent else None,
                "desk": desk,
                "queue": queue,
            }
            yield EntryKind.NOTE, Content(action=OWN_WORK, facts=_stated(named))
            for evidence in finding.evidence:
                yield EntryKind.QUOTE, Content(evidence=evidence)
        case Ended(reason=reason):
            yield EntryKind.CALL_ENDED, Content(facts={"reason": reason})
        case HeardAgain():
            yield EntryKind.NOTE, Content(action=HEARD_AGAIN)
        case Review(reviewer=reviewer, note=note):
            facts = {"role": reviewer.role.value}
            yield EntryKind.REVIEWED, Content(actor=reviewer.id, note=note, facts=facts)
        case Hold(actor=actor, ground=ground, lifted=lifted):
            kind = EntryKind.HOLD_LIFTED if lifted else EntryKind.HOLD_SET
            yield kind, Content(actor=actor.id, note=ground, facts={"role": actor.role.value})
        case Erased(actor=actor, ground=ground, cause=cause):
            facts = {"cause": cause.value, "role": actor.role.value}
            yield EntryKind.ERASED, Content(actor=actor.id, note=ground, facts=facts)
        case ErasureRefused(actor=actor, ground=ground, standing=standing, cause=cause):
            facts = {"cause": cause.value, "role": actor.role.value, "asked": ground}
            yield EntryKind.ERASURE_REFUSED, Content(actor=actor.id, note=standing, facts=facts)
        case Close(queue_id=queue):
            yield EntryKind.CLOSED, Content(facts=_stated({"queue": queue}))
        case ComplaintChange():
            yield EntryKind.COMPLAINT, _of_complaint(change)


_KINDS = {
    Change.OPENED: EntryKind.OPENED,
    Change.UPDATED: EntryKind.UPDATED,
    Change.RETRACTED: EntryKind.RETRACTED,
    Change.CLOSED: EntryKind.RESOLVED,
}


def _of_alert(change: AlertChange) -> Iterator[tuple[EntryKind, Content]]:
    alert = change.alert
    yield _KINDS[change.change], Content(facts=_stated(_about(alert)), note=alert.closed_reason)
    for evidence in alert.evidence:
        yield EntryKind.QUOTE, Content(evidence=evidence)
    if alert.acknowledged_by is not None:
        named = {"alert": alert.alert_id, "acknowledged_at": alert.acknowledged_at}
        content = Content(actor=alert.acknowledged_by, facts=_stated(named))
        yield EntryKind.ACKNOWLEDGED, content


def _of_complaint(change: ComplaintChange) -> Content:
    """The entry by its reference and dates; its words stand in the register."""
    complaint = change.complaint
    step = complaint.history[-1]
    named: dict[str, str | None] = {
        "reference": complaint.reference,
        "jurisdiction": complaint.jurisdiction,
        "acknowledge_by": complaint.acknowledge_by,
        "answer_by": complaint.answer_by,
        "update_by": complaint.update_by,
        "quotes": str(len(complaint.quotes)),
    }
    if change.quoted:
        return Content(action="complaint.quoted", facts=_stated(named))
    states = [step.state for step in complaint.history[-2:]]
    # News come in the state that the acknowledgement has made.
    what = "updated" if len(states) == 2 and states[0] is states[1] else step.state.value
    action = f"complaint.{what}"
    return Content(actor=step.by, action=action, note=step.note, facts=_stated(named))


def _about(alert: Alert) -> dict[str, str | None]:
    """What is known for a fact about an alert: no probability, and no reason made of scores."""
    return {
        "alert": alert.alert_id,
        "trigger": alert.trigger,
        "subtype": alert.subtype,
        "imminent": "yes" if alert.imminent else None,
        "status": alert.status.value,
        "desk": alert.desk,
        "owner": alert.owner.name if alert.owner else None,
        "policy_version": alert.policy_version,
        "rules_version": alert.rules_version,
        "model_version": alert.model_version,
        "customer": alert.customer_ref,
    }


def _stated(named: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in named.items() if value is not None}


_ONCE = frozenset({EntryKind.QUOTE, EntryKind.ACKNOWLEDGED, EntryKind.NOTE})


def mark(kind: EntryKind, content: Content, key: bytes) -> str | None:
    """Alerts repeat what they said before; what was recorded once is not recorded again."""
    if kind not in _ONCE or content.action == HEARD_AGAIN:
        return None
    words: Evidence | Content = content.evidence or content
    return digest(kind.value, words, key)


def digest(kind: str, words: Evidence | Content, key: bytes) -> str:
    """Short enough to keep many in a state, long enough never to meet by chance; keyed, so that
    nobody can test guesses at words that were erased."""
    text = kind.encode() + msgspec.json.encode(words, order="sorted")
    return hmac.new(key, text, hashlib.sha256).hexdigest()[:16]
