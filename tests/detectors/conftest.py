"""Detectors over small rule books written for one test, and the one that ships."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from detectors.chunk import Chunk
from detectors.context import read_context
from detectors.detector import Detector, Heard
from detectors.hits import HitFinder
from detectors.reading import Conversation
from detectors.rules import RULES, read_book
from detectors.settings import DetectionSettings
from detectors.vocabulary import Speaker

RULE = """
[file]
language = "en"
label = "{label}"

[lists]
court = ["court", "small claims", "a tribunal"]

[[rule]]
id = "{label}.test"
says = "says the words of the test"
probability = {probability}
patterns = {patterns}
examples = ["x"]
counter_examples = ["y"]
{extra}
"""

CONTEXT = (RULES / "en" / "context.toml").read_text(encoding="utf-8")


class _Policy:
    detection = DetectionSettings()


@pytest.fixture(scope="session")
def shipped() -> Detector:
    return Detector.from_policy(_Policy())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "en"
    place.mkdir()
    return place


@pytest.fixture
def build(folder: Path) -> Callable[..., Detector]:
    """A detector with one rule, for the label, patterns and other keys given."""

    def built(
        *patterns: str,
        label: str = "legal_threat",
        probability: float = 0.9,
        extra: str = "",
        context: str = CONTEXT,
        **settings: Any,
    ) -> Detector:
        listed = "[" + ", ".join(f"'''{pattern}'''" for pattern in patterns) + "]"
        text = RULE.format(label=label, probability=probability, patterns=listed, extra=extra)
        (folder / f"{label}.toml").write_text(text, encoding="utf-8")
        (folder / "context.toml").write_text(context, encoding="utf-8")
        book = read_book(folder)
        finder = HitFinder(book, read_context(folder / "context.toml", book.lists))
        return Detector(DetectionSettings(**settings), {"en": finder})

    return built


@pytest.fixture(scope="session")
def say() -> Callable[..., Heard]:
    """Reads turns in order ("agent: …" is the agent's); the last is what was heard."""

    def said(detector: Detector, *turns: str, **chunk: Any) -> Heard:
        conversation = Conversation()
        for number, turn in enumerate(turns):
            speaker = Speaker.CUSTOMER
            if turn.startswith("agent: "):
                speaker, turn = Speaker.AGENT, turn.removeprefix("agent: ")
            given: dict[str, Any] = {
                "call_id": "c1",
                "sequence": number,
                "utterance_id": f"u{number}",
                "text": turn,
                "speaker": speaker,
            }
            if number == len(turns) - 1:
                given |= chunk
            heard = detector.hear(Chunk(**given), conversation)
            conversation = conversation.after(heard.reading)
        return heard

    return said


@pytest.fixture(scope="session")
def quotes() -> Callable[[Heard], list[str]]:
    """What the findings of a reading quote, in the order of the findings."""

    def quoted(heard: Heard) -> list[str]:
        return [piece.quote for finding in heard.reading.findings for piece in finding.evidence]

    return quoted


@pytest.fixture
def rule_text() -> str:
    """A rule file with one good rule."""
    return RULE.format(label="legal_threat", probability=0.9, patterns="['sue you']", extra="")


@pytest.fixture
def context_text() -> str:
    """The context file that ships."""
    return CONTEXT
