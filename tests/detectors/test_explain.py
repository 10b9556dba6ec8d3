"""Explanations: every hit is told, also those that were dropped, and what became of each label."""

from collections.abc import Callable

from detectors.chunk import Chunk
from detectors.detector import Detector
from detectors.explain import explain
from detectors.reading import Conversation
from detectors.vocabulary import Disposition

Build = Callable[..., Detector]


def chunk(text: str) -> Chunk:
    return Chunk(call_id="c", sequence=0, utterance_id="u", text=text)


def test_an_explanation_tells_words_rules_context_and_decision(build: Build) -> None:
    told = explain(build("sue you"), chunk("I'm NOT gonna sue you"), Conversation())
    assert told.words == ("i", "am", "not", "going", "to", "sue", "you")
    (rule,) = told.rules
    assert (rule.rule_id, rule.words, rule.written) == ("legal_threat.test", "sue you", 0.9)
    assert [(c.category, c.words) for c in rule.context] == [("negated", "NOT gonna")]
    (decision,) = told.decisions
    assert decision.disposition is Disposition.CLEAR
    assert decision.probability < decision.threshold == 0.5


def test_an_explanation_tells_what_was_dropped_and_why(build: Build) -> None:
    detector = build("kill myself", label="self_harm", extra='unless = ["laughing"]')
    told = explain(detector, chunk("I could kill myself laughing"), Conversation())
    assert [rule.dropped for rule in told.rules] == ['unless "laughing"']
    assert not told.decisions


def test_an_explanation_agrees_with_the_reading(build: Build) -> None:
    detector = build("sue you")
    said = chunk("I'll sue you, 4111111111111111")
    told = explain(detector, said, Conversation())
    reading = detector.read(said, Conversation())
    assert told.text == reading.turn.text
    assert told.removed == ("card",)
    assert [d.probability for d in told.decisions] == [reading.triggers["legal_threat"]]
