"""The record of a call with a hard stop: what was said, asked, done and decided, as it happened.

Facts only, in the caller's words as they were redacted; probabilities and the reasons behind them
stay out. One record per call, opened by its first hard stop.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from workflow.actions import Actor
from workflow.alerts import AlertChange, RecordHandling, gravest
from workflow.call import Mode
from workflow.chain import (
    FIRST,
    KEPT,
    Content,
    Entry,
    EntryKind,
    Head,
    commitment_of,
    hash_of,
    salt_for,
)
from workflow.decision import OwnWork
from workflow.happenings import (
    OWN_WORK,
    RECORDED,
    Happening,
    Hold,
    Review,
    digest,
    facts_of,
    mark,
)
from workflow.identity import stable_id
from workflow.moments import rfc3339
from workflow.policy import TRIGGER_NAMES


class ReviewState(StrEnum):
    OPEN = "open"
    REVIEWED = "reviewed"


class RecordState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What a worker keeps of a record; its entries are outputs.

    `holds`: ground by who set it. `seen`: digests of the quotes and acknowledgements recorded.
    `alerts`: by alert, the digest of what was recorded of it last. `last_ms` and `closed_ms`: when
    the last entry was written, and the last that closed (UTC ms). What can be erased is numbered
    above `blanked` and is not among `kept`. `sound`: digest of the recording that was named last.
    """

    count: int = 0
    hash: str = FIRST
    review: ReviewState = ReviewState.OPEN
    handling: RecordHandling = RecordHandling.NORMAL
    holds: dict[str, str] = {}
    seen: tuple[str, ...] = ()
    alerts: dict[str, str] = {}
    closed: bool = False
    last_ms: int = 0
    closed_ms: int | None = None
    kept: tuple[int, ...] = ()
    blanked: int = 0
    sound: str = ""


class RecordError(ValueError):
    """Something that cannot be put on record like this; the text is for the person who tried."""


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
    recording: str | None = None,
) -> tuple[RecordState, tuple[Entry, ...]]:
    """The state and the new entries after what happened on `call` (its id) at `at_ms` (UTC ms).

    `recording`: by what id the platform keeps the call's sound, in which the times of quotes count:
    it stands where the record opens, and is noted when it becomes known, or another, later.
    Nothing is recorded before the first hard stop. Raises RecordError, and ValueError for a key
    under 32 bytes.
    """
    entries: list[Entry] = []
    for change in changes:
        if state.count == 0 and not _opens(change):
            continue
        state = _before(state, change)
        for kind, content in facts_of(change):
            seen = mark(kind, content, key)
            if seen in state.seen or _says_nothing_new(state, kind, content, key):
                continue
            erased = erasable_in(state) if kind is EntryKind.ERASED else ()
            names_sound = recording is not None and _names_recording(kind, content)
            stated = _with_recording(content, recording) if names_sound else content
            if names_sound:
                state = msgspec.structs.replace(state, sound=_sound(recording, key))
            state, entry = append(
                state, kind, stated, call=call, at_ms=at_ms, key=key, mode=mode, erased=erased
            )
            state = _noted(state, content, seen, key)
            entries.append(entry)
    over = any(entry.kind in _ENDS for entry in entries)
    if not over and lacks(state, recording, key):
        state = msgspec.structs.replace(state, sound=_sound(recording, key))
        noted = _with_recording(Content(action=RECORDED), recording)
        state, entry = append(
            state, EntryKind.NOTE, noted, call=call, at_ms=at_ms, key=key, mode=mode
        )
        entries.append(entry)
    return state, tuple(entries)


_ENDS = frozenset({EntryKind.CLOSED, EntryKind.ERASED})
"""Nothing of a call is added in the breath in which its record is closed or erased."""


def lacks(state: RecordState, recording: str | None, key: bytes) -> bool:
    """Whether there is a record, and the recording that the platform names is not in it."""
    return state.count > 0 and recording is not None and state.sound != _sound(recording, key)


def _names_recording(kind: EntryKind, content: Content) -> bool:
    return kind is EntryKind.OPENED or content.action == OWN_WORK


def _with_recording(content: Content, recording: str | None) -> Content:
    facts = {} if recording is None else {"recording": recording}
    return msgspec.structs.replace(content, facts={**content.facts, **facts})


def _sound(recording: str | None, key: bytes) -> str:
    return digest("recording", _with_recording(Content(), recording), key)


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
    state = msgspec.structs.replace(
        state,
        count=number,
        hash=entry.hash,
        closed=closed,
        last_ms=at_ms,
        closed_ms=at_ms if closed else state.closed_ms,
        kept=(*state.kept, number) if kind in KEPT else state.kept,
    )
    if kind is EntryKind.ERASED:
        # Nobody can test guesses at what is gone by what was remembered of it.
        state = msgspec.structs.replace(state, blanked=number, kept=(), seen=(), alerts={})
    return state, entry


def erasable_in(state: RecordState) -> tuple[int, ...]:
    """The numbers of the entries whose content may still be erased."""
    return tuple(n for n in range(state.blanked + 1, state.count + 1) if n not in state.kept)


def standing_holds(state: RecordState) -> str | None:
    """What stands against an erasure, with its grounds; None if nothing does."""
    if not state.holds:
        return None
    return f"a legal hold stands: {'; '.join(state.holds[by] for by in sorted(state.holds))}"


def check(state: RecordState, change: Happening) -> None:
    """Raises RecordError if this cannot be put on the record as it stands."""
    _before(state, change)


def _opens(change: Happening) -> bool:
    match change:
        case AlertChange(alert=alert):
            return alert.trigger in TRIGGER_NAMES
        case OwnWork(finding=finding):
            return finding.label in TRIGGER_NAMES
    return False


def _before(state: RecordState, change: Happening) -> RecordState:
    """The state as far as what happened decides it, before its entries are written."""
    match change:
        case AlertChange(alert=alert):
            return _handled(state, alert.handling)
        case OwnWork(handling=handling):
            return _handled(state, handling)
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


def _handled(state: RecordState, handling: RecordHandling) -> RecordState:
    return msgspec.structs.replace(state, handling=gravest((state.handling, handling)))


def _after_lifting(holds: dict[str, str], actor: Actor) -> dict[str, str]:
    if not holds:
        raise RecordError("no legal hold stands on this record")
    if actor.role.value == "admin":
        return {}
    if actor.id not in holds:
        raise RecordError("only who set a legal hold, or an admin, can lift it")
    return {by: ground for by, ground in holds.items() if by != actor.id}


def _says_nothing_new(state: RecordState, kind: EntryKind, content: Content, key: bytes) -> bool:
    if kind is EntryKind.CLOSED:
        return state.closed
    if kind is not EntryKind.UPDATED:
        return False
    return state.alerts.get(content.facts["alert"]) == digest("alert", content, key)


def _noted(state: RecordState, content: Content, seen: str | None, key: bytes) -> RecordState:
    if seen is not None:
        return msgspec.structs.replace(state, seen=(*state.seen, seen))
    if "alert" in content.facts and "trigger" in content.facts:
        latest = {content.facts["alert"]: digest("alert", content, key)}
        return msgspec.structs.replace(state, alerts={**state.alerts, **latest})
    return state
