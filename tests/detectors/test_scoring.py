"""Rules and a classifier together: what either hears, and what becomes of it."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
import pytest

from detectors.detector import Detector, Heard
from detectors.fusion import CLASSIFIER
from detectors.reading import Conversation
from detectors.rereading import CAUGHT_UP
from detectors.scoring import Passage, Scores, Weights
from detectors.settings import DetectionSettings, OperatingPoint, OperatingPoints
from detectors.vocabulary import Disposition, Emotion, Speaker

Say = Callable[..., Heard]
Build = Callable[..., Detector]


class WordScorer:
    """A classifier that hears a label where its word is said, as surely as it is told."""

    version = "words-1"

    def __init__(self, said: dict[str, tuple[str, float]], anger: str = "") -> None:
        self.said = said
        self.anger = anger
        self.asked: list[Passage] = []
        self.weights: Mapping[str, Weights] = {}

    def score(self, passages: Sequence[Passage]) -> list[Scores]:
        self.asked.extend(passages)
        return [self._of(passage) for passage in passages]

    def _of(self, passage: Passage) -> Scores:
        words = passage.now.text.split()
        labels = {label: 0.001 for label, _ in self.said.values()}
        labels |= {label: p for word, (label, p) in self.said.items() if word in words}
        angry = 0.9 if self.anger and self.anger in words else 0.05
        emotions = dict.fromkeys((e.value for e in Emotion), 0.05)
        emotions |= {"anger": angry, "neutral": 1 - angry}
        return Scores(labels=labels, emotions=emotions, intensity=angry)


@pytest.fixture
def with_scorer(build: Build) -> Callable[..., Detector]:
    def built(scorer: WordScorer, *patterns: str, **more: Any) -> Detector:
        rules = build(*(patterns or ("sue you",)), **more)
        return Detector(rules.settings, rules.finders, scorer)

    return built


def test_what_only_the_classifier_hears_is_raised_with_the_whole_turn_as_evidence(
    with_scorer: Callable[..., Detector], say: Say
) -> None:
    detector = with_scorer(WordScorer({"judge": ("legal_threat", 0.96)}))
    heard = say(detector, "we will see what a judge makes of it")
    (finding,) = heard.reading.findings
    assert heard.reading.raised() == ["legal_threat"]
    assert finding.rule_id == CLASSIFIER
    assert finding.evidence[0].quote == "we will see what a judge makes of it"
    assert "0.96" in finding.reason


def test_a_label_may_need_less_of_the_classifier_alone_than_others(
    with_scorer: Callable[..., Detector], say: Say
) -> None:
    scorer = WordScorer({"judge": ("legal_threat", 0.7), "paper": ("media", 0.7)})
    point = OperatingPoint(alone=0.9, alone_thresholds={"legal_threat": 0.6})
    settings = DetectionSettings(points=OperatingPoints(balanced=point))
    detector = Detector(settings, with_scorer(scorer).finders, scorer)
    assert say(detector, "a judge will see the paper").reading.raised() == ["legal_threat"]


def test_rule_and_classifier_agreeing_are_surer_than_either(
    with_scorer: Callable[..., Detector], say: Say
) -> None:
    scorer = WordScorer({"sue": ("legal_threat", 0.7)})
    both = say(with_scorer(scorer, probability=0.8), "i will sue you").reading
    assert both.triggers["legal_threat"] > 0.8
    assert [finding.rule_id for finding in both.findings] == ["legal_threat.test"]


def test_a_classifier_that_hears_nothing_takes_back_a_weak_rule(
    with_scorer: Callable[..., Detector], say: Say
) -> None:
    quiet = WordScorer({"nothing": ("legal_threat", 0.96)})
    reading = say(with_scorer(quiet, probability=0.55), "i will sue you").reading
    assert reading.raised() == []
    assert reading.findings[0].disposition is Disposition.CLEAR


def test_a_life_that_a_rule_hears_is_shown_for_review_whatever_the_classifier_says(
    with_scorer: Callable[..., Detector], say: Say
) -> None:
    quiet = WordScorer({"nothing": ("violence", 0.9)})
    detector = with_scorer(quiet, "end it all", label="violence", probability=0.6)
    reading = say(detector, "i want to end it all").reading
    assert reading.raised() == []
    assert reading.review() == ["violence"]


@pytest.mark.parametrize(("heard", "raised"), [(0.02, True), (0.001, False)])
def test_a_rule_for_self_harm_is_raised_or_shown_for_review_whatever_the_classifier_says(
    with_scorer: Callable[..., Detector], say: Say, heard: float, raised: bool
) -> None:
    quiet = WordScorer({"end": ("self_harm", heard)})
    detector = with_scorer(quiet, "end it all", label="self_harm", probability=0.5)
    settings = DetectionSettings(thresholds={"self_harm": 0.4})
    detector = Detector(settings, detector.finders, quiet)
    reading = say(detector, "i want to end it all").reading
    assert (reading.raised() == ["self_harm"]) is raised
    assert (reading.review() == ["self_harm"]) is not raised


@pytest.mark.parametrize(
    ("label", "probability", "raised"),
    [
        ("legal_threat", 0.03, False),
        ("legal_threat", 0.05, True),
        ("fraud", 0.001, False),
        ("fraud", 0.03, True),
        ("regulator", 0.001, False),
        ("regulator", 0.01, True),
        ("self_harm", 0.001, False),
        ("self_harm", 0.01, True),
        ("violence", 0.08, False),
        ("safeguarding", 0.12, True),
        ("emergency", 0.02, False),
        ("emergency", 0.05, True),
        ("churn_threat", 0.001, True),
        ("discrimination", 0.0, True),
    ],
)
def test_plain_words_stand_unless_the_classifier_all_but_excludes_them(
    with_scorer: Callable[..., Detector], say: Say, label: str, probability: float, raised: bool
) -> None:
    scorer = WordScorer({"marigold": (label, probability)})
    detector = with_scorer(scorer, "the marigold", label=label, probability=0.7)
    assert (say(detector, "mind the marigold").reading.raised() == [label]) is raised


def test_a_labels_own_threshold_is_heard_below_all_others(with_scorer: Build, say: Say) -> None:
    own = OperatingPoint(threshold=0.2, alone_thresholds={"fraud": 0.3})
    points = OperatingPoints(balanced=own)
    settings = DetectionSettings(points=points)
    heard = WordScorer({"marigold": ("fraud", 0.35), "tulip": ("media", 0.35)})
    detector = Detector(settings, with_scorer(heard).finders, heard)
    assert say(detector, "mind the marigold").reading.raised() == ["fraud"]
    assert say(detector, "mind the tulip").reading.raised() == []


@pytest.mark.parametrize(("probability", "partial", "final"), [(0.95, [], 1), (0.97, ["fraud"], 1)])
def test_a_partial_result_asks_for_a_surer_classifier(
    with_scorer: Callable[..., Detector],
    say: Say,
    probability: float,
    partial: list[str],
    final: int,
) -> None:
    detector = with_scorer(WordScorer({"papers": ("fraud", probability)}))
    words = "they have sent me the papers"
    assert say(detector, words, is_final=False).reading.raised() == partial
    assert say(detector, words).reading.raised() == ["fraud"] * final


def test_a_life_stop_that_is_half_heard_is_shown_for_review(
    with_scorer: Callable[..., Detector], say: Say
) -> None:
    half = WordScorer({"goodbye": ("self_harm", 0.85)})
    reading = say(with_scorer(half), "this is goodbye then").reading
    assert (reading.raised(), reading.review()) == ([], ["self_harm"])
    other = WordScorer({"goodbye": ("legal_threat", 0.85)})
    assert say(with_scorer(other), "this is goodbye then").reading.findings == ()


def test_a_denial_is_not_raised_unless_the_classifier_is_all_but_certain(
    with_scorer: Callable[..., Detector], say: Say
) -> None:
    text = "i am not going to end it all"
    for probability, raised in ((0.94, []), (0.99, ["self_harm"])):
        scorer = WordScorer({"end": ("self_harm", probability)})
        detector = with_scorer(scorer, "end it all", label="self_harm")
        assert say(detector, text).reading.raised() == raised


def test_what_a_caller_declines_makes_the_classifier_prove_more_of_the_rest(
    with_scorer: Callable[..., Detector], say: Say
) -> None:
    text = "they said put it on the net and see a judge but i am not going to put it on the net"
    for label, probability, raised in (
        ("legal_threat", 0.94, []),
        ("legal_threat", 0.99, ["legal_threat"]),
        ("self_harm", 0.94, ["self_harm"]),
    ):
        scorer = WordScorer({"judge": (label, probability)})
        detector = with_scorer(scorer, "put it on the net", label="media")
        point = OperatingPoint(alone=0.9)
        settings = DetectionSettings(points=OperatingPoints(balanced=point))
        detector = Detector(settings, detector.finders, scorer)
        assert say(detector, text).reading.raised() == raised, label


def test_what_an_agent_says_is_not_scored_once_it_is_clear_who_is_who(
    with_scorer: Callable[..., Detector], say: Say
) -> None:
    scorer = WordScorer({"judge": ("legal_threat", 0.96), "goodbye": ("self_harm", 0.96)})
    greeting = "agent: thank you for calling how can I help may I have your name"
    reading = say(with_scorer(scorer), greeting, "agent: let the judge say goodbye").reading
    assert reading.findings == ()
    assert scorer.asked == []


@pytest.mark.parametrize(
    ("label", "rule", "unheard", "raised"),
    [
        ("safeguarding", "", 0.02, []),
        ("safeguarding", 'after_agent = ["are you safe"]', 0.02, ["safeguarding"]),
        ("legal_threat", "", 0.001, []),
        ("legal_threat", 'after_agent = ["are you safe"]', 0.001, ["legal_threat"]),
    ],
)
def test_no_classifier_takes_back_an_answer_to_the_agents_question(
    with_scorer: Callable[..., Detector],
    say: Say,
    label: str,
    rule: str,
    unheard: float,
    raised: list[str],
) -> None:
    scorer = WordScorer({"no": (label, unheard)})
    detector = with_scorer(scorer, "^ no $", label=label, probability=0.72, extra=rule)
    assert say(detector, "agent: are you safe", "no").reading.raised() == raised


def test_the_classifier_is_given_the_turns_before_and_who_spoke_them(
    with_scorer: Callable[..., Detector], say: Say
) -> None:
    scorer = WordScorer({})
    say(with_scorer(scorer), "agent: would you go to court", "yes i would")
    passage = scorer.asked[-1]
    assert [(said.speaker, said.text) for said in passage.before] == [
        (Speaker.AGENT, "would you go to court")
    ]


def test_personal_data_is_gone_before_the_classifier_is_asked(
    with_scorer: Callable[..., Detector], say: Say
) -> None:
    scorer = WordScorer({})
    say(with_scorer(scorer), "my card is 4111 1111 1111 1111")
    assert "4111" not in scorer.asked[0].now.text


def test_a_policy_may_want_no_classifier(build: Build, say: Say) -> None:
    rules = build("sue you", classifier=False)
    scorer = WordScorer({"judge": ("legal_threat", 0.96)})
    detector = Detector(rules.settings, rules.finders, scorer)
    assert say(detector, "tell it to the judge").reading.findings == ()
    assert scorer.asked == []


def test_in_a_hurry_rules_answer_alone_and_the_classifier_follows(
    with_scorer: Callable[..., Detector], say: Say
) -> None:
    from detectors.chunk import Chunk

    detector = with_scorer(WordScorer({"judge": ("legal_threat", 0.96)}))
    first = Chunk(
        call_id="c",
        sequence=1,
        utterance_id="u1",
        text="tell it to the judge",
        speaker=Speaker.CUSTOMER,
    )
    hurried = detector.read(first, Conversation(), hurried=True)
    assert hurried.degraded
    assert hurried.raised() == []
    after = Conversation().after(hurried)
    second = Chunk(call_id="c", sequence=2, utterance_id="u2", text="mm", speaker=Speaker.AGENT)
    late = detector.read(second, after)
    assert late.raised() == ["legal_threat"]
    assert late.findings[0].evidence[0].utterance_id == "u1"
    assert late.triggers["legal_threat"] > 0.5
    third = Chunk(call_id="c", sequence=3, utterance_id="u3", text="right", speaker=Speaker.AGENT)
    assert detector.read(third, after.after(late)).raised() == []


def test_a_growing_partial_is_scored_again_only_for_new_words_and_its_final_always(
    with_scorer: Callable[..., Detector],
) -> None:
    from detectors.chunk import Chunk

    scorer = WordScorer({"judge": ("legal_threat", 0.96)})
    detector = with_scorer(scorer)
    words = ["well", "then", "go", "and", "tell", "it", "to", "the", "judge"]
    conversation = Conversation()
    for count in range(1, len(words) + 1):
        chunk = Chunk(
            call_id="c",
            sequence=count,
            utterance_id="u",
            text=" ".join(words[:count]),
            speaker=Speaker.CUSTOMER,
            is_final=False,
        )
        conversation = conversation.after(detector.read(chunk, conversation))
    assert [len(asked.now.text.split()) for asked in scorer.asked] == [4, 8]
    final = msgspec.structs.replace(chunk, is_final=True, sequence=count + 1)
    assert detector.read(final, conversation).raised() == ["legal_threat"]


@pytest.mark.parametrize("words", ["the judge", "i will tell it to the judge"])
def test_a_partial_that_never_becomes_final_is_caught_up_with(
    with_scorer: Callable[..., Detector], words: str
) -> None:
    """Whether it was too short to be scored, or was not believed because it was partial."""
    from detectors.chunk import Chunk

    detector = with_scorer(WordScorer({"judge": ("legal_threat", 0.96)}))
    chunk = Chunk(
        call_id="c",
        sequence=1,
        utterance_id="u",
        text=words,
        speaker=Speaker.CUSTOMER,
        is_final=False,
    )
    late = detector.catch_up(Conversation().after(detector.read(chunk, Conversation())))
    assert late is not None
    assert late.raised() == ["legal_threat"]


def test_what_no_chunk_follows_is_caught_up_with_at_the_end(
    with_scorer: Callable[..., Detector],
) -> None:
    from detectors.chunk import Chunk

    detector = with_scorer(WordScorer({"judge": ("legal_threat", 0.96)}))
    conversation = Conversation()
    for number in range(CAUGHT_UP):
        chunk = Chunk(
            call_id="c",
            sequence=number,
            utterance_id=f"u{number}",
            text="tell it to the judge",
            speaker=Speaker.CUSTOMER,
        )
        conversation = conversation.after(detector.read(chunk, conversation, hurried=True))
    late = detector.catch_up(conversation)
    assert late is not None
    assert late.raised() == ["legal_threat"]
    assert len(late.caught_up) == CAUGHT_UP
    assert detector.catch_up(conversation.after(late)) is None


def hurried(detector: Detector, text: str) -> Conversation:
    """A call of one turn that only the rules have read."""
    from detectors.chunk import Chunk

    chunk = Chunk(call_id="c", sequence=1, utterance_id="u", text=text, speaker=Speaker.CUSTOMER)
    return Conversation().after(detector.read(chunk, Conversation(), hurried=True))


@pytest.mark.parametrize(
    ("text", "probability", "raised"),
    [
        ("i will end it all", 0.94, ["self_harm"]),
        ("i am not going to end it all", 0.94, []),
        ("i am not going to end it all", 0.99, ["self_harm"]),
    ],
)
def test_what_is_read_late_is_weighed_with_what_the_rules_heard(
    with_scorer: Callable[..., Detector], text: str, probability: float, raised: list[str]
) -> None:
    scorer = WordScorer({"end": ("self_harm", probability)})
    detector = with_scorer(scorer, "end it all now", "not ..3 end it all", label="self_harm")
    late = detector.catch_up(hurried(detector, text))
    assert late is not None
    assert late.raised() == raised


def test_what_the_rules_said_at_once_is_not_said_again_late(
    with_scorer: Callable[..., Detector],
) -> None:
    scorer = WordScorer({"sue": ("legal_threat", 0.9), "paper": ("media", 0.99)})
    detector = with_scorer(scorer)
    late = detector.catch_up(hurried(detector, "i will sue you in every paper"))
    assert late is not None
    assert late.raised() == ["media"]


def test_a_policy_for_one_kind_of_english_catches_up_too(
    with_scorer: Callable[..., Detector],
) -> None:
    scorer = WordScorer({"judge": ("legal_threat", 0.96)})
    rules = with_scorer(scorer)
    settings = DetectionSettings(languages=("en-GB",))
    detector = Detector(settings, rules.finders, scorer)
    late = detector.catch_up(hurried(detector, "tell it to the judge"))
    assert late is not None
    assert late.raised() == ["legal_threat"]


def test_three_operating_points_ask_for_more_or_less(build: Build, say: Say) -> None:
    raised = {}
    for point in ("sensitive", "balanced", "strict"):
        rules = build("sue you", probability=0.6, operating_point=point)
        raised[point] = say(rules, "i will sue you").reading.raised()
    assert raised == {
        "sensitive": ["legal_threat"],
        "balanced": ["legal_threat"],
        "strict": [],
    }
    rules = build("sue you", probability=0.4, operating_point="sensitive")
    assert say(rules, "i will sue you").reading.raised() == ["legal_threat"]


def test_anger_that_grows_over_the_call_is_told(with_scorer: Callable[..., Detector]) -> None:
    from detectors.chunk import Chunk

    detector = with_scorer(WordScorer({}, anger="furious"))
    conversation = Conversation()
    states = []
    for number, text in enumerate(
        ["hello it is about my bill"] * 3 + ["i am furious with you"] * 4
    ):
        chunk = Chunk(
            call_id="c",
            sequence=number,
            utterance_id=f"u{number}",
            text=text,
            speaker=Speaker.CUSTOMER,
        )
        reading = detector.read(chunk, conversation)
        conversation = conversation.after(reading)
        assert reading.mood is not None
        states.append((reading.mood.state.value, reading.mood.trend.value))
    assert states[2] == ("calm", "steady")
    assert states[3] == ("anger_rising", "rising")
    assert states[-1][0] == "angry"


def test_each_customer_has_a_mood_of_their_own_and_an_agent_none(
    with_scorer: Callable[..., Detector],
) -> None:
    from detectors.chunk import Chunk

    detector = with_scorer(WordScorer({}, anger="furious"))
    conversation = Conversation()
    said = [
        ("husband", Speaker.CUSTOMER, "i am furious with you"),
        ("wife", Speaker.CUSTOMER, "it is about the bill please"),
        ("a1", Speaker.AGENT, "i am furious myself today"),
    ]
    readings = []
    for number, (who, speaker, text) in enumerate(said):
        chunk = Chunk(
            call_id="c",
            sequence=number,
            utterance_id=f"u{number}",
            text=text,
            speaker=speaker,
            participant_id=who,
        )
        readings.append(detector.read(chunk, conversation))
        conversation = conversation.after(readings[-1])
    assert conversation.mood("husband").heat > 0.3 > conversation.mood("wife").heat
    assert readings[-1].mood is None
    assert set(conversation.moods) == {"husband", "wife"}


def test_a_fact_that_a_rule_is_sure_of_is_the_emotion_however_it_is_told(
    shipped: Detector, say: Say
) -> None:
    scorer = WordScorer({}, anger="last")
    detector = Detector(shipped.settings, shipped.finders, scorer)
    reading = say(detector, "my husband took his life last year").reading
    assert reading.emotion is not None
    assert (reading.emotion.label, reading.emotion.intensity) == (Emotion.DISTRESS, 0.95)
    assert reading.mood is not None
    assert reading.mood.low > 0.4
    # Of anything less sure the tone decides.
    reading = say(detector, "my husband died last year").reading
    assert reading.emotion is not None
    assert reading.emotion.label is Emotion.ANGER
