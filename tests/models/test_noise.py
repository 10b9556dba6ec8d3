"""Simulated recognition errors: as many as asked for, of the kinds recognisers make."""

from functools import cache
from importlib.resources import files
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.corpus import read_corpus
from models.noise import Ear, misheard, spoken, word_errors
from models.phonetics import skeleton

ROWS = [row.text for row in read_corpus()][::3][:2000]


def heard_of(rate: float, seed: int = 7) -> list[str]:
    random = Random(seed)
    return [misheard(text, rate, random) for text in ROWS]


@cache
def errors_of(rate: float) -> tuple[float, list[float]]:
    totals = [0, 0, 0]
    for said, heard in zip(ROWS, heard_of(rate), strict=True):
        totals = [a + b for a, b in zip(totals, word_errors(said, heard), strict=True)]
    words = sum(len(spoken(text).split()) for text in ROWS)
    return sum(totals) / words, [total / sum(totals) for total in totals]


@pytest.mark.parametrize("rate", [0.1, 0.2, 0.3])
def test_the_word_error_rate_is_the_one_asked_for(rate: float) -> None:
    measured, _ = errors_of(rate)
    assert measured == pytest.approx(rate, rel=0.2)


def test_errors_are_substitutions_deletions_and_insertions_in_the_shares_of_recognisers() -> None:
    _, (substituted, deleted, inserted) = errors_of(0.2)
    assert substituted == pytest.approx(0.60, abs=0.06)
    assert deleted == pytest.approx(0.25, abs=0.06)
    assert inserted == pytest.approx(0.15, abs=0.06)


def test_errors_are_counted_as_the_fewest_that_turn_one_text_into_the_other() -> None:
    assert word_errors("I will sue you", "i well sue") == (1, 1, 0)
    assert word_errors("sue you", "soo uh you") == (1, 0, 1)
    assert word_errors("a b", "b") == (0, 1, 0)
    assert word_errors("", "two words") == (0, 0, 2)
    assert word_errors("Same, words!", "same words") == (0, 0, 0)


def test_the_same_seed_hears_the_same() -> None:
    assert heard_of(0.2) == heard_of(0.2)
    assert heard_of(0.2) != heard_of(0.2, seed=8)


@given(st.text(min_size=1, max_size=80), st.floats(0, 1), st.integers(0, 50))
def test_something_is_always_heard_of_something(text: str, rate: float, seed: int) -> None:
    assert misheard(text, rate, Random(seed))


def test_without_errors_every_word_and_mark_stays() -> None:
    assert misheard("No, I'm NOT paying £4.50!", 0.0, Random(1)) == "No, I'm NOT paying £4.50!"


def test_words_are_heard_as_real_words_that_sound_alike() -> None:
    random = Random(3)
    heard = {misheard("my solicitor will sue", 1.0, random) for _ in range(200)}
    words = {word for text in heard for word in text.split()}
    assert words & {"soo", "sew", "so"}
    assert {"sollicitor", "solicits"} & words


def test_words_are_split_and_merged() -> None:
    random = Random(5)
    heard = [misheard("i rang them again about a lot of it", 0.6, random) for _ in range(200)]
    assert any("a gain" in text for text in heard)
    assert any("alot" in text for text in heard)


def test_an_ear_hears_the_words_of_its_own_vocabulary() -> None:
    random = Random(2)
    ear = Ear(["the zebra crossing"])
    heard = " ".join(ear.misheard("a black zeber", 1.0, random) for _ in range(200))
    assert "zebra" in heard


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("court", "caught"),
        ("write", "right"),
        ("phone", "fone"),
        ("sight", "cite"),
        ("wood", "would"),
    ],
)
def test_words_that_sound_alike_share_a_skeleton_or_a_group(one: str, other: str) -> None:
    random = Random(1)
    ear = Ear([other])
    assert skeleton(one) == skeleton(other) or other in {
        ear.misheard(one, 1.0, random) for _ in range(400)
    }


def test_spoken_text_has_no_case_and_no_punctuation_but_its_numbers() -> None:
    assert spoken("It's £1,250.40 — I'll go to the F.C.A., tomorrow!") == (
        "it's 1,250.40 i'll go to the f c a tomorrow"
    )


def test_the_table_of_homophones_has_hundreds_of_groups_and_no_group_of_one() -> None:
    table = files("models").joinpath("homophones.txt").read_text(encoding="utf-8")
    groups = [line.split() for line in table.splitlines() if line and not line.startswith("#")]
    assert len(groups) >= 250
    assert all(len(set(group)) >= 2 for group in groups)
