"""Text as rules see it: docs/rules.md, "Text as rules see it"."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from detectors.normalise import is_number, normalise


def norms(text: str, known: frozenset[str] = frozenset()) -> str:
    return " ".join(token.norm for token in normalise(text, known))


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("I'm", "i am"),
        ("I’m", "i am"),
        ("won't", "will not"),
        ("can't cannot", "can not can not"),
        ("isn't didn't ain't", "is not did not is not"),
        ("gonna wanna gotta", "going to want to got to"),
        ("I'll I'd I've", "i will i would i have"),
        ("let's y'all", "let us you all"),
        ("it's that's", "it is that is"),
        ("get 'em", "get them"),
        ("do n't I 'm", "do not i am"),
        ("I wouldn't've", "i would not have"),
        ("suin' you", "suing you"),
    ],
)
def test_contractions_are_opened(text: str, seen: str) -> None:
    assert norms(text) == seen


def test_a_possessive_loses_its_s() -> None:
    assert norms("my wife's lawyer, the banks' money") == "my wife lawyer , the banks money"


def test_fillers_are_left_out() -> None:
    assert norms("um, I uh want erm hmm to mm sue") == ", i want to sue"


def test_the_emergency_room_is_no_filler() -> None:
    assert norms("he's in the ER er now") == "he is in the er now"


def test_an_uh_huh_is_a_yes() -> None:
    assert norms("uh-huh") == norms("mm hmm") == "yes"


def test_a_stutter_is_one_word_that_spans_it_all() -> None:
    text = "I, I um I want"
    tokens = normalise(text)
    assert [t.norm for t in tokens] == ["i", "want"]
    assert text[tokens[0].start : tokens[0].end] == "I, I um I"


def test_a_word_cut_off_and_begun_again_is_said_once() -> None:
    assert norms("I will su- sue you") == "i will sue you"
    assert norms("I was go- I left") == "i was go i left"


def test_digits_said_twice_are_no_stutter() -> None:
    assert norms("four four 2 2") == "four four 2 2"


@pytest.mark.parametrize("text", ["c f p b", "C.F.P.B.", "c, f, p, b", "CFPB"])
def test_letters_spelled_out_are_joined(text: str) -> None:
    assert norms(text) == "cfpb"


def test_known_words_decide_where_spelled_letters_begin() -> None:
    known = frozenset({"cfpb", "ico"})
    assert norms("file a c f p b complaint", known) == "file a cfpb complaint"
    assert norms("the i c o i said", known) == "the ico i said"


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("i'll take it to see eff pee bee", "i will take it to cfpb"),
        ("I'm going to the eff see a", "i am going to the fca"),
        ("the bee bee see", "the bbc"),
        ("do you see a problem", "do you see a problem"),
        ("you see be are", "you see be are"),
        ("oh gee i see", "oh gee i see"),
    ],
)
def test_letters_by_name_are_joined_where_they_spell_a_known_word(text: str, seen: str) -> None:
    known = frozenset({"cfpb", "fca", "bbc", "ucbr", "got"})
    assert norms(text, known) == seen


def test_letters_by_name_keep_their_place_in_the_text() -> None:
    text = "ring the Eff See A, now"
    (word,) = [t for t in normalise(text, frozenset({"fca"})) if t.norm == "fca"]
    assert text[word.start : word.end] == "Eff See A"


def test_hyphens_open_and_stops_stay() -> None:
    assert norms("Self-harm? No. Twenty-one; ok!") == "self harm ? no . twenty one ; ok !"


def test_hesitation_dots_and_web_addresses_end_no_sentence() -> None:
    assert norms("I'll... go to example.com") == "i will go to example com"


@pytest.mark.parametrize("number", ["12", "3.50", "40k", "1,000", "seven", "thousand"])
def test_numbers_are_known_in_digits_and_words(number: str) -> None:
    assert is_number(number)


@pytest.mark.parametrize("text", ["", " ", "…", "🙂🙂", "\x00", "\ud800", "'’‘", "---", "'s"])
def test_text_without_words_has_no_words(text: str) -> None:
    assert norms(text) == ""


def test_other_scripts_and_lookalike_letters_are_read() -> None:
    assert norms("ｓｕｅ you Привет") == "sue you привет"


@given(st.text())
def test_tokens_stand_in_order_within_the_text(text: str) -> None:
    tokens = normalise(text)
    assert all(0 <= t.start < t.end <= len(text) for t in tokens)
    assert [t.start for t in tokens] == sorted(t.start for t in tokens)
    assert [t.end for t in tokens] == sorted(t.end for t in tokens)


@given(st.text(alphabet="aisu' -.,?’"))
def test_tokens_of_broken_apostrophes_and_letters_stand_in_order(text: str) -> None:
    tokens = normalise(text, frozenset({"us", "su"}))
    assert [t.start for t in tokens] == sorted(t.start for t in tokens)
    assert all(t.norm and t.start < t.end for t in tokens)


@pytest.mark.parametrize("text", ["mm", "Mhm.", "mmhm", "mm, mm"])
def test_a_murmur_that_is_all_somebody_says_is_a_yes(text: str) -> None:
    assert norms(text) == "yes"


@pytest.mark.parametrize("text", ["um", "er", "hmm", "uh", "mm um"])
def test_thinking_aloud_is_no_yes(text: str) -> None:
    assert norms(text) == ""


def test_a_title_joined_to_its_text_is_taken_apart() -> None:
    assert [t.norm for t in normalise("end my lifeI just")] == ["end", "my", "life", "i", "just"]
    assert [t.norm for t in normalise("suicidalI'm")] == ["suicidal", "i", "am"]
    assert [t.norm for t in normalise("the wifi and HDMI")] == ["the", "wifi", "and", "hdmi"]
