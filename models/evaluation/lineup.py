"""Which systems are compared, built from one policy's settings and the classifier, if any."""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from detectors.context import context_book
from detectors.detector import Detector, primary
from detectors.hits import HitFinder
from detectors.rules import rule_book
from detectors.scoring import Scorer
from detectors.settings import DetectionSettings
from models.evaluation.keywords import KeywordSystem
from models.evaluation.systems import DetectorSystem, System

NAMES = ("hardstop", "rules", "classifier", "keywords")
"""`hardstop` is rules and classifier together; without a classifier it is the rules."""


class Tuned(msgspec.Struct, frozen=True):
    """Detection settings on their own, as a detector takes them."""

    detection: DetectionSettings


def lineup(
    settings: DetectionSettings, scorer: Scorer | None, names: tuple[str, ...] = NAMES
) -> list[System]:
    """The systems of these names that there are, in this order. Raises RuleError.

    With `classifier` off in the settings there is none, whatever the scorer.
    """
    asked = scorer if settings.classifier else None
    makers: dict[str, Callable[[], System]] = {
        "hardstop": lambda: DetectorSystem("hardstop", _detector(settings, asked)),
        "rules": lambda: DetectorSystem("rules", _detector(settings, None)),
        "keywords": KeywordSystem,
    }
    if asked is not None:
        makers["classifier"] = lambda: DetectorSystem("classifier", _unruled(settings, asked))
    elif "hardstop" in names:
        # Without a classifier the two would be one system, measured twice.
        makers.pop("rules")
    return [makers[name]() for name in names if name in makers]


def _detector(settings: DetectionSettings, scorer: Scorer | None) -> Detector:
    if scorer is None:
        return Detector.from_policy(Tuned(settings))
    return Detector.from_policy(Tuned(settings), scorer)


def _unruled(settings: DetectionSettings, scorer: Scorer) -> Detector:
    """A detector that has no rules: the classifier by itself, asked and believed as in live calls
    where no rule stands by it."""
    finders = {
        code: HitFinder(msgspec.structs.replace(rule_book(code), rules=()), context_book(code))
        for code in map(primary, settings.languages)
    }
    return Detector(settings, finders, scorer)
