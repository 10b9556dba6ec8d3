"""Slows down who tries many passwords. In memory: one process serves, and a restart is rare."""

from __future__ import annotations

import ipaddress
import threading
from collections import OrderedDict
from dataclasses import dataclass

MINUTE = 60_000
KEPT = 20_000
"""Keys remembered; the ones longest unused are dropped first."""
ONE_HOUSE = 64
"""Bits of an IPv6 address that one household or machine is given: the rest it picks itself."""


@dataclass(frozen=True)
class Limit:
    """`free` failures cost nothing; then each doubles the wait, from `first_ms` to `most_ms`. In
    every `ages_ms` one failure is forgotten, whatever else comes: who goes on trying without end
    gets about one try in that time."""

    free: int
    first_ms: int
    most_ms: int
    ages_ms: int

    def wait(self, failures: int) -> int:
        """Milliseconds to wait after so many failures."""
        over = failures - self.free
        return 0 if over < 0 else min(self.first_ms * 2 ** min(over, 30), self.most_ms)


@dataclass
class _Tries:
    failures: int = 0
    aged_at: int = 0
    open_at: int = 0

    def age(self, limit: Limit, now: int) -> None:
        """Forget what is old by now."""
        gone = max(0, (now - self.aged_at) // limit.ages_ms)
        self.failures = max(0, self.failures - gone)
        self.aged_at = self.aged_at + gone * limit.ages_ms if self.failures else now


PAIR = Limit(free=5, first_ms=2_000, most_ms=15 * MINUTE, ages_ms=10 * MINUTE)
"""One user from one address: a person who mistypes, or somebody who guesses."""
USER = Limit(free=20, first_ms=2_000, most_ms=MINUTE, ages_ms=MINUTE)
"""One user from anywhere they have not signed in from before; where they have, PAIR is enough, and
a stranger elsewhere cannot keep the person out."""
ADDRESS = Limit(free=50, first_ms=2_000, most_ms=5 * MINUTE, ages_ms=2 * MINUTE)
"""One address for anybody: a whole office may share it. Thousands who sign in do not fail for good
every other minute, and who mistypes and is right in the end leaves nothing behind."""


class Brake:
    """Counts tries. All moments are UTC ms; `known`: the user has signed in from there before."""

    def __init__(self) -> None:
        self._tries: OrderedDict[tuple[str, ...], _Tries] = OrderedDict()
        self._lock = threading.Lock()

    def take(self, user: str, address: str, now: int, *, known: bool = False) -> int:
        """Ask to try: 0 means go ahead, else how many ms to wait.

        The try counts as a failure from here on until `forgive`, so that tries sent all at once
        gain nothing.
        """
        with self._lock:
            held = [
                (self._of(key, limit, now), limit) for key, limit in _keys(user, address, known)
            ]
            wait = max(tries.open_at - now for tries, _ in held)
            if wait > 0:
                return wait
            for tries, limit in held:
                tries.failures += 1
                tries.open_at = now + limit.wait(tries.failures)
            return 0

    def forgive(self, user: str, address: str, *, known: bool = False) -> None:
        """The try was right: the person's failures from there are forgotten, and count against
        nobody else. What others failed at stays: one good account buys no tries at another."""
        with self._lock:
            (pair, _), *shared = _keys(user, address, known)
            theirs = self._tries.pop(pair, _Tries(failures=1)).failures
            for key, _limit in shared:
                if key in self._tries:
                    tries = self._tries[key]
                    tries.failures = max(0, tries.failures - theirs)
                    tries.open_at = 0

    def _of(self, key: tuple[str, ...], limit: Limit, now: int) -> _Tries:
        found = self._tries.setdefault(key, _Tries(aged_at=now))
        found.age(limit, now)
        self._tries.move_to_end(key)
        while len(self._tries) > KEPT:
            self._tries.popitem(last=False)
        return found


def place_of(address: str) -> str:
    """What counts as one address: of IPv6 the network that one household or machine is given."""
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(found, ipaddress.IPv4Address):
        return str(found)
    # A socket for both writes IPv4 so; all of it is within one /64.
    if found.ipv4_mapped is not None:
        return str(found.ipv4_mapped)
    return str(ipaddress.IPv6Network((int(found), ONE_HOUSE), strict=False))


def _keys(user: str, address: str, known: bool) -> list[tuple[tuple[str, ...], Limit]]:
    """What a try counts on, the pair first."""
    user, place = user.casefold()[:100], place_of(address)
    anywhere = [] if known else [(("user", user), USER)]
    return [(("pair", user, place), PAIR), *anywhere, (("address", place), ADDRESS)]
