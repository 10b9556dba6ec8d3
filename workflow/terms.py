"""What a caller has said of a callback: how to reach them, and when."""

from __future__ import annotations

from workflow.actions import CallbackTerms
from workflow.callbacks import Callback, CallbackError, committed, reached_by
from workflow.whereabouts import country_of_caller
from workflow.work import Work


def agreed_window(terms: CallbackTerms) -> tuple[str, str] | None:
    """The window that the caller agreed to, if any. Raises CallbackError for half of one."""
    start, end = terms.window_start, terms.window_end
    if start is None and end is None:
        return None
    if start is None or end is None:
        missing = "start" if start is None else "end"
        raise CallbackError(f"the window lacks its {missing}: say from when until when, or neither")
    return start, end


def told_of(work: Work, callback: Callback, terms: CallbackTerms) -> Callback:
    """The record with what the caller has told of how to reach them. Raises CallbackError."""
    return reached_by(
        callback,
        number=terms.number,
        country=country_of_caller(work),
        time_zone=terms.time_zone,
        safe_to_leave_message=terms.safe_to_leave_message,
        contact_note=terms.contact_note,
    )


def agreed_to(work: Work, callback: Callback, terms: CallbackTerms, by: str) -> Callback:
    """The record once the caller has agreed. Raises CallbackError for what cannot be kept."""
    owner = None
    if terms.owner_id is not None:
        if terms.owner_id not in work.policy.people:
            raise CallbackError("the owner must be a person of the policy")
        owner = work.owner(terms.owner_id)
    return committed(
        told_of(work, callback, terms),
        by=by,
        at_ms=work.at_ms,
        window=agreed_window(terms),
        rules=work.policy.callbacks,
        country=country_of_caller(work),
        owner=owner,
        note=terms.note,
    )
