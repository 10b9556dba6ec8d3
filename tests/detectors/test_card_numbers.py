"""However a card number is said and wherever it is cut, no five digits of it are left in a row."""

from collections.abc import Callable, Sequence
from itertools import pairwise

from hypothesis import example, given
from hypothesis import strategies as st

from detectors.digits import DIGITS, TEENS, TENS, runs_of, words_of
from detectors.redaction import redact

_SINGLE = {digit: word for word, digit in reversed(DIGITS.items()) if word not in ("o", "nil")}
_TEEN = {digits: word for word, digits in TEENS.items()}
_TEN = {digit: word for word, digit in TENS.items()}
_TIMES = {2: "double", 3: "triple"}
ASKED = "and what's the long card number please?"


def check_digit(digits: str) -> str:
    """The last digit of a card number by Luhn's rule, written out apart from the one under test."""
    for last in "0123456789":
        row = [int(digit) for digit in digits + last]
        doubled = [sum(divmod(2 * digit, 10)) for digit in row[-2::-2]]
        if (sum(row[-1::-2]) + sum(doubled)) % 10 == 0:
            return last
    raise AssertionError(digits)


def singly(group: str) -> str:
    return " ".join(_SINGLE[digit] for digit in group)


def in_figures(group: str) -> str:
    return " ".join(group)


def doubled(group: str) -> str:
    words: list[str] = []
    at = 0
    while at < len(group):
        for times in (3, 2):
            if group[at : at + times] == group[at] * times:
                words += (_TIMES[times], _SINGLE[group[at]])
                at += times
                break
        else:
            words.append(_SINGLE[group[at]])
            at += 1
    return " ".join(words)


def in_pairs(group: str) -> str:
    words = []
    for at in range(0, len(group), 2):
        pair = group[at : at + 2]
        if pair in _TEEN:
            words.append(_TEEN[pair])
        elif len(pair) == 2 and pair[0] in _TEN and pair[1] != "0":
            words.append(f"{_TEN[pair[0]]} {_SINGLE[pair[1]]}")
        else:
            words.append(singly(pair))
    return " ".join(words)


WAYS: list[Callable[[str], str]] = [str, in_figures, singly, doubled, in_pairs]


@st.composite
def spoken_cards(draw: st.DrawFn) -> str:
    first, sizes = draw(
        st.sampled_from([("4", (4, 4, 4, 4)), ("5", (4, 4, 4, 4)), ("37", (4, 6, 5))])
    )
    rest = draw(st.text("0123456789", min_size=sum(sizes) - 1, max_size=sum(sizes) - 1))
    digits = (first + rest)[: sum(sizes) - 1]
    digits += check_digit(digits)
    ways = st.sampled_from(WAYS)
    said = ""
    at = 0
    for size in sizes:
        pause = draw(
            st.sampled_from([" ", " ", ", ", " - ", " um ", ", uh, ", " and then ", " okay "])
        )
        said += (pause if at else "") + draw(ways)(digits[at : at + size])
        at += size
    return said


def left_in(pieces: Sequence[str], asked: str) -> str:
    """What is left of an utterance heard in pieces, each redacted knowing those before."""
    heard: list[str] = []
    for piece in pieces:
        heard.append(redact(piece, agent_said=asked, said_before=" ".join(heard[-3:]))[0])
    return " ".join(heard)


def longest_run(text: str) -> int:
    return max((len(run.digits) for run in runs_of(words_of(text))), default=0)


@given(spoken_cards(), st.sampled_from(["", "it's ", "yeah so that's ", "the number is "]))
@example("4111 1111 1111 1111", "")
def test_a_card_number_said_in_one_go_is_taken_out(card: str, before: str) -> None:
    left = left_in([f"{before}{card} thanks"], "")
    assert longest_run(left) < 5, left


@st.composite
def cut_cards(draw: st.DrawFn) -> tuple[str, list[int]]:
    card = draw(spoken_cards())
    cuts = st.lists(st.integers(1, len(card.split())), max_size=4, unique=True)
    return card, draw(cuts.map(sorted))


@given(cut_cards())
@example(("3700 - 0 0 0 0 0 0 - zero one triple zero", [1, 2, 8, 12]))
@example(("3700 - 0 0 0 0 0 0 - double zero double one nine", [1, 2, 8, 12]))
def test_a_card_number_read_to_the_agent_in_pieces_is_taken_out(
    said: tuple[str, list[int]],
) -> None:
    card, cuts = said
    words = card.split()
    edges = [0, *cuts, len(words)]
    pieces = [" ".join(words[a:b]) for a, b in pairwise(edges)]
    for asked, opening in ((ASKED, ""), ("", "my card number is ")):
        left = left_in([opening + pieces[0], *pieces[1:]], asked)
        assert longest_run(left) < 5, (pieces, left)
