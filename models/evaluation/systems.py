"""The systems that are compared: what each is asked, and detectors as one of them."""

from __future__ import annotations

from functools import lru_cache
from typing import Protocol

import msgspec

from detectors.chunk import Chunk
from detectors.detector import Detector
from detectors.reading import Conversation, Reading, Turn
from detectors.redaction import redact
from detectors.scoring import Said
from detectors.vocabulary import Disposition
from models.evaluation.samples import Sample


class Answer(msgspec.Struct, frozen=True):
    """What a system says of an utterance.

    `probabilities` 0–1 by label; None where a system knows only yes and no. `because` names the
    rule or keyword by label.
    """

    raised: frozenset[str]
    review: frozenset[str] = frozenset()
    probabilities: dict[str, float] | None = None
    emotion: str | None = None
    because: dict[str, str] = {}


class System(Protocol):
    """Anything that can be evaluated."""

    @property
    def name(self) -> str: ...

    def answer(self, sample: Sample) -> Answer:
        """What it says of the utterance."""
        ...

    def as_spoken(self, sample: Sample) -> list[frozenset[str]]:
        """What stands after each word of the utterance, read as its partial results come in a
        live call; the last is the final result."""
        ...


class DetectorSystem:
    """A detector, given utterances as a worker gives them."""

    def __init__(self, name: str, detector: Detector) -> None:
        self.name = name
        self._detector = detector

    def answer(self, sample: Sample) -> Answer:
        return _answer(
            self._detector.read(_chunk(sample, sample.text, final=True), _before(sample))
        )

    def as_spoken(self, sample: Sample) -> list[frozenset[str]]:
        conversation = _before(sample)
        parts = prefixes(sample.text)
        heard: list[frozenset[str]] = []
        scored = frozenset[str]()
        for count, part in enumerate(parts, start=1):
            chunk = _chunk(sample, part, final=count == len(parts))
            reading = self._detector.read(chunk, conversation)
            conversation = conversation.after(reading)
            raised = frozenset(reading.raised())
            if reading.turn.scored:
                scored = raised
            # With too few new words for the classifier, what it heard last still stands.
            heard.append(raised | scored)
        return heard


def prefixes(text: str) -> list[str]:
    """A text as far as it has been spoken: one word, two words, … all of it, as it is written."""
    words = text.split()
    return [*(" ".join(words[:count]) for count in range(1, len(words))), text]


def _chunk(sample: Sample, text: str, *, final: bool) -> Chunk:
    return Chunk(
        call_id=sample.call_id or sample.id,
        sequence=len(sample.before) + 1,
        utterance_id="now",
        text=text,
        speaker=sample.speaker,
        language=sample.language,
        is_final=final,
    )


def _before(sample: Sample) -> Conversation:
    return Conversation(turns=tuple(_turn(at, said) for at, said in enumerate(sample.before)))


def _answer(reading: Reading) -> Answer:
    because: dict[str, str] = {}
    order = {Disposition.RAISE: 0, Disposition.REVIEW: 1, Disposition.CLEAR: 2}
    for finding in sorted(reading.findings, key=lambda f: (order[f.disposition], -f.probability)):
        because.setdefault(finding.label, finding.rule_id)
    return Answer(
        raised=frozenset(reading.raised()),
        review=frozenset(reading.review()),
        probabilities=reading.triggers,
        emotion=reading.emotion.label.value if reading.emotion else None,
        because=because,
    )


def _turn(at: int, said: Said) -> Turn:
    return Turn(utterance_id=f"before-{at}", speaker=said.speaker, text=_redacted(said.text))


@lru_cache(maxsize=8192)
def _redacted(text: str) -> str:
    return redact(text, "", "")[0]
