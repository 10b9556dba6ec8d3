"""What a report is about: which days, of which clock, which calls."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import msgspec

from workflow.call import Mode


class Scope(msgspec.Struct, frozen=True, kw_only=True):
    """From `from_ms` until before `to_ms` (UTC); days and hours are those of `time_zone` (IANA).

    `by_agent`: whether single agents may be named at all.
    """

    from_ms: int
    to_ms: int
    time_zone: str = "UTC"
    mode: Mode = Mode.LIVE
    queue: str | None = None
    by_agent: bool = False

    @classmethod
    def of_days(
        cls,
        first: date,
        last: date,
        time_zone: str,
        *,
        mode: Mode = Mode.LIVE,
        queue: str | None = None,
        by_agent: bool = False,
    ) -> Scope:
        """Whole days, the last one included; one on which clocks change is shorter or longer."""
        zone = ZoneInfo(time_zone)
        begins, ends = (
            round(datetime.combine(day, time(), zone).timestamp() * 1000)
            for day in (first, last + timedelta(days=1))
        )
        return cls(
            from_ms=begins,
            to_ms=ends,
            time_zone=time_zone,
            mode=mode,
            queue=queue,
            by_agent=by_agent,
        )

    def holds(self, at_ms: int | None) -> bool:
        """Whether a moment is in it; one that is not known is not."""
        return at_ms is not None and self.from_ms <= at_ms < self.to_ms

    def local(self, at_ms: int) -> datetime:
        """A moment as the clock of the zone shows it."""
        return datetime.fromtimestamp(at_ms / 1000, UTC).astimezone(ZoneInfo(self.time_zone))

    @property
    def days(self) -> tuple[date, date]:
        """The first and the last day."""
        return self.local(self.from_ms).date(), self.local(self.to_ms - 1).date()
