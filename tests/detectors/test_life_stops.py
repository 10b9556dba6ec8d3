"""A word about something else, long ago or of a job silences no life stop."""

from collections.abc import Callable, Mapping, Sequence

import pytest

from detectors.chunk import Chunk
from detectors.detector import Detector, Heard
from detectors.explain import explain
from detectors.reading import Conversation
from detectors.rules import RuleError
from detectors.scoring import Passage, Scores, Weights
from detectors.vocabulary import LIFE_STOPS
from scripts.reasons import told

Build = Callable[..., Detector]
Say = Callable[..., Heard]

LABELS = sorted(trigger.value for trigger in LIFE_STOPS)
GAME = 'unless = ["game", "the words laughing"]'


def heard(heard: Heard) -> tuple[list[str], list[str]]:
    return heard.reading.raised(), heard.reading.review()


@pytest.mark.parametrize("label", LABELS)
def test_an_unless_drops_a_life_stop_where_it_makes_other_words_of_it(
    build: Build, say: Say, label: str
) -> None:
    detector = build("the words", label=label, extra=GAME)
    assert heard(say(detector, "the words laughing")) == ([], [])
    assert heard(say(detector, "the words game")) == ([], [])


@pytest.mark.parametrize("label", LABELS)
def test_an_unless_that_stands_apart_leaves_a_life_stop_to_be_looked_at(
    build: Build, say: Say, label: str
) -> None:
    detector = build("the ..2 words", label=label, extra=GAME)
    assert heard(say(detector, "the words of a game")) == ([], [label])
    assert heard(say(detector, "the game words")) == ([], [label])
    assert heard(say(detector, "game the words")) == ([], [label])


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize(
    "text",
    [
        "the words he has a game",
        "the words it is not a game",
        "it was a game and i said the words",
        "the words. a game",
    ],
)
def test_an_unless_of_another_clause_leaves_a_life_stop_as_it_is(
    build: Build, say: Say, label: str, text: str
) -> None:
    detector = build("i? said? the words", label=label, extra=GAME)
    assert heard(say(detector, text)) == ([label], [])


def test_other_hard_stops_are_dropped_by_an_unless_near_by(build: Build, say: Say) -> None:
    detector = build("the words", extra=GAME)
    assert heard(say(detector, "the words it is not a game")) == ([], [])


def test_an_explanation_tells_what_makes_a_life_stop_doubtful(build: Build) -> None:
    detector = build("the words", label="self_harm", extra=GAME)
    said = Chunk(call_id="c", sequence=0, utterance_id="u", text="the words of a game")
    why = explain(detector, said, Conversation())
    assert [(r.dropped, r.doubted, r.review) for r in why.rules] == [("", 'unless "game"', True)]
    assert 'a person should look: unless "game"' in told(why).plain
    (decision,) = why.decisions
    assert decision.reasons[0].endswith("Words near by may make it something else.")


class SureScorer:
    """A classifier that hears one label in everything, as surely as it is told."""

    version = "sure-1"

    def __init__(self, label: str, probability: float) -> None:
        self.weights: Mapping[str, Weights] = {}
        self.scores = Scores(labels={label: probability}, emotions={}, intensity=0.0)

    def score(self, passages: Sequence[Passage]) -> list[Scores]:
        return [self.scores for _ in passages]


def test_a_doubt_takes_nothing_from_what_the_classifier_hears(build: Build, say: Say) -> None:
    rules = build("the words", label="self_harm", extra=GAME)
    scorer = SureScorer("self_harm", 0.94)
    detector = Detector(rules.settings, rules.finders, scorer)
    assert heard(say(detector, "the words of a game"))[0] == ["self_harm"]
    assert heard(say(detector, "not the words")) == ([], ["self_harm"])


def test_no_context_but_a_review_may_clear_self_harm(build: Build, context_text: str) -> None:
    for change, to in (
        ('occupation = 1.0\nquestion = 1.0\n\n# "My ex', 'question = 1.0\n\n# "My ex'),
        (
            'hypothetical = 0.8\nhistorical = "review"\nother_person = 1.0\nquoted = "review"',
            'hypothetical = 0.7\nhistorical = "review"\nother_person = 1.0\nquoted = "review"',
        ),
    ):
        assert context_text.count(change) == 1
        with pytest.raises(RuleError, match=r"effect\.self_harm.*would clear self-harm"):
            build("the words", label="self_harm", context=context_text.replace(change, to))


def test_a_terminator_ends_kinds_of_context_alone(build: Build, context_text: str) -> None:
    wrong = context_text.replace('ends = ["unless"]', 'ends = ["unles"]', 1)
    with pytest.raises(RuleError, match=r"terminator .*ends names no kind of context"):
        build("the words", context=wrong)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("my mum is having a heart attack she had one last year", "emergency"),
        ("he's having a heart attack he survived one before", "emergency"),
        ("my husband has collapsed he has a history of epilepsy", "emergency"),
        ("my dad's unconscious he used to be diabetic", "emergency"),
        ("my mum is having a stroke the insurance card is here", "emergency"),
        ("someone is in my house they broke in if you can hear me send help", "emergency"),
        ("i smell gas it was fixed last month", "emergency"),
        ("my son says he'll kill himself it's not a game", "self_harm"),
        ("i'm going to kill myself my life insurance pays out", "self_harm"),
        ("my life insurance will pay out so i'm going to kill myself", "self_harm"),
        ("i've got a knife from the kitchen in my hand", "self_harm"),
        ("i am killing myself at midnight", "self_harm"),
        ("i am killing myself with these pills", "self_harm"),
        ("i've got the pills here with a glass of water", "self_harm"),
        ("i've got all my tablets lined up my doctor gave me", "self_harm"),
        ("i lost my job weeks ago and i've taken all my tablets", "self_harm"),
        ("i felt suicidal years ago and i feel suicidal again now", "self_harm"),
        ("i don't want to live with this pain any more", "self_harm"),
        ("my daughter posted a story saying she's going to kill herself", "self_harm"),
        ("my girlfriend died by suicide and i am going to kill myself", "self_harm"),
        ("i lost my brother to suicide and i want to kill myself too", "self_harm"),
        ("they don't want me and i want to die", "self_harm"),
    ],
)
def test_a_word_about_something_else_silences_nobody(
    shipped: Detector, say: Say, text: str, label: str
) -> None:
    assert label in say(shipped, text).reading.raised()


@pytest.mark.parametrize(
    "text",
    [
        "my job is making me want to kill myself",
        "my job is making me suicidal",
        "i'm a nurse going to kill myself",
    ],
)
def test_an_occupation_clears_no_self_harm(shipped: Detector, say: Say, text: str) -> None:
    assert "self_harm" in say(shipped, text).reading.raised()


@pytest.mark.parametrize("label", LABELS)
def test_an_occupation_clears_no_life_stop(build: Build, say: Say, label: str) -> None:
    raised, review = heard(say(build("the words", label=label), "i work with the words"))
    assert label in (*raised, *review)


@pytest.mark.parametrize("label", LABELS)
def test_the_past_clears_no_life_stop(build: Build, say: Say, label: str) -> None:
    assert heard(say(build("the words", label=label), "the words last year")) == ([], [label])


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("my ex said he'll kill me last year and now he's outside", "violence"),
        ("my ex threatened to kill me two years ago and now he's here", "violence"),
        ("there's a fire in the building the same as last year", "emergency"),
    ],
)
def test_what_began_long_ago_and_is_there_now_is_raised(
    shipped: Detector, say: Say, text: str, label: str
) -> None:
    assert label in say(shipped, text).reading.raised()


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("my brother has hanged himself", "self_harm"),
        ("my flatmate overdosed", "self_harm"),
        ("she's overdosed", "self_harm"),
        ("i'm going to overdose", "self_harm"),
        ("my daughter's cut her wrists", "self_harm"),
        ("my patient is threatening to kill herself", "self_harm"),
        ("my student told me she wants to die", "self_harm"),
        ("my dad has a gun to his head", "self_harm"),
        ("my dad's had a heart attack in the kitchen", "emergency"),
        ("my wife has had a stroke i need help", "emergency"),
    ],
)
def test_what_happened_to_somebody_else_is_raised(
    shipped: Detector, say: Say, text: str, label: str
) -> None:
    assert label in say(shipped, text).reading.raised()


@pytest.mark.parametrize(
    "text",
    [
        "my husband took his life last year",
        "my dad had a stroke last year so i handle the account",
        "my wife has had a stroke so i ring for her",
        "my dad collapsed last week",
        "we had a fire in the kitchen last year",
        "there was a gas leak that was last month",
        "i've been killing myself working overtime",
        "i'm killing myself to get this paid",
        "i'm thinking about ending it with my contract",
        "i won't be here much longer i'm moving house",
        "the kitchen knife here has a cracked handle",
        "there's smoke coming from the barbecue",
        "i'll see you in court road tomorrow",
        "i had a stroke and my insurance claim was refused",
        "my client does not want to be a customer any more",
    ],
)
def test_ordinary_talk_stays_quiet(shipped: Detector, say: Say, text: str) -> None:
    raised, review = heard(say(shipped, text))
    assert not {*raised, *review} & {*LABELS, "legal_threat"}
