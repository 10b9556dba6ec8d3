"""What a way to a person stands for: its alerts, who comes, and how long they are waited for."""

from __future__ import annotations

import msgspec

from workflow.alerts import Alert, AlertStatus, Owner
from workflow.routing import Stage, Way
from workflow.work import OVER, Work


def labels_of(work: Work, way: Way) -> list[str]:
    """The alerts that a way is for and that are not over."""
    return [
        label
        for label, alert in work.alerts.items()
        if alert.alert_id in way.route.alert_ids and alert.status not in OVER
    ]


def is_taken(work: Work, way: Way) -> bool:
    """Whether people have all that this way is for: nobody else need be asked."""
    left = [work.alerts[label].status for label in labels_of(work, way)]
    return bool(left) and all(status is AlertStatus.CLAIMED for status in left)


def is_open(work: Work, alert_id: str) -> bool:
    """Whether an alert is one of this call's and not over."""
    label = work.label_of(alert_id)
    return label is not None and work.alerts[label].status not in OVER


def is_in_hands(work: Work, alert: Alert) -> bool:
    """Whether a person sees to an alert. Where a life is at risk, to have taken it is not enough:
    they must have come to the call."""
    if not work.is_for_life(alert):
        return alert.status is AlertStatus.CLAIMED
    return _has_come(work, alert, (Stage.JOINED, Stage.COMPLETED))


def is_there(work: Work, alert: Alert) -> bool:
    """Whether who came for an alert is on the call still; of a call that is over, whether they
    came at all."""
    return _has_come(work, alert, (Stage.JOINED, *((Stage.COMPLETED,) if work.ended else ())))


def _has_come(work: Work, alert: Alert, stages: tuple[Stage, ...]) -> bool:
    every = work.ways.values()
    return any(alert.alert_id in way.route.alert_ids and way.stage in stages for way in every)


def who_comes(work: Work, way: Way, person: str | None) -> Owner:
    """The person that the platform names, else the one who was asked."""
    if person is not None:
        return work.owner(person)
    stop = way.stops[way.at]
    return Owner(id=stop.person, name=stop.name)


def patience_ms(work: Work, way: Way) -> int:
    """How long one person has: the shortest that any of the alerts allows."""
    given = [
        handling.answer_within_s * 1000
        for alert in work.alerts.values()
        if alert.alert_id in way.route.alert_ids and (handling := work.handling(alert)) is not None
    ]
    return min(given, default=60_000)


def acknowledged(
    work: Work, label: str, who: Owner, status: AlertStatus = AlertStatus.ACKNOWLEDGED
) -> None:
    """An alert has been seen, or taken, by a person, unless it has somebody already."""
    alert = work.alerts[label]
    if alert.status is AlertStatus.CLAIMED:
        return
    work.alert(
        label,
        status=status,
        owner=who,
        ack_due_at=None,
        acknowledged_by=alert.acknowledged_by or who.id,
        acknowledged_at=alert.acknowledged_at or work.at,
    )


def moved(way: Way, stage: Stage, due_ms: int | None) -> Way:
    """A way that has come so far; `due_ms` (UTC ms): when the next is asked instead."""
    return msgspec.structs.replace(way, stage=stage, due_ms=due_ms)
