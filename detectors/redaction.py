"""Personal data taken out of text before anything else sees it.

Cards by the Luhn check (ISO/IEC 7812-1), national ids by their form, and whatever was named just
before it or asked for by the agent. Amounts, times, order numbers, years and counts stay.
Every step is linear in the length of the text.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import NamedTuple

from detectors.asides import is_another_day, is_told_of
from detectors.asking import request_in
from detectors.births import births
from detectors.cards import broken_cards, goes_on, has_card, is_checked, is_expiry, may_be_card
from detectors.digits import Group, Run, Word, runs_of, words_of
from detectors.expiries import expiries, is_asked_for
from detectors.forms import forms
from detectors.identity import is_national_id, spelled_ids, with_letters
from detectors.lengths import LEAST_ASKED, LEAST_DIGITS, LEAST_PUT_RIGHT, is_enough
from detectors.mailboxes import emails, is_awaited
from detectors.markers import MARKER, NUMBERS, Kind
from detectors.naming import Name, holds_amounts, names_in, with_area_codes
from detectors.passwords import Awaited, awaited, passwords
from detectors.pieces import UNFINISHED, begun, least_wanted, only_digits
from detectors.signs import may_hold
from detectors.trailing import named_behind

NAME_REACH = 8
"""Words between a name and its number: "my account number that's the long one is"."""
_BACKCHANNEL = 3
"""Words of the agent's that only say "go on": more may ask for something else."""

_NANP = re.compile(r"1?[2-9]\d{2}[2-9]\d{6}")
_ZERO_LED = re.compile(r"0[1-9]\d{8,9}")


class _Span(NamedTuple):
    start: int
    end: int
    kind: Kind


class _Text(NamedTuple):
    """A text taken apart, with what came before it."""

    text: str
    words: list[Word]
    runs: list[Run]
    names: list[Name]
    asked: Kind | None
    wanted: Kind | None
    carried: Kind | None
    tail: tuple[Group, ...]
    only_digits: bool
    mail: bool
    birth: bool
    password: Awaited
    expiry: bool
    names_a_card: bool
    """Whether a card is spoken of, or asked for."""


def redact(
    text: str, agent_said: str = "", said_before: str = "", wanted: Kind | None = None
) -> tuple[str, tuple[str, ...]]:
    """The text without personal data, and the kinds taken out, in order.

    `agent_said` is what the agent said just before (already redacted): a question names its
    answer. `said_before` is the same speaker's text just before: a number may go on from it.
    `wanted` is a number that was asked for earlier, or begun: its pieces are known by their look.
    """
    request = request_in(agent_said)
    asked = None if request is None else request.kind
    mail = is_awaited(agent_said, said_before)
    carried, tail = _carried(said_before)
    brief = len(agent_said.split()) <= _BACKCHANNEL
    birth = Kind.DATE_OF_BIRTH in (asked, carried if brief else None)
    password = awaited(asked is Kind.PASSWORD, wanted is Kind.PASSWORD, said_before)
    if password.asked and "phrase" in agent_said.lower():
        password = password._replace(phrase=True)
    if not password.asked and not mail and not birth and not may_hold(text):
        return text, ()
    words = words_of(text)
    names = names_in(words)
    telephone = Kind.PHONE in (asked, wanted, carried, *(name.kind for name in names))
    names = with_area_codes(words, names, telephone)
    runs = runs_of(words, telephone)
    alone = only_digits(words, runs)
    of_card = {asked, wanted, carried, *(name.kind for name in names)}
    card = Kind.CARD in of_card or Kind.CARD.marker in f"{said_before} {text}"
    taken = _Text(
        *(text, words, runs, names, asked, wanted, carried, tail, alone),
        *(mail, birth, password, is_asked_for(agent_said), card),
    )
    spans = sorted(span for find in _FINDERS for span in find(taken))
    parts: list[str] = []
    kinds: list[str] = []
    at = 0
    for start, end, kind in _merged(spans):
        parts += (text[at:start], kind.marker)
        kinds.append(kind.value)
        at = end
    return "".join((*parts, text[at:])), tuple(dict.fromkeys(kinds))


def _merged(spans: list[_Span]) -> list[_Span]:
    merged: list[_Span] = []
    for span in spans:
        if merged and span.start < merged[-1].end:
            last = merged[-1]
            merged[-1] = _Span(last.start, max(last.end, span.end), last.kind)
        else:
            merged.append(span)
    return merged


@lru_cache(maxsize=1024)
def _carried(said_before: str) -> tuple[Kind | None, tuple[Group, ...]]:
    """What the speaker was in the middle of saying, a number or its name; digits left so far."""
    words = words_of(said_before[-200:])
    while words and words[-1].text in UNFINISHED:
        words.pop()
    if not words:
        return None, ()
    if MARKER.fullmatch(words[-1].text):
        return Kind(words[-1].text[1:-1]), ()
    names = names_in(words[-NAME_REACH:])
    runs = runs_of(words)
    tail = runs[-1].groups if runs and runs[-1].groups[-1].last == len(words) - 1 else ()
    return (names[-1].kind if names else None), tail


def _numbers(taken: _Text) -> Iterator[_Span]:
    """Runs of digits: by check digit, by name, by the question they answer, by what they go on."""
    ends = [name.last for name in taken.names]
    kind_before: Kind | None = None
    for number, run in enumerate(taken.runs):
        first, last = run.groups[0].first, run.groups[-1].last
        start, end = taken.words[first].start, taken.words[last].end
        before = taken.words[first - 1].text if first else ""
        index = bisect_left(ends, first) - 1
        name = taken.names[index] if index >= 0 and first - ends[index] <= NAME_REACH + 1 else None
        if name is not None and number and taken.runs[number - 1].groups[-1].last > name.last:
            name = name if first - taken.runs[number - 1].groups[-1].last <= 2 else None
        if name is not None and holds_amounts(taken.words, name, run):
            name = None
        opening = number == 0 and first <= 3 and name is None
        kind = _kind_of(run, taken, name, opening, before)
        if kind is None and name is not None and number + 1 < len(taken.runs):
            kind = _with_next(taken, number, name)
        if kind is None and name is None:
            kind = named_behind(taken.words, taken.names, run)
        if kind is None and kind_before is not None and not run.amount:
            kind = _goes_on(taken, number, kind_before)
        reading = opening and Kind.CARD in (taken.asked, taken.carried) and not run.amount
        kind_before = Kind.CARD if reading else kind
        other = name is None or name.kind is not None
        if kind is Kind.NATIONAL_ID or (
            kind is None and other and is_national_id(taken.words, run)
        ):
            kind = Kind.NATIONAL_ID
            first, last = with_letters(taken.text, taken.words, first, last)
            start, end = taken.words[first].start, taken.words[last].end
        if kind is not None:
            if before in ("(", "+", "plus"):
                start = min(start, taken.words[run.groups[0].first - 1].start)
            yield _Span(start, end, kind)


def _goes_on(taken: _Text, number: int, before: Kind) -> Kind | None:
    """The kind of the number that the run before was part of, if this one goes on from it."""
    one, run = taken.runs[number - 1].groups[-1], taken.runs[number]
    if before is Kind.CARD:
        return before if goes_on(taken.words, one, run.groups[0]) else None
    put_right = before in NUMBERS and len(run.digits) >= LEAST_PUT_RIGHT
    return before if put_right and is_checked(taken.words, one, run.groups[0]) else None


def _with_next(taken: _Text, number: int, name: Name) -> Kind | None:
    """The kind of a named number that is checked before it is whole: "0791 got that 112233"."""
    one, other = taken.runs[number : number + 2]
    least = LEAST_DIGITS.get(name.kind, 99) if name.kind else 99
    enough = least <= len(one.digits) + len(other.digits) and len(one.digits) >= LEAST_PUT_RIGHT
    checked = enough and is_checked(taken.words, one.groups[-1], other.groups[0])
    return name.kind if checked and not one.amount and not other.amount else None


def _kind_of(run: Run, taken: _Text, name: Name | None, opening: bool, before: str) -> Kind | None:
    digits = run.digits
    kind = begun(taken.words, run, taken.only_digits)
    if kind is not None:
        return kind
    if taken.only_digits and not run.amount:
        piece_of = taken.carried if taken.carried in NUMBERS else taken.asked
        if piece_of in NUMBERS and (len(digits) < 4 or piece_of is taken.carried):
            return piece_of
        if taken.wanted in NUMBERS and len(digits) < 4 and (taken.tail or len(digits) > 1):
            return taken.wanted
    if len(digits) < 3:
        return None
    if has_card(run.groups) or (opening and has_card((*taken.tail, *run.groups))):
        return Kind.CARD
    if MARKER.fullmatch(before):
        return Kind(before[1:-1])
    if run.amount:
        return None
    of_card = taken.names_a_card and (name is None or name.kind is Kind.CARD)
    if of_card and is_expiry(taken.words, run):
        return Kind.CARD
    if name is not None:
        kind = name.kind
        if kind is None:
            return None
        if is_enough(taken.words, name, run):
            return kind
    elif is_told_of(taken.asked or taken.carried, taken.words, run):
        return None
    elif opening and taken.carried is not None:
        if len(digits) >= LEAST_ASKED.get(taken.carried, 99):
            return taken.carried
    elif taken.asked is not None and len(digits) >= LEAST_ASKED.get(taken.asked, 99):
        return taken.asked
    if taken.wanted in NUMBERS and len(digits) >= least_wanted(
        taken.words, taken.only_digits, LEAST_DIGITS[taken.wanted]
    ):
        return taken.wanted
    if may_be_card(taken.words, run.groups, taken.names_a_card):
        return Kind.CARD
    if before in ("+", "plus") and 8 <= len(digits) <= 15:
        return Kind.PHONE
    if _NANP.fullmatch(digits) or _ZERO_LED.fullmatch(digits):
        return Kind.PHONE
    return None


def _said(taken: _Text) -> Iterator[_Span]:
    """What is said in words: e-mail addresses, dates of birth, passwords."""
    words = taken.words
    for first, last in emails(words, taken.mail):
        yield _Span(words[first].start, words[last].end, Kind.EMAIL)
    for first, last in expiries(words, taken.runs, taken.expiry, taken.names_a_card):
        yield _Span(words[first].start, words[last].end, Kind.CARD)
    asked = taken.asked if taken.asked is not None else taken.carried
    for first, last in spelled_ids(words, taken.names, asked is Kind.NATIONAL_ID):
        yield _Span(words[first].start, words[last].end, Kind.NATIONAL_ID)
    named = any(name.kind is Kind.DATE_OF_BIRTH for name in taken.names)
    for first, last in births(words, taken.names, asked is Kind.DATE_OF_BIRTH, taken.birth):
        if named or not is_another_day(words, first):
            yield _Span(words[first].start, words[last].end, Kind.DATE_OF_BIRTH)
    for first, last in passwords(words, taken.names, taken.password):
        yield _Span(words[first].start, words[last].end, Kind.PASSWORD)


def _forms(taken: _Text) -> Iterator[_Span]:
    """What shows by its form alone."""
    for start, end, kind in forms(taken.text):
        yield _Span(start, end, kind)


def _broken_cards(taken: _Text) -> Iterator[_Span]:
    """Card numbers whose groups stand apart."""
    for run in broken_cards(taken.words, taken.runs):
        first, last = run.groups[0].first, run.groups[-1].last
        yield _Span(taken.words[first].start, taken.words[last].end, Kind.CARD)


_FINDERS: tuple[Callable[[_Text], Iterator[_Span]], ...] = (
    _forms,
    _numbers,
    _broken_cards,
    _said,
)
