"""HEARD in an agent's words: what counts as a step, for whom, and what only sounds like one."""

from collections.abc import Callable

import pytest

from detectors.chunk import Audience
from detectors.detector import Detector, Heard
from detectors.rules import RuleError, rule_book
from detectors.vocabulary import HeardStep, Signal

Say = Callable[..., Heard]


def steps(heard: Heard) -> set[HeardStep]:
    return {taken.step for taken in heard.reading.steps}


@pytest.mark.parametrize(
    ("text", "step"),
    [
        ("So you rang on Monday and waited an hour and then got cut off.", HeardStep.HEAR),
        ("let me make sure I've understood you properly", HeardStep.HEAR),
        ("That must be so frustrating for you.", HeardStep.EMPATHIZE),
        ("I'm sorry that we left you without hot water", HeardStep.APOLOGIZE),
        ("I can send an engineer tomorrow morning", HeardStep.RESOLVE),
        ("I want to find out why that happened", HeardStep.DIAGNOSE),
    ],
)
def test_a_step_is_heard_in_the_agents_words(
    shipped: Detector, say: Say, text: str, step: HeardStep
) -> None:
    assert step in steps(say(shipped, f"agent: {text}"))


@pytest.mark.parametrize(
    "text",
    [
        "I understand.",
        "Okay, and your postcode?",
        "We apologise for any inconvenience.",
        "I'm sorry you feel that way.",
        "Sorry, could you say that again?",
        "I'm not going to refund that.",
        "You need to calm down.",
    ],
)
def test_a_formula_is_no_step(shipped: Detector, say: Say, text: str) -> None:
    assert not steps(say(shipped, f"agent: {text}"))


def test_only_what_the_caller_can_hear_from_the_agent_is_a_step(
    shipped: Detector, say: Say
) -> None:
    text = "I'm sorry that we left you without hot water"
    assert not steps(say(shipped, text))
    assert not steps(say(shipped, f"agent: {text}", audience=Audience.CONSULT))


def test_a_step_quotes_its_words_as_transcribed(shipped: Detector, say: Say) -> None:
    heard = say(shipped, "agent: Right. I'll REFUND you today.")
    (taken,) = heard.reading.steps
    (piece,) = taken.evidence
    assert taken.rule_id == "resolve.refund"
    assert piece.quote == heard.reading.turn.text[piece.char_start : piece.char_end]
    assert piece.quote == "I'll REFUND"


def test_a_step_is_no_finding_and_says_nothing_of_what_the_agent_feels(
    shipped: Detector, say: Say
) -> None:
    reading = say(shipped, "agent: I am so angry and upset for you, that must be awful").reading
    assert reading.steps
    assert reading.emotion is None
    assert reading.mood is None
    assert not reading.findings


@pytest.mark.parametrize(
    ("text", "rule_id"),
    [
        ("As I said, it's in the terms.", "landmine.as_i_said"),
        ("That's company policy.", "landmine.argues_policy"),
        ("We're sorry for any inconvenience.", "landmine.empty_apology"),
        ("You should have read the letter.", "landmine.blames_caller"),
        ("Your account is under investigation.", "guardrail.tips_off"),
        ("A manager will just tell you the same.", "guardrail.refuses_supervisor"),
        ("You should stop taking those tablets.", "guardrail.medical_advice"),
        ("There's no point complaining.", "guardrail.disputes_complaint"),
    ],
)
def test_what_an_agent_must_not_say_is_heard(
    shipped: Detector, say: Say, text: str, rule_id: str
) -> None:
    found = say(shipped, f"agent: {text}").reading.findings
    assert rule_id in {finding.rule_id for finding in found}


def test_everything_an_agent_must_not_say_comes_with_what_to_say_instead() -> None:
    own = [read.rule for read in rule_book("en").rules if read.label == Signal.AGENT_GUARDRAIL]
    assert len(own) >= 15
    for rule in own:
        assert rule.instead, rule.id
        assert len(rule.examples) >= 3, rule.id
        assert len(rule.counter_examples) >= 2, rule.id


def test_what_is_shown_instead_breaks_no_rule_itself(shipped: Detector, say: Say) -> None:
    for read in rule_book("en").rules:
        if read.rule.instead:
            heard = say(shipped, f"agent: {read.rule.instead}")
            assert not heard.reading.raised(), read.rule.id


@pytest.mark.parametrize(
    ("extra", "says"),
    [("", "instead is missing"), ('instead = "x"', "begins with neither guardrail")],
)
def test_a_rule_for_agents_without_its_kind_or_words_is_refused(
    build: Callable[..., Detector], extra: str, says: str
) -> None:
    with pytest.raises(RuleError, match=says):
        build("calm down", label="agent_guardrail", extra=extra)


def test_the_rules_of_every_step_are_read() -> None:
    labels = {read.label for read in rule_book("en").rules}
    assert labels >= {step.value for step in HeardStep}
