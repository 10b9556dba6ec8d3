"""A batch of messages into the database, in one transaction with how far it has been read.

What is read twice counts once: offsets and rows are committed together, and a message before the
offset that stands is passed over.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

import msgspec
from sqlalchemy import select
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.orm import Session

from stream.codec import Unreadable
from stream.events import (
    Action,
    AlertEvent,
    CallbackRecord,
    CoachingHint,
    IncidentEvent,
    OperationsEvent,
    RoutingEvent,
    RoutingOutcome,
    Score,
)
from wallboard.freshness import Counts
from wallboard.intake import (
    alerts,
    callbacks,
    coaching,
    complaints,
    deeds,
    following,
    forgetting,
    incidents,
    operations,
    routes,
    scores,
)
from wallboard.intake.arrival import READ, Arrival, decoded
from wallboard.intake.complaints import ComplaintSeen
from wallboard.intake.floor import HOUR, Floor
from wallboard.store.engine import Sessions
from wallboard.store.feeding import take_turn
from wallboard.store.tables import Offset

log = logging.getLogger(__name__)


class _Way(NamedTuple):
    decoder: msgspec.json.Decoder[Any]
    project: Callable[[Floor, Arrival, Any], None]


WAYS: dict[str, _Way] = {
    "alerts": _Way(msgspec.json.Decoder(AlertEvent), alerts.project),
    "routing": _Way(msgspec.json.Decoder(RoutingEvent), routes.project),
    "routing.outcomes": _Way(msgspec.json.Decoder(RoutingOutcome), routes.project_outcome),
    "callbacks": _Way(msgspec.json.Decoder(CallbackRecord), callbacks.project),
    "incidents": _Way(msgspec.json.Decoder(IncidentEvent), incidents.project),
    "complaints": _Way(msgspec.json.Decoder(ComplaintSeen), complaints.project),
    "coaching": _Way(msgspec.json.Decoder(CoachingHint), coaching.project),
    "scores": _Way(msgspec.json.Decoder(Score), scores.project),
    "operations": _Way(msgspec.json.Decoder(OperationsEvent), operations.project),
    "supervisor.actions": _Way(msgspec.json.Decoder(Action), deeds.project),
}
_COMPACTED = frozenset({"callbacks", "complaints"})
"""Here a message without a value deletes a key: nothing is broken about it."""
_ORDER = {topic: place for place, topic in enumerate(READ)}
BROKEN = "broken"
READ_COUNT = "read"


class Intake:
    """Takes batches in. `source` names the cluster (and the prefix of its topics) in the table of
    offsets: another cluster begins anew, and offsets of one say nothing about the other."""

    def __init__(
        self,
        sessions: Sessions,
        *,
        clock: Callable[[], int],
        counts: Counts | None = None,
        source: str = "",
        feed_hours: int = 6,
        transcript_days: int = 7,
        desks: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self._sessions = sessions
        self._clock = clock
        self._counts = counts or Counts()
        self.source = source
        self._feed_ms = feed_hours * HOUR
        self._turns_ms = transcript_days * 24 * HOUR
        self._desks = desks

    def offsets(self) -> dict[tuple[str, int], int]:
        """From where each partition is to be read."""
        with self._sessions() as db:
            return {
                (row.topic.removeprefix(self.source), row.partition): row.next_offset
                for row in db.scalars(select(Offset).where(Offset.topic.startswith(self.source)))
            }

    def forget(self, topic: str, partition: int) -> None:
        """Read a partition anew: the topic was made anew under its old name."""
        with self._sessions.begin() as db:
            row = db.get(Offset, (f"{self.source}{topic}", partition))
            if row is not None:
                db.delete(row)

    def take(self, arrivals: Sequence[Arrival]) -> int:
        """Project messages; gives how many rows the feed has more.

        A message that cannot be projected is counted, logged by its position and left out. Raises
        OperationalError or InterfaceError when the database is away: then nothing was taken.
        """
        try:
            return self._take(arrivals)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            if len(arrivals) == 1:
                self._broken(arrivals[0], type(error).__name__)
                return self._take(arrivals, only_offsets=True)
            # One of them is at fault: the others are not lost for it.
            return sum(self.take([arrival]) for arrival in sorted(arrivals, key=_order))

    def _take(self, arrivals: Sequence[Arrival], *, only_offsets: bool = False) -> int:
        with self._sessions.begin() as db:
            take_turn(db)
            new = list(self._advanced(db, arrivals))
            if only_offsets or not new:
                return 0
            floor = Floor(
                db,
                now=self._clock(),
                feed_ms=self._feed_ms,
                turns_ms=self._turns_ms,
                desks=self._desks,
            )
            read = list(self._read(new))
            off = [arrival for arrival in new if _takes_off(arrival)]
            spoken = [(arrival, event) for arrival, event in read if isinstance(event, Score)]
            others = [(arrival, event) for arrival, event in read if not isinstance(event, Score)]
            with db.no_autoflush:
                scores.expect(floor, [event for _, event in spoken])
                for arrival, event in others:
                    WAYS[arrival.topic].project(floor, arrival, event)
                scores.project_all(floor, spoken)
                following.settle(floor)
            for arrival in off:
                forgetting.off_the_log(floor, arrival)
            forgetting.settle(floor, [call for _, event in read if (call := _call_of(event))])
            told = floor.publish()
        for arrival in new:
            self._counts.add(READ_COUNT, arrival.topic)
        return told

    def _advanced(self, db: Session, arrivals: Sequence[Arrival]) -> Iterator[Arrival]:
        """Those not taken yet, in order; the offsets then stand behind them."""
        reached: dict[tuple[str, int], Offset] = {}
        for arrival in sorted(arrivals, key=_order):
            place = (f"{self.source}{arrival.topic}", arrival.partition)
            if place not in reached:
                known = db.get(Offset, place)
                if known is None:
                    known = Offset(topic=place[0], partition=place[1], next_offset=0)
                    db.add(known)
                reached[place] = known
            row = reached[place]
            if arrival.offset >= row.next_offset:
                row.next_offset = arrival.offset + 1
                yield arrival

    def _read(self, arrivals: Sequence[Arrival]) -> Iterator[tuple[Arrival, Any]]:
        for arrival in arrivals:
            if _takes_off(arrival):
                continue
            try:
                yield arrival, decoded(arrival, WAYS[arrival.topic].decoder)
            except Unreadable as error:
                self._broken(arrival, error.reason)

    def _broken(self, arrival: Arrival, why: str) -> None:
        self._counts.add(BROKEN, arrival.topic)
        log.warning("passed over %s: %s", arrival.place, why)


def _takes_off(arrival: Arrival) -> bool:
    return not arrival.value and arrival.topic in _COMPACTED


def _call_of(event: Any) -> str | None:
    call_id: str | None = getattr(event, "call_id", None) or getattr(event, "origin_call_id", None)
    return call_id


def _order(arrival: Arrival) -> tuple[int, int, int]:
    return _ORDER[arrival.topic], arrival.partition, arrival.offset
