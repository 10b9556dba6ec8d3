"""Signed heads of records, as they come beside the entries."""

from __future__ import annotations

import hashlib

from stream.events import IncidentHead
from wallboard.intake.arrival import Arrival, moment, plain
from wallboard.intake.floor import Floor
from wallboard.store.tables import Head


def project(floor: Floor, arrival: Arrival, event: IncidentHead) -> None:
    """A head is kept once; another one of the same entry is kept beside it, as it proves that
    somebody wrote the record anew."""
    digest = hashlib.sha256(f"{event.hash}/{event.signature}".encode()).hexdigest()
    key = (event.incident_id, event.number, digest)
    if floor.row(Head, key) is not None:
        return
    row = Head(
        incident_id=event.incident_id,
        number=event.number,
        digest=digest,
        call_id=event.call_id,
        at=moment(event.at, arrival.at),
        body=plain(event),
    )
    floor.put(row, key)
