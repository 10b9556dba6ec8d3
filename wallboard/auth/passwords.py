"""Passwords of local users: argon2id (RFC 9106), and what a password must be."""

from __future__ import annotations

import threading

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from wallboard.language import _

SHORTEST = 12
LONGEST = 256
"""Longer ones would only make the server work."""

_hasher = PasswordHasher()
# Each takes 64 MiB while it runs: a crowd at the door must not take all the memory.
_turns = threading.BoundedSemaphore(2)
_nobody: list[str] = []


def hashed(password: str) -> str:
    """An argon2id hash with a salt of its own."""
    with _turns:
        return _hasher.hash(password)


def matches(kept: str | None, password: str) -> bool:
    """Whether a password is the one whose hash is kept.

    Without a hash the same work is done, so that the time taken tells nobody who exists.
    """
    if not _nobody:
        _nobody.append(hashed("nobody has this password"))
    if len(password) > LONGEST:
        password = ""
    with _turns:
        try:
            return _hasher.verify(kept or _nobody[0], password) and kept is not None
        except (VerificationError, InvalidHashError):
            return False


def is_outdated(kept: str) -> bool:
    """Whether a hash was made with weaker settings than today's."""
    return _hasher.check_needs_rehash(kept)


def problem_with(password: str, again: str, user_id: str) -> str | None:
    """Why a new password will not do, in words for the person; None if it will (NIST SP 800-63B:
    length, not kinds of characters)."""
    if password != again:
        return _("The two passwords differ.")
    if len(password) < SHORTEST:
        return _("A password needs at least %(count)s characters.", count=SHORTEST)
    if len(password) > LONGEST:
        return _("A password may have %(count)s characters at most.", count=LONGEST)
    plain = password.casefold()
    if user_id.casefold() in plain and len(plain) < len(user_id) + SHORTEST:
        return _("A password must not be built on the user's name.")
    if len(set(plain)) < 5 or plain in _COMMON:
        return _("This password is too easy to guess.")
    return None


_COMMON = frozenset(
    {
        "password1234",
        "passwordpassword",
        "123456789012",
        "1234567890123",
        "qwertyuiop12",
        "qwertyuiop123",
        "letmeinletmein",
        "administrator",
        "administrator1",
        "welcome12345",
        "changemechangeme",
        "hardstophardstop",
    }
)
