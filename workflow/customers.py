"""One caller under a pseudonym: their calls as far as they are kept, and what each is told of the
others.

Pure. Each call tells of itself with rising revisions, so the order in which calls are heard of
makes no difference, and what is heard twice changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from workflow.contact import Contact
from workflow.history import History, PastStop, Promise
from workflow.keeping import DAY_MS, AcrossCalls
from workflow.moments import rfc3339

CUSTOMER_STATE_VERSION = 1

LIVE_MS = 4 * 3_600_000
"""A call that has not ended by then is told of nothing new: its feed may never say that it has."""

LINES = 4
"""Calls at once of one caller. With more of them the reference stands for many people (a
switchboard, "anonymous"), and nobody may be told of another's calls."""

STOPS_TOLD = 10
CALLBACKS_TOLD = 10
"""As many as somebody on a call can take in; the newest."""


class CustomerState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A caller's calls, oldest first. `revision` rises with every change.

    `asked_ms`: when they asked to be forgotten (UTC ms), while calls that began until then have not
    all let go. `forgotten_ms`: what began until then was erased, and does not come back.
    """

    pseudonym: str
    revision: int = 0
    contacts: tuple[Contact, ...] = ()
    forgotten_ms: int | None = None
    asked_ms: int | None = None
    state_version: int = CUSTOMER_STATE_VERSION


def noted(
    state: CustomerState, contact: Contact, *, at_ms: int, rules: AcrossCalls
) -> CustomerState:
    """The state once a call has told of itself, at `at_ms` (UTC ms); what is too old is gone."""
    contacts = {known.call_id: known for known in state.contacts}
    known = contacts.get(contact.call_id)
    # A feed whose clock is ahead must not push out what is newer than it.
    began = min(contact.at_ms, at_ms, at_ms if known is None else known.at_ms)
    forgotten = state.forgotten_ms is not None and began <= state.forgotten_ms
    if not forgotten and (known is None or contact.revision > known.revision):
        known = contact
    if not forgotten and known is not None:
        contacts[contact.call_id] = msgspec.structs.replace(known, at_ms=began)
    kept = _kept(contacts.values(), at_ms, rules)
    if kept == state.contacts:
        return state
    return _let_go(msgspec.structs.replace(state, revision=state.revision + 1, contacts=kept))


def history(state: CustomerState, call_id: str, rules: AcrossCalls) -> History:
    """What one of the calls may know of the others.

    `contacts` and `same_matter` count calls that began before it; hard stops and open callbacks
    come from any other call, one on another line included. A call has the same matter as one
    within `recent_days` before it on the same queue, or with one of its labels in common. Nothing
    is known for a call that is not kept, or whose reference stands for many.
    """
    own = next((contact for contact in state.contacts if contact.call_id == call_id), None)
    if own is None or own.withdrawn or _of_many(state, own):
        return History()
    others = [c for c in state.contacts if c.call_id != call_id and not c.withdrawn]
    earlier = [c for c in others if (c.at_ms, c.call_id) < (own.at_ms, own.call_id)]
    recently = own.at_ms - rules.recent_days * DAY_MS
    matters = set(own.matters)
    stops: list[PastStop] = [stop for contact in others for stop in contact.stops]
    promises: list[Promise] = [promise for contact in others for promise in contact.callbacks]
    return History(
        contacts=len(earlier),
        same_matter=sum(c.at_ms >= recently and bool(matters & set(c.matters)) for c in earlier),
        last_at=rfc3339(earlier[-1].at_ms) if earlier else None,
        hard_stops=tuple(stops[-STOPS_TOLD:]),
        open_callbacks=tuple(promises[-CALLBACKS_TOLD:]),
        known=True,
    )


def news(
    before: CustomerState, after: CustomerState, *, at_ms: int, rules: AcrossCalls
) -> dict[str, History]:
    """By call, what those that are still going on must be told once one of them has changed."""
    live = [contact for contact in after.contacts if _is_live(contact, at_ms)]
    told = {c.call_id: history(after, c.call_id, rules) for c in live[-LINES:]}
    return {call_id: new for call_id, new in told.items() if new != history(before, call_id, rules)}


def is_over(state: CustomerState, *, at_ms: int, rules: AcrossCalls) -> bool:
    """Whether nothing is left to keep at `at_ms` (UTC ms), not even that it was erased."""
    since = at_ms - rules.keep_days * DAY_MS
    erased_lately = state.forgotten_ms is not None and state.forgotten_ms > since
    return not erased_lately and not _kept(state.contacts, at_ms, rules)


def asked(state: CustomerState, *, at_ms: int) -> CustomerState:
    """The state after the caller asked to be forgotten at `at_ms` (UTC ms). Each call that began
    until then withdraws by itself, as a legal hold may stand on one; after the last of them nothing
    is left, and stays so when they tell of themselves again."""
    at_ms = max(at_ms, state.asked_ms or 0)
    return _let_go(msgspec.structs.replace(state, revision=state.revision + 1, asked_ms=at_ms))


def to_forget(state: CustomerState) -> tuple[Contact, ...]:
    """The calls that have not let go yet of a caller who asked to be forgotten."""
    return tuple(c for c in state.contacts if not c.withdrawn and _is_asked(state, c))


def told_of(state: CustomerState, gone: Contact) -> tuple[str, ...]:
    """The calls whose briefs may tell of one that now withdraws: those that began after it, or went
    on beside it. Empty where it had withdrawn before."""
    known = next((c for c in state.contacts if c.call_id == gone.call_id), None)
    if known is None or known.withdrawn:
        return ()
    return tuple(
        other.call_id
        for other in state.contacts
        if other.call_id != gone.call_id and other.at_ms + LIVE_MS >= known.at_ms
    )


def _let_go(state: CustomerState) -> CustomerState:
    if state.asked_ms is None or to_forget(state):
        return state
    return msgspec.structs.replace(
        state,
        contacts=tuple(c for c in state.contacts if not _is_asked(state, c)),
        forgotten_ms=max(state.asked_ms, state.forgotten_ms or 0),
        asked_ms=None,
    )


def _is_asked(state: CustomerState, contact: Contact) -> bool:
    return state.asked_ms is not None and contact.at_ms <= state.asked_ms


def _kept(contacts: Iterable[Contact], at_ms: int, rules: AcrossCalls) -> tuple[Contact, ...]:
    """The newest that are not too old; what is promised goes last."""
    since = at_ms - rules.keep_days * DAY_MS
    alive = [contact for contact in contacts if contact.at_ms > since or contact.callbacks]
    by_worth = sorted(alive, key=lambda c: (bool(c.callbacks), c.at_ms, c.call_id))
    kept = by_worth[-rules.max_calls :]
    return tuple(sorted(kept, key=lambda contact: (contact.at_ms, contact.call_id)))


def _is_live(contact: Contact, at_ms: int) -> bool:
    return not contact.ended and not contact.withdrawn and at_ms - contact.at_ms < LIVE_MS


def _of_many(state: CustomerState, own: Contact) -> bool:
    at_once = [
        contact
        for contact in state.contacts
        if not contact.ended and not contact.withdrawn and abs(contact.at_ms - own.at_ms) < LIVE_MS
    ]
    return len(at_once) > LINES
