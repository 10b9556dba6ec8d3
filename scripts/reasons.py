"""The detector's explanation of some words, for people."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from detectors import Chunk, Conversation, Detector, Disposition, Speaker
from detectors.explain import Decision, Explanation, HeardRule
from detectors.explain import explain as explain_chunk
from scripts.terminal import printable

_STYLES = {
    Disposition.RAISE: "bold red",
    Disposition.REVIEW: "yellow",
    Disposition.CLEAR: "green",
}
_WORDS = {
    Disposition.RAISE: "raised",
    Disposition.REVIEW: "for review",
    Disposition.CLEAR: "not raised",
}


MARGIN = 12


def explained(detector: Detector, turns: Sequence[tuple[str, str]]) -> Explanation:
    """The explanation of the last of some turns, each text and speaker."""
    conversation = Conversation()
    chunks = [
        Chunk(
            call_id="explain",
            sequence=number,
            utterance_id=f"u{number}",
            text=text,
            speaker=Speaker(speaker),
        )
        for number, (text, speaker) in enumerate(turns, start=1)
    ]
    for chunk in chunks[:-1]:
        conversation = conversation.after(detector.read(chunk, conversation))
    return explain_chunk(detector, chunks[-1], conversation)


def told(explanation: Explanation) -> Text:
    """Words, rules, context, scores and decision, from the text down to what becomes of it."""
    text = Text()
    _line(text, "text", printable(explanation.text))
    if explanation.removed:
        _line(text, "removed", ", ".join(explanation.removed))
    if explanation.not_monitored is not None:
        _line(text, "decision", f"not monitored: {explanation.not_monitored}", "yellow")
        return text
    _line(text, "as read", printable(" ".join(explanation.words)))
    for rule in explanation.rules:
        text.append_text(_rule(rule))
    if explanation.classifier:
        scores = (f"{label} {p:.2f}" for label, p in explanation.classifier.items())
        _line(text, "classifier", ", ".join(scores))
    if explanation.emotion is not None:
        emotion = explanation.emotion
        _line(text, "emotion", f"{emotion.label.value} {emotion.intensity:.2f}")
    for decision in explanation.decisions:
        text.append_text(_decision(decision))
    if not explanation.decisions:
        nothing = "no rule counts" if explanation.rules else "no rule matches"
        if explanation.classifier:
            nothing += ", and the classifier is not sure enough"
        _line(text, "decision", f"nothing raised: {nothing}", "green")
    text.rstrip()
    return text


def _rule(rule: HeardRule) -> Text:
    text = Text()
    _line(text, "rule", f"{rule.label} · {rule.rule_id}: {printable(rule.says)}", "bold")
    _line(text, "", f"words “{printable(rule.words)}”")
    for context in rule.context:
        category = context.category.replace("_", " ")
        _line(text, "", f"context {category} “{printable(context.words)}”")
    score = f"score {rule.probability:.2f}"
    if rule.probability != rule.written:
        score += f" (the rule alone {rule.written:.2f})"
    if rule.names:
        score = "a name: no evidence, beside it the classifier is believed sooner"
    _line(text, "", score)
    if rule.review:
        why = f": {printable(rule.doubted)}" if rule.doubted else ""
        _line(text, "", f"a person should look{why}", "yellow")
    if rule.dropped:
        _line(text, "", f"does not count: {printable(rule.dropped)}", "green")
    return text


def _decision(decision: Decision) -> Text:
    text = Text()
    said = (
        f"{decision.label} {_WORDS[decision.disposition]}: "
        f"{decision.probability:.2f}, threshold {decision.threshold:.2f}"
    )
    _line(text, "decision", said, _STYLES[decision.disposition])
    for reason in decision.reasons:
        _line(text, "", printable(reason), "dim")
    return text


def _line(text: Text, name: str, said: str, style: str = "") -> None:
    text.append(f"{name:<{MARGIN}}", "dim").append(said, style).append("\n")
