"""What people judged, as labelled rows: for `hardstop evaluate`, and to learn from.

One row an utterance: labels that people confirmed by resolving the alert, and in `resembles` those
they called false alarms (models/data/README.md says what the fields mean). Words are redacted.
Nobody has looked for other labels in these words, so rows count for the labels that they name.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
from sqlalchemy import select
from sqlalchemy.orm import Session

from detectors.vocabulary import LABELS
from models.corpus import Before, Kind
from wallboard.access import Role, Viewer, may_see
from wallboard.store.tables import Alert, Turn
from wallboard.views.visible import visible
from workflow.alerts import Alert as Record
from workflow.alerts import AlertStatus
from workflow.false_alarms import FALSE_ALARM

JUDGES = frozenset({Role.QA, Role.ADMIN})
"""Who may take callers' words out of the house's pages into a file."""

TURNS_BEFORE = 3
"""Turns that stand beside an utterance, as the classifier reads them."""


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """One utterance and the verdicts on it."""

    id: str
    text: str
    speaker: str
    labels: tuple[str, ...]
    kind: Kind
    resembles: tuple[str, ...]
    before: tuple[Before, ...]
    call: str
    group: str
    source: str = "feedback"
    signals_read: bool = False


class _Utterance(msgspec.Struct, kw_only=True):
    call_id: str
    utterance_id: str
    quote: str
    speaker: str
    right: set[str] = msgspec.field(default_factory=set)
    wrong: set[str] = msgspec.field(default_factory=set)


def feedback(db: Session, viewer: Viewer, *, from_ms: int = 0, to_ms: int = 2**62) -> Iterator[Row]:
    """A row for each utterance that stands behind an alert with a verdict, oldest first."""
    for utterance in _judged(db, viewer, from_ms, to_ms):
        turns = _turns(db, utterance.call_id, utterance.utterance_id)
        # The whole turn while the transcript is kept, the quote after that.
        text = turns[-1].text if turns else utterance.quote
        wrong = utterance.wrong - utterance.right
        yield Row(
            id=f"{utterance.call_id}/{utterance.utterance_id}",
            text=text,
            speaker=utterance.speaker,
            labels=tuple(sorted(utterance.right)),
            kind=Kind.POSITIVE if utterance.right else Kind.HARD_NEGATIVE,
            resembles=tuple(sorted(wrong)),
            before=tuple(
                msgspec.convert({"speaker": turn.speaker, "text": turn.text}, Before)
                for turn in turns[:-1]
            ),
            call=utterance.call_id,
            group=utterance.call_id,
        )


def _judged(db: Session, viewer: Viewer, from_ms: int, to_ms: int) -> list[_Utterance]:
    found: dict[tuple[str, str], _Utterance] = {}
    query = select(Alert).where(
        visible(Alert, viewer),
        Alert.status == AlertStatus.CLOSED.value,
        Alert.opened_at >= from_ms,
        Alert.opened_at < to_ms,
        Alert.trigger.in_(LABELS),
    )
    for row in db.scalars(query.order_by(Alert.opened_at, Alert.alert_id)):
        if not may_see(viewer, row, trigger=row.trigger):
            continue
        false = (row.closed_reason or "").startswith(FALSE_ALARM)
        try:
            evidence = msgspec.convert(row.body, Record).evidence
        except msgspec.ValidationError:
            # What cannot be read teaches nothing; the board shows that it cannot.
            continue
        for said in evidence:
            utterance = found.setdefault(
                (row.call_id, said.utterance_id),
                _Utterance(
                    call_id=row.call_id,
                    utterance_id=said.utterance_id,
                    quote=said.quote,
                    speaker=said.speaker.value,
                ),
            )
            (utterance.wrong if false else utterance.right).add(row.trigger)
    return list(found.values())


def _turns(db: Session, call_id: str, utterance_id: str) -> list[Turn]:
    """The utterance and what was said before it; empty when it is kept no more."""
    turn = db.get(Turn, (call_id, utterance_id))
    if turn is None or not turn.text.strip():
        return []
    before = select(Turn).where(
        Turn.call_id == call_id, Turn.first < turn.first, Turn.is_final.is_(True), Turn.text != ""
    )
    found = list(db.scalars(before.order_by(Turn.first.desc()).limit(TURNS_BEFORE)))
    return [*reversed(found), turn]
