"""What is known of a caller from their earlier calls, under a pseudonym."""

from __future__ import annotations

import msgspec


class PastStop(msgspec.Struct, frozen=True, kw_only=True):
    """A hard stop on an earlier call. `at` is RFC 3339."""

    call_id: str
    trigger: str
    at: str


class Promise(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A callback that is still open, and the call on which it was promised. The window is RFC
    3339."""

    reference: str
    state: str
    owner: str
    summary: str = ""
    window_start: str | None = None
    window_end: str | None = None
    call_id: str = ""


class History(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A caller's earlier contacts, as far as the policy keeps them; the newest come last.

    `contacts`: earlier calls. `same_matter`: those of them that were about what this one is about.
    `known`: somebody has looked; without it nothing is known of earlier calls, not even that none
    were.
    """

    contacts: int = 0
    same_matter: int = 0
    last_at: str | None = None
    hard_stops: tuple[PastStop, ...] = ()
    open_callbacks: tuple[Promise, ...] = ()
    known: bool = False
