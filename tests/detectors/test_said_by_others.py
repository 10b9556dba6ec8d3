"""What only sounds like long ago, denied or somebody else's words; and what is."""

from collections.abc import Callable

import pytest

from detectors.detector import Detector, Heard

Say = Callable[..., Heard]


def heard(heard: Heard) -> tuple[list[str], list[str]]:
    return heard.reading.raised(), heard.reading.review()


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("you better watch your back when you leave work", "violence"),
        ("I'll kill you when I get back when I'm finished with them", "violence"),
        ("I'll stab him on the way back", "violence"),
        ("he threatened to kill me back when we split and now he's at the door", "violence"),
        ("I'll kill myself back when nobody's home", "self_harm"),
        ("he'll be back when the pub shuts and he hits me", "safeguarding"),
        ("she's gone back, when I got here he wasn't breathing", "emergency"),
    ],
)
def test_a_back_that_belongs_to_another_word_is_no_time_long_ago(
    shipped: Detector, say: Say, text: str, label: str
) -> None:
    assert label in say(shipped, text).reading.raised()


@pytest.mark.parametrize(
    "text",
    [
        "he threatened to kill me back when we lived in Leeds",
        "back when we were married he threatened to kill me",
        "he threatened to kill me back when and I moved out",
    ],
)
def test_back_when_it_was_is_long_ago(shipped: Detector, say: Say, text: str) -> None:
    assert heard(say(shipped, text)) == ([], ["violence"])


def test_what_was_done_back_then_is_no_threat(shipped: Detector, say: Say) -> None:
    assert heard(say(shipped, "I sued you back when my dad was alive")) == ([], [])


@pytest.mark.parametrize(
    "text",
    [
        "don't tell me I'm not suicidal, I am",
        "stop telling me I'm not suicidal",
        "I can't say I'm not thinking of killing myself",
        "I'm not saying I'm not suicidal",
        "it's not like I haven't thought about killing myself",
        "it's not that I don't want to die",
        "I can't promise I won't kill myself",
        "who says I'm not suicidal",
    ],
)
def test_a_denial_that_is_denied_is_none(shipped: Detector, say: Say, text: str) -> None:
    assert "self_harm" in say(shipped, text).reading.raised()


@pytest.mark.parametrize(
    "text", ["I'm not suicidal", "tell him I'm not suicidal", "I'm not saying I want to die"]
)
def test_a_denial_stays_one(shipped: Detector, say: Say, text: str) -> None:
    assert heard(say(shipped, text)) == ([], ["self_harm"])


@pytest.mark.parametrize(
    "text",
    [
        "the song says I want to die",
        "the song says that I want to die",
        "the lyrics go I want to die, my son's listening to it",
        "in the book she says I want to die",
        "my teacher said that sentence, I want to kill myself, is an example",
        "I want to kill myself is just an expression",
    ],
)
def test_the_i_of_a_song_is_not_the_callers(shipped: Detector, say: Say, text: str) -> None:
    assert heard(say(shipped, text)) == ([], ["self_harm"])


def test_a_character_threatens_nobody(shipped: Detector, say: Say) -> None:
    assert heard(say(shipped, "the character says he'll burn the house down")) == ([], [])


@pytest.mark.parametrize(
    "text",
    [
        "the song says it all, I want to die",
        "the show's broken and I want to die",
        "my teacher says she'll kill herself",
        "my son says he'll kill himself",
        "he says I should kill myself and I will",
    ],
)
def test_what_callers_or_theirs_say_themselves_is_raised(
    shipped: Detector, say: Say, text: str
) -> None:
    assert "self_harm" in say(shipped, text).reading.raised()


def test_hair_is_dyed_however_it_is_written(shipped: Detector, say: Say) -> None:
    assert heard(say(shipped, "I want to die my hair")) == ([], [])


@pytest.mark.parametrize(
    "turns",
    [
        ("I'm not threatening anyone, I'm not going to hurt anybody",),
        ("I would never hurt anybody",),
        ("agent: are you threatening me", "no I'm not threatening you"),
    ],
)
def test_who_denies_a_threat_is_looked_at(
    shipped: Detector, say: Say, turns: tuple[str, ...]
) -> None:
    assert heard(say(shipped, *turns)) == ([], ["violence"])


@pytest.mark.parametrize(
    "text",
    [
        "I don't want to hurt your feelings",
        "I don't think it'll hurt anyone to ask",
        "I'm not threatening to leave, I'm leaving",
    ],
)
def test_a_denial_of_something_else_is_not(shipped: Detector, say: Say, text: str) -> None:
    assert heard(say(shipped, text)) == ([], [])
