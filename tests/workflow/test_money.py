"""Amounts of money, as they are said and written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workflow.money import amounts, written

ONES = ("zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen")
TO_NINETEEN = (*ONES, *TEENS, "eighteen", "nineteen")
TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")


def spoken(number: int) -> str:
    """A number from 1 to 999,999 as people say it."""
    if number >= 1000:
        rest = number % 1000
        joint = " and " if 0 < rest < 100 else " "
        return spoken(number // 1000) + " thousand" + (joint + spoken(rest) if rest else "")
    if number >= 100:
        rest = number % 100
        return f"{ONES[number // 100]} hundred" + (f" and {spoken(rest)}" if rest else "")
    if number < 20:
        return TO_NINETEEN[number]
    return TENS[number // 10] + (f" {ONES[number % 10]}" if number % 10 else "")


def values(text: str) -> list[float]:
    return [amount.value for amount in amounts(text)]


@given(st.integers(1, 999_999))
def test_an_amount_in_words_is_the_amount_in_digits(number: int) -> None:
    for text in (f"{spoken(number)} pounds", f"£{number}", f"£{number:,}", f"{number} pounds"):
        (amount,) = amounts(f"well I can give you {text} for that")
        assert (amount.value, amount.currency) == (number, "GBP")


@given(st.text())
def test_any_text_has_amounts_or_none_and_they_stand_in_order(text: str) -> None:
    found = amounts(text)
    places = [place for amount in found for place in (amount.start, amount.end)]
    assert places == sorted(places)
    assert all(0 <= place <= len(text) for place in places)


@pytest.mark.parametrize(
    ("text", "value", "currency"),
    [
        ("a hundred quid", 100, "GBP"),
        ("two fifty dollars", 250, "USD"),
        ("two grand", 2000, None),
        ("a grand", 1000, None),
        ("$1.5k", 1500, "USD"),
        ("three hundred back on the card", 300, None),
        ("£49.50.", 49.5, "GBP"),
        ("twenty-five euros", 25, "EUR"),
        ("I'll refund you two hundred", 200, None),
    ],
)
def test_money_is_heard_as_people_say_it(text: str, value: float, currency: str | None) -> None:
    (amount,) = amounts(text)
    assert (amount.value, amount.currency) == (value, currency)


@pytest.mark.parametrize(
    "text", ["thirty days", "100%", "in 10 minutes", "twenty percent off", "order 4417 b", "one"]
)
def test_a_count_of_something_else_is_no_money(text: str) -> None:
    assert values(text) == []


def test_pence_are_no_pounds() -> None:
    assert values("fifty pounds and ninety pence") == [50, 0.9]


def test_a_sum_is_written_with_its_cents_only_when_it_has_some() -> None:
    assert [written(1200.0), written(49.5)] == ["1,200", "49.50"]
