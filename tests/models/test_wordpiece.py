"""Word pieces and views: what the network is given."""

import pytest

from detectors.scoring import Passage, Said
from detectors.vocabulary import Speaker
from models.encoding import (
    AGENT,
    CALLER,
    CLS,
    LEAST_BEFORE,
    NOW_PIECES,
    SEP,
    SHARED_PIECES,
    Encoding,
)
from models.scorer import VOCABULARY, WEIGHTS
from models.wordpiece import WordPieces

PIECES = WordPieces.read(WEIGHTS / VOCABULARY)
ENCODING = Encoding(PIECES)


NAMES = (WEIGHTS / VOCABULARY).read_text(encoding="utf-8").splitlines()


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("I'll sue you!", ["i", "'", "ll", "sue", "you", "!"]),
        ("ombudsman", ["om", "##bu", "##ds", "##man"]),
        ("", []),
        ("  \t\n", []),
        ("Café", ["cafe"]),
        ("x" * 101, ["[UNK]"]),
    ],
)
def test_words_fall_into_the_pieces_of_the_base_model(text: str, pieces: list[str]) -> None:
    assert [NAMES[place] for place in PIECES.ids(text)] == pieces


def test_nothing_in_any_script_breaks_it() -> None:
    for text in ("日本語", "\x00\ud800", "😀👍🏽", "ﷺ", "a\u200bb", "\ufffd"):
        assert all(0 <= piece < len(PIECES) for piece in PIECES.ids(text))


def test_the_words_to_score_come_first_and_then_who_said_what_before() -> None:
    passage = Passage(
        now=Said(Speaker.CUSTOMER, "yes"),
        before=(Said(Speaker.CUSTOMER, "well"), Said(Speaker.AGENT, "are you sure")),
    )
    (view,) = ENCODING.views(passage)
    yes, well = PIECES.ids("yes")[0], PIECES.ids("well")[0]
    sure = PIECES.ids("are you sure")
    assert view.ids == [CLS, yes, SEP, CALLER, well, AGENT, *sure, SEP]
    assert view.types == [0, 0, 0] + [1] * (len(sure) + 4)


def test_long_speech_is_seen_whole_in_views_that_overlap() -> None:
    text = " ".join(f"word{number}" for number in range(120))
    views = ENCODING.views(Passage(now=Said(Speaker.CUSTOMER, text)))
    assert len(views) > 2
    assert all(len(view.ids) <= NOW_PIECES + 2 for view in views)
    seen = [piece for view in views for piece in view.ids[1:-1]]
    assert set(PIECES.ids(text)) <= set(seen)
    assert views[0].ids[-10:-1] != views[1].ids[1:10]
    assert views[1].ids[1] in views[0].ids


def test_a_long_turn_is_also_seen_in_closer_views() -> None:
    words = PIECES.ids("word " * 60)
    views = ENCODING.views(Passage(now=Said(Speaker.CUSTOMER, "word " * 60)))
    assert [len(view.ids) - 2 for view in views] == [len(words), 36, 36, 20]


def test_of_what_was_said_before_the_latest_is_kept() -> None:
    before = (Said(Speaker.AGENT, "old " * 100), Said(Speaker.AGENT, "newest"))
    (view,) = ENCODING.views(Passage(now=Said(Speaker.CUSTOMER, "yes"), before=before))
    assert PIECES.ids("newest")[0] in view.ids
    assert len(view.ids) == SHARED_PIECES + 3


def test_the_more_is_said_the_less_is_needed_of_what_was_said_before() -> None:
    before = (Said(Speaker.AGENT, "old " * 100),)
    text = "word " * (SHARED_PIECES + 5)
    (view,) = ENCODING.views(Passage(now=Said(Speaker.CUSTOMER, text), before=before))
    assert sum(view.types) == LEAST_BEFORE + 1


def test_silence_is_a_view_too() -> None:
    (view,) = ENCODING.views(Passage(now=Said(Speaker.CUSTOMER, "")))
    assert view.ids == [CLS, SEP]
