"""`coaching` (out): one hint at a time for the agent on the call."""

from __future__ import annotations

from typing import Literal

from workflow.hints import Hint


class CoachingHint(
    Hint, tag_field="type", tag="coaching.hint", frozen=True, kw_only=True, omit_defaults=False
):
    """What to do or say next. It lapses at `expires_at` (RFC 3339)."""

    version: Literal[1] = 1
