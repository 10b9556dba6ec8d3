"""Words for whoever is meant and whoever calls, and the numbers of where they are."""

from datetime import date

import msgspec
import pytest

from detectors.reading import Reading, Turn
from detectors.vocabulary import LIFE_STOPS, Speaker, Trigger
from tests.workflow.story import Story
from tests.workflow.test_desk import AT, VERSIONS, alerts, reading
from workflow.alerts import Alert
from workflow.call import CallFacts, Customer, Mode
from workflow.childhood import says_child
from workflow.crisis import CrisisRules, crisis_table
from workflow.decision import DeskState
from workflow.desk import Desk
from workflow.policy import PolicyError, default_policy_text, load_policy, parse_policy

POLICY = load_policy()
DESK = Desk(POLICY, VERSIONS)
EU = [
    "AT",
    "BE",
    "BG",
    "CY",
    "CZ",
    "DE",
    "DK",
    "EE",
    "ES",
    "FI",
    "FR",
    "GR",
    "HR",
    "HU",
    "IE",
    "IT",
    "LT",
    "LU",
    "LV",
    "MT",
    "NL",
    "PL",
    "PT",
    "RO",
    "SE",
    "SI",
    "SK",
]


def call(country: str | None = None, jurisdiction: str | None = None) -> CallFacts:
    return CallFacts(
        call_id="c", customer=Customer(ref="r", country=country), jurisdiction=jurisdiction
    )


def heard(label: str, subtype: str | None = None, text: str = "said so", n: int = 1) -> Reading:
    base = reading(label, utterance=f"u{n}")
    findings = tuple(msgspec.structs.replace(f, subtype=subtype) for f in base.findings)
    turn = msgspec.structs.replace(base.turn, text=text)
    return msgspec.structs.replace(base, findings=findings, turn=turn)


def opened(
    label: str, facts: CallFacts, subtype: str | None = None, text: str = "said so"
) -> Alert:
    decision = DESK.after_reading(
        DeskState(), heard(label, subtype, text), facts, at_ms=AT, mode=Mode.LIVE
    )
    ((_, alert),) = alerts(decision)
    return alert


@pytest.mark.parametrize(
    ("country", "emergency", "line"),
    [
        ("US", "911", "988 Suicide & Crisis Lifeline on 988"),
        ("GB", "999", "Samaritans on 116 123"),
        ("IE", "112 or 999", "Samaritans on 116 123"),
        ("CA", "911", "9-8-8 Suicide Crisis Helpline on 9-8-8"),
        ("AU", "000", "Lifeline on 13 11 14"),
        ("NZ", "111", "1737 helpline on 1737"),
        ("DE", "112", "TelefonSeelsorge on 116 123"),
    ],
)
def test_the_numbers_of_the_callers_country_are_told(
    country: str, emergency: str, line: str
) -> None:
    said = opened("self_harm", call(country)).say_now
    assert f"the number is {emergency}" in said
    assert line in said
    assert POLICY.crisis.ask_country not in said


def test_a_country_without_a_known_line_is_told_the_emergency_number_alone() -> None:
    said = opened("self_harm", call("IT")).say_now
    assert "112" in said
    assert "talk to" not in said
    assert "{" not in said


@pytest.mark.parametrize("facts", [call(), call("XX"), CallFacts(call_id="c")])
def test_while_the_country_is_unknown_it_is_asked_for_and_no_number_is_told(
    facts: CallFacts,
) -> None:
    said = opened("self_harm", facts).say_now
    assert said.endswith(POLICY.crisis.ask_country)
    assert "where are you" in said
    assert not any(character.isdigit() for character in said)


def test_the_jurisdiction_stands_in_for_an_unknown_country() -> None:
    assert "911" in opened("emergency", call(None, "US-CA")).say_now
    assert "999" in opened("emergency", call("gb", "US")).say_now
    assert "999" in opened("emergency", call("UK")).say_now


def test_when_the_country_becomes_known_the_agent_is_told_its_numbers() -> None:
    state = DESK.after_reading(
        DeskState(), heard("self_harm"), call(), at_ms=AT, mode=Mode.LIVE
    ).state
    quiet = reading(utterance="u2")
    decision = DESK.after_reading(state, quiet, call("US"), at_ms=AT + 1000, mode=Mode.LIVE)
    ((_, alert),) = alerts(decision)
    assert "988" in alert.say_now
    again = DESK.after_reading(
        decision.state, reading(utterance="u3"), call("US"), at_ms=AT + 2000, mode=Mode.LIVE
    )
    assert not again.changes


def test_who_speaks_of_somebody_else_is_answered_in_other_words() -> None:
    own = opened("self_harm", call("GB"), "self")
    other = opened("self_harm", call("GB"), "third_party")
    assert "with them" in other.say_now
    assert "999" in other.say_now
    assert own.say_now != other.say_now
    assert own.do_not_say != other.do_not_say


def test_a_child_is_answered_in_a_childs_words_whatever_it_is_about() -> None:
    for label in ("self_harm", "emergency", "safeguarding"):
        alert = opened(label, call("GB"), text="I'm only ten and I don't know what to do")
        texts = POLICY.triggers[Trigger(label)].texts["child"]
        assert alert.do_not_say == texts.do_not_say
        assert alert.say_now.split("?")[0] == texts.say_now.split("?")[0]


def test_a_child_who_says_so_later_is_spoken_to_as_one_from_then_on() -> None:
    state = DESK.after_reading(
        DeskState(), heard("self_harm"), call("GB"), at_ms=AT, mode=Mode.LIVE
    ).state
    turn = Turn(utterance_id="u2", speaker=Speaker.CUSTOMER, text="I'm 13 years old", is_final=True)
    later = msgspec.structs.replace(reading(utterance="u2"), turn=turn)
    decision = DESK.after_reading(state, later, call("GB"), at_ms=AT + 1000, mode=Mode.LIVE)
    ((_, alert),) = alerts(decision)
    assert "grown-up" in alert.say_now
    assert decision.state.child


@pytest.mark.parametrize(
    ("text", "child"),
    [
        ("I'm only ten years old and my mum won't wake up", True),
        ("i am 14 years old", True),
        ("i'm fifteen and a half", True),
        ("I'm only 12", True),
        ("im in year 9 and they keep hitting me", True),
        ("i am still a kid", True),
        ("I'm 42 years old", False),
        ("I'm only 10 minutes away", False),
        ("I'm only five miles from there", False),
        ("my daughter is 12 years old", False),
        ("I'm a child of the sixties", False),
        ("I'm number 12 in the line", False),
        ("when I was 10 years old", False),
    ],
)
def test_a_child_is_known_by_what_they_say_of_themselves(text: str, child: bool) -> None:
    turn = Turn(utterance_id="u", speaker=Speaker.CUSTOMER, text=text, is_final=True)
    assert says_child(turn) is child
    assert not says_child(msgspec.structs.replace(turn, speaker=Speaker.AGENT))


def test_a_line_of_the_policy_takes_the_place_of_the_tables() -> None:
    text = default_policy_text() + (
        "\n[crisis.lines.GB]\n"
        'emergency = ["999"]\nsource = "https://example.org"\nchecked = 2026-01-01\n'
        "[crisis.lines.GB.line]\n"
        'name = "our own counsellors"\nnumbers = ["0800 123 456"]\n'
        'source = "https://example.org"\nchecked = 2026-01-01\n'
        "[queues.q.crisis]\n"
        'ask_country = "Where are you calling from?"\n'
    )
    policy = parse_policy(text, source="policy.toml")
    numbers = policy.crisis.numbers("GB")
    assert numbers is not None
    assert numbers.line is not None
    assert numbers.line.name == "our own counsellors"
    own = policy.for_queue("q").crisis
    assert own.numbers("GB") == numbers
    assert own.filled("Ring {emergency}.", None) == "Where are you calling from?"


def test_the_table_has_a_source_and_a_day_for_every_number() -> None:
    table = crisis_table()
    assert set(table) == {"US", "GB", "CA", "AU", "NZ", *EU}
    for country, numbers in table.items():
        for entry in (numbers, numbers.line):
            if entry is not None:
                assert entry.source.startswith("https://"), country
                assert date(2026, 1, 1) <= entry.checked, country
    assert all("112" in table[member].emergency for member in EU)


def test_every_life_text_that_comes_along_can_be_said_in_every_country() -> None:
    for trigger in LIFE_STOPS:
        entry = POLICY.triggers[trigger]
        for text in (entry.say_now, *(texts.say_now for texts in entry.texts.values())):
            for numbers in (None, *crisis_table().values()):
                said = CrisisRules().filled(text, numbers)
                assert "{" not in said
                assert len(said) > 40, "more than a question for the country is left"


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("texts.third_party]  ", "texts.somebody]  ", "no such subtype; there are: child, past"),
        ("[triggers.emergency.texts.child]", "[triggers.media.texts.child]", "no such subtype"),
        ("talk to {crisis_line}.", "talk to {crisisline}.", "nothing fills in {crisisline}"),
        ('"Do not argue', '"{emergency} Do not argue', "nothing fills in {emergency}"),
    ],
)
def test_texts_for_nobody_and_unknown_places_are_mistakes(old: str, new: str, told: str) -> None:
    text = default_policy_text()
    assert old in text
    with pytest.raises(PolicyError, match=r"line \d+: triggers") as raised:
        parse_policy(text.replace(old, new, 1), source="policy.toml")
    assert told in str(raised.value)


def test_a_country_that_is_no_code_is_a_mistake() -> None:
    entry = 'emergency = ["1"]\nsource = "x"\nchecked = 2026-01-01\n'
    text = f"{default_policy_text()}\n[crisis.lines.England]\n{entry}"
    with pytest.raises(PolicyError, match="two capital letters"):
        parse_policy(text, source="policy.toml")


COACHED = POLICY.triggers[Trigger.FRAUD].texts["in_progress"]


def test_who_may_be_told_what_to_say_is_asked_what_can_be_answered_with_yes_or_no() -> None:
    """A scammer who listens hears the agent, too, perhaps."""
    story = Story()
    story.says("there's a man on the other line from your bank telling me what to say")
    alert = story.alerts["fraud"]
    assert (alert.subtype, alert.imminent) == ("in_progress", True)
    assert (alert.say_now, alert.do_not_say) == (COACHED.say_now, COACHED.do_not_say)
    for aloud in ("fraud", "scam", "specialist", "police"):
        assert aloud not in alert.say_now.casefold()
    assert "yes or no" in alert.say_now


def test_what_is_going_on_decides_the_words_over_what_has_been() -> None:
    state = DESK.after_reading(
        DeskState(), heard("fraud", "victim"), call(), at_ms=AT, mode=Mode.LIVE
    ).state
    assert state.alerts["fraud"].say_now != COACHED.say_now
    now = heard("fraud", "in_progress", n=2)
    findings = tuple(msgspec.structs.replace(f, imminent=True) for f in now.findings)
    now = msgspec.structs.replace(now, findings=findings)
    later = DESK.after_reading(state, now, call(), at_ms=AT + 1000, mode=Mode.LIVE).state
    assert later.alerts["fraud"].subtype == "in_progress"
    assert later.alerts["fraud"].say_now == COACHED.say_now


def test_a_suspected_impostor_stays_one_whatever_goes_on() -> None:
    state = DESK.after_reading(
        DeskState(), heard("fraud", "impostor"), call(), at_ms=AT, mode=Mode.LIVE
    ).state
    now = heard("fraud", "in_progress", n=2)
    findings = tuple(msgspec.structs.replace(f, imminent=True) for f in now.findings)
    now = msgspec.structs.replace(now, findings=findings)
    later = DESK.after_reading(state, now, call(), at_ms=AT + 1000, mode=Mode.LIVE).state
    assert later.alerts["fraud"].subtype == "impostor"


def test_a_text_of_a_subtype_that_forbids_nothing_forbids_what_its_trigger_does() -> None:
    own = '[triggers.media.texts.press]\nsay_now = "The press office will ring you."\n'
    policy = parse_policy(f"{default_policy_text()}\n{own}", source="policy.toml")
    state = (
        Desk(policy, VERSIONS)
        .after_reading(DeskState(), heard("media", "press"), call(), at_ms=AT, mode=Mode.LIVE)
        .state
    )
    alert = state.alerts["media"]
    assert alert.say_now == "The press office will ring you."
    assert alert.do_not_say == POLICY.triggers[Trigger.MEDIA].do_not_say
