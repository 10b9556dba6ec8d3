"""Questions that a number answers, and those that end the request for one."""

from collections.abc import Callable

import pytest

from detectors.asking import OTHER, Request, request_in
from detectors.chunk import Chunk
from detectors.detector import Detector
from detectors.markers import Kind
from detectors.reading import Conversation
from detectors.redaction import redact
from detectors.vocabulary import Speaker

Call = Callable[..., list[str]]
WHO = {"a": Speaker.AGENT, "c": Speaker.CUSTOMER, "u": Speaker.UNKNOWN}


@pytest.fixture(scope="module")
def call(shipped: Detector) -> Call:
    """What is left of turns read in order: "a: …" is the agent's, "u: …" nobody knows whose."""

    def left(*turns: str) -> list[str]:
        conversation = Conversation()
        heard = []
        for number, turn in enumerate(turns):
            chunk = Chunk(
                call_id="c1",
                sequence=number,
                utterance_id=f"u{number}",
                text=turn[3:],
                speaker=WHO[turn[0]],
            )
            reading = shipped.read(chunk, conversation)
            conversation = conversation.after(reading)
            heard.append(reading.turn.text)
        return heard

    return left


@pytest.mark.parametrize(
    ("turns", "answer"),
    [
        (("a: phone number?", "c: 07911 123456", "a: what floor are you on"), "three"),
        (("a: security code?", "c: 123", "a: thanks and what floor are you on"), "fourteen"),
        (("a: security code?", "c: 123", "a: lovely. your door number?"), "14"),
        (("a: card number?", "c: 4539 1488", "a: and what's the house number"), "twenty two"),
        (
            ("a: what's your date of birth?", "c: 1 1 1980", "a: and what's happened"),
            "on the third of may he hit me",
        ),
    ],
)
def test_a_question_for_another_thing_ends_a_request(
    call: Call, turns: tuple[str, ...], answer: str
) -> None:
    assert call(*turns, f"c: {answer}")[-1] == answer


@pytest.mark.parametrize(
    "said",
    [
        "okay what's next",
        "sorry what was the last bit?",
        "and what comes after that",
        "what are the next four digits",
        "which one is that",
        "how are you getting on",
        "where does it start",
        "could you say that again?",
        "ready?",
    ],
)
def test_what_is_asked_about_a_number_on_its_way_ends_no_request(said: str) -> None:
    assert request_in(said) is None


def test_where_nobody_knows_who_speaks_a_question_right_before_is_the_agents(call: Call) -> None:
    asked = call("u: what's your password", "u: it's tigger88")
    assert asked[-1] == "it's [password]"
    assert call("u: my password is tigger88", "u: okay great")[-1] == "okay great"
    assert call("u: what's your email?", "u: jane doe at icloud dot com")[-1] == "[email]"


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        ("which number should we ring?", Kind.PHONE),
        ("and a number we can ring?", Kind.PHONE),
        ("and the last three on the signature strip?", Kind.SECURITY_CODE),
        ("what's the three digit number on the signature strip?", Kind.SECURITY_CODE),
        ("memorable date?", Kind.DATE_OF_BIRTH),
        ("what's the memorable place?", Kind.PASSWORD),
        ("who was your best friend at school?", Kind.PASSWORD),
        ("can you tell me your Aadhaar number?", Kind.NATIONAL_ID),
    ],
)
def test_more_questions_are_known(said: str, kind: Kind) -> None:
    assert request_in(said) == Request(kind)


def test_an_aadhaar_number_told_in_pieces_goes_whole(call: Call) -> None:
    pieces = ("c: two three four five", "c: six seven eight nine", "c: oh one two four")
    assert call("a: your Aadhaar number?", *pieces)[1:] == ["[national id]"] * 3


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("my Aadhaar is 2345 6789 0124", "my Aadhaar is [national id]"),
        ("uidai number 2345 6789 0124", "uidai number [national id]"),
        ("my PAN is ABCDE1234F", "my PAN is [national id]"),
        ("PAN card A B C D E one two three four F", "PAN card [national id]"),
        ("the three digits are seven oh two", "the three digits are [security code]"),
        ("the last three are seven oh two", "the last three are [security code]"),
        ("pass code 445566", "pass code [security code]"),
        ("my visa expires march twenty eight", "my visa expires [card]"),
        ("my number is area code 617 555 0119", "my number is area code [phone]"),
    ],
)
def test_more_is_known_by_its_name(text: str, left: str) -> None:
    assert redact(text)[0] == left


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        ("it's six one seven area code five five five oh one one nine",
         "it's [phone] area code [phone]"),
        ("six one seven that's the area code 555 0119", "[phone] that's the area code [phone]"),
        ("area code 617 555 0119", "area code [phone]"),
    ],
)  # fmt: skip
def test_an_area_code_is_part_of_the_telephone_number(answer: str, left: str) -> None:
    assert redact(answer, "phone number?")[0] == left


@pytest.mark.parametrize(
    ("question", "answer", "left"),
    [
        ("expiry?", "september twenty seven", "[card]"),
        ("and when does it expire", "it expires 03/28", "it expires [card]"),
        ("and when does the card expire", "march twenty eight", "[card]"),
        ("and the valid from date?", "oh one twenty two", "[card]"),
    ],
)
def test_when_a_card_expires_is_asked_in_many_ways(question: str, answer: str, left: str) -> None:
    assert redact(answer, question)[0] == left


def test_when_something_else_expires_stays() -> None:
    said = "it expires march twenty eight"
    assert redact(said, "when does the contract expire?")[0] == said
    assert request_in("when does the contract expire?") == OTHER


@pytest.mark.parametrize(
    "text",
    [
        "my passport expired in 2019",
        "my driving licence expired in 2021",
        "national insurance contributions since 1998",
        "social security pays me 1450 a month",
        "social security office closed at 1630",
        "my account was charged 1000 2000 3000",
        "my account was frozen on 120324",
    ],
)
def test_years_times_and_sums_after_a_loose_name_stay(text: str) -> None:
    assert redact(text) == (text, ())


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("can you confirm your account number?", "not until you tell me where my 3500 is"),
        ("what's your account number?", "you owe me 12000"),
        ("is that the current account?", "yes the one with 14500 in it"),
        ("what's your social security number?", "I moved here in 2019"),
        ("security code?", "there isn't one it's from 1998"),
        ("card number?", "the one ending 4412?"),
        ("date of birth?", "it's on the letter of the third of may"),
    ],
)
def test_what_is_told_instead_of_a_number_stays(question: str, answer: str) -> None:
    assert redact(answer, question) == (answer, ())
