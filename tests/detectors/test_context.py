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
        ("can I sue you", "question"),
        ("my friend says I should sue you", "other_person"),
        ("I sued you in 2015", "historical"),
        ("I sued them over it but it's all sorted now", "settled"),
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


def test_a_condition_raises_a_threat(build: Build, say: Say) -> None:
    detector = build("going to court", probability=0.6)
    flat = say(detector, "I'm going to court").reading.triggers["legal_threat"]
    condition = say(detector, "if this isn't fixed by Friday I'm going to court").reading
    assert condition.triggers["legal_threat"] > flat
    assert condition.findings[0].context == ("conditional",)


def test_context_never_makes_a_rule_certain(build: Build, say: Say) -> None:
    heard = say(build("sue you", probability=0.98), "if you don't call me back I'll sue you")
    assert heard.reading.triggers["legal_threat"] <= 0.99


@pytest.mark.parametrize("label", ["self_harm", "violence", "emergency", "safeguarding"])
def test_a_life_stop_that_is_said_to_be_over_is_still_looked_at(
    build: Build, say: Say, label: str
) -> None:
    heard = say(build("the words", label=label), "it was the words but it's all sorted now")
    assert outcome(heard) == (REVIEW, ("settled",))


def test_what_is_not_sorted_is_not_settled(sue: Detector, say: Say) -> None:
    for text in ("I sued them and it's not sorted", "I will sue them I want it sorted"):
        assert "settled" not in outcome(say(sue, text))[1]


def raised(heard: Heard) -> list[tuple[str, str | None]]:
    return [(f.label, f.subtype) for f in heard.reading.findings if f.disposition is RAISE]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("if this isn't fixed by friday i'm going to court", ("legal_threat", None)),
        ("my son says he'll kill himself", ("self_harm", "third_party")),
        ("i'm a journalist with the herald", ("media", "press")),
        ("someone phoned from your bank asking for the code", ("fraud", "in_progress")),
        ("they want me to read out the six digit code", ("fraud", "in_progress")),
        ("someone has taken money out of my account", ("fraud", "victim")),
        ("these payments aren't mine", ("fraud", "victim")),
        ("the carer's got my nan's bank card and there's money missing", ("safeguarding", None)),
        ("can i talk to someone else please", ("supervisor_request", None)),
    ],
)
def test_what_ships_hears(
    shipped: Detector, say: Say, text: str, found: tuple[str, str | None]
) -> None:
    assert found in raised(say(shipped, text))


@pytest.mark.parametrize(
    "text",
    [
        "i was a victim of fraud in 2015",
        "my card was cloned last year but it's all sorted now",
        "can i sue you for that",
        "my brother says i should sue you",
        "i'm a lawyer by trade",
        "my manager told me to ring you",
        "i was talking to somebody else about it yesterday",
        "it's like everyone's a manager these days",
    ],
)
def test_what_ships_lets_pass(shipped: Detector, say: Say, text: str) -> None:
    assert raised(say(shipped, text)) == []


def test_a_death_by_suicide_is_grief_and_no_alert(shipped: Detector, say: Say) -> None:
    reading = say(shipped, "my husband took his life last year").reading
    assert "self_harm" not in reading.raised()
    assert "vulnerable" in reading.raised()
    assert reading.emotion is not None
    assert reading.emotion.label == "distress"
    assert reading.mood is not None
    assert reading.mood.state == "distress"


@pytest.mark.parametrize(
    ("asked", "answer", "label"),
    [
        ("do you want to hurt yourself?", "yeah", "self_harm"),
        ("are you thinking of suicide?", "mm", "self_harm"),
        ("are you saying you'd take this to court?", "yes i am", "legal_threat"),
        ("is somebody hurting you?", "mm", "safeguarding"),
        ("is there somebody telling you what to say?", "yes", "fraud"),
        ("did someone ask you to move the money?", "yes they did", "fraud"),
        ("are you going to the ombudsman?", "yes", "regulator"),
        ("are you going to go to the press with this?", "yeah i am", "media"),
        ("are you going to hurt him?", "i might", "violence"),
        ("is anyone hurt?", "yes my wife", "emergency"),
    ],
)
def test_an_answer_to_the_agents_question_counts_for_every_trigger(
    shipped: Detector, say: Say, asked: str, answer: str, label: str
) -> None:
    assert label in say(shipped, f"agent: {asked}", answer).reading.raised()
    assert not say(shipped, "agent: would you like it by email?", answer).reading.raised()


@pytest.mark.parametrize(
    ("asked", "answer"),
    [
        ("are you saying you'd take this to court?", "no no i just want it sorted"),
        ("is somebody hurting you?", "no nothing like that"),
        ("are you going to the ombudsman?", "no"),
        ("i have to ask you not to say things like that", "i'll say what i want"),
    ],
)
def test_a_no_is_no_yes(shipped: Detector, say: Say, asked: str, answer: str) -> None:
    assert not say(shipped, f"agent: {asked}", answer).reading.raised()


@pytest.mark.parametrize(
    "text",
    [
        "we were negligent",
        "you'd win that in court",
        "i promise it'll be there by friday",
        "you need to calm down",
        "we're sorry for any inconvenience",
        "there's nothing i can do",
        "that's not my department",
        "that's your own fault",
        "go to the papers then",
        "go ahead and sue",
        "don't be silly you don't mean that",
        "what's your pin",
        "can you read me the long card number",
        "there's no point in complaining",
    ],
)
def test_an_agent_is_held_to_the_guardrails_and_a_caller_is_not(
    shipped: Detector, say: Say, text: str
) -> None:
    assert "agent_guardrail" in say(shipped, f"agent: {text}").reading.raised()
    assert "agent_guardrail" not in say(shipped, text).reading.raised()


@pytest.mark.parametrize(
    "text",
    [
        "we charged you twice that was our mistake and i'm sorry",
        "i can't promise that but i'll ring you with an update by five",
        "you're free to go to the ombudsman and here's their number",
        "never give anybody your pin",
        "like i said at the start it's a lovely phone",
        "what are the last four digits of your card",
    ],
)
def test_good_words_of_an_agents_break_no_guardrail(shipped: Detector, say: Say, text: str) -> None:
    assert not say(shipped, f"agent: {text}").reading.raised()


def test_the_reason_names_the_words_and_the_context(sue: Detector, say: Say) -> None:
    finding = say(sue, "Well I am NOT gonna sue you").reading.findings[0]
    assert finding.reason == (
        "Says the words of the test: “sue you”. Context: negated (“NOT gonna”)."
    )
