"""Which hook is told of what. Pure."""

from __future__ import annotations

from detectors.vocabulary import Signal
from wallboard.store.tables import Alert, Feed, Webhook
from wallboard.webhooks.formats import KINDS, Format
from workflow.alerts import AlertStatus, RecordHandling
from workflow.policy import Severity

RESTRICTED = RecordHandling.RESTRICTED.value
LIVE = "live"
IN_A_ROOM = {
    "alert": (
        AlertStatus.CONFIRMED,
        AlertStatus.ACKNOWLEDGED,
        AlertStatus.CLAIMED,
        AlertStatus.CLOSED,
        AlertStatus.RETRACTED,
    ),
}
"""States that a chat room is told of. What may still be revised is for screens that can take it
back."""


def is_restricted(handling: str | None, trigger: str | None) -> bool:
    """Whether something is for its desk alone. No webhook ever hears of it."""
    return handling == RESTRICTED or trigger == Signal.MISCONDUCT.value


def wants(hook: Webhook, row: Feed, severity: str | None) -> bool:
    """Whether a hook asked for a row of the feed. `severity` is that of its alert; what has none
    passes, as a callback does."""
    if not hook.active or row.kind not in KINDS or row.kind not in hook.kinds:
        return False
    if row.at < hook.created_at:
        return False
    if is_restricted(row.handling, row.trigger):
        return False
    if hook.triggers and row.trigger is not None and row.trigger not in hook.triggers:
        return False
    if hook.queues and row.queue_id not in hook.queues:
        return False
    if hook.severities and severity is not None and severity not in hook.severities:
        return False
    if hook.format == Format.STANDARD:
        return True
    # A room full of people is not called to calls that are over, or that nobody is on.
    return row.mode == LIVE and (row.kind not in IN_A_ROOM or state_of(row) in IN_A_ROOM[row.kind])


def state_of(row: Feed) -> str:
    """The state that a row tells of: status, state or type."""
    body = row.body
    return str(body.get("status") or body.get("state") or body.get("type") or "")


def about(row: Feed) -> str:
    """kind:id:state of what a row tells."""
    return f"{row.kind}:{row.ref}:{state_of(row)}"[:300]


def severity_of(alert: Alert | None) -> str | None:
    """The severity of an alert, where it is known."""
    found = None if alert is None else alert.body.get("severity")
    return found if found in set(Severity) else None
