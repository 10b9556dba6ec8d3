"""Who speaks on which channel."""

import pytest

from detectors.normalise import normalise
from detectors.roles import RoleBook, Roles, role_book
from detectors.vocabulary import Speaker

BOOK = role_book("en")


def words(text: str) -> list[str]:
    return [token.norm for token in normalise(text)]


def test_phrases_of_employees_and_callers_are_told_apart() -> None:
    assert BOOK.count(words("thank you for calling how can I help")) == (2, 0)
    assert BOOK.count(words("hi I'm calling about my bill")) == (0, 2)
    assert BOOK.count([]) == (0, 0)


def test_enough_on_the_wrong_channels_and_little_on_the_right_is_a_swap() -> None:
    roles = Roles().after(Speaker.CUSTOMER, 2, 0)
    assert not roles.swapped
    assert roles.after(Speaker.AGENT, 0, 1).swapped
    assert not roles.after(Speaker.AGENT, 2, 1).swapped


def test_a_caller_who_works_in_a_call_center_too_is_no_swap() -> None:
    roles = Roles()
    for _ in range(5):
        roles = roles.after(Speaker.AGENT, 1, 0).after(Speaker.CUSTOMER, 1, 1)
    assert not roles.swapped


def test_unknown_speakers_say_nothing_of_the_channels() -> None:
    assert Roles().after(Speaker.UNKNOWN, 9, 9) == Roles()


def test_it_is_clear_who_is_who_once_enough_fits_and_little_does_not() -> None:
    roles = Roles().after(Speaker.AGENT, 1, 0)
    assert not roles.clear
    assert roles.after(Speaker.CUSTOMER, 0, 1).clear
    assert not roles.after(Speaker.CUSTOMER, 1, 1).clear
    assert Roles(wrong=3).clear


@pytest.mark.parametrize(
    "text", ["are you safe", "okay and whats your postcode", "on the tenth?", "did he hurt you"]
)
def test_a_question_is_one_without_its_mark_too(text: str) -> None:
    assert BOOK.asks(words(text))


@pytest.mark.parametrize("text", ["take your time", "i'm here with you", "okay that is fine", ""])
def test_what_consoles_asks_nothing(text: str) -> None:
    assert not BOOK.asks(words(text))


def test_fillers_are_told_from_answers() -> None:
    assert all(BOOK.only_fills(words(text)) for text in ("um", "well", "oh sorry?", "...", ""))
    assert not any(
        BOOK.only_fills(words(text)) for text in ("yeah", "no", "mm", "well i do", "so i just like")
    )


def test_a_language_without_phrases_tells_nothing() -> None:
    assert role_book("xx").count(["thank", "you", "for", "calling"]) == (0, 0)
    assert RoleBook().count(["my"]) == (0, 0)
