"""Dates of birth in the pieces that transcribers cut them into."""

import pytest

from detectors.redaction import redact

ASKED = "and what's your date of birth please?"


@pytest.mark.parametrize(
    ("pieces", "left"),
    [
        (["third of may", "nineteen eighty two"], ["[date of birth]", "[date of birth]"]),
        (
            ["it's the fourth", "of march", "eighty two"],
            ["it's the [date of birth]", "of [date of birth]", "[date of birth]"],
        ),
        (["the first", "of may"], ["the [date of birth]", "of [date of birth]"]),
        (["i was born in march", "um 82"], ["i was born in [date of birth]", "um [date of birth]"]),
    ],
)
def test_every_piece_of_the_answer_goes(pieces: list[str], left: list[str]) -> None:
    heard: list[str] = []
    for at, piece in enumerate(pieces):
        asked = ASKED if at < 2 else ""
        heard.append(redact(piece, asked, " ".join(heard[-3:]))[0])
    assert heard == left


def test_a_date_begun_goes_on_without_a_question() -> None:
    assert redact("the fourth", said_before="my birthday is")[0] == "the [date of birth]"
    assert redact("eighty two", "mm-hm", "[date of birth]")[0] == "[date of birth]"
    assert redact("[date of birth] eighty two", ASKED)[0] == "[date of birth] [date of birth]"


@pytest.mark.parametrize(
    "answer",
    [
        "yes",
        "oh",
        "one second",
        "may i",
        "may i ask why",
        "one moment",
        "i moved in march to a new flat",
    ],
)
def test_what_is_said_instead_of_a_date_stays(answer: str) -> None:
    assert redact(answer, ASKED) == (answer, ())


def test_another_question_ends_the_date() -> None:
    asked = "and how many people live with you?"
    assert redact("two", asked, "it's [date of birth]") == ("two", ())
