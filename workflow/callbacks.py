"""The Supervisor Callback Log: a promise to a caller, from the offer until it is kept.

    offered → committed → due → attempted → kept
                            └→ missed → escalated            any open state → cancelled

Pure: moments are arguments (UTC ms), and the record carries its whole history.
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from enum import StrEnum

import msgspec

from workflow.alerts import Owner
from workflow.call import Verified
from workflow.calling import CallbackRules, known_zone
from workflow.moments import milliseconds, rfc3339
from workflow.numbers import NO_NUMBER, NumberError, dialled, e164
from workflow.policy import Tier
from workflow.ringing import RungIn


class CallbackState(StrEnum):
    OFFERED = "offered"
    COMMITTED = "committed"
    DUE = "due"
    ATTEMPTED = "attempted"
    KEPT = "kept"
    MISSED = "missed"
    ESCALATED = "escalated"
    CANCELLED = "cancelled"


OVER = frozenset({CallbackState.KEPT, CallbackState.CANCELLED})
"""States after which nothing is owed any more."""


FURTHEST_MS = 10 * 366 * 86_400_000
"""A window beyond that is a slip of the pen, and nobody's clock shows the last hours of 9999."""


class AttemptOutcome(StrEnum):
    REACHED = "reached"
    NO_ANSWER = "no_answer"
    BUSY = "busy"
    MESSAGE_LEFT = "message_left"
    WRONG_NUMBER = "wrong_number"


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """One try to reach the caller."""

    at: str
    by: str
    outcome: AttemptOutcome


class CallbackStep(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One change of the record: when, by whom, to which state, why."""

    at: str
    by: str
    state: CallbackState
    note: str | None = None


class Callback(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A promised callback. The window is RFC 3339; `number` E.164. `welfare`: somebody at risk was
    lost, and is rung at once, at any hour. `rung_in`: the last call on which the caller rang in
    while it was open. `contact_note`: what to know before ringing. `do_not_call`: the caller asked
    not to be rung, and agreed to nothing since. `queue_id`: where it was promised, which decides
    how long it is kept once it is over. `revision` rises with every change."""

    reference: str
    origin_call_id: str
    issue_summary: str
    tier: Tier
    state: CallbackState
    owner: Owner
    history: tuple[CallbackStep, ...]
    revision: int = 1
    alert_ids: tuple[str, ...] = ()
    customer_ref: str | None = None
    caller_name: str | None = None
    verified: Verified = Verified.NONE
    number: str | None = None
    time_zone: str | None = None
    time_zone_source: str | None = None
    window_start: str | None = None
    window_end: str | None = None
    agreed_at: str | None = None
    deputy: Owner | None = None
    attempts: tuple[Attempt, ...] = ()
    safe_to_leave_message: bool = False
    contact_note: str | None = None
    language: str | None = None
    jurisdiction: str | None = None
    welfare: bool = False
    rung_in: RungIn | None = None
    do_not_call: bool = False
    queue_id: str | None = None

    @property
    def is_open(self) -> bool:
        """Whether anything is still owed."""
        return self.state not in OVER

    @property
    def is_on_the_line(self) -> bool:
        """Whether something is owed to somebody who has rung in and is on the line."""
        return self.is_open and self.rung_in is not None and self.rung_in.is_on_the_line

    @property
    def tries(self) -> int:
        """How often somebody has rung in the window that holds: since it began, and since it was
        agreed."""
        bounds = [milliseconds(text) for text in (self.window_start, self.agreed_at) if text]
        since = max(bounds, default=0)
        return sum(milliseconds(attempt.at) >= since for attempt in self.attempts)

    def moved(
        self, state: CallbackState, by: str, at_ms: int, note: str | None = None, **changes: object
    ) -> Callback:
        """The record after one more step, which its history keeps."""
        step = CallbackStep(at=rfc3339(at_ms), by=by, state=state, note=note)
        return msgspec.structs.replace(
            self,
            state=state,
            history=(*self.history, step),
            revision=self.revision + 1,
            **changes,
        )


class CallbackError(ValueError):
    """A promise that cannot be made or changed like this; the text is for the person who tried."""


ASKED_NOT = "the caller asked not to be called: write, or ask first"
"""The contact note of whoever may not be rung, until they agree to it."""
SYSTEM = "hardstop"
"""Who changes a record when time alone does."""


def reference(*parts: str | int) -> str:
    """A reference that can be read out, the same for the same cause: "CB-7F3K-9QXA"."""
    digest = hashlib.sha256("\x1f".join(map(str, parts)).encode()).digest()
    text = base64.b32encode(digest).decode()[:8]
    return f"CB-{text[:4]}-{text[4:]}"


def reached_by(
    callback: Callback,
    *,
    number: str | None = None,
    country: str | None = None,
    time_zone: str | None = None,
    safe_to_leave_message: bool | None = None,
    contact_note: str | None = None,
) -> Callback:
    """The record with what the caller has told of how to reach them; what they did not speak of
    stays as it was. Raises CallbackError for a number or a time zone that there is not."""
    changes: dict[str, object] = {}
    if number and number != callback.number:
        changes["number"] = _checked(e164, number, country)
    if time_zone:
        if not known_zone(time_zone):
            raise CallbackError(f"'{time_zone}' is no time zone; names are like America/New_York")
        changes |= {"time_zone": time_zone, "time_zone_source": "caller"}
    if safe_to_leave_message is not None:
        changes["safe_to_leave_message"] = safe_to_leave_message
    known = callback.contact_note
    if "number" in changes:
        known = _without(NO_NUMBER, known)
    if contact_note is not None:
        # That there is no number to ring stays true, whatever else is noted.
        lacking = [part for part in _parts(known) if part.startswith(NO_NUMBER)]
        known = "; ".join([*lacking, *_parts(contact_note)]) or None
    return msgspec.structs.replace(callback, contact_note=known, **changes)


def committed(
    callback: Callback,
    *,
    by: str,
    at_ms: int,
    window: tuple[str, str] | None,
    rules: CallbackRules,
    country: str | None = None,
    owner: Owner | None = None,
    note: str | None = None,
) -> Callback:
    """The caller has agreed. The window they agreed, now or before, wins over calling hours.

    Raises CallbackError for what could not be kept: no number, a window that is over.
    """
    if not callback.is_open:
        raise CallbackError(f"the callback is {callback.state.value} already")
    if callback.number is None:
        raise CallbackError("a callback needs the number to ring: ask the caller for it")
    number, zone = _checked(dialled, callback.number, country), callback.time_zone
    if zone is not None and not known_zone(zone):
        raise CallbackError(f"'{zone}' is no time zone; names are like America/New_York")
    agreed_at = rfc3339(at_ms)
    if window is None and (standing := _standing(callback, at_ms)) is not None:
        agreed_at, start, end = standing
    elif window is None:
        if zone is None:
            raise CallbackError("ask the caller for a window, or for their time zone")
        start, end = rules.next_window(callback.jurisdiction, (zone,), at_ms)
    else:
        try:
            start, end = milliseconds(window[0]), milliseconds(window[1])
        except ValueError as error:
            raise CallbackError(
                f"the window needs RFC 3339 times with an offset: {error}"
            ) from error
    if end <= start:
        raise CallbackError("the window ends before it begins")
    if end <= at_ms:
        raise CallbackError("the window is over already")
    if end > at_ms + FURTHEST_MS:
        raise CallbackError("the window is more than ten years away; is its year right?")
    return callback.moved(
        CallbackState.COMMITTED,
        by,
        at_ms,
        note,
        number=number,
        window_start=rfc3339(start),
        window_end=rfc3339(end),
        agreed_at=agreed_at,
        owner=owner or callback.owner,
        do_not_call=False,
        contact_note=_without(ASKED_NOT, callback.contact_note),
    )


def _standing(callback: Callback, at_ms: int) -> tuple[str, int, int] | None:
    """When a window was agreed that still holds, and the window (UTC ms)."""
    agreed, first, last = callback.agreed_at, callback.window_start, callback.window_end
    if agreed is None or first is None or last is None or callback.do_not_call:
        return None
    start, end = milliseconds(first), milliseconds(last)
    return (agreed, start, end) if end > at_ms else None


def _checked(how: Callable[[str, str | None], str], number: str, country: str | None) -> str:
    try:
        return how(number, country)
    except NumberError as error:
        raise CallbackError(str(error)) from error


def attempted(
    callback: Callback, *, by: str, at_ms: int, outcome: AttemptOutcome, note: str | None = None
) -> Callback:
    """Somebody has rung. Who was reached has been called back: the promise is kept."""
    if not callback.is_open:
        raise CallbackError(f"the callback is {callback.state.value} already")
    tries = (*callback.attempts, Attempt(at=rfc3339(at_ms), by=by, outcome=outcome))
    state = CallbackState.KEPT if outcome is AttemptOutcome.REACHED else CallbackState.ATTEMPTED
    return callback.moved(state, by, at_ms, note or outcome.value, attempts=tries)


def blocked(callback: Callback, at_ms: int) -> Callback | None:
    """The record once its caller has asked not to be called, or None if that is no news. Whoever is
    at risk is rung all the same. What was agreed before holds no more: nobody rings until the
    caller agrees to a window again."""
    if not callback.is_open or callback.welfare or callback.do_not_call:
        return None
    known = callback.contact_note
    told = f"{known}; {ASKED_NOT}" if known else ASKED_NOT
    changes = {"do_not_call": True, "contact_note": told}
    return callback.moved(callback.state, SYSTEM, at_ms, ASKED_NOT, **changes)


def _without(gone: str, note: str | None) -> str | None:
    """A contact note without the part that begins like this: it holds no more."""
    return "; ".join(part for part in _parts(note) if not part.startswith(gone)) or None


def _parts(note: str | None) -> list[str]:
    return [part for part in (note or "").strip().split("; ") if part]


def rung(callback: Callback, news: RungIn, at_ms: int) -> Callback | None:
    """The record once its caller has rung in, or is off the line again; None if that is no news.
    Nothing is kept by it: whether what they were owed was settled, a person says."""
    if not callback.is_open or not news.is_after(callback.rung_in):
        return None
    what = "the caller rings in" if news.is_on_the_line else "the caller is off the line"
    note = f"{what} (call {news.call_id})"
    return callback.moved(callback.state, SYSTEM, at_ms, note, rung_in=news)
