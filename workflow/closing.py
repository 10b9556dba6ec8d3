"""When a record is closed, and when the little that workers keep of it may go. Moments: UTC ms."""

from __future__ import annotations

from workflow.alerts import AlertStatus
from workflow.call import Mode
from workflow.decision import DeskState
from workflow.incident import RecordState
from workflow.retention import DAY_MS
from workflow.routing import COMING
from workflow.work import OVER

QUIET_MS = 3_600_000
"""How long nothing has happened when a record is closed: late words and first attempts to ring
back come within the hour; what comes after it is added, and the record is closed again."""

SILENT_MS = 6 * QUIET_MS
"""A call whose end nobody has told is taken for over then: no shift is longer on one call."""


def closing_moment(
    record: RecordState, desk: DeskState, *, seen_ms: int, ended_ms: int | None, mode: Mode
) -> int | None:
    """When a record is closed if nothing more happens, or None while something is expected.

    `seen_ms`: when the call was last heard of; `ended_ms`: when it ended, if that was told.
    """
    if record.count == 0 or record.closed or _owed(desk):
        return None
    reopened = record.closed_ms is not None and seen_ms <= record.closed_ms
    if ended_ms is None and not reopened:
        coming = any(way.stage in COMING for way in desk.ways.values())
        return None if coming and mode is Mode.LIVE else seen_ms + SILENT_MS
    if mode is Mode.LIVE and not _settled(desk):
        return None
    return max(record.last_ms, seen_ms, ended_ms or 0) + QUIET_MS


def leaving_moment(record: RecordState, desk: DeskState, *, seen_ms: int, days: int) -> int | None:
    """When workers let go of what they keep of a record (its count, hash and holds).

    None without a record, under a legal hold, and while a callback is owed.
    """
    if record.count == 0 or record.holds or _owed(desk):
        return None
    return max(record.last_ms, seen_ms) + days * DAY_MS


def _owed(desk: DeskState) -> bool:
    return any(callback.is_open for callback in desk.callbacks.values())


def _settled(desk: DeskState) -> bool:
    """Whether every alert is over, in a person's hands, or was kept as a callback."""
    return all(
        alert.status in OVER
        or alert.status is AlertStatus.CLAIMED
        or alert.callback_reference in desk.callbacks
        for alert in desk.alerts.values()
    )
