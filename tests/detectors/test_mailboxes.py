"""E-mail addresses as callers say them and as transcribers cut them."""

import pytest

from detectors.redaction import redact

ASKED = "and what's your email address?"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("my email is jane at gmail.com", "my email is [email]"),
        ("jane.doe at gmail.com", "[email]"),
        ("jane at gmail", "[email]"),
        ("it's bob at hotmail thanks", "it's [email] thanks"),
        ("my email is maria at jones-plumbing.co.uk", "my email is [email]"),
        ("my email is maria at m-jones.com", "my email is [email]"),
        ("my email is maria at m hyphen jones dot com", "my email is [email]"),
    ],
)
def test_an_address_needs_neither_figures_nor_the_word_dot(text: str, left: str) -> None:
    assert redact(text)[0] == left


@pytest.mark.parametrize(
    ("pieces", "left"),
    [
        (["jane dot doe", "at gmail dot com"], ["[email]", "[email]"]),
        (["jane dot doe at gmail", "dot com thanks"], ["[email]", "[email] thanks"]),
        (
            ["it's j a n e", "dot d o e", "at example dot ie"],
            ["it's [email]", "[email]", "[email]"],
        ),
        (["jane doe at gmail dot com"], ["[email]"]),
        (["jane at icloud", "dot com"], ["[email]", "[email]"]),
        (["sure it's jane doe at example dot com ok"], ["sure it's [email] ok"]),
    ],
)
def test_an_address_told_to_the_agent_goes_in_every_piece(
    pieces: list[str], left: list[str]
) -> None:
    heard: list[str] = []
    for piece in pieces:
        heard.append(redact(piece, ASKED, " ".join(heard[-3:]))[0])
    assert heard == left


def test_an_address_begun_goes_on_without_a_question() -> None:
    assert redact("jane dot doe", said_before="my email is")[0] == "[email]"
    assert redact("at gmail dot com", said_before="my email is [email]")[0] == "[email]"
    assert redact("dot co dot uk ok", said_before="my email is [email]")[0] == "[email] ok"


@pytest.mark.parametrize(
    ("answer", "left"),
    [
        ("maria jones all one word at gmail", "[email]"),
        ("it's bob smith no spaces all lower case at yahoo dot co dot uk", "it's [email]"),
        ("it's all lower case sarah smith at icloud dot com", "it's all lower case [email]"),
        ("it's jones j o n e s the number seven at outlook dot com", "it's [email]"),
        ("it's s walton so s w a l t o n", "it's [email] so [email]"),
        ("it's maria that's m a r i a at gmail", "it's [email] that's [email]"),
    ],
)
def test_an_address_is_told_with_how_it_is_written(answer: str, left: str) -> None:
    assert redact(answer, ASKED)[0] == left


@pytest.mark.parametrize(
    "text",
    [
        "yes",
        "it's no use we're all together at home",
        "i sent one at seven and nobody replied",
        "the one you have is all wrong",
        "no i didn't get it at 9 a.m. at all",
        "it cost 3.50 and i am at work",
        "i saw it on bigbank.com yesterday",
        "look at bigbank dot com",
        "it was at the drop-off at the hotel",
        "it's ok i don't have one",
    ],
)
def test_what_else_is_answered_to_a_question_for_an_address_stays(text: str) -> None:
    assert redact(text, ASKED) == (text, ())
