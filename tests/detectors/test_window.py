"""What is read together: one person's words over a few turns, never two people's."""

import pytest

from detectors.reading import Turn
from detectors.vocabulary import Speaker
from detectors.window import window


def turn(text: str, participant: str | None = None, speaker: Speaker = Speaker.CUSTOMER) -> Turn:
    return Turn(utterance_id=text, speaker=speaker, text=text, participant_id=participant)


def joined(*turns: Turn) -> str:
    return " ".join(window(turns[-1], turns[:-1], frozenset()).words)


def test_one_persons_pieces_are_read_together() -> None:
    assert joined(turn("i will take you", "a"), turn("to court", "a")) == "i will take you to court"
    assert joined(turn("i will take you"), turn("to court")) == "i will take you to court"


@pytest.mark.parametrize(("one", "other"), [("a", "b"), ("a", None), (None, "a")])
def test_two_callers_on_a_line_finish_no_sentence_for_each_other(
    one: str | None, other: str | None
) -> None:
    assert joined(turn("i will take you", one), turn("to court", other)) == "to court"


def test_a_short_word_from_the_second_caller_ends_no_thought() -> None:
    said = joined(turn("i will take you", "a"), turn("yeah", "b"), turn("to court", "a"))
    assert said == "i will take you to court"
