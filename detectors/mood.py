"""A customer's emotion over the call: smoothed, with a trend. Never computed for an employee.

Two exponential means of different memory (Roberts, 1959, "Control Chart Tests Based on Geometric
Moving Averages"): where the quick one has left the slow one behind, something is changing.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

import msgspec

from detectors.vocabulary import Emotion

QUICK, SLOW = 0.45, 0.15
"""Share of the newest turn in each mean: about the last 3 and the last 12 turns."""
MOVES = 0.08
"""Difference of the means from which the heat is said to rise or fall."""
HOT = 0.45
WARM = 0.25
LOW = 0.4
"""Smoothed level of distress or sadness from which the call is one of distress."""
FRUSTRATION_SHARE = 0.6
"""How much frustration counts as heat, beside anger."""


class Trend(StrEnum):
    """Where the heat, anger and frustration together, is going."""

    RISING = "rising"
    STEADY = "steady"
    FALLING = "falling"


class MoodState(StrEnum):
    """What matters to whoever decides about the call."""

    CALM = "calm"
    ANGER_RISING = "anger_rising"
    ANGRY = "angry"
    DISTRESS = "distress"


class Mood(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Smoothed levels 0–1 over the customer's turns so far.

    `heat` is anger with a share of frustration, `low` the higher of distress and sadness;
    `heat_before` is the slower mean that the trend is measured against.
    """

    turns: int = 0
    heat: float = 0.0
    heat_before: float = 0.0
    low: float = 0.0

    def after(self, felt: Mapping[str, float], intensity: float) -> Mood:
        """The mood once another turn is known: its emotion scores and intensity, each 0–1."""
        strength = 0.5 + 0.5 * intensity
        anger, frustration = felt.get(Emotion.ANGER, 0.0), felt.get(Emotion.FRUSTRATION, 0.0)
        heat = strength * min(1.0, anger + FRUSTRATION_SHARE * frustration)
        low = strength * max(felt.get(Emotion.DISTRESS, 0.0), felt.get(Emotion.SADNESS, 0.0))
        return Mood(
            turns=self.turns + 1,
            heat=round(self.heat + QUICK * (heat - self.heat), 4),
            heat_before=round(self.heat_before + SLOW * (heat - self.heat_before), 4),
            low=round(self.low + QUICK * (low - self.low), 4),
        )

    @property
    def trend(self) -> Trend:
        """Rising or falling when the last turns differ from those before."""
        change = self.heat - self.heat_before
        if change > MOVES:
            return Trend.RISING
        return Trend.FALLING if change < -MOVES else Trend.STEADY

    @property
    def state(self) -> MoodState:
        """Distress before anger: it needs the other kind of care."""
        if self.low >= LOW and self.low >= self.heat:
            return MoodState.DISTRESS
        if self.heat >= HOT:
            return MoodState.ANGRY
        if self.heat >= WARM and self.trend is Trend.RISING:
            return MoodState.ANGER_RISING
        return MoodState.CALM


class MoodReport(msgspec.Struct, frozen=True, kw_only=True):
    """The mood as events carry it: levels 0–1, and what they amount to."""

    state: MoodState
    trend: Trend
    heat: float
    low: float
    turns: int

    @classmethod
    def of(cls, mood: Mood) -> MoodReport:
        return cls(
            state=mood.state, trend=mood.trend, heat=mood.heat, low=mood.low, turns=mood.turns
        )
