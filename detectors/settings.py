"""What a contact center may set about detection. The policy file carries these values."""

from __future__ import annotations

from typing import Literal, Protocol

import msgspec

PointName = Literal["sensitive", "balanced", "strict"]


class OperatingPoint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """How sure one must be, as probabilities 0–1: `threshold` for every label, `thresholds` for
    those that differ. A life stop between `review` and its threshold is shown for review.

    `alone`, `alone_thresholds` and `alone_review` hold instead where the classifier hears what no
    rule does: ordinary talk is so much commoner than hard stops that even a rare mistake would
    drown them. `named_thresholds` hold in place of these where a rule heard the matter named
    (`names` in docs/rules.md): in ordinary talk that is rare beside what the classifier mistakes.
    """

    threshold: float = 0.5
    thresholds: dict[str, float] = {}
    review: float = 0.3
    alone: float = 0.93
    alone_thresholds: dict[str, float] = {}
    alone_review: float = 0.3
    named_thresholds: dict[str, float] = {}


class OperatingPoints(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The three points to choose from."""

    sensitive: OperatingPoint = OperatingPoint(
        threshold=0.3, review=0.15, alone=0.6, alone_review=0.2
    )
    balanced: OperatingPoint = OperatingPoint()
    strict: OperatingPoint = OperatingPoint(threshold=0.8, review=0.5, alone=0.98, alone_review=0.6)


class DetectionSettings(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """`thresholds` are a label's own at whatever point, probabilities 0–1.

    `classifier` False: rules alone. `deadline_ms`: a live chunk that has waited longer than this
    is read by rules at once, and by the classifier with the next chunk of its call; 0: never.
    """

    operating_point: PointName = "balanced"
    points: OperatingPoints = OperatingPoints()
    thresholds: dict[str, float] = {}
    languages: tuple[str, ...] = ("en",)
    max_text_chars: int = 20_000
    classifier: bool = True
    deadline_ms: int = 0

    @property
    def point(self) -> OperatingPoint:
        """The point in use."""
        point: OperatingPoint = getattr(self.points, self.operating_point)
        return point

    def threshold_for(self, label: str) -> float:
        """The label's own threshold, else its point's for it, else the point's for all."""
        return self.thresholds.get(label, self.point.thresholds.get(label, self.point.threshold))

    def alone_for(self, label: str, *, named: bool = False) -> float:
        """From which probability the classifier is believed where no rule stands by it.

        `named`: a rule heard what the label is about named.
        """
        own = self.point.alone_thresholds.get(label, self.point.alone)
        if named:
            own = min(own, self.point.named_thresholds.get(label, own))
        return max(own, self.threshold_for(label))

    @property
    def quiet_below(self) -> float:
        """Below this probability nothing is said of what only the classifier hears."""
        point = self.point
        own = (*point.alone_thresholds.values(), *point.named_thresholds.values())
        return min(point.alone, point.alone_review, *own)

    def review_for(self, label: str) -> float:
        """From which probability a life stop that is not raised is shown for review."""
        return min(self.point.review, self.threshold_for(label))


class HasDetection(Protocol):
    """Anything that carries detection settings; the policy does."""

    @property
    def detection(self) -> DetectionSettings: ...
