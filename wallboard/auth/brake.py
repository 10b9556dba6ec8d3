"""Slows down who tries many passwords. In memory: one process serves, and a restart is rare."""

from __future__ import annotations

import threading
from collections import OrderedDict
from dataclasses import dataclass

MINUTE = 60_000
KEPT = 20_000
"""Keys remembered; the ones longest unused are dropped first."""


@dataclass
class _Tries:
    failures: int = 0
    open_at: int = 0
    last_at: int = 0


@dataclass(frozen=True)
class Limit:
    """`free` failures cost nothing; then each doubles the wait, from `first_ms` to `most_ms`."""

    free: int
    first_ms: int
    most_ms: int
    forgotten_ms: int = 30 * MINUTE

    def wait(self, failures: int) -> int:
        """Milliseconds to wait after so many failures."""
        over = failures - self.free
        return 0 if over < 0 else min(self.first_ms * 2 ** min(over, 30), self.most_ms)


PAIR = Limit(free=5, first_ms=2_000, most_ms=15 * MINUTE)
"""One user from one address: a person who mistypes, or somebody who guesses."""
USER = Limit(free=20, first_ms=2_000, most_ms=MINUTE)
"""One user from anywhere. Short, so that a stranger cannot keep the person out."""
ADDRESS = Limit(free=50, first_ms=2_000, most_ms=5 * MINUTE)
"""One address for anybody: a whole office may share it."""


class Brake:
    """Counts tries. All moments are UTC ms."""

    def __init__(self) -> None:
        self._tries: OrderedDict[tuple[str, ...], _Tries] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, user: str, address: str, now: int) -> int:
        """Ask to try: 0 means go ahead, else how many ms to wait.

        The try counts as a failure from here on until `forgive`, so that tries sent all at once
        gain nothing.
        """
        with self._lock:
            held = [(self._of(key, limit, now), limit) for key, limit in _keys(user, address)]
            wait = max(tries.open_at - now for tries, _ in held)
            if wait > 0:
                return wait
            for tries, limit in held:
                tries.failures += 1
                tries.last_at = now
                tries.open_at = now + limit.wait(tries.failures)
            return 0

    def forgive(self, user: str, address: str) -> None:
        """The try was right: the person's failures are forgotten, the address's count less."""
        with self._lock:
            for key, limit in _keys(user, address):
                if limit is not ADDRESS:
                    self._tries.pop(key, None)
                elif key in self._tries:
                    self._tries[key].failures -= 1
                    self._tries[key].open_at = 0

    def _of(self, key: tuple[str, ...], limit: Limit, now: int) -> _Tries:
        found = self._tries.setdefault(key, _Tries())
        if now - found.last_at > limit.forgotten_ms:
            found.failures = found.open_at = 0
        self._tries.move_to_end(key)
        while len(self._tries) > KEPT:
            self._tries.popitem(last=False)
        return found


def _keys(user: str, address: str) -> list[tuple[tuple[str, ...], Limit]]:
    user = user.casefold()[:100]
    return [
        (("pair", user, address), PAIR),
        (("user", user), USER),
        (("address", address), ADDRESS),
    ]
