"""What the agent asked for, and how long it stands: a number is known by the question for it."""

from collections.abc import Callable

import pytest

from detectors.asking import OTHER, Request, request_in
from detectors.chunk import Chunk
from detectors.detector import Detector
from detectors.digits import runs_of, words_of
from detectors.markers import Kind
from detectors.reading import Conversation
from detectors.roles import Roles
from detectors.vocabulary import Speaker

Call = Callable[..., list[str]]


@pytest.fixture(scope="module")
def call(shipped: Detector) -> Call:
    """What is left of turns read in order ("agent: …" is the agent's), each as it stands."""

    def left(*turns: str, roles: Roles | None = None) -> list[str]:
        conversation = Conversation(roles=roles or Roles())
        heard = []
        for number, turn in enumerate(turns):
            chunk = Chunk(
                call_id="c1",
                sequence=number,
                utterance_id=f"u{number}",
                text=turn.removeprefix("agent: "),
                speaker=Speaker.AGENT if turn.startswith("agent: ") else Speaker.CUSTOMER,
            )
            reading = shipped.read(chunk, conversation)
            conversation = conversation.after(reading)
            heard.append(reading.turn.text)
        return heard

    return left


CARD = (
    "four five three two",
    "seven seven eight eight",
    "nine nine one one",
    "two two three three",
)
ASKED = "agent: can i take the card number?"


def digits_left(texts: list[str]) -> str:
    return "".join(run.digits for text in texts for run in runs_of(words_of(text)))


@pytest.mark.parametrize(
    "meanwhile",
    [
        ("sure hang on", "let me find my purse"),
        (
            "sure",
            "agent: take your time",
            "it's in the other room",
            "agent: no rush at all",
            "right",
        ),
    ],
)
def test_a_request_stands_through_small_talk(call: Call, meanwhile: tuple[str, ...]) -> None:
    assert not digits_left(call(ASKED, *meanwhile, *CARD))
    assert not digits_left(call(ASKED, *meanwhile, " ".join(CARD[:3])))
    assert not digits_left(call(ASKED, *meanwhile, "here we are then " + " ".join(CARD[:3])))


def test_of_digits_said_one_at_a_time_after_small_talk_the_first_is_left(call: Call) -> None:
    left = call(ASKED, "sure hang on", "let me find my purse", *" ".join(CARD).split())
    assert digits_left(left) == "4"


def test_a_number_that_is_read_back_in_pieces_is_taken_out(call: Call) -> None:
    back = [f"agent: {piece}" for piece in CARD]
    assert not digits_left(call(ASKED, *CARD, *back))
    assert not digits_left(call(" ".join(CARD), "agent: let me read that back " + CARD[0], back[1]))


def test_another_question_ends_a_request(call: Call) -> None:
    turns = (ASKED, " ".join(CARD), "agent: when did you open the account?", "2019")
    assert call(*turns)[-1] == "2019"
    order = ("agent: and what's the order number?", "um", "let me look", "12345678")
    assert call(ASKED, "hang on", *order)[-1] == "12345678"


def test_a_request_is_past_after_a_while(call: Call) -> None:
    talk = "well you know how it is with these things " * 8
    assert call(ASKED, talk, "350")[-1] == "[card]"
    assert call(ASKED, talk, "and so on", "350")[-1] == "350"


def test_with_the_channels_swapped_the_one_labelled_customer_asks(call: Call) -> None:
    asks = (ASKED.removeprefix("agent: "), "agent: sure hang on", "agent: let me find my purse")
    said = [f"agent: {piece}" for piece in CARD]
    assert not digits_left(call(*asks, *said, roles=Roles(wrong=30)))


REQUESTS = [
    ("and the cvv on there", Kind.SECURITY_CODE),
    ("okay and the pin", Kind.SECURITY_CODE),
    ("and the last three", Kind.SECURITY_CODE),
    ("the security code on the back of the card?", Kind.SECURITY_CODE),
    ("can you read me the number we just sent you?", Kind.SECURITY_CODE),
    ("and when were you born", Kind.DATE_OF_BIRTH),
    ("what number can i call you back on?", Kind.PHONE),
    ("and a good number to reach you on", Kind.PHONE),
    ("what's your number?", Kind.PHONE),
    ("a good number for you?", Kind.PHONE),
    ("can i take your bank details", Kind.ACCOUNT),
    ("can i take the card number please. take your time", Kind.CARD),
    ("can i take the card number for this order", Kind.CARD),
    ("okay and the card", Kind.CARD),
    ("how many digits of the card number can you read", Kind.CARD),
    ("what's the password on your account", Kind.PASSWORD),
    ("I've sent you a code can you read that out for me", Kind.SECURITY_CODE),
    ("what's the code please", Kind.SECURITY_CODE),
    ("read me the code please", Kind.SECURITY_CODE),
    ("can you see a code on your phone", Kind.SECURITY_CODE),
    ("and what numbers are in the text", Kind.SECURITY_CODE),
    ("what's the sort code", Kind.ACCOUNT),
    ("can you confirm the phone number on your account", Kind.PHONE),
]
OTHERWISE = [
    "when did you open the account?",
    "how much is on the card?",
    "what time did you use the card?",
    "can you confirm the address on the account?",
    "and the billing zip for the card?",
    "when did you get the card?",
    "what's the order number?",
    "the last four digits of the card please",
    "what's the error code",
    "what's the code on the error message",
    "can you read me the code off the meter",
    "could you give me the code of the flight",
    "have you got a code for the discount",
    "do you have a promo code",
    "what's the post code please",
    "did you give anyone the code",
    "when did you get the code",
    "how long have you been with us",
]
NOTHING = [
    "oh dear I lost my card once too",
    "a new phone is about thirty pounds",
    "sure take your time",
    "could you say that part again please",
    "no rush at all",
    "whenever you're ready",
    "",
]


@pytest.mark.parametrize(("said", "kind"), REQUESTS)
def test_a_request_is_known_by_what_it_names(said: str, kind: Kind) -> None:
    assert request_in(said) == Request(kind)


@pytest.mark.parametrize("said", OTHERWISE)
def test_a_question_about_something_else_asks_for_no_number(said: str) -> None:
    assert request_in(said) == OTHER


@pytest.mark.parametrize("said", NOTHING)
def test_talk_asks_for_nothing(said: str) -> None:
    assert request_in(said) is None


@pytest.mark.parametrize(
    ("turns", "left"),
    [
        (("agent: and the cvv on there", "seven eight one"), "[security code]"),
        (("agent: okay and the pin", "seven eight one"), "[security code]"),
        (
            ("agent: and when were you born", "the fourth of march nineteen eighty two"),
            "the [date of birth]",
        ),
        (
            ("agent: what's the security code?", "sorry which one", "the three digits", "781"),
            "[security code]",
        ),
        (
            ("agent: the security code?", "agent: take your time", "agent: no rush", "oh", "781"),
            "[security code]",
        ),
        (
            ("agent: what number can i call you back on?", "five five five one two three four"),
            "[phone]",
        ),
        (("agent: what's your number?", "555-1234"), "[phone]"),
        (
            ("agent: the security code on the back of the card?", "it's one twenty three"),
            "it's [security code]",
        ),
        (
            (ASKED, " ".join(CARD), "agent: and the last three", "seven eight one"),
            "[security code]",
        ),
        (
            ("agent: can i take your bank details", "20 05 61 and 12345678"),
            "[account] and [account]",
        ),
        (
            ("agent: I've sent you a code can you read that out", "okay nine nine eight", "877"),
            "[security code]",
        ),
        (("agent: what's the code please", "998 877"), "[security code]"),
        (("agent: read me the code please", "998877"), "[security code]"),
        (
            ("agent: can you read me the number we just sent you?", "it says 781234"),
            "it says [security code]",
        ),
    ],
)
def test_a_number_that_was_asked_for_in_passing_is_taken_out(
    call: Call, turns: tuple[str, ...], left: str
) -> None:
    assert call(*turns)[-1] == left


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("when did you open the account?", "2019"),
        ("how much is on the card?", "about 350"),
        ("what time did you use the card?", "1845"),
        ("which account is it?", "i paid 1500 in 2019"),
        ("can you confirm the address on the account?", "1150 king street"),
        ("and the billing zip for the card?", "90210"),
        ("what's the error code?", "it's 447188"),
        ("what's the code on the box?", "44 71 88"),
        ("did you give anyone the code?", "yes and they took 1500 pounds"),
        ("when did you get the card?", "since 2019"),
        ("can you confirm your date of birth?", "i ordered it on the fifth of may 2024"),
    ],
)
def test_an_answer_about_something_else_stays(call: Call, question: str, answer: str) -> None:
    assert call(f"agent: {question}", answer)[-1] == answer


@pytest.mark.parametrize(
    ("question", "answer", "left"),
    [
        ("what's the card number?", "it's on here 4111 11", "it's on here [card]"),
        ("what's the security code?", "it's for 781", "it's for [security code]"),
        ("your date of birth?", "it's on the fifth of may 1982", "it's on the [date of birth]"),
        (
            "your date of birth?",
            "you have it on file the fifth of may 1982",
            "you have it on file the [date of birth]",
        ),
        ("the phone number?", "you get me on 5551234", "you get me on [phone]"),
    ],
)
def test_an_answer_to_the_question_goes(call: Call, question: str, answer: str, left: str) -> None:
    assert call(f"agent: {question}", answer)[-1] == left
