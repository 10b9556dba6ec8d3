"""`coaching`: hints for the agent on the call, and the step of HEARD that comes next."""

from __future__ import annotations

from typing import Any

from stream.events import CoachingHint
from wallboard.intake.arrival import Arrival, moment, plain
from wallboard.intake.floor import Floor
from wallboard.store.feeding import Seen
from wallboard.store.tables import Call, Hint


def project(floor: Floor, arrival: Arrival, event: CoachingHint) -> None:
    """A hint is given once."""
    if floor.row(Hint, event.hint_id) is not None:
        return
    at = moment(event.at, arrival.at)
    call = floor.call(event.call_id, at, agent_id=event.agent_id, mode=event.mode.value)
    row = Hint(
        hint_id=event.hint_id,
        call_id=event.call_id,
        agent_id=event.agent_id or call.agent_id,
        kind=event.kind.value,
        at=at,
        expires_at=moment(event.expires_at, at),
        body=plain(event),
    )
    floor.put(row, event.hint_id)
    if event.step is not None and at >= int((call.heard or {}).get("at", 0)):
        call.heard = {"done": [], **(call.heard or {}), "next": event.step.value, "at": at}
        floor.tell_call(call, at)
    tell(floor, row, at)


def tell(floor: Floor, row: Hint, at: int) -> None:
    """The agent hears of it, and who may see the call."""
    call = floor.row(Call, row.call_id)
    seen = Seen(
        queue_id=call.queue_id if call else None,
        team_id=call.team_id if call else None,
        agent_id=row.agent_id,
        desk=call.desk if call else None,
        handling=call.handling if call else "normal",
        mode=call.mode if call else "live",
    )
    body: dict[str, Any] = {**row.body, "became": row.became}
    floor.tell(
        "hint",
        row.hint_id,
        seen,
        at,
        body,
        call_id=row.call_id,
        trigger=call.trigger if call else None,
        mode=seen.mode,
    )
