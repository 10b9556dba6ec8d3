"""The systems that are compared: the detector, its parts, and keyword categories."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

import msgspec

from detectors.chunk import Chunk
from detectors.detector import Detector
from detectors.reading import Conversation, Reading, Turn
from detectors.redaction import redact
from detectors.scoring import Passage, Said, Scorer
from detectors.settings import DetectionSettings
from detectors.vocabulary import Disposition, Speaker
from models.evaluation.samples import Sample


class Answer(msgspec.Struct, frozen=True):
    """What a system says of an utterance.

    `probabilities` 0–1 by label; None where a system knows only yes and no. `because` names the
    rule or keyword by label, `complete_at` the words of the text up to the end of the evidence.
    """

    raised: frozenset[str]
    review: frozenset[str] = frozenset()
    probabilities: dict[str, float] | None = None
    emotion: str | None = None
    because: dict[str, str] = {}
    complete_at: dict[str, int] = {}


class System(Protocol):
    """Anything that can be evaluated."""

    @property
    def name(self) -> str: ...

    def answer(self, sample: Sample, *, final: bool = True) -> Answer:
        """What it says of the utterance; `final` is False while it is still being spoken."""
        ...


class DetectorSystem:
    """A detector, given utterances as a worker gives them."""

    def __init__(self, name: str, detector: Detector) -> None:
        self.name = name
        self._detector = detector

    def answer(self, sample: Sample, *, final: bool = True) -> Answer:
        turns = tuple(_turn(at, said) for at, said in enumerate(sample.before))
        chunk = Chunk(
            call_id=sample.call_id or sample.id,
            sequence=len(turns) + 1,
            utterance_id="now",
            text=sample.text,
            speaker=sample.speaker,
            is_final=final,
        )
        return _answer(self._detector.read(chunk, Conversation(turns=turns)))


class ClassifierSystem:
    """The classifier alone, at the thresholds of the policy; an agent raises nothing with it."""

    def __init__(self, name: str, scorer: Scorer, settings: DetectionSettings) -> None:
        self.name = name
        self._scorer = scorer
        self._settings = settings

    def answer(self, sample: Sample, *, final: bool = True) -> Answer:
        before = tuple(Said(said.speaker, _redacted(said.text)) for said in sample.before)
        now = Said(sample.speaker, _redacted(sample.text))
        (scores,) = self._scorer.score([Passage(now, before)])
        over = {
            label
            for label, probability in scores.labels.items()
            if probability >= self._settings.threshold_for(label)
        }
        heard = sample.speaker is not Speaker.AGENT
        return Answer(
            raised=frozenset(over if heard else ()),
            probabilities=scores.labels,
            emotion=max(scores.emotions, key=scores.emotions.__getitem__) if heard else None,
            because=dict.fromkeys(over, self._scorer.version),
        )


def _answer(reading: Reading) -> Answer:
    because: dict[str, str] = {}
    complete_at: dict[str, int] = {}
    order = {Disposition.RAISE: 0, Disposition.REVIEW: 1, Disposition.CLEAR: 2}
    for finding in sorted(reading.findings, key=lambda f: (order[f.disposition], -f.probability)):
        if finding.label in because:
            continue
        because[finding.label] = finding.rule_id
        ends = [e.char_end for e in finding.evidence if e.utterance_id == "now"]
        if ends:
            complete_at[finding.label] = len(reading.turn.text[: max(ends)].split())
    return Answer(
        raised=frozenset(reading.raised()),
        review=frozenset(reading.review()),
        probabilities=reading.triggers,
        emotion=reading.emotion.label.value if reading.emotion else None,
        because=because,
        complete_at=complete_at,
    )


def _turn(at: int, said: Said) -> Turn:
    return Turn(utterance_id=f"before-{at}", speaker=said.speaker, text=_redacted(said.text))


@lru_cache(maxsize=8192)
def _redacted(text: str) -> str:
    return redact(text, "", "")[0]
