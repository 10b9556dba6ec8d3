"""How the customer's emotion is heard, where somebody labelled it."""

from __future__ import annotations

from collections import Counter

import msgspec
import numpy as np

from detectors.vocabulary import Emotion, Speaker
from models.evaluation.measures import Emotions
from models.evaluation.scores import Answered, label_measures, macro_f1


def emotions(answered: Answered, generator: np.random.Generator) -> Emotions | None:
    """Over customers' rows with an emotion; None where there is none or the system hears none."""
    rows = [
        (
            msgspec.structs.replace(sample, labels=frozenset({sample.emotion})),
            msgspec.structs.replace(answer, raised=frozenset({answer.emotion})),
        )
        for sample, answer in answered
        if sample.emotion is not None
        and answer.emotion is not None
        and sample.speaker is not Speaker.AGENT
    ]
    if not rows:
        return None
    seen: dict[str, Counter[str]] = {}
    for sample, answer in rows:
        seen.setdefault(str(sample.emotion), Counter())[str(answer.emotion)] += 1
    measures = tuple(label_measures(emotion.value, rows, generator) for emotion in Emotion)
    mean, _ = macro_f1(measures)
    return Emotions(
        rows=len(rows),
        macro_f1=mean,
        by_emotion=measures,
        confusion={
            emotion.value: dict(seen[emotion.value].most_common())
            for emotion in Emotion
            if emotion.value in seen
        },
    )
