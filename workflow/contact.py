"""One call as the caller's other calls may know it: what it was about, its hard stops, and what
was promised on it.

What is restricted (safeguarding, a suspected impostor) stays on its own call: a history is shown
to whoever takes the next one.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Collection, Mapping, Set
from typing import Annotated

import msgspec

from detectors.reading import Reading
from detectors.vocabulary import Disposition, Signal, Trigger
from workflow.alerts import IMPOSTOR, Alert, AlertStatus, RecordHandling
from workflow.call import CallFacts
from workflow.callbacks import Callback
from workflow.decision import DeskState
from workflow.false_alarms import is_false
from workflow.history import PastStop, Promise
from workflow.identity import stable_id
from workflow.moments import LAST_MS
from workflow.policy import Policy
from workflow.ringing import Ringing

MATTERS = frozenset(trigger.value for trigger in Trigger if trigger is not Trigger.SAFEGUARDING) | {
    Signal.CHURN_THREAT.value,
    Signal.COMPLAINT.value,
    Signal.DISCRIMINATION.value,
    Signal.HARDSHIP.value,
    Signal.PRIVACY.value,
    Signal.REPRESENTED.value,
    Signal.VULNERABLE.value,
}
"""Labels that say what a call is about. Not those about how it goes (a supervisor asked for, an
agent insulted), and not misconduct, which is never told beyond its own desk."""

QUEUE = "queue:"
"""Before a queue's id among the matters: what the caller chose to ring about."""

MATTERS_KEPT = 32
STOPS_KEPT = 16
CALLBACKS_KEPT = 8
SUMMARY_CHARS = 300
QUEUE_CHARS = 256
"""Bounds of what one call leaves behind: all calls of a caller must fit into one message."""

Moment = Annotated[int, msgspec.Meta(ge=0, le=LAST_MS)]
_STANDING = frozenset(AlertStatus) - {AlertStatus.PROVISIONAL, AlertStatus.RETRACTED}


class Contact(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A call as it last told of itself; a higher `revision` replaces a lower one.

    `at_ms`: when it learnt who calls (UTC ms). `matters`: labels of MATTERS, and queues.
    `callbacks`: the open ones. `withdrawn`: it was another caller after all, or is forgotten.
    """

    call_id: Annotated[str, msgspec.Meta(min_length=1, max_length=256)]
    at_ms: Moment
    revision: Annotated[int, msgspec.Meta(ge=0)] = 0
    matters: Annotated[tuple[str, ...], msgspec.Meta(max_length=MATTERS_KEPT)] = ()
    stops: Annotated[tuple[PastStop, ...], msgspec.Meta(max_length=STOPS_KEPT)] = ()
    callbacks: Annotated[tuple[Promise, ...], msgspec.Meta(max_length=CALLBACKS_KEPT)] = ()
    ended: bool = False
    withdrawn: bool = False


def withdrawal(call_id: str, at_ms: int, revision: int) -> Contact:
    """What is left of a contact that counts no more: nothing of what the call was about."""
    return Contact(call_id=call_id, at_ms=at_ms, revision=revision, withdrawn=True)


class Followed(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a call knows of its own contact: under which pseudonym it was asked, since when (UTC
    ms), the revision and digest of what was told last, the newest answer's revision, and the open
    callbacks whose calls know that the caller is on this line."""

    pseudonym: str | None = None
    at_ms: int = 0
    revision: int = 0
    told: str = ""
    known: int = 0
    matters: tuple[str, ...] = ()
    stops: tuple[PastStop, ...] = ()
    ringing: tuple[Ringing, ...] = ()

    def after(self, reading: Reading) -> Followed:
        """With what a final turn was about."""
        if not reading.turn.is_final:
            return self
        heard = {
            finding.label
            for finding in reading.findings
            if finding.disposition is Disposition.RAISE
            and finding.label in MATTERS
            and (finding.label, finding.subtype) != IMPOSTOR
        }
        if heard <= set(self.matters):
            return self
        return msgspec.structs.replace(self, matters=tuple(sorted({*self.matters, *heard})))


def pseudonym(ref: str, key: bytes) -> str:
    """HMAC-SHA-256 (RFC 2104) of a customer's reference, 64 hex digits: the same for all calls of
    one caller, and nothing without the key. Raises ValueError for a key under 32 bytes."""
    if len(key) < 32:
        raise ValueError("the key of the pseudonyms needs 32 bytes or more")
    return hmac.new(key, ref.encode(), hashlib.sha256).hexdigest()


def in_queue(queue_id: str | None) -> tuple[str, ...]:
    """The matter of a queue."""
    return () if queue_id is None else (f"{QUEUE}{queue_id}"[:QUEUE_CHARS],)


def stops_after(
    stops: tuple[PastStop, ...], alerts: Mapping[str, Alert], leave_out: Collection[Trigger]
) -> tuple[PastStop, ...]:
    """The hard stops of a call once its alerts are known: confirmed ones join, false alarms go, and
    so does what is left out.

    Earlier episodes, whose alerts have made room for newer ones, stay as they were.
    """
    seen = {(stop.trigger, stop.at): stop for stop in stops if stop.trigger not in leave_out}
    for alert in alerts.values():
        if alert.trigger not in set(Trigger) or alert.trigger in leave_out or _restricted(alert):
            seen.pop((alert.trigger, alert.opened_at), None)
        elif alert.status in _STANDING and not is_false(alert):
            stop = PastStop(call_id=alert.call_id, trigger=alert.trigger, at=alert.opened_at)
            seen[stop.trigger, stop.at] = stop
        else:
            seen.pop((alert.trigger, alert.opened_at), None)
    return tuple(sorted(seen.values(), key=lambda stop: (stop.at, stop.trigger)))[-STOPS_KEPT:]


def untold(desk: DeskState, call: CallFacts, policy: Policy) -> Set[Trigger]:
    """Hard stops that later calls are not told of: those that the queue of the call leaves out, and
    those that the queue left out on which they were heard, wherever the call went from there."""
    heard = {
        trigger
        for alert in desk.alerts.values()
        for trigger in policy.for_queue(alert.queue_id).across_calls.leave_out
        if trigger == alert.trigger
    }
    return heard | frozenset(policy.for_queue(call.queue_id).across_calls.leave_out)


def contact_of(
    followed: Followed,
    desk: DeskState,
    call: CallFacts,
    *,
    ended: bool,
    leave_out: Collection[Trigger] = (),
) -> Contact:
    """What a call has to tell of itself now, with the revision of what it told last."""
    labels = sorted(label for label in followed.matters if label not in leave_out)
    hidden = _restricted_ids(desk, call.call_id)
    open_ = [c for c in desk.callbacks.values() if c.is_open and not hidden & set(c.alert_ids)]
    return Contact(
        call_id=call.call_id,
        at_ms=followed.at_ms,
        revision=followed.revision,
        matters=(*labels, *in_queue(call.queue_id))[-MATTERS_KEPT:],
        stops=followed.stops,
        callbacks=tuple(_promise(callback) for callback in open_[-CALLBACKS_KEPT:]),
        ended=ended,
    )


def digest(contact: Contact) -> str:
    """Short text that changes with what a contact says, whatever its revision."""
    said = msgspec.json.encode(msgspec.structs.replace(contact, revision=0))
    return hashlib.sha256(said).hexdigest()[:16]


def _promise(callback: Callback) -> Promise:
    return Promise(
        reference=callback.reference,
        state=callback.state.value,
        owner=callback.owner.name,
        summary=callback.issue_summary[:SUMMARY_CHARS],
        window_start=callback.window_start,
        window_end=callback.window_end,
        call_id=callback.origin_call_id,
    )


def _restricted(alert: Alert) -> bool:
    return alert.handling is RecordHandling.RESTRICTED


def _restricted_ids(desk: DeskState, call_id: str) -> set[str]:
    """Ids of restricted alerts, with the earlier episodes of their labels."""
    return {
        stable_id("alert", call_id, label, episode)
        for label, alert in desk.alerts.items()
        if _restricted(alert)
        for episode in range(1, desk.episodes.get(label, 1) + 1)
    }
