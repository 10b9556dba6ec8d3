"""How fresh what people see is: a quiet floor and a broken feed must never look alike."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

CONTACT_S = 15
"""Without an answer of the broker for so long, it counts as away: three looks in a row failed."""


@dataclass
class Freshness:
    """Moments are UTC ms. `behind`: messages on the broker that have not been read yet."""

    last_event_at: int | None = None
    """When the last event came, on any topic."""
    contact_at: int | None = None
    """When the broker last answered."""
    behind: int | None = None
    failing_since: int | None = None
    """Since when the database has not taken what was read."""

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
        }


@dataclass
class Counts:
    """What has happened since the start, for /metrics: by name and label. No customer text."""

    by_name: dict[str, Counter[str]] = field(default_factory=dict)

    def add(self, name: str, label: str = "", by: int = 1) -> None:
        """Count `by` more of something."""
        self.by_name.setdefault(name, Counter())[label] += by
