"""Passwords, ids and addresses that are hedged, spelled "for" a word, or written around an "at"."""

import pytest

from detectors.redaction import redact

PASSWORD = "what's the password on the account?"
EMAIL = "and the email?"


@pytest.mark.parametrize(
    ("question", "answer", "left"),
    [
        ("what's your passphrase?", "correct horse battery staple", "[password]"),
        (PASSWORD, "I think it's banana bread but I may be wrong",
         "I think it's [password] but I may be wrong"),
        (PASSWORD, "probably banana bread ninety", "probably [password]"),
        (EMAIL, "A for alpha N for november N A at icloud dot com", "[email]"),
        ("national insurance number?",
         "J for juliet G for golf one two three four five six D for delta", "[national id]"),
    ],
)  # fmt: skip
def test_the_answer_goes_whole(question: str, answer: str, left: str) -> None:
    assert redact(answer, question)[0] == left


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("I changed my password to tigger eighty nine", "I changed my password to [password]"),
        ("my email is anna [at] example dot com", "my email is [email]"),
        ("anna(at)example.com", "[email]"),
    ],
)
def test_what_is_told_unasked_goes_whole(text: str, left: str) -> None:
    assert redact(text)[0] == left


@pytest.mark.parametrize(
    "text",
    [
        "they work at amazon dot com",
        "meet at gmail dot com office",
        "I'm at work dot com",
        "the barcode 5012345678900",
        "my visa application is 2024 0099 1",
        "my passport is for 3 people",
    ],
)
def test_what_only_looks_like_it_stays(text: str) -> None:
    assert redact(text) == (text, ())


@pytest.mark.parametrize("answer", ["I can't remember it", "help he's here", "no comment from me"])
def test_talk_is_no_passphrase(answer: str) -> None:
    assert redact(answer, "what's your passphrase?") == (answer, ())
