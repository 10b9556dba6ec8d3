"""One call: its words, what was found in them, who comes, and everything that was done."""

from __future__ import annotations

import msgspec
from sqlalchemy import Text, cast, select
from sqlalchemy.orm import Session

from detectors.vocabulary import Signal, Speaker
from wallboard.access import Role, Viewer, may_see, reads_words
from wallboard.breaks import Break, breaks_in, rule_hints
from wallboard.intake.floor import call_body
from wallboard.intake.lateness import late_calls
from wallboard.intake.restriction import RESTRICTED
from wallboard.intake.scores import turn_body
from wallboard.store.desks import desks_on
from wallboard.store.tables import Alert, Call, Entry, Forgotten, Hint, Message, Turn
from wallboard.views.floor import (
    Body,
    Earlier,
    Names,
    alert_body,
    deeds_of,
    earlier_of,
    feed_number,
    last_event_at,
    names_of,
    routes_of,
)
from wallboard.views.visible import alerts_for, calls_for
from wallboard.words import shown
from workflow.drafts.draft import Draft
from workflow.drafts.situation import Context, Missing, read_turns
from workflow.drafts.writer import draft
from workflow.duty import PersonRole
from workflow.policy import Policy

TURNS_SHOWN = 600
"""An hour and a half of talk: more no browser scrolls through."""


_PROMISES_AS = {Role.SUPERVISOR: PersonRole.SUPERVISOR, Role.DESK: PersonRole.SPECIALIST}
"""Whose limits hold for whoever asks for a draft; the agent's for all others."""


class CallPage(msgspec.Struct, frozen=True, kw_only=True):
    """A call at feed number `number`; parts as the stream tells of them, each oldest first.

    `breaks`: what the agent should not have said, by the turn in which it was heard, of the whole
    call; `rule_hints`: the hints that tell of the same.
    """

    number: int
    now: int
    last_at: int | None
    names: Names
    call: Body
    alerts: tuple[Body, ...]
    routes: tuple[Body, ...]
    turns: tuple[Body, ...]
    breaks: dict[str, list[Break]]
    hints: tuple[Body, ...]
    rule_hints: tuple[str, ...]
    deeds: tuple[Body, ...]
    messages: tuple[Body, ...]
    entries: tuple[Body, ...]
    earlier: Earlier
    may_draft: bool
    forgotten_at: int | None = None
    """Until when (UTC ms) nothing of it is kept, as its caller asked for it or its time is over."""


def call_for(db: Session, viewer: Viewer, call_id: str) -> Call | None:
    """The call, if it is there and the viewer may see it: who may not cannot tell which."""
    found = db.get(Call, call_id)
    return next(iter(calls_for(db, viewer, [] if found is None else [found])), None)


def call_page(
    db: Session, policy: Policy, viewer: Viewer, call_id: str, now_ms: int
) -> CallPage | None:
    """Everything about a call that a viewer may see; None where that is nothing."""
    number = feed_number(db)
    call = call_for(db, viewer, call_id)
    if call is None:
        return None
    turns = turns_of(db, call_id) if reads_words(viewer) else ()
    alerts = alerts_of(db, viewer, call_id)
    forgotten = db.get(Forgotten, call_id)
    on = desks_on(db, [call_id], among=viewer.desks)[call_id]
    of_call = select(Entry).where(Entry.call_id == call_id)
    rows = db.scalars(of_call.order_by(Entry.at, Entry.number))
    entries = [
        row
        for row in rows
        # What is on record of a call is on record of its agent.
        if viewer.role is not Role.AGENT
        and may_see(
            viewer, row, trigger=call.trigger, desks=on.of_record(row.handling, call.trigger)
        )
    ]
    return CallPage(
        number=number,
        now=now_ms,
        last_at=last_event_at(db),
        names=names_of(db, policy, viewer),
        call=call_body(call) | late_calls(db, call_id).get(call_id, {}),
        alerts=shown(viewer, "alert", map(alert_body, alerts)),
        routes=shown(viewer, "route", routes_of(db, alerts)),
        turns=tuple(map(turn_body, turns)),
        breaks=breaks_of(db, call_id) if reads_words(viewer) else {},
        hints=shown(viewer, "hint", hints_of(db, call_id)),
        rule_hints=rule_hints(call_id),
        deeds=shown(viewer, "deed", deeds_of(db, viewer, call_id)),
        messages=shown(viewer, "message", messages_of(db, call_id)),
        entries=shown(viewer, "entry", [entry.body for entry in entries]),
        earlier=earlier_of(db, viewer, call),
        may_draft=may_draft(viewer, call),
        forgotten_at=None if forgotten is None else forgotten.at,
    )


def alerts_of(db: Session, viewer: Viewer, call_id: str) -> list[Alert]:
    """All alerts of a call that a viewer may see, the gravest first."""
    query = select(Alert).where(Alert.call_id == call_id).order_by(Alert.rank, Alert.opened_at)
    return alerts_for(db, viewer, db.scalars(query))


def turns_of(db: Session, call_id: str) -> list[Turn]:
    """The newest turns of a call, in the order in which they were begun."""
    query = (
        select(Turn).where(Turn.call_id == call_id).order_by(Turn.first.desc()).limit(TURNS_SHOWN)
    )
    return list(db.scalars(query))[::-1]


def breaks_of(db: Session, call_id: str) -> dict[str, list[Break]]:
    """What the agent should not have said, by turn, also in turns that are not shown any more."""
    heard = cast(Turn.findings, Text).contains(Signal.AGENT_GUARDRAIL.value)
    query = select(Turn).where(Turn.call_id == call_id, heard).order_by(Turn.first)
    found = {
        turn.utterance_id: breaks_in(turn.findings, is_final=turn.is_final, at=turn.at)
        for turn in db.scalars(query)
    }
    return {turn: breaks for turn, breaks in found.items() if breaks}


def hints_of(db: Session, call_id: str) -> list[Body]:
    """The hints that the agent got, and what became of them."""
    query = select(Hint).where(Hint.call_id == call_id).order_by(Hint.at)
    return [{**hint.body, "became": hint.became} for hint in db.scalars(query)]


def messages_of(db: Session, call_id: str) -> list[Body]:
    """What supervisors wrote to the agent."""
    query = select(Message).where(Message.call_id == call_id).order_by(Message.at)
    return [message_body(row) for row in db.scalars(query)]


def message_body(row: Message) -> Body:
    """A message as the stream tells of it."""
    names = ("message_id", "call_id", "user_id", "name", "text", "at", "seen_at")
    return {name: getattr(row, name) for name in names}


def may_draft(viewer: Viewer, call: Call) -> bool:
    """Nothing is drafted from what is for the named desk alone, nor for a service or an agent."""
    return call.handling != RESTRICTED and viewer.role not in (Role.AGENT, Role.SERVICE)


def draft_for(db: Session, policy: Policy, viewer: Viewer, call: Call) -> Draft | Missing:
    """A draft of an answer, from the final turns of a call and what was found in them; its options
    name what this viewer may promise."""
    call_id = call.call_id
    final = [turn for turn in turns_of(db, call_id) if turn.is_final]
    heard = db.scalars(
        select(Alert.trigger).where(Alert.call_id == call_id, Alert.status != "retracted")
    )
    role = _PROMISES_AS.get(viewer.role, PersonRole.AGENT)
    situation = read_turns(
        [(Speaker(turn.speaker), turn.text) for turn in final],
        Context(authority=policy.for_queue(call.queue_id).authority.get(role)),
        heard=list(heard),
    )
    return situation if isinstance(situation, Missing) else draft(situation)
