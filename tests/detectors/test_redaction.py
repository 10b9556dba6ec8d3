"""Redaction: personal data goes, what a supervisor must read stays."""

from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.redaction import redact

CARD = "4111111111111111"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("my card is 4111 1111 1111 1111 thanks", "my card is [card] thanks"),
        ("4111-1111-1111-1111", "[card]"),
        ("it's 378282246310005", "it's [card]"),
        (
            "four one double one one one one one one one one one one one one one ok",
            "[card] ok",
        ),
        ("my card number is 4111 1111", "my card number is [card]"),
        ("expiry is oh nine twenty seven", "expiry is [card]"),
        ("and the expiry date's 09/2027", "and the expiry date's [card]"),
        ("my card's 4111 1111 and it expires 04/27", "my card's [card] and it expires [card]"),
        ("the visa expires zero four twenty seven", "the visa expires [card]"),
        ("the cvv is 123", "the cvv is [security code]"),
        ("my pin is one two three four", "my pin is [security code]"),
        ("sort code 12-34-56 account 12345678", "sort code [account] account [account]"),
        ("routing number 021000021", "routing number [account]"),
        ("GB29 NWBK 6016 1331 9268 19", "[account]"),
        ("it's 078-05-1120", "it's [national id]"),
        ("my social is 078 05 1120", "my social is [national id]"),
        ("AB 12 34 56 C", "[national id]"),
        ("write to jo.b+x@example.co.uk please", "write to [email] please"),
        ("john dot smith at example dot com ok", "[email] ok"),
        ("it's j o h n 7 at gmail dot com", "it's [email]"),
        ("call (415) 555-1234", "call [phone]"),
        ("on 07700 900123", "on [phone]"),
        ("+44 20 7946 0958", "[phone]"),
        ("oh seven seven double oh nine oh oh one two three", "[phone]"),
        ("i was born on the third of may nineteen sixty", "i was born on the [date of birth]"),
        ("date of birth 03/04/1980", "date of birth [date of birth]"),
        ("my password is hunter2!", "my password is [password]!"),
        ("the password is h u n t e r two", "the password is [password]"),
    ],
)
def test_personal_data_is_taken_out(text: str, left: str) -> None:
    assert redact(text)[0] == left


@pytest.mark.parametrize(
    "text",
    [
        "you charged me 4,500.00 dollars twice",
        "i have forty thousand followers",
        "at 9:30 on the 3rd of june 2024",
        "order number 4155551234",
        "my claim number is 123456789",
        "card ending 4321",
        "the expiry was 2024",
        "my card policy expires 04/27",
        "my contract expires 04/27",
        "the offer expires 12/24 and i have a visa",
        "my card expires soon so i rang at 1030",
        "i called 3 times in 2 weeks and waited ninety minutes",
        "i was born in 1962",
        "my password is not working",
        "look at bigbank dot com",
        "call nine one one",
        "one of the two or three people i spoke to",
        "",
    ],
)
def test_what_is_needed_to_understand_the_call_stays(text: str) -> None:
    assert redact(text) == (text, ())


@pytest.mark.parametrize(
    ("question", "answer", "left"),
    [
        ("can I take the long card number?", "it's 4111 11", "it's [card]"),
        ("and the three digits on the back", "one two three", "[security code]"),
        ("what's your date of birth", "twelfth of march eighty two", "[date of birth]"),
        ("what's your memorable word?", "rover", "[password]"),
        ("the last four digits of your social security number?", "1120", "[national id]"),
    ],
)
def test_the_agents_question_names_the_answer(question: str, answer: str, left: str) -> None:
    assert redact(answer, agent_said=question)[0] == left


def test_a_number_cut_in_two_goes_on_in_the_next_chunk() -> None:
    assert redact("1111 1111", said_before="my card number is [card]")[0] == "[card]"
    assert redact("12345678", said_before="my account number is")[0] == "[account]"


def test_when_a_card_runs_out_is_taken_out_where_a_card_is_spoken_of() -> None:
    said = "and it expires zero four twenty seven"
    assert redact(said, said_before="it's [card]")[0] == "and it expires [card]"
    assert redact("oh four 27", agent_said="when does the card expire?")[0] == "[card]"
    assert redact(said)[0] == said


def test_the_kinds_taken_out_are_told_in_order() -> None:
    text = f"jo@example.com and {CARD} and {CARD}"
    assert redact(text) == ("[email] and [card] and [card]", ("email", "card"))


@given(st.text(), st.text(), st.text())
def test_no_card_number_is_left_and_nothing_is_redacted_twice(a: str, b: str, said: str) -> None:
    text, kinds = redact(f"{a} {CARD} {b}", said_before=said)
    assert CARD not in text
    assert kinds
    assert CARD not in redact(text)[0]


@given(st.lists(st.sampled_from(["[card]", "[phone]", "card", "is", "my", "and", ".", "born"])))
def test_markers_stay_as_they_are(words: list[str]) -> None:
    text = " ".join(words)
    assert redact(text)[0] == text


@pytest.mark.parametrize("answer", ["12.34", "12:34"])
def test_a_pin_that_is_written_as_a_time_is_taken_out(answer: str) -> None:
    left = redact(answer, agent_said="can you confirm the pin?")[0]
    assert not any(sign.isdigit() for sign in left)


def test_a_phone_number_in_pieces_has_hundreds_too() -> None:
    heard: list[str] = []
    for piece in ("oh seven seven double oh", "nine hundred", "one two three"):
        heard.append(redact(piece, "what's your phone number?", " ".join(heard[-3:]))[0])
    assert heard == ["[phone]"] * 3


def test_a_password_of_several_words_goes_in_the_answer_too() -> None:
    assert redact("it's fluffy bunny ninety nine", "what's the password?")[0] == "it's [password]"
    assert redact("rover thanks", "what's your memorable word?")[0] == "[password] thanks"


def test_a_long_answer_to_the_question_for_a_password_is_still_heard() -> None:
    answer = "it's hopeless just end everything today"
    left = redact(answer, agent_said="what's the password?")[0]
    assert left == "it's [password] just end everything today"


@pytest.mark.parametrize("said", ["1,", "one ", "nine hundred ", "at gmail ", "j dot "])
def test_a_long_text_is_read_in_time_that_grows_with_its_length(said: str) -> None:
    def seconds(times: int) -> float:
        taken = []
        for _ in range(3):
            begun = process_time()
            redact(said * times, agent_said="what's your email?")
            taken.append(process_time() - begun)
        return min(taken)

    seconds(100)
    # Eight times as long: 64 times the time if each part looks at all others.
    assert seconds(16_000) < 28 * max(seconds(2_000), 0.01)


@pytest.mark.parametrize(
    ("question", "pieces", "left"),
    [
        (
            "what are the three digits on the back?",
            ["seven", "eight", "one"],
            "[security code] [security code] [security code]",
        ),
        ("can I take the card number?", ["4111 1111", "seven seven"], "[card] [card]"),
        (
            "what's your social security number?",
            ["078", "05", "six seven"],
            "[national id] [national id] [national id]",
        ),
        ("can I take the card number?", ["4111 1111, um", "seven"], "[card], um [card]"),
    ],
)
def test_a_number_that_grows_by_words_is_taken_out_to_its_last_digit(
    question: str, pieces: list[str], left: str
) -> None:
    text = ""
    for piece in pieces:
        text = redact(f"{text} {piece}".strip(), agent_said=question)[0]
    assert text == left


@pytest.mark.parametrize(
    "text",
    [
        "[card] two days ago",
        "[phone] one of them rang",
        "[card] and then two people",
        "[card] oh no",
    ],
)
def test_a_count_after_a_marker_stays(text: str) -> None:
    assert redact(text) == (text, ())
