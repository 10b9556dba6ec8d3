"""`complaints`: the newest entry of the register for each reference."""

from __future__ import annotations

from typing import Any

import msgspec

from wallboard.intake.arrival import Arrival, due
from wallboard.intake.floor import Floor
from wallboard.intake.restriction import RESTRICTED
from wallboard.store.tables import Call, Complaint

_body = msgspec.json.Decoder(dict[str, Any])


class ComplaintSeen(msgspec.Struct, frozen=True, kw_only=True, tag_field="type", tag="complaint"):
    """What is read of an entry; all of it is kept."""

    reference: str
    call_id: str
    state: str
    revision: int = 1
    acknowledge_by: str | None = None
    answer_by: str | None = None
    queue_id: str | None = None
    team_id: str | None = None
    handling: str = "normal"
    mode: str = "live"


def project(floor: Floor, arrival: Arrival, event: ComplaintSeen) -> None:
    """An older revision, or one that is known, changes nothing."""
    known = floor.row(Complaint, event.reference)
    if known is not None and event.revision <= int(known.body.get("revision", 1)):
        return
    call = floor.row(Call, event.call_id)
    closed_by = call if call is not None and call.handling == RESTRICTED else None
    restricted = closed_by is not None or event.handling == RESTRICTED
    row = known
    if row is None:
        row = floor.put(Complaint(reference=event.reference), event.reference)
    row.call_id = event.call_id
    row.state = event.state
    row.acknowledge_by = due(event.acknowledge_by)
    row.answer_by = due(event.answer_by)
    row.updated_at = arrival.at
    row.queue_id = event.queue_id or (call.queue_id if call else None)
    row.team_id = event.team_id or (call.team_id if call else None)
    row.agent_id = call.agent_id if call else None
    row.mode = event.mode
    row.body = _body.decode(arrival.value or b"{}")
    desk = closed_by.desk if closed_by else None
    trigger = call.trigger if call else None
    if restricted and known is not None and known.handling != RESTRICTED:
        floor.close_off(row, desk, trigger, arrival.at)
        return
    row.desk = desk
    row.handling = RESTRICTED if restricted else event.handling
    floor.tell_complaint(row, trigger, arrival.at)
