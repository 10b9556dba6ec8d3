"""What a served vocabulary leaves out."""

from models.encoding import AGENT, CALLER, CLS, OTHER, PAD, SEP
from models.pruning import WORDS_LEFT_OUT, kept, spoken_pieces
from models.scorer import VOCABULARY, WEIGHTS
from models.wordpiece import WordPieces

MARKS = ["[PAD]", *(f"[unused{n}]" for n in range(99)), "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = [f"word{chr(97 + n // 676)}{chr(97 + n // 26 % 26)}{chr(97 + n % 26)}" for n in range(3000)]
LETTERS = [chr(97 + n) for n in range(26)]
PARTS = [f"##{letter}" for letter in LETTERS]
PIECES = [*MARKS, "[unused99]", "ж", *LETTERS, *PARTS, *WORDS]


def test_marks_keep_their_places() -> None:
    places = kept(PIECES, set())
    for mark in (PAD, AGENT, CALLER, OTHER, CLS, SEP):
        assert places[mark] == mark


def test_the_rarest_words_that_nobody_said_go_and_can_still_be_read() -> None:
    last = WORDS[-1]
    places = kept(PIECES, spoken_pieces(PIECES, [f"they said {last} to me"]))
    pieces = [PIECES[place] for place in places]
    assert last in pieces
    assert WORDS[-2] not in pieces
    assert WORDS[0] in pieces
    assert len(set(WORDS) - set(pieces)) == WORDS_LEFT_OUT
    read = WordPieces(pieces)
    assert [pieces[n] for n in read.ids(WORDS[-2])] == [
        WORDS[-2][0],
        *(f"##{letter}" for letter in WORDS[-2][1:]),
    ]


def test_what_no_english_word_has_goes() -> None:
    pieces = {PIECES[place] for place in kept(PIECES, set())}
    assert "ж" not in pieces
    assert "[unused99]" not in pieces
    assert set(PARTS) <= pieces


def test_the_bundled_vocabulary_reads_what_callers_say_in_whole_words() -> None:
    pieces = WordPieces.read(WEIGHTS / VOCABULARY)
    for text in ("i want to kill myself", "see you in court", "somebody has stolen my card"):
        assert len(pieces.ids(text)) == len(text.split()), text
