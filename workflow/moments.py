"""Moments in time as values: UTC milliseconds in, RFC 3339 text out. No clock is read here."""

from datetime import UTC, datetime, timedelta

LAST_MS = 253_402_300_799_999
"""The last millisecond of the year 9999: RFC 3339 ends there."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def rfc3339(epoch_ms: int) -> str:
    """UTC text with milliseconds, e.g. 2026-11-22T20:15:37.042Z."""
    moment = _EPOCH + timedelta(milliseconds=epoch_ms)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def milliseconds(text: str) -> int:
    """UTC milliseconds of an RFC 3339 text. Raises ValueError for what is none."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"'{text}' lacks its offset from UTC")
    return round((moment - _EPOCH) / timedelta(milliseconds=1))
