"""The record of a call with a hard stop: what was said, asked, done and decided, as it happened.

Facts only, in the caller's words as they were redacted; probabilities and the reasons behind them
stay out. One record per call, opened by its first hard stop.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from enum import StrEnum

import msgspec

from detectors.reading import Evidence
from detectors.vocabulary import Trigger
from workflow.actions import Actor, Deed, Verdict
from workflow.alerts import Alert, AlertChange, Change, RecordHandling
from workflow.call import Mode
from workflow.chain import (
    FIRST,
    Content,
    Entry,
    EntryKind,
    Head,
    commitment_of,
    hash_of,
    salt_for,
)
from workflow.decision import CallbackChange, RouteChange
from workflow.identity import stable_id
from workflow.moments import rfc3339
from workflow.routing import Outcome


class ReviewState(StrEnum):
    OPEN = "open"
    REVIEWED = "reviewed"


class RecordState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a worker keeps of a record; its entries are outputs.

    `holds`: ground by who set it. `seen`: digests of quotes and alerts already recorded.
    """

    count: int = 0
    hash: str = FIRST
    review: ReviewState = ReviewState.OPEN
    handling: RecordHandling = RecordHandling.NORMAL
    holds: dict[str, str] = {}
    seen: tuple[str, ...] = ()
    closed: bool = False


class Done(msgspec.Struct, frozen=True):
    """What somebody did, and what became of it."""

    deed: Deed
    verdict: Verdict


class Ended(msgspec.Struct, frozen=True):
    """The call is over."""

    reason: str


class Review(msgspec.Struct, frozen=True):
    """Somebody has looked at the record."""

    reviewer: Actor
    note: str


class Hold(msgspec.Struct, frozen=True):
    """A legal hold, set or lifted, with its ground. Who set one lifts it, or an admin all."""

    actor: Actor
    ground: str
    lifted: bool = False


class Close(msgspec.Struct, frozen=True):
    """Nothing more is expected: the record ends with its count. Later entries are additions."""


Happening = (
    AlertChange | RouteChange | CallbackChange | Outcome | Done | Ended | Review | Hold | Close
)


class RecordError(ValueError):
    """Something that cannot be put on record like this; the text is for the person who tried."""


_GRAVITY = (RecordHandling.NORMAL, RecordHandling.SPECIAL_CATEGORY, RecordHandling.RESTRICTED)


def incident_id(call_id: str) -> str:
    """The id of a call's record."""
    return stable_id("incident", call_id)


def head_of(state: RecordState, call_id: str) -> Head:
    """Where the record stands now."""
    return Head(incident_id=incident_id(call_id), number=state.count, hash=state.hash)


def record(
    state: RecordState,
    changes: Iterable[Happening],
    *,
    call: str,
    at_ms: int,
    key: bytes,
    mode: Mode = Mode.LIVE,
) -> tuple[RecordState, tuple[Entry, ...]]:
    """The state and the new entries after what happened on `call` (its id) at `at_ms` (UTC ms).

    Nothing is recorded before the first hard stop. Raises RecordError, and ValueError for a key
    under 32 bytes.
    """
    entries: list[Entry] = []
    for change in changes:
        if state.count == 0 and not _opens(change):
            continue
        state = _before(state, change)
        for kind, content in _facts(state, change):
            mark = _mark(kind, content)
            if mark in state.seen:
                continue
            state, entry = append(state, kind, content, call=call, at_ms=at_ms, key=key, mode=mode)
            if mark is not None:
                state = msgspec.structs.replace(state, seen=(*state.seen, mark))
            entries.append(entry)
    return state, tuple(entries)


def append(
    state: RecordState,
    kind: EntryKind,
    content: Content,
    *,
    call: str,
    at_ms: int,
    key: bytes,
    mode: Mode = Mode.LIVE,
    erased: tuple[int, ...] = (),
) -> tuple[RecordState, Entry]:
    """The record with one more entry. Raises ValueError for a key under 32 bytes."""
    number = state.count + 1
    incident = incident_id(call)
    salt = salt_for(key, incident, number)
    bare = Entry(
        incident_id=incident,
        call_id=call,
        number=number,
        kind=kind,
        at=rfc3339(at_ms),
        previous_hash=state.hash,
        commitment=commitment_of(salt, content),
        hash="",
        salt=salt,
        qa_flag=state.review is ReviewState.OPEN,
        handling=state.handling,
        mode=mode,
        count=number if kind is EntryKind.CLOSED else None,
        erased=erased,
        **{name: getattr(content, name) for name in Content.__struct_fields__},
    )
    entry = msgspec.structs.replace(bare, hash=hash_of(bare))
    closed = kind is EntryKind.CLOSED
    return msgspec.structs.replace(state, count=number, hash=entry.hash, closed=closed), entry


def _opens(change: Happening) -> bool:
    return isinstance(change, AlertChange) and change.alert.trigger in set(Trigger)


def _before(state: RecordState, change: Happening) -> RecordState:
    """The state as far as what happened decides it, before its entries are written."""
    match change:
        case AlertChange(alert=alert):
            gravest = max(state.handling, alert.handling, key=_GRAVITY.index)
            return msgspec.structs.replace(state, handling=gravest)
        case Review(note=note):
            if not note.strip():
                raise RecordError("a review needs a note: say what was found")
            return msgspec.structs.replace(state, review=ReviewState.REVIEWED)
        case Hold(ground=ground) if not ground.strip():
            raise RecordError("a legal hold needs its ground, and so does lifting one")
        case Hold(actor=actor, lifted=False, ground=ground):
            return msgspec.structs.replace(state, holds={**state.holds, actor.id: ground})
        case Hold(actor=actor):
            return msgspec.structs.replace(state, holds=_after_lifting(state.holds, actor))
    return state


def _after_lifting(holds: dict[str, str], actor: Actor) -> dict[str, str]:
    if not holds:
        raise RecordError("no legal hold stands on this record")
    if actor.role.value == "admin":
        return {}
    if actor.id not in holds:
        raise RecordError("only who set a legal hold, or an admin, can lift it")
    return {by: ground for by, ground in holds.items() if by != actor.id}


def _facts(state: RecordState, change: Happening) -> Iterator[tuple[EntryKind, Content]]:
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
                "owner": route.owner and route.owner.name,
                "reason": route.cancel_reason and route.cancel_reason.value,
            }
            action = "route.cancelled" if route.cancel_reason else f"route.{what}"
            yield EntryKind.ROUTE, Content(action=action, facts=_stated(named))
        case Outcome(kind=kind, person_id=person, reason=why):
            named = {
                "route": change.route_id,
                "attempt": str(change.attempt),
                "reason": why and why.value,
            }
            content = Content(actor=person, action=f"route.{kind.value}", facts=_stated(named))
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
        case Ended(reason=reason):
            yield EntryKind.CALL_ENDED, Content(facts={"reason": reason})
        case Review(reviewer=reviewer, note=note):
            facts = {"role": reviewer.role.value}
            yield EntryKind.REVIEWED, Content(actor=reviewer.id, note=note, facts=facts)
        case Hold(actor=actor, ground=ground, lifted=lifted):
            kind = EntryKind.HOLD_LIFTED if lifted else EntryKind.HOLD_SET
            yield kind, Content(actor=actor.id, note=ground, facts={"role": actor.role.value})
        case Close() if not state.closed:
            yield EntryKind.CLOSED, Content()


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


def _about(alert: Alert) -> dict[str, str | None]:
    """What is known for a fact about an alert: no probability, and no reason made of scores."""
    return {
        "alert": alert.alert_id,
        "trigger": alert.trigger,
        "subtype": alert.subtype,
        "imminent": "yes" if alert.imminent else None,
        "status": alert.status.value,
        "desk": alert.desk,
        "owner": alert.owner and alert.owner.name,
        "policy_version": alert.policy_version,
        "rules_version": alert.rules_version,
        "model_version": alert.model_version,
    }


def _stated(named: dict[str, str | None]) -> dict[str, str]:
    return {name: value for name, value in named.items() if value is not None}


_ONCE = frozenset({EntryKind.UPDATED, EntryKind.QUOTE, EntryKind.ACKNOWLEDGED})


def _mark(kind: EntryKind, content: Content) -> str | None:
    """Alerts repeat what they said before; what was recorded once is not recorded again."""
    if kind not in _ONCE:
        return None
    words: Evidence | Content = content.evidence or content
    return hashlib.sha256(kind.encode() + msgspec.json.encode(words, order="sorted")).hexdigest()[
        :16
    ]
