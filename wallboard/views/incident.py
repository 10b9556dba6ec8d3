"""One record of a hard stop, entry by entry."""

from __future__ import annotations

import msgspec
from sqlalchemy.orm import Session

from stream.events import IncidentEntry, IncidentHead
from wallboard.access import Role, Viewer
from wallboard.store.desks import desks_on
from wallboard.store.tables import Entry
from wallboard.views.chains import (
    Chain,
    Keys,
    chain_of,
    decoded,
    heads_of,
    in_words,
    let_go_of,
    proof_of,
)
from wallboard.views.incidents import (
    Standing,
    entries_of,
    facts_in,
    may_read,
    name_of,
    standing_of,
)
from wallboard.views.unreadable import part
from wallboard.views.visible import feed_number, misconduct_in
from wallboard.views.zones import exact_in, iso, zone_of
from workflow.policy import Policy

_HOLDERS = frozenset({Role.SUPERVISOR, Role.QA, Role.ADMIN})
"""Who may set a legal hold, and review."""

_IN_HEADING = frozenset({"trigger", "subtype", "status", "imminent"})
_NOT_SHOWN = frozenset({"policy_version", "rules_version", "model_version", "role"})
"""Facts that are for a machine: they stand in the export."""


class Line(msgspec.Struct, frozen=True, kw_only=True):
    """One entry. `spoken`: by the clock, when the words were said; `into`: ms into the call.

    `erased`: its content is gone, its place in the chain is not.
    """

    number: int
    kind: str
    at: str
    when: str
    actor: str | None = None
    action: str | None = None
    note: str | None = None
    quote: str | None = None
    speaker: str | None = None
    spoken: str | None = None
    into: str | None = None
    confidence: float | None = None
    heading: dict[str, str] = {}
    facts: dict[str, str] = {}
    hash: str = ""
    erased: bool = False
    erases: tuple[int, ...] = ()
    bad: bool = False
    unreadable: bool = False
    """It is kept, but not as an entry: nothing of it is shown."""


class Record(msgspec.Struct, frozen=True, kw_only=True):
    """A record as one viewer sees it; times by their clock."""

    number: int
    incident_id: str
    call_id: str
    zone: str
    opened: str
    triggers: tuple[str, ...]
    desks: tuple[str, ...]
    queue: str | None
    team: str | None
    handling: str
    mode: str
    versions: dict[str, str]
    standing: Standing
    chain: Chain
    lines: tuple[Line, ...]
    may_hold: bool
    may_lift: bool
    may_review: bool


def record(
    db: Session, viewer: Viewer, policy: Policy, incident_id: str, keys: Keys = ()
) -> Record | None:
    """A record, or None where there is none that the viewer may see. `keys`: what heads are signed
    with."""
    number = feed_number(db)
    rows = rows_of(db, viewer, incident_id)
    if rows is None:
        return None
    zone = zone_of(viewer.time_zone)
    standing = standing_of(rows, policy, zone)
    gone = bool(let_go_of(db, {rows[0].call_id}))
    chain = chain_of(rows, heads_of(db, {incident_id})[incident_id], keys, let_go=gone)
    holder = viewer.role in _HOLDERS
    own = any(hold.by_id == viewer.id for hold in standing.holds)
    return Record(
        number=number,
        incident_id=incident_id,
        call_id=rows[0].call_id,
        zone=zone,
        opened=exact_in(rows[0].at, zone),
        triggers=facts_in(rows, "trigger"),
        desks=facts_in(rows, "desk"),
        queue=next((row.queue_id for row in rows if row.queue_id), None),
        team=next((row.team_id for row in rows if row.team_id), None),
        handling=rows[-1].handling,
        mode=rows[0].mode,
        versions=_versions(rows),
        standing=standing,
        chain=chain,
        lines=tuple(_line(row, policy, zone, chain.bad) for row in rows),
        may_hold=holder and not own,
        may_lift=bool(standing.holds) and holder and (own or viewer.role is Role.ADMIN),
        may_review=viewer.role in (Role.SUPERVISOR, Role.QA),
    )


def rows_of(db: Session, viewer: Viewer, incident_id: str) -> list[Entry] | None:
    """The entries of a record, if the viewer may read it."""
    rows = entries_of(db, {incident_id})[incident_id]
    if not rows:
        return None
    call_id = rows[0].call_id
    accused = bool(misconduct_in(db, {call_id}))
    on = desks_on(db, [call_id], among=viewer.desks)[call_id]
    return rows if may_read(viewer, rows, misconduct=accused, on=on) else None


class Exported(msgspec.Struct, frozen=True, kw_only=True):
    """What an export holds: entries and signed heads as they came, and what they prove."""

    incident_id: str
    call_id: str
    chain: Chain
    entries: tuple[IncidentEntry, ...]
    heads: tuple[IncidentHead, ...] = ()


def exported(
    rows: list[Entry],
    heads: tuple[IncidentHead, ...] = (),
    keys: Keys = (),
    *,
    let_go: bool = False,
) -> bytes:
    """A record as indented JSON. Raises msgspec.ValidationError where an entry is none."""
    entries = decoded(rows)
    found = Exported(
        incident_id=entries[0].incident_id,
        call_id=entries[0].call_id,
        chain=in_words(proof_of(entries, heads, keys, let_go=let_go)),
        entries=entries,
        heads=heads,
    )
    return msgspec.json.format(msgspec.json.encode(found), indent=2) + b"\n"


def _line(row: Entry, policy: Policy, zone: str, bad: int | None) -> Line:
    try:
        msgspec.convert(row.body, IncidentEntry)
    except msgspec.ValidationError:
        at, when = iso(row.at), exact_in(row.at, zone)
        return Line(number=row.number, kind=row.kind, at=at, when=when, unreadable=True)
    body = row.body
    facts = {str(name): str(value) for name, value in (body.get("facts") or {}).items()}
    said = body.get("evidence") or {}
    actor = body.get("actor")
    return Line(
        number=row.number,
        kind=row.kind,
        at=iso(row.at),
        when=exact_in(row.at, zone),
        actor=name_of(actor, policy) if actor else None,
        action=body.get("action"),
        note=body.get("note"),
        quote=said.get("quote"),
        speaker=said.get("speaker"),
        spoken=said.get("spoken_at"),
        into=_clock(said.get("start_ms")),
        confidence=said.get("confidence"),
        heading={name: value for name, value in facts.items() if name in _IN_HEADING},
        facts={
            name: value
            for name, value in facts.items()
            if name not in _IN_HEADING and name not in _NOT_SHOWN
        },
        hash=str(body.get("hash", "")),
        erased=body.get("salt") is None,
        erases=tuple(body.get("erased") or ()),
        bad=row.number == bad,
    )


def _versions(rows: list[Entry]) -> dict[str, str]:
    """Of policy, rules and model, as they were when the first hard stop was heard."""
    facts = part(rows[0].body, "facts")
    names = ("policy_version", "rules_version", "model_version")
    return {name: facts[name] for name in names if name in facts}


def _clock(start_ms: int | None) -> str | None:
    if start_ms is None:
        return None
    seconds = start_ms // 1000
    return f"{seconds // 60}:{seconds % 60:02d}"
