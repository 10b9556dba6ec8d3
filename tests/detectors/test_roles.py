"""Who speaks on which channel."""

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


def test_a_language_without_phrases_tells_nothing() -> None:
    assert role_book("xx").count(["thank", "you", "for", "calling"]) == (0, 0)
    assert RoleBook().count(["my"]) == (0, 0)
