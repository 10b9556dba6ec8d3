"""`scores` (out): one reading per chunk, redacted; the live transcript of wallboards and audits."""

from __future__ import annotations

from detectors.mood import MoodReport
from detectors.reading import EmotionScore, Finding
from detectors.vocabulary import HeardStep, Speaker
from stream.events.base import Event
from workflow.call import Mode


class Score(Event, tag="score", frozen=True, kw_only=True):
    """What was read in one chunk. `probabilities` (0–1) leaves out labels at zero.

    `mood` is how the customer who spoke has felt over the call so far; `steps` are those of HEARD
    that the agent's words take.
    """

    call_id: str
    sequence: int
    utterance_id: str
    speaker: Speaker
    is_final: bool
    text: str
    at: str
    policy_version: str
    rules_version: str
    probabilities: dict[str, float] = {}
    raised: tuple[str, ...] = ()
    review: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    emotion: EmotionScore | None = None
    removed: tuple[str, ...] = ()
    monitored: bool = True
    start_ms: int | None = None
    end_ms: int | None = None
    spoken_at: str | None = None
    confidence: float | None = None
    queue_id: str | None = None
    team_id: str | None = None
    agent_id: str | None = None
    mode: Mode = Mode.LIVE
    model_version: str | None = None
    degraded: bool = False
    mood: MoodReport | None = None
    steps: tuple[HeardStep, ...] = ()
