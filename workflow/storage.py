"""How long what is kept is kept, by its kind, and why: data of the policy."""

from __future__ import annotations

from typing import Annotated

import msgspec

Days = Annotated[int, msgspec.Meta(ge=1, le=36_500)]
Reason = Annotated[str, msgspec.Meta(min_length=1, max_length=600)]


class Kept(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Days since something last happened to it, and the reason for so many."""

    days: Days
    reason: Reason


class Retention(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`incidents`: records of hard stops. `callbacks`, `complaints`: the logs of those that are
    over, kept, answered or taken back."""

    incidents: Kept = Kept(days=365, reason="complaints and claims about a call come within a year")
    callbacks: Kept = Kept(days=90, reason="whether a promise was kept is asked within a quarter")
    complaints: Kept = Kept(
        days=1100, reason="three years from receipt, as FCA DISP 1.9.1R asks of most firms"
    )
