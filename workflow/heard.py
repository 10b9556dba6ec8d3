"""HEARD: which steps the agent has really taken with this caller, and which one comes next.

Hear, Empathize, Apologize, Resolve, Diagnose (Disney Institute): feelings before facts. What
counts as a step is data: hear.toml and its like among the rule files (docs/rules.md).
"""

from __future__ import annotations

import msgspec

from detectors.reading import Reading, StepTaken
from detectors.vocabulary import HeardStep

ACKNOWLEDGED_BY = (HeardStep.HEAR, HeardStep.EMPATHIZE)
"""Either shows a caller that they have arrived, and must come before a remedy."""
BEFORE_A_FIX = (HeardStep.HEAR, HeardStep.EMPATHIZE, HeardStep.APOLOGIZE)


class Heard(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Steps taken, by the utterance that took each first, and where the last apology was."""

    done: dict[HeardStep, str] = {}
    apology: str | None = None

    def after(self, reading: Reading) -> Heard:
        """The steps once a final turn of the agent's is known. A turn read twice counts once."""
        utterance = reading.turn.utterance_id
        done = dict(self.done)
        for taken in reading.steps:
            done.setdefault(taken.step, utterance)
        apologised = _taking(reading, HeardStep.APOLOGIZE) is not None
        return Heard(done=done, apology=utterance if apologised else self.apology)

    @property
    def missing(self) -> tuple[HeardStep, ...]:
        """The steps that may come next, in their order: no remedy before an acknowledgment."""
        acknowledged = any(step in self.done for step in ACKNOWLEDGED_BY)
        steps = tuple(HeardStep) if acknowledged else BEFORE_A_FIX
        return tuple(step for step in steps if step not in self.done)

    def fixes_first(self, reading: Reading) -> StepTaken | None:
        """The remedy in this turn, if nothing has been acknowledged before it or with it."""
        known = self.after(reading).done
        if any(step in known for step in ACKNOWLEDGED_BY):
            return None
        return _taking(reading, HeardStep.RESOLVE)

    def apologises_again(self, reading: Reading) -> StepTaken | None:
        """The apology in this turn, if there was one before and no remedy has come of it."""
        elsewhere = self.apology not in (None, reading.turn.utterance_id)
        if not elsewhere or HeardStep.RESOLVE in self.after(reading).done:
            return None
        return _taking(reading, HeardStep.APOLOGIZE)


def _taking(reading: Reading, step: HeardStep) -> StepTaken | None:
    return next((taken for taken in reading.steps if taken.step is step), None)
