"""What a rule says of itself: for a person to look at, or so plain that no low score counts."""

from collections.abc import Callable, Mapping, Sequence

import pytest

from detectors.detector import Detector, Heard
from detectors.scoring import Passage, Scores, Weights
from detectors.vocabulary import Disposition

Build = Callable[..., Detector]
Say = Callable[..., Heard]

ASKED = 'after_agent = ["are you safe"]'


class SureScorer:
    """A classifier that hears one label in everything, as surely as it is told."""

    version = "sure-1"

    def __init__(self, label: str, probability: float) -> None:
        self.weights: Mapping[str, Weights] = {}
        self.scores = Scores(labels={label: probability}, emotions={}, intensity=0.0)

    def score(self, passages: Sequence[Passage]) -> list[Scores]:
        return [self.scores for _ in passages]


def scored(rules: Detector, label: str, probability: float) -> Detector:
    return Detector(rules.settings, rules.finders, SureScorer(label, probability))


def heard(heard: Heard) -> tuple[list[str], list[str]]:
    return heard.reading.raised(), heard.reading.review()


def test_a_rule_for_review_is_always_looked_at_and_never_raised(build: Build, say: Say) -> None:
    rules = build("the words", label="self_harm", extra='review = "always"')
    assert heard(say(rules, "the words")) == ([], ["self_harm"])
    for probability in (0.01, 0.98):
        detector = scored(rules, "self_harm", probability)
        assert heard(say(detector, "the words.")) == ([], ["self_harm"])


@pytest.mark.parametrize(("probability", "review"), [(0.1, []), (0.98, ["safeguarding"])])
def test_an_answer_that_reassures_is_looked_at_where_the_classifier_hears_more(
    build: Build, say: Say, probability: float, review: list[str]
) -> None:
    extra = f'{ASKED}\nreview = "if_heard"'
    rules = build("^ yes i am $", label="safeguarding", probability=0.1, extra=extra)
    turns = ("agent: are you safe", "Yes I am.")
    assert heard(say(rules, *turns)) == ([], [])
    assert heard(say(scored(rules, "safeguarding", probability), *turns)) == ([], review)


def test_what_follows_an_answer_that_reassures_is_heard(build: Build, say: Say) -> None:
    extra = f'{ASKED}\nreview = "if_heard"'
    rules = build("^ yes i am", label="safeguarding", probability=0.1, extra=extra)
    detector = scored(rules, "safeguarding", 0.98)
    turns = ("agent: are you safe", "yes i am but he hits the children")
    assert heard(say(detector, *turns))[0] == ["safeguarding"]


@pytest.mark.parametrize(("extra", "raised"), [("", []), ("plain = true", ["emergency"])])
def test_no_low_score_takes_back_what_is_said_plainly(
    build: Build, say: Say, extra: str, raised: list[str]
) -> None:
    rules = build("full of smoke", label="emergency", probability=0.9, extra=extra)
    said = say(scored(rules, "emergency", 0.02), "the flat is full of smoke")
    assert heard(said)[0] == raised
    assert said.reading.findings[0].disposition is not Disposition.CLEAR


def test_what_is_denied_is_not_said_plainly(build: Build, say: Say) -> None:
    rules = build("full of smoke", label="emergency", probability=0.9, extra="plain = true")
    said = say(scored(rules, "emergency", 0.02), "it is not full of smoke")
    assert heard(said) == ([], ["emergency"])


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("the whole house smells of gas", "emergency"),
        ("now the flat's filling with smoke", "emergency"),
        ("there's a kid been left in a hot car in your car park", "emergency"),
        ("my epilepsy meds haven't come and I had two fits this morning", "emergency"),
        ("the nurse hit my grandmother", "safeguarding"),
        ("there's a package been left in the branch with wires coming out of it", "violence"),
    ],
)
def test_plain_words_of_a_life_at_risk_stand_against_a_low_score(
    shipped: Detector, say: Say, text: str, label: str
) -> None:
    assert label in heard(say(scored(shipped, label, 0.01), text))[0]


@pytest.mark.parametrize(
    ("label", "question", "answer", "review"),
    [
        ("emergency", "is there a fire", "No.", True),
        ("emergency", "is the house on fire", "nope", True),
        ("emergency", "has anyone collapsed", "no they haven't", True),
        ("violence", "do you want to hurt our staff", "no", True),
        ("safeguarding", "is someone making you do this", "no", True),
        ("media", "are you going to the press with this", "no", False),
        ("media", "are you going to post this on social media", "no I'm not", False),
        ("legal_threat", "is this going to be a legal matter", "no", False),
        ("fraud", "has anyone asked you to move money", "no", False),
        ("fraud", "were these purchases made by you", "all of them", False),
    ],
)
def test_what_is_denied_whole_is_looked_at_at_most(
    shipped: Detector, say: Say, label: str, question: str, answer: str, review: bool
) -> None:
    said = say(scored(shipped, label, 0.98), f"agent: {question}", answer)
    assert heard(said) == ([], [label] if review else [])


@pytest.mark.parametrize(
    ("label", "question", "answer"),
    [
        ("emergency", "is he conscious", "no"),
        ("emergency", "is anyone trapped, can they get out", "no"),
        ("emergency", "is there a fire", "no but the boiler has just exploded"),
        ("violence", "will you promise not to hurt him", "no"),
    ],
)
def test_a_no_that_is_the_bad_answer_or_goes_on_is_heard(
    shipped: Detector, say: Say, label: str, question: str, answer: str
) -> None:
    said = say(scored(shipped, label, 0.98), f"agent: {question}", answer)
    assert label in heard(said)[0]


def test_a_question_that_turns_the_answer_round_ends_the_rule(build: Build, say: Say) -> None:
    extra = 'after_agent = ["hurt yourself"]\nnot_after_agent = ["promise"]'
    rules = build("^ yes", label="self_harm", extra=extra)
    assert heard(say(rules, "agent: would you hurt yourself", "yes"))[0] == ["self_harm"]
    assert heard(say(rules, "agent: promise not to hurt yourself", "yes")) == ([], [])


def test_a_call_from_an_ombudsman_is_not_gone_to_one(shipped: Detector, say: Say) -> None:
    text = "I'm calling from the financial ombudsman service about a case reference"
    assert heard(say(scored(shipped, "regulator", 0.94), text)) == ([], [])


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("are you in a safe place to talk", "Yes, I am."),
        ("do you feel safe at home", "yes I do"),
        ("is it a good time to talk", "no not really"),
    ],
)
def test_a_plain_answer_is_looked_at_however_sure_the_classifier_is(
    shipped: Detector, say: Say, question: str, answer: str
) -> None:
    detector = scored(shipped, "safeguarding", 0.98)
    raised, review = heard(say(detector, f"agent: {question}", answer))
    assert (raised, review) == ([], ["safeguarding"])
