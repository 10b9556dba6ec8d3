"""`coaching` (out): one hint at a time for the agent on the call."""

from __future__ import annotations

from enum import StrEnum

from stream.events.base import Event
from workflow.call import Mode


class HeardStep(StrEnum):
    """Hear, Empathize, Apologize, Resolve, Diagnose (Disney Institute)."""

    HEAR = "hear"
    EMPATHIZE = "empathize"
    APOLOGIZE = "apologize"
    RESOLVE = "resolve"
    DIAGNOSE = "diagnose"


class HintKind(StrEnum):
    NEXT_STEP = "next_step"
    LANDMINE = "landmine"
    GUARDRAIL = "guardrail"


class CoachingHint(Event, tag="coaching.hint", frozen=True, kw_only=True):
    """What to do or say next. It lapses at `expires_at` (RFC 3339)."""

    hint_id: str
    call_id: str
    kind: HintKind
    text: str
    at: str
    expires_at: str
    agent_id: str | None = None
    step: HeardStep | None = None
    heard: str | None = None
    say_instead: str | None = None
    mode: Mode = Mode.LIVE
