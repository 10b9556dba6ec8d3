"""The public library names of hardstop."""

from detectors.chunk import Audience, Chunk, Revision
from detectors.detector import Detector
from detectors.explain import Explanation, explain
from detectors.reading import Conversation, EmotionScore, Evidence, Finding, Reading, Turn
from detectors.rules import RuleError
from detectors.settings import DetectionSettings, HasDetection
from detectors.vocabulary import Disposition, Emotion, Signal, Speaker, Trigger

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
    "RuleError",
    "Signal",
    "Speaker",
    "Trigger",
    "Turn",
    "explain",
]
