"""Moments in time as values: UTC milliseconds in, RFC 3339 text out. No clock is read here."""

from datetime import UTC, datetime, timedelta

LAST_MS = 253_402_300_799_999
"""The last millisecond of the year 9999: RFC 3339 ends there."""

FIRST_MS = -62_135_596_800_000
"""The year 1, before which Python has no moments."""

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def rfc3339(epoch_ms: int) -> str:
    """UTC text with milliseconds, e.g. 2026-11-22T20:15:37.042Z."""
    moment = _EPOCH + timedelta(milliseconds=epoch_ms)
    return moment.strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def milliseconds(text: str) -> int:
    """UTC milliseconds of an RFC 3339 text. Raises ValueError for what is none, and for a moment
    that `rfc3339` cannot write: an offset may carry one out of the calendar."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"'{text}' lacks its offset from UTC")
    epoch_ms = round((moment - _EPOCH) / timedelta(milliseconds=1))
    if not FIRST_MS <= epoch_ms <= LAST_MS:
        raise ValueError(f"'{text}' is not within the years 1 to 9999 in UTC")
    return epoch_ms
