"""Alerts: one per call, label and episode; opened once, updated, never a flood."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import msgspec

from detectors.reading import Evidence
from detectors.vocabulary import Signal, Trigger
from workflow.call import Mode
from workflow.policy import Severity

EVIDENCE_KEPT = 8
"""Quotes kept per alert: enough to judge by; later ones add length, not certainty."""


class AlertStatus(StrEnum):
    PROVISIONAL = "provisional"
    """Seen in a partial result that the recogniser may still revise."""
    CONFIRMED = "confirmed"
    ACKNOWLEDGED = "acknowledged"
    CLAIMED = "claimed"
    CLOSED = "closed"
    RETRACTED = "retracted"


class RecordHandling(StrEnum):
    """Who may see it."""

    NORMAL = "normal"
    SPECIAL_CATEGORY = "special_category"
    """Health and similar: GDPR art. 9."""
    RESTRICTED = "restricted"
    """The named desk alone."""


IMPOSTOR = (Trigger.FRAUD.value, "impostor")
"""Who may be one must not learn that it was noticed, and an agent who knows lets it be heard."""

_GRAVITY = tuple(RecordHandling)
"""In their order: the later, the fewer may see it."""

_OF_LABEL: dict[str, RecordHandling] = {
    Trigger.SELF_HARM: RecordHandling.SPECIAL_CATEGORY,
    Trigger.EMERGENCY: RecordHandling.SPECIAL_CATEGORY,
    Trigger.SAFEGUARDING: RecordHandling.RESTRICTED,
    Signal.MISCONDUCT: RecordHandling.RESTRICTED,
}


def handling_of(label: str, subtype: str | None) -> RecordHandling:
    """Who may see what is kept about a label."""
    if (label, subtype) == IMPOSTOR:
        return RecordHandling.RESTRICTED
    return _OF_LABEL.get(label, RecordHandling.NORMAL)


def gravest(handlings: Iterable[RecordHandling]) -> RecordHandling:
    """Of several ways to handle a record, the one that lets the fewest see it."""
    return max(handlings, key=_GRAVITY.index, default=RecordHandling.NORMAL)


class Owner(msgspec.Struct, frozen=True, kw_only=True):
    """A person; never a desk or a queue."""

    id: str
    name: str


class TakenBack(StrEnum):
    """Which result of the recogniser no longer has the words that an open alert rests on."""

    PARTIAL = "partial"
    """The newest; the final may have them after all."""
    FINAL = "final"


class Alert(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The state of one alert. Times are RFC 3339; `probability` is 0–1 and no diagnosis.

    `previous_contacts`: earlier calls of the caller, None while nobody knows. `yields_to`: the
    graver alert of this call whose `say_now` the agent is shown instead. `taken_back`: the words
    are gone, and it stands all the same, because of a life or of who has claimed it.
    """

    alert_id: str
    call_id: str
    episode: int
    revision: int
    trigger: str
    severity: Severity
    status: AlertStatus
    probability: float
    reason: str
    evidence: tuple[Evidence, ...]
    opened_at: str
    updated_at: str
    say_now: str
    do_not_say: str
    policy_version: str
    rules_version: str
    subtype: str | None = None
    imminent: bool = False
    desk: str | None = None
    owner: Owner | None = None
    ack_due_at: str | None = None
    acknowledged_by: str | None = None
    acknowledged_at: str | None = None
    closed_reason: str | None = None
    callback_reference: str | None = None
    queue_id: str | None = None
    team_id: str | None = None
    agent_id: str | None = None
    customer_ref: str | None = None
    deep_link: str | None = None
    handling: RecordHandling = RecordHandling.NORMAL
    mode: Mode = Mode.LIVE
    degraded: bool = False
    model_version: str | None = None
    incident_id: str | None = None
    chain_head: str | None = None
    previous_contacts: int | None = None
    yields_to: str | None = None
    taken_back: TakenBack | None = None


class Change(StrEnum):
    """What happened to an alert."""

    OPENED = "opened"
    UPDATED = "updated"
    RETRACTED = "retracted"
    CLOSED = "closed"


class AlertChange(msgspec.Struct, frozen=True):
    """An alert after a change, and which change it was."""

    change: Change
    alert: Alert
