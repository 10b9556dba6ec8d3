"""Context around a hit: negation, hypothesis, condition, time, person, source, occupation."""

from collections.abc import Callable

import pytest

from detectors.detector import Detector, Heard
from detectors.vocabulary import Disposition

Build = Callable[..., Detector]
Say = Callable[..., Heard]

RAISE, REVIEW, CLEAR = Disposition.RAISE, Disposition.REVIEW, Disposition.CLEAR


@pytest.fixture
def sue(build: Build) -> Detector:
    return build("sue|suing|sued you|them", "call my lawyer", "my lawyer will be in touch")


def outcome(heard: Heard) -> tuple[Disposition, tuple[str, ...]]:
    assert len(heard.reading.findings) == 1
    finding = heard.reading.findings[0]
    return finding.disposition, finding.context


@pytest.mark.parametrize(
    ("text", "category"),
    [
        ("I'm not going to sue you", "negated"),
        ("I would never sue you", "negated"),
        ("we have no intention of suing you", "negated"),
        ("I'm not saying I will sue you", "negated"),
        ("I don't want to sue you", "negated"),
        ("I would rather talk than... I refuse to sue you", "negated"),
        ("what if I sued you", "hypothetical"),
        ("imagine I sued you", "hypothetical"),
        ("I sued them years ago", "historical"),
        ("back in the nineties I sued them", "historical"),
        ("my neighbour sued you", "other_person"),
        ("he said he sued you", "other_person"),
        ("I read about people who sued you", "quoted"),
    ],
)
def test_context_clears_a_threat(sue: Detector, say: Say, text: str, category: str) -> None:
    disposition, context = outcome(say(sue, text))
    assert disposition is CLEAR
    assert category in context


@pytest.mark.parametrize(
    "text",
    [
        "I will sue you",
        "if you don't refund me I will sue you",
        "unless this is sorted I'm suing you",
        "I'm not happy I'm going to sue you",
        "this is not good enough my lawyer will be in touch",
        "you have not called me back so I will sue you",
        "I'm not only complaining I will sue you",
        "I have no choice but to sue you",
        "don't make me sue you",
        "I don't want to have to sue you",
        "I don't want to sue you but I will",
        "I won't hesitate to sue you",
        "I'm not afraid to call my lawyer",
        "I'm suing you for what happened last year",
        "last year you lied to me and now I'm suing you",
        "my sister told me to wait but I will sue you",
        "not a chance. I will sue you",
    ],
)
def test_what_only_sounds_like_context_leaves_the_threat(
    sue: Detector, say: Say, text: str
) -> None:
    assert outcome(say(sue, text))[0] is RAISE


def test_words_that_a_pattern_names_are_no_context(build: Build, say: Say) -> None:
    heard = say(build("not going to let this go"), "I'm not going to let this go")
    assert outcome(heard) == (RAISE, ())


def test_a_negation_inside_a_gap_counts(build: Build, say: Say) -> None:
    assert outcome(say(build("i am ..4 sue you"), "I am not gonna sue you"))[0] is CLEAR


def test_a_rule_may_ignore_kinds_of_context(build: Build, say: Say) -> None:
    detector = build("sue you", extra='ignores = ["negated"]')
    assert outcome(say(detector, "I'm not going to sue you")) == (RAISE, ())


@pytest.mark.parametrize("label", ["self_harm", "violence", "emergency", "safeguarding"])
def test_negation_alone_never_clears_a_life_stop(build: Build, say: Say, label: str) -> None:
    heard = say(build("the words", label=label), "this is not the words")
    assert outcome(heard) == (REVIEW, ("negated",))
    assert heard.reading.review() == [label]
    assert heard.reading.raised() == []


@pytest.mark.parametrize("label", ["self_harm", "violence", "emergency", "safeguarding", "fraud"])
def test_a_third_person_in_danger_counts_in_full(build: Build, say: Say, label: str) -> None:
    heard = say(build("the words", label=label), "my neighbour said the words")
    assert outcome(heard)[0] is RAISE
    assert heard.reading.triggers[label] == pytest.approx(0.9)


def test_an_unless_near_the_hit_drops_it(build: Build, say: Say) -> None:
    detector = build("kill myself", label="self_harm", extra='unless = ["laughing|laugh"]')
    assert not say(detector, "I could kill myself laughing").reading.findings
    assert say(detector, "we were laughing then on the way home I wanted to kill myself").hits
    far = "they laugh at me every single day and I want to kill myself"
    assert say(detector, far).reading.raised() == ["self_harm"]


def test_an_answer_counts_only_after_the_question(build: Build, say: Say) -> None:
    detector = build(
        "^ yes|yeah|sometimes", label="self_harm", extra='after_agent = ["hurting yourself"]'
    )
    asked = "agent: are you thinking of hurting yourself?"
    assert say(detector, asked, "yeah").reading.raised() == ["self_harm"]
    assert say(detector, asked, "um", "sometimes").reading.raised() == ["self_harm"]
    assert not say(detector, "agent: is that your address?", "yeah").reading.findings
    assert not say(detector, asked, "no", "agent: okay and your address?", "yes").reading.findings
    assert not say(detector, "yeah").reading.findings


def test_the_reason_names_the_words_and_the_context(sue: Detector, say: Say) -> None:
    finding = say(sue, "Well I am NOT gonna sue you").reading.findings[0]
    assert finding.reason == (
        "Says the words of the test: “sue you”. Context: negated (“NOT gonna”)."
    )
