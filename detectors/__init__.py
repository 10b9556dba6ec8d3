"""Text to findings: rules, context, fusion, redaction. No clock, no network, no files when read."""

from typing import TYPE_CHECKING

from detectors.chunk import Audience, Chunk, Revision
from detectors.reading import Conversation, EmotionScore, Evidence, Finding, Reading, Turn
from detectors.settings import DetectionSettings, HasDetection
from detectors.vocabulary import Disposition, Emotion, Signal, Speaker, Trigger

if TYPE_CHECKING:
    from detectors.detector import Detector
    from detectors.explain import Explanation

__all__ = [
    "Audience",
    "Chunk",
    "Conversation",
    "DetectionSettings",
    "Detector",
    "Disposition",
    "Emotion",
    "EmotionScore",
    "Evidence",
    "Explanation",
    "Finding",
    "HasDetection",
    "Reading",
    "Revision",
    "Signal",
    "Speaker",
    "Trigger",
    "Turn",
]


def __getattr__(name: str) -> object:
    """Names that need spaCy load it when asked for: commands that need none start at once."""
    if name == "Detector":
        from detectors.detector import Detector

        return Detector
    if name == "Explanation":
        from detectors.explain import Explanation

        return Explanation
    raise AttributeError(f"module 'detectors' has no attribute '{name}'")
