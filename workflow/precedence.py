"""Two stops in one call: which of them speaks first (docs/workflow.md, "Two at once")."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from detectors.vocabulary import LIFE_STOPS, Signal, Trigger
from workflow.alerts import IMPOSTOR, Alert, AlertStatus
from workflow.policy import Severity

ORDER: tuple[str, ...] = (
    # Where minutes decide, first; then who may be harmed; then who may act meanwhile.
    Trigger.EMERGENCY,
    Trigger.VIOLENCE,
    Trigger.SELF_HARM,
    Trigger.SAFEGUARDING,
    Trigger.FRAUD,
    Trigger.LEGAL_THREAT,
    Trigger.REGULATOR,
    Trigger.MEDIA,
    *Signal,
)
"""Among alerts of one severity. What is not named here comes last."""

_GRAVITY = tuple(Severity)
_LIFE = frozenset(trigger.value for trigger in LIFE_STOPS)
_OVER = frozenset({AlertStatus.CLOSED, AlertStatus.RETRACTED})
CALLBACK = "callback:"
"""How the labels of alerts about a callback begin: those are for its owner, not for the agent."""

Rank = tuple[bool, int, bool, int, str, str]


def rank(alert: Alert) -> Rank:
    """Smaller goes first: a life at stake, then severity, then danger now, then `ORDER`."""
    place = ORDER.index(alert.trigger) if alert.trigger in ORDER else len(ORDER)
    return (
        alert.trigger not in _LIFE,
        _GRAVITY.index(alert.severity),
        not alert.imminent,
        place,
        alert.trigger,
        alert.alert_id,
    )


def leading(alerts: Iterable[Alert]) -> Alert | None:
    """The one that speaks first."""
    return min(alerts, key=rank, default=None)


def yielding(alerts: Mapping[str, Alert]) -> dict[str, str | None]:
    """By label of every alert that the agent may see: the id of the one that leads, None for it.

    What is alleged of staff takes no part: the agent on the call is not to learn of it. Nor does a
    suspected impostor, who would learn of it from the agent.
    """
    heard = {label: alert for label, alert in alerts.items() if _is_for_agent(label, alert)}
    first = leading(heard.values())
    return {
        label: None if first is None or alert is first else first.alert_id
        for label, alert in heard.items()
    }


def _is_for_agent(label: str, alert: Alert) -> bool:
    quiet = label.startswith(CALLBACK) or alert.trigger == Signal.MISCONDUCT
    suspected = (alert.trigger, alert.subtype) == IMPOSTOR
    return alert.status not in _OVER and not quiet and not suspected
