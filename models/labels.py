"""What the classifier answers: one number for each label, each emotion, and the intensity."""

from __future__ import annotations

from detectors.vocabulary import LABELS, Emotion, Signal

SCORED: tuple[str, ...] = tuple(label for label in LABELS if label != Signal.AGENT_GUARDRAIL)
"""Labels the classifier knows, in the order of its outputs. What agents say is left to rules."""

EMOTIONS: tuple[str, ...] = tuple(emotion.value for emotion in Emotion)
"""In the order of its outputs, after the labels; the intensity is the last of all."""

FINER = 28
"""Emotions that GoEmotions tells apart. They are learned beside ours, since what tells disgust from
annoyance also tells anger from frustration, and are never served."""

OUTPUTS = len(SCORED) + len(EMOTIONS) + 1
