"""`alerts` (out): one alert per call, trigger and episode; opened, updated, retracted, closed."""

from typing import Literal

from workflow.alerts import Alert, Change


class _AlertEvent(Alert, frozen=True, kw_only=True, tag_field="type", omit_defaults=False):
    version: Literal[1] = 1


class AlertOpened(_AlertEvent, tag="alert.opened", frozen=True, kw_only=True):
    """A hard stop (or a signal with a tier) was heard."""


class AlertUpdated(_AlertEvent, tag="alert.updated", frozen=True, kw_only=True):
    """The alert changed: confirmed, new evidence, graver. `revision` rises by one."""


class AlertRetracted(_AlertEvent, tag="alert.retracted", frozen=True, kw_only=True):
    """The recogniser revised the words away before they were final."""


class AlertClosed(_AlertEvent, tag="alert.closed", frozen=True, kw_only=True):
    """Someone resolved it, or called it a false alarm; `closed_reason` says which."""


AlertEvent = AlertOpened | AlertUpdated | AlertRetracted | AlertClosed

ALERT_EVENTS: dict[Change, type[AlertEvent]] = {
    Change.OPENED: AlertOpened,
    Change.UPDATED: AlertUpdated,
    Change.RETRACTED: AlertRetracted,
    Change.CLOSED: AlertClosed,
}
