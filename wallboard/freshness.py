"""How fresh what people see is: a quiet floor and a broken feed must never look alike."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass, field

CONTACT_S = 15
"""Without an answer of the broker for so long, it counts as away: three looks in a row failed."""
MOST_BEHIND = 1_000
"""Messages that may wait: two batches, read before anybody has looked up. With more of them the
pages show what was, however often something new comes."""
LATE_S = 10
"""Fewer may wait than that, and be old all the same as they are read: where the database is slow.
"""


@dataclass
class Freshness:
    """Moments are UTC ms. `behind`: messages on the broker that have not been read yet."""

    last_event_at: int | None = None
    """When the last event came, on any topic; what is caught up with has the time it was sent."""
    contact_at: int | None = None
    """When the broker last answered."""
    behind: int | None = None
    failing_since: int | None = None
    """Since when the database has not taken what was read."""
    late_ms: int = 0
    """How old what was read last was as it was read."""

    def read(self, sent_at: Collection[int], now_ms: int) -> None:
        """Messages have been read that were sent at these moments."""
        self.contact_at = now_ms
        self.late_ms = max(0, now_ms - min(sent_at))
        newest = min(max(sent_at), now_ms) if self.is_catching_up else now_ms
        self.last_event_at = max(self.last_event_at or 0, newest)

    @property
    def is_catching_up(self) -> bool:
        """Whether what waits makes what the pages show old."""
        behind = self.behind or 0
        return behind > MOST_BEHIND or (behind > 0 and self.late_ms > LATE_S * 1000)

    def reading(self, now_ms: int) -> bool:
        """Whether events would reach the pages, were there any."""
        if self.contact_at is None or self.failing_since is not None:
            return False
        return now_ms - self.contact_at <= CONTACT_S * 1000

    def told(self, now_ms: int) -> dict[str, object]:
        """The body of the stream's event `fresh`."""
        return {
            "at": self.last_event_at,
            "now": now_ms,
            "reading": self.reading(now_ms),
            "behind": self.behind,
            "catching_up": self.is_catching_up,
        }


@dataclass
class Counts:
    """What has happened since the start, for /metrics: by name and label. No customer text."""

    by_name: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, name: str, label: str = "", by: int = 1) -> None:
        """Count `by` more of something."""
        self.by_name.setdefault(name, Counter())[label] += by
