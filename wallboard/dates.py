"""Moments as people write them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError


def zone_of(name: str | None) -> ZoneInfo:
    """A time zone by its name; UTC without one, and for names that are none."""
    try:
        return ZoneInfo(name or "UTC")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


def written(zone: str | None) -> Callable[[int | None], str]:
    """UTC ms to 2026-11-28 22:05:13 CET, in a zone."""
    place = zone_of(zone)

    def when(at: int | None) -> str:
        if at is None:
            return "–"
        return datetime.fromtimestamp(at / 1000, place).strftime("%Y-%m-%d %H:%M:%S %Z")

    return when
