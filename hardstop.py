"""The public library names of hardstop."""

from detectors.chunk import Audience, Chunk, Revision
from detectors.detector import Detector
from detectors.explain import Explanation, explain
from detectors.reading import Conversation, EmotionScore, Evidence, Finding, Reading, Turn
from detectors.rules import RuleError
from detectors.settings import DetectionSettings, HasDetection
from detectors.vocabulary import Disposition, Emotion, Signal, Speaker, Trigger
from workflow.drafts.check import Fault
from workflow.drafts.check import check as check_draft
from workflow.drafts.draft import Draft
from workflow.drafts.situation import Situation, read_description, read_turns
from workflow.drafts.writer import draft

__all__ = [
    "Audience",
    "Chunk",
    "Conversation",
    "DetectionSettings",
    "Detector",
    "Disposition",
    "Draft",
    "Emotion",
    "EmotionScore",
    "Evidence",
    "Explanation",
    "Fault",
    "Finding",
    "HasDetection",
    "Reading",
    "Revision",
    "RuleError",
    "Signal",
    "Situation",
    "Speaker",
    "Trigger",
    "Turn",
    "check_draft",
    "draft",
    "explain",
    "read_description",
    "read_turns",
]
