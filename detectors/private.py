"""Personal data said in words: dates of birth, passwords."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from detectors.digits import DIGITS, LARGE, PAUSING, TEENS, TENS, Word, word_set
from detectors.mailboxes import JOINTS, Place, is_spelled
from detectors.markers import Kind
from detectors.naming import Name, named

_MONTHS = word_set(
    "january february march april may june july august september october november december "
    "jan feb mar apr jun jul aug sep sept oct nov dec"
)
_ORDINALS = word_set(
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
    "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth twentieth "
    "thirtieth"
)
_NUMBERS = frozenset({*DIGITS, *TEENS, *TENS, *LARGE})
_DATE_GLUE = word_set("of the and / - . , th st nd rd in um")
_DATE_REACH = 6
"""Words between "born" and the date: "born in leeds on the third of May"."""
_MOST_YEAR = 4
_MOST_DATE = 14
"""Words of the longest date: "the twenty first of november nineteen hundred and seventy two"."""

_WITH_A_DATE = word_set("i was born on year month day sir madam")
"""Words that may stand beside a piece of a date in an answer, with those that people pause by."""
_NO_DATE = ["one", "second"]
"""Said while somebody looks, and no date."""

_IS = frozenset({"is", "was", "it's", "that's", "=", ":", "be", "password's"})
_NO_PASSWORD = word_set(
    "not wrong incorrect expired the a an being been working locked reset something what my "
    "too invalid never always still on in out no yes yeah to and but so it i just gone "
    "changed required needed because that correct right fine written saved forgotten "
    "compromised stolen known for of okay ok sure one different weak old new going supposed "
    "where why how when who um uh er really very ? rejected refused blocked disabled denied broken"
)
_SPELLING = frozenset({"capital", "upper", "lower", "case", "uppercase", "lowercase", "hash"})
_MOST_PASSWORD = 24
_MOST_PHRASE = 6
_CLAUSES = word_set("and but so or if then because please thanks thank")
_MOST_WORDS = 4
"""Words of a password that is some: "fluffy bunny ninety nine"."""
_NO_MORE = _CLAUSES | word_set(
    "can could will would shall should do does did is isn't was were are am have has had i i'm "
    "i've you you're he she it it's its we they that that's this which who there here with for "
    "from to in on at of by as about when where why how what again now today not no yes yeah ok "
    "okay right hello every all only always never me my us him her them your"
)
"""Words that go on after a password and are none of it."""
_SHORT_ANSWER = 2
"""Words of an answer that is nothing but the password asked for."""


def births(
    words: Sequence[Word], names: Sequence[Name], asked: bool, in_pieces: bool
) -> Iterator[Place]:
    """Dates after a name such as "born", or anywhere in the answer to the agent's question.

    `in_pieces`: transcribers cut dates, so a turn may be nothing but a day, a month or a year.
    """
    if in_pieces:
        yield from _pieces(words)
    reach = -1
    for name in names:
        if name.kind is Kind.DATE_OF_BIRTH and name.last >= reach:
            stop = min(len(words), name.last + 1 + _DATE_REACH)
            for at in range(name.last + 1, stop):
                date = _date(words, at)
                if date:
                    yield date
                    reach = date[1]
                    break
    at = 0
    while asked and at < len(words):
        date = _date(words, at)
        if date:
            yield date
            at = date[1]
        at += 1


def _date(words: Sequence[Word], first: int) -> Place | None:
    """The date that starts at a word, if it says more than a year or a month."""
    last = first - 1
    told = 0
    at = first
    while at < min(len(words), first + _MOST_DATE):
        text = words[at].text
        if _tells(text):
            told += 1 if len(text) < 8 or not text.isdecimal() else 3
            last = at
        elif told == 0 or text not in _DATE_GLUE:
            break
        at += 1
    said = [words[i].text for i in range(first, last + 1)]
    if said == _NO_DATE:
        return None
    whole = told >= 3 or (told == 2 and not (_MONTHS | _ORDINALS).isdisjoint(said))
    return (first, last) if whole and first <= last else None


def _tells(text: str) -> bool:
    """Whether a word is a day, a month, a year or a part of one."""
    return text.isdecimal() or text in _MONTHS or text in _ORDINALS or text in _NUMBERS


def _pieces(words: Sequence[Word]) -> Iterator[Place]:
    """Parts of a date in a turn that says nothing else: "it's the fourth", "of march"."""
    told = [at for at, word in enumerate(words) if _tells(word.text)]
    said = [words[at].text for at in told]
    if said == _NO_DATE or all(text in ("oh", "o") for text in said):
        return
    if [word.text for word in words[:2]] == ["may", "i"]:
        return
    beside = _DATE_GLUE | PAUSING | _WITH_A_DATE | {Kind.DATE_OF_BIRTH.marker}
    if any(not _tells(word.text) and word.text not in beside for word in words):
        return
    if any(text.isdecimal() and len(text) > _MOST_YEAR for text in said):
        return
    first = last = told[0]
    for at in told[1:]:
        if any(word.text not in _DATE_GLUE for word in words[last + 1 : at]):
            yield first, last
            first = at
        last = at
    yield first, last


def passwords(words: Sequence[Word], names: Sequence[Name], asked: bool) -> Iterator[Place]:
    """What follows "my password is", and a short answer to the question for one."""
    for name in names:
        at = name.last + 1
        if name.kind is not Kind.PASSWORD or at >= len(words):
            continue
        if words[at].text in _IS:
            yield from _secret(words, at + 1, _most_words(words, name))
        elif words[name.last].text != named(words[name.last]):
            yield from _secret(words, at, _most_words(words, name))
    if asked and words and not any(name.kind is Kind.PASSWORD for name in names):
        start = 0
        while start < len(words) and words[start].text in (*_IS, "it", "uh", "um", ",", "so"):
            start += 1
        if len(words) - start <= _SHORT_ANSWER or start or is_spelled(words[0].text):
            alone = len(words) - start <= _MOST_WORDS
            yield from _secret(words, start, _MOST_WORDS if alone else 1)


def _most_words(words: Sequence[Word], name: Name) -> int:
    """Words that what is named may have: a maiden name is one, a phrase has many."""
    said = {named(word) for word in words[name.first : name.last + 1]}
    if not said.isdisjoint(("passphrase", "phrase")):
        return _MOST_PHRASE
    return 1 if said.isdisjoint(("password", "pass")) else _MOST_WORDS


def _secret(words: Sequence[Word], first: int, most: int) -> Iterator[Place]:
    """The secret of at most so many words that starts at one; a phrase takes the whole clause."""
    if first >= len(words) or words[first].text in _NO_PASSWORD:
        return
    last = first
    ends = _CLAUSES if most == _MOST_PHRASE else _NO_MORE
    while last + 1 < min(len(words), first + most):
        if not words[last + 1].text.isalnum() or words[last + 1].text in ends:
            break
        last += 1
    while last + 1 < min(len(words), first + _MOST_PASSWORD):
        here, following = words[last], words[last + 1]
        glued = here.end == following.start and following.text not in ".,?!"
        spelled = _is_said_singly(here.text) and _is_said_singly(following.text)
        if not glued and not spelled:
            break
        last += 1
    yield first, last


def _is_said_singly(text: str) -> bool:
    return is_spelled(text) or text in _SPELLING or text in JOINTS
