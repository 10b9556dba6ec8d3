"""Calls pass from one agent, team or queue to another: whose a thing is, and who has it no more."""

from __future__ import annotations

import msgspec
from sqlalchemy import update
from sqlalchemy.orm import Session

from wallboard.access import MISCONDUCT, Thing
from wallboard.intake.restriction import RESTRICTED
from wallboard.store.feeding import Seen
from wallboard.store.tables import Call, Callback, Complaint, Deed, Entry

WHOSE = ("queue_id", "team_id", "agent_id")


class Passed(msgspec.Struct, frozen=True):
    """Who had a call until a moment (UTC ms)."""

    before: Seen
    at: int


def whose(thing: Thing) -> dict[str, str]:
    """Queue, team and agent of a thing, as far as they are known."""
    return {name: value for name in WHOSE if (value := getattr(thing, name)) is not None}


def news_of(call: Call, stated: dict[str, str | None], *, later: bool) -> dict[str, str]:
    """What is new of whose a call is: what was not known, or is stated anew by a later event. With
    an allegation on it, it stays with the team of the accused, whoever takes it over."""
    known = whose(call)
    kept = {"team_id"} if call.trigger == MISCONDUCT else set()
    return {
        name: value
        for name, value in stated.items()
        if value is not None
        and (name not in known or (later and name not in kept and value != known[name]))
    }


def give_to(db: Session, call: Call) -> None:
    """What came before a call's facts were known is shown to those who may see the call."""
    for kind in (Entry, Callback, Complaint, Deed):
        unknown = (kind.call_id == call.call_id, kind.queue_id.is_(None), kind.team_id.is_(None))
        db.execute(update(kind).where(*unknown).values(**whose(call)))


def has_left(before: Seen, now: Thing) -> bool:
    """Whether somebody who could see a thing may see it no more. What is restricted goes by its
    desk; the agent of a call hears of it all the same."""
    names = ("agent_id", "desk") if before.handling == RESTRICTED else (*WHOSE, "desk")
    had = {name: value for name in names if (value := getattr(before, name)) is not None}
    return any(getattr(now, name) != value for name, value in had.items())
