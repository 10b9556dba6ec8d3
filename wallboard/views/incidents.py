"""Records of hard stops: found, and how each stands."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session, aliased

from wallboard.access import MISCONDUCT, RESTRICTED, Desks, Role, Viewer, may_see, reads_words
from wallboard.store.bodies import inside
from wallboard.store.desks import desks_on
from wallboard.store.tables import Entry
from wallboard.views import cursors
from wallboard.views.chains import Chain, Keys, chain_of, enough, heads_of, let_go_of
from wallboard.views.finding import goes_by, says
from wallboard.views.unreadable import part
from wallboard.views.visible import closed_to, feed_number, misconduct_in, visible
from wallboard.views.zones import day_bounds, moment_in, zone_of
from workflow.chain import EntryKind
from workflow.policy import Policy

PAGE = 50
"""Records on a page of results."""

SEARCHERS = frozenset({Role.SUPERVISOR, Role.DESK, Role.QA, Role.ADMIN, Role.SERVICE})
"""Who may read records. An agent has the call; its record is about them too."""

_OF_ALERTS = (EntryKind.OPENED.value, EntryKind.UPDATED.value)


class ReviewState(StrEnum):
    """What the quality team has done about a record."""

    WAITING = "waiting"
    REVIEWED = "reviewed"
    HELD = "held"
    """Under a legal hold, reviewed or not."""


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """What is searched for. `call`: whatever names a record (`finding.goes_by`); `words` stand in
    it, for whoever reads words. `first` and `last` are days (2026-11-30) of the viewer's zone;
    `before`: `older` of the page before, or a moment (UTC ms): only what was opened before it.

    Raises ValueError where a day is none.
    """

    call: str = ""
    words: str = ""
    trigger: str = ""
    desk: str = ""
    review: str = ""
    first: str = ""
    last: str = ""
    before: str = ""


class Hold(msgspec.Struct, frozen=True, kw_only=True):
    """A legal hold that stands: who set it, when, on what ground."""

    by: str
    by_id: str
    at: str
    ground: str | None


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """What has become of a record: holds that stand, the last review, whether it is closed."""

    holds: tuple[Hold, ...] = ()
    reviewed_by: str | None = None
    reviewed_at: str | None = None
    review_note: str | None = None
    closed: bool = False

    @property
    def reviewed(self) -> bool:
        """Whether somebody of quality has looked at it."""
        return self.reviewed_by is not None


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A record in a list of results. `opened` is by the viewer's clock; `quote` the first words."""

    incident_id: str
    call_id: str
    opened_at: int
    opened: str
    triggers: tuple[str, ...]
    desks: tuple[str, ...]
    queue: str | None
    team: str | None
    quote: str | None
    entries: int
    handling: str
    mode: str
    standing: Standing
    chain: Chain


class Results(msgspec.Struct, frozen=True, kw_only=True):
    """A page of results, the newest first. `older`: where the next page begins, if there is one."""

    number: int
    records: tuple[Found, ...]
    older: str | None


def search(db: Session, viewer: Viewer, policy: Policy, asked: Asked, keys: Keys = ()) -> Results:
    """The records that a viewer may see and asked for. Raises ValueError for a day that is none."""
    number = feed_number(db)
    query = _query(viewer, asked).limit(PAGE + 1)
    firsts = list(db.execute(query).all())
    last = firsts[PAGE - 1] if len(firsts) > PAGE else None
    older = None if last is None else cursors.older(last.at, last.incident_id)
    firsts = firsts[:PAGE]
    entries = entries_of(db, {first.incident_id for first in firsts})
    heads = heads_of(db, entries)
    calls = {first.call_id for first in firsts}
    gone, accused = let_go_of(db, calls), misconduct_in(db, calls)
    on = desks_on(db, calls, among=viewer.desks)
    found = []
    for first in firsts:
        rows = entries[first.incident_id]
        misconduct = first.call_id in accused
        if not may_read(viewer, rows, misconduct=misconduct, on=on[first.call_id]):
            continue
        standing = standing_of(rows, policy, zone_of(viewer.time_zone))
        # Whoever set a hold may have lifted it since: SQL alone does not know.
        if asked.review == ReviewState.HELD and not standing.holds:
            continue
        # Each signature costs time, and here are many records: the newest heads alone.
        newest = enough(heads[first.incident_id], keys)
        chain = chain_of(rows, newest, keys, let_go=first.call_id in gone)
        told = _found(rows, standing, zone_of(viewer.time_zone), chain)
        found.append(told if reads_words(viewer) else _without_words(told))
    return Results(number=number, records=tuple(found), older=older)


def entries_of(db: Session, incident_ids: set[str]) -> dict[str, list[Entry]]:
    """The entries of records, each in order."""
    found: dict[str, list[Entry]] = {incident_id: [] for incident_id in incident_ids}
    query = select(Entry).where(Entry.incident_id.in_(incident_ids))
    for entry in db.scalars(query.order_by(Entry.incident_id, Entry.number)):
        found[entry.incident_id].append(entry)
    return found


def may_read(viewer: Viewer, rows: list[Entry], *, misconduct: bool, on: Desks) -> bool:
    """Whether a whole record is for a viewer: one of its entries is, and none is for others alone.

    `misconduct`: an alert on the call says that somebody of the house misbehaved; `on`: at which of
    the viewer's desks alerts on the call stand.
    """
    if viewer.role not in SEARCHERS or not rows:
        return False
    said = any(part(row.body, "facts").get("trigger") == MISCONDUCT for row in rows)
    trigger = MISCONDUCT if misconduct or said else None
    if trigger is not None:
        return any(may_see(viewer, row, trigger=trigger) for row in rows)
    may = [may_see(viewer, row, desks=on.of_call(row.handling)) for row in rows]
    closed = [seen for seen, row in zip(may, rows, strict=True) if row.handling == RESTRICTED]
    return any(may) and all(closed)


def standing_of(rows: list[Entry], policy: Policy, zone: str) -> Standing:
    """Holds, review and closing, as the entries tell it; `zone`: by whose clock."""
    holds: dict[str, Hold] = {}
    reviewed: tuple[str, str, str | None] | None = None
    for row in rows:
        actor = str(row.body.get("actor") or "")
        note = row.body.get("note")
        match row.kind:
            case EntryKind.HOLD_SET.value:
                holds[actor] = Hold(
                    by=name_of(actor, policy),
                    by_id=actor,
                    at=moment_in(row.at, zone),
                    ground=note,
                )
            case EntryKind.HOLD_LIFTED.value if part(row.body, "facts").get("role") == "admin":
                holds.clear()
            case EntryKind.HOLD_LIFTED.value:
                holds.pop(actor, None)
            case EntryKind.REVIEWED.value:
                reviewed = name_of(actor, policy), moment_in(row.at, zone), note
            case _:
                pass
    by, at, note = reviewed or (None, None, None)
    return Standing(
        holds=tuple(holds.values()),
        reviewed_by=by,
        reviewed_at=at,
        review_note=note,
        closed=bool(rows) and rows[-1].kind == EntryKind.CLOSED.value,
    )


def name_of(person_id: str, policy: Policy) -> str:
    """A person of the policy by name; others by their id."""
    person = policy.people.get(person_id)
    return person.name if person else person_id


def facts_in(rows: list[Entry], name: str) -> tuple[str, ...]:
    """What the alerts of a record were about, each once, in the order in which it came up."""
    values = (part(row.body, "facts").get(name) for row in rows if row.kind in _OF_ALERTS)
    return tuple(dict.fromkeys(str(value) for value in values if value))


def _query(viewer: Viewer, asked: Asked) -> Any:
    """Records by their first entry."""
    other = aliased(Entry)
    same = other.incident_id == Entry.incident_id
    wanted: list[ColumnElement[bool]] = [
        Entry.number == 1,
        exists(select(other.number).where(same, visible(other, viewer, of_call=True))),
        ~exists(select(other.number).where(same, closed_to(other, viewer, of_call=True))),
    ]
    zone = zone_of(viewer.time_zone)
    if asked.first:
        wanted.append(Entry.at >= day_bounds(asked.first, zone)[0])
    if asked.last:
        wanted.append(Entry.at < day_bounds(asked.last, zone)[1])
    wanted += cursors.after(asked.before, Entry.at, Entry.incident_id)
    if asked.call:
        wanted.append(goes_by(asked.call))
    if asked.words:
        wanted.append(exists(select(other.number).where(same, says(other, asked.words))))
    for name, value in (("trigger", asked.trigger), ("desk", asked.desk)):
        if value:
            said = inside(other.body, "facts", name) == value
            of_alert = and_(same, other.kind.in_(_OF_ALERTS), said)
            wanted.append(exists(select(other.number).where(of_alert)))
    reviewed = exists(select(other.number).where(same, other.kind == EntryKind.REVIEWED.value))
    held = exists(select(other.number).where(same, other.kind == EntryKind.HOLD_SET.value))
    match asked.review:
        case ReviewState.WAITING:
            wanted.append(~reviewed)
        case ReviewState.REVIEWED:
            wanted.append(reviewed)
        case ReviewState.HELD:
            wanted.append(held)
        case _:
            pass
    columns: Any = select(Entry.incident_id, Entry.call_id, Entry.at)
    return columns.where(*wanted).order_by(Entry.at.desc(), Entry.incident_id)


def _without_words(found: Found) -> Found:
    holds = tuple(msgspec.structs.replace(hold, ground=None) for hold in found.standing.holds)
    standing = msgspec.structs.replace(found.standing, holds=holds, review_note=None)
    return msgspec.structs.replace(found, quote=None, standing=standing)


def _found(rows: list[Entry], standing: Standing, zone: str, chain: Chain) -> Found:
    first = rows[0]
    quotes = (part(row.body, "evidence") for row in rows if row.kind == EntryKind.QUOTE.value)
    return Found(
        incident_id=first.incident_id,
        call_id=first.call_id,
        opened_at=first.at,
        opened=moment_in(first.at, zone),
        triggers=facts_in(rows, "trigger"),
        desks=facts_in(rows, "desk"),
        queue=next((row.queue_id for row in rows if row.queue_id), None),
        team=next((row.team_id for row in rows if row.team_id), None),
        quote=next((said["quote"] for said in quotes if said.get("quote")), None),
        entries=len(rows),
        handling=max(
            (row.handling for row in rows),
            key=("normal", "special_category", "restricted").index,
        ),
        mode=first.mode,
        standing=standing,
        chain=chain,
    )
