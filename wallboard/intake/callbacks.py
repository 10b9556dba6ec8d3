"""`callbacks`: the newest record of each, with who may see it."""

from __future__ import annotations

import msgspec

from stream.events import CallbackRecord
from wallboard.intake.arrival import Arrival, due, is_news, moment, plain
from wallboard.intake.floor import Floor
from wallboard.intake.restriction import NORMAL, RESTRICTED
from wallboard.store.feeding import Seen, seen_of
from wallboard.store.tables import Alert, Call, Callback


def project(floor: Floor, arrival: Arrival, event: CallbackRecord) -> None:
    """An older revision, or one that is known, changes nothing."""
    known = floor.row(Callback, event.reference)
    at = moment(event.history[-1].at if event.history else None, arrival.at)
    body = plain(event)
    if not is_news(known, event.revision, body, at):
        return
    before = None if known is None else seen_so_far(known)
    row = known
    if row is None:
        row = floor.put(Callback(reference=event.reference), event.reference)
    row.call_id = event.origin_call_id
    row.customer_ref = event.customer_ref
    row.state = event.state.value
    row.owner_id = event.owner.id
    row.revision = event.revision
    row.window_start = due(event.window_start)
    row.window_end = due(event.window_end)
    row.updated_at = at
    row.body = body
    settle(floor, row)
    tell(floor, row, at, before)


class SeenSoFar(msgspec.Struct, frozen=True):
    """Who could see a callback until now."""

    seen: Seen
    owner: str | None


def seen_so_far(row: Callback) -> SeenSoFar:
    """Who can see it as it stands."""
    return SeenSoFar(seen_of(row, row.mode), row.owner_id)


def settle(floor: Floor, row: Callback) -> None:
    """Who may see it: who may see its alerts. While one of them is not known, its owner's desk."""
    call = floor.row(Call, row.call_id)
    if call is not None:
        row.queue_id, row.team_id, row.agent_id = call.queue_id, call.team_id, call.agent_id
    row.mode = call.mode if call is not None else "live"
    alert_ids = row.body.get("alert_ids", [])
    alerts = [floor.row(Alert, alert_id) for alert_id in alert_ids]
    known = [alert for alert in alerts if alert is not None]
    closed = [alert for alert in known if alert.handling == RESTRICTED]
    of_desk = [alert.desk for alert in (*closed, *known) if alert.desk is not None]
    row.desk = of_desk[0] if of_desk else floor.desk_of(row.owner_id)
    row.handling = RESTRICTED if closed or len(known) < len(alert_ids) else NORMAL


def tell(floor: Floor, row: Callback, at: int, before: SeenSoFar | None = None) -> None:
    """Those who may see it hear of it; and those who could `before` and may no more."""
    if before is not None:
        _gone(floor, row, at, before)
    alerts = [floor.row(Alert, alert_id) for alert_id in row.body.get("alert_ids", [])]
    triggers = [alert.trigger for alert in alerts if alert is not None]
    closed = [a.trigger for a in alerts if a is not None and a.handling == RESTRICTED]
    trigger = next(iter((*closed, *triggers)), None)
    floor.tell(
        "callback",
        row.reference,
        row,
        at,
        row.body,
        call_id=row.call_id,
        trigger=trigger,
        mode=row.mode,
    )


def _gone(floor: Floor, row: Callback, at: int, before: SeenSoFar) -> None:
    closed_off = row.handling == RESTRICTED != before.seen.handling
    if not closed_off and row.owner_id == before.owner:
        return
    # Where somebody else owes it now, nobody but its owner so far loses sight of it.
    seen = before.seen if closed_off else Seen(handling=RESTRICTED)
    floor.gone("callback", row.reference, row.call_id, seen, at, owner=before.owner)
