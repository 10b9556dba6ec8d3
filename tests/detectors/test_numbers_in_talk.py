"""Numbers as they come in talk: checked and put right, named behind, asked in passing."""

import pytest

from detectors.redaction import redact


@pytest.mark.parametrize(
    "text",
    [
        "four five three nine have you got that one four eight eight okay oh three four three and "
        "six four six seven",
        "4539 did you get that 1488 right 0343 and then 6467",
        "4539 1488 are you ready 0343 6467",
        "my card number is 4539 have you got that 1488 okay 0343 and 6467",
        "my card number is 4539 got that down 1488",
        "my number is 07911 have you got that 123456",
        "my number is 07911 12345 sorry 123456",
        "my pin is 4421 no sorry 4422",
    ],
)
def test_a_number_goes_whole_though_the_caller_makes_sure_in_between(text: str) -> None:
    left, kinds = redact(text)
    assert len(kinds) == 1
    assert not any(sign.isdigit() for sign in left)
    assert "four" not in left


def test_what_only_leads_to_a_card_number_is_no_part_of_it() -> None:
    left = redact("my card's gone the new one is four five three nine 1488 0343 6467")[0]
    assert left == "my card's gone the new one is [card]"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("I use four eight two one as my pin", "I use [security code] as my pin"),
        ("it's four four two one that's my pin", "it's [security code] that's my pin"),
        ("I got a text saying 551209 is my code", "I got a text saying [security code] is my code"),
        ("771204 is the code I got", "[security code] is the code I got"),
        ("seven oh two on the back", "[security code] on the back"),
        (
            "046 454 286 is my social insurance number",
            "[national id] is my social insurance number",
        ),
        ("123 456 782 that's my tax file number", "[national id] that's my tax file number"),
        ("1234567TA is my pps number", "[national id] is my pps number"),
        ("two one nine oh nine 9999 is my social", "[national id] is my social"),
        ("55129913 is my account number", "[account] is my account number"),
    ],
)
def test_a_number_is_named_behind_it_too(text: str, left: str) -> None:
    assert redact(text)[0] == left


@pytest.mark.parametrize(
    "text",
    [
        "120000 is my account balance",
        "1450 is my social security check",
        "404 is the code on the screen",
        "1404 is the code it shows",
        "I wrote 450 on the back of the envelope",
        "200 on the back seat",
        "I paid 120000 for the account",
        "55129913 is my order number",
        "they sent 4500 emails and that's my account",
    ],
)
def test_what_is_said_behind_a_count_does_not_name_it(text: str) -> None:
    assert redact(text) == (text, ())
