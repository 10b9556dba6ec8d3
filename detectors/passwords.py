"""Passwords, and answers to security questions: named in any order, or asked for."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from detectors.digits import Word, word_set, words_of
from detectors.framing import CRIES, IS, WRITTEN, ends_at, is_pondering, is_talk, lead_of, plain
from detectors.glued import MOST_GLUED, is_mixed, unit_end, unit_start
from detectors.mailboxes import JOINTS, Place, is_spelled
from detectors.markers import Kind
from detectors.naming import Name, named, names_in

_NO_PASSWORD = CRIES | word_set(
    "not wrong incorrect expired the a an being been working locked reset something what my "
    "too invalid never always still on in out no yes yeah to and but so it i just gone "
    "changed required needed because that correct right fine written saved forgotten "
    "compromised stolen known for of okay ok sure one different weak old new going supposed "
    "where why how when who um uh er really very ? rejected refused blocked disabled denied broken "
    "temporary sent given told shown taken sold set useless rubbish about at by with like "
    "under full visible public mine yours theirs your his her their our this hacked leaked cracked "
    "guessed exposed breached cloned phished shared reused posted published copied used found "
    "entered typed accepted recognised recognized all error expire"
)
_SPELLING = frozenset({"capital", "upper", "lower", "case", "uppercase", "lowercase", "hash"})
_MOST_PHRASE = 6
_CLAUSES = CRIES | word_set("and but so or if then because please thanks thank")
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
_TITLES = word_set("st saint mr mrs ms miss dr doctor sir")
"""First words of a name, which may have as many words as a password."""

_AFTER = re.compile(
    rf"(?:(?:for|on|to|i|that|you|we|with) (?P<about>(?:[a-z']+ ){{0,4}}?))?{IS} "
    rf"(?:(?:um|uh|er|erm|like|,|{WRITTEN}) )*"
)
"""How it goes on from the name to the password: "for my account is", "should be um"."""
_STILL = re.compile(r"(?:(?:still|always|just|now|like|um|uh|er|erm) )*")
_PAUSE = re.compile(r"(?:(?:um|uh|er|erm|,|:|-|it's|that's|as) )*")
_PAIRED = re.compile(
    r"(?:.* )?(?:login|log in|username|user name|user id|user|email|e - mail)(?:'s)? (?!and |, )"
    r"(?:\S+ )+(?:and|,) (?:(?:the|my) )?$"
)
"""A login and its value before "and the password"."""
_AS = re.compile(r"(?P<as>as|is|was) (?:the|my|a|our|his|her|their) (?:[a-z]+ )?$")
_TAKING = word_set("using used use put set with entered typed tried have had")
"""Before a password that is used "as the password"."""
_CHANGED = re.compile(
    r"\b(?:chang|set|reset|updat|switch)\w*"
    r"(?P<what>(?: (?:it|that|them|my|the|password|back))*) to "
)
_BEFORE = 200
"""Characters of what was said before that are looked at."""
_PAIR_REACH = 12
_REACH = 8
"""Words around the name of a password that are looked at."""


class Awaited(NamedTuple):
    """Whether a password is to come, a `phrase` perhaps, and whether one has `come` already."""

    asked: bool
    come: bool = False
    phrase: bool = False


@lru_cache(maxsize=1024)
def awaited(asked: bool, wanted: bool, said_before: str) -> Awaited:
    """What the speaker of some words goes on from.

    `asked`: for a password, just before. `wanted`: a while ago, which stands while they only
    ponder. Who said "my password is" goes on as well.
    """
    before = words_of(said_before[-_BEFORE:])
    come = any(word.text == Kind.PASSWORD.marker for word in before)
    names = names_in(before)
    begun = bool(names) and names[-1].kind is Kind.PASSWORD and _is_left_open(before, names[-1])
    return Awaited(asked or begun or (wanted and is_pondering(before)), come)


def _is_left_open(words: Sequence[Word], name: Name) -> bool:
    """Whether a speaker broke off before the password: "my password is"."""
    said = plain(words, name.last + 1, len(words))
    hangs = words[name.last].text != named(words[name.last])
    return bool(_AFTER.fullmatch(said) or (hangs and _PAUSE.fullmatch(said)))


def passwords(words: Sequence[Word], names: Sequence[Name], wait: Awaited) -> Iterator[Place]:
    """What is named as a password, and the answer to a question for one."""
    own = [name for name in names if name.kind is Kind.PASSWORD]
    for name in own:
        yield from _told_after(words, name)
        yield from _told_before(words, name)
    if own or wait.asked:
        yield from _changed(words)
    if wait.asked and words and not own:
        yield from _answered(words, wait)


def _told_after(words: Sequence[Word], name: Name) -> Iterator[Place]:
    """The password behind its name: "is tiger", "for my account was tiger", "tiger22"."""
    at = name.last + 1
    most = _most_words(words, name)
    if words[name.last].text != named(words[name.last]):
        still = _STILL.match(plain(words, at, at + _REACH))
        yield from _secret(words, at + (still[0].count(" ") if still else 0), most)
        return
    said = plain(words, at, at + _REACH)
    joined = _AFTER.match(said)
    if joined:
        first = at + said.count(" ", 0, joined.end())
        if joined["about"] is None or _is_told_plainly(words, first):
            yield from _secret(words, first, most)
        return
    pause = _PAUSE.match(said)
    first = at + (said.count(" ", 0, pause.end()) if pause else 0)
    if first < len(words) and (is_mixed(words, first) or _is_paired(words, name, first)):
        yield from _secret(words, first, most)


def _is_told_plainly(words: Sequence[Word], at: int) -> bool:
    """Whether a clause ends in a word that is no more than told: "the one for here is tiger"."""
    if at >= len(words) or is_talk(words[at].text):
        return False
    done = words[at].text.endswith("ed")
    return is_mixed(words, at) or (not done and ends_at(words, unit_end(words, at) + 1))


def _is_paired(words: Sequence[Word], name: Name, at: int) -> bool:
    """Whether "is" is left out after a login: "my login is jsmith and the password tiger"."""
    before = plain(words, max(0, name.first - _PAIR_REACH), name.first)
    return (
        _PAIRED.match(before) is not None
        and not is_talk(words[at].text)
        and words[at].text not in _NO_PASSWORD
        and words[at].text.isalnum()
        and ends_at(words, unit_end(words, at) + 1)
    )


def _told_before(words: Sequence[Word], name: Name) -> Iterator[Place]:
    """The password before its name: "I've been using tiger as the password"."""
    before = plain(words, max(0, name.first - 4), name.first)
    link = _AS.search(before)
    if not link:
        return
    last = name.first - 1 - before.count(" ", link.start())
    if last < 0:
        return
    first = unit_start(words, last)
    taking = first
    while taking and last - taking < _MOST_WORDS and words[taking - 1].text not in _TAKING:
        taking -= 1
    used = link["as"] == "as" and taking > 0
    if used and not any(is_talk(words[at].text) for at in range(taking, first + 1)):
        yield taking, last
    elif is_mixed(words, first):
        yield first, last


def _changed(words: Sequence[Word]) -> Iterator[Place]:
    """What a password was changed to, where one is spoken of: "I changed it to tiger"."""
    said = plain(words, 0, len(words))
    at = seen = 0
    for match in _CHANGED.finditer(said):
        at += said.count(" ", seen, match.end())
        seen = match.end()
        if at >= len(words) or is_talk(words[at].text) or words[at].text in _NO_PASSWORD:
            continue
        last = unit_end(words, at)
        while last + 1 < min(len(words), at + _MOST_WORDS) and is_spelled(words[last + 1].text):
            last += 1
        if match["what"] and _closes(words, last + 1):
            yield from ((at, last), *_secret(words, at, 1))
        elif is_mixed(words, at):
            yield from _secret(words, at, 1)


def _closes(words: Sequence[Word], at: int) -> bool:
    following = [word.text for word in words[at : at + 2]]
    return ends_at(words, at) or following in (["the", "password"], ["my", "password"])


def _answered(words: Sequence[Word], wait: Awaited) -> Iterator[Place]:
    """The answer to the question for a password, in what people say around it.

    After one that has come "okay great" is none: only what goes on from it or puts it right is.
    """
    lead = lead_of(words)
    first = lead.after
    if first >= len(words):
        return
    if _spells(words, first) and not is_talk(words[first].text):
        yield from _secret(words, first, 1)
        return
    units = _units(words, first)
    talk = any(is_talk(words[at].text) and not is_mixed(words, at) for at, _ in units)
    whole = 0 < len(units) <= _MOST_WORDS
    told: list[Place] = []
    if wait.phrase and whole and _is_phrase(words, units):
        told = [(first, units[-1][1])]
    elif lead.tells:
        if not is_talk(words[first].text) or is_mixed(words, first):
            told = list(_secret(words, first, _MOST_WORDS if whole else 1))
    else:
        hedged = whole and lead.hedges
        short = len(units) <= _SHORT_ANSWER or hedged or (whole and words[first].text in _TITLES)
        if short and not talk and (lead.corrects or not wait.come or not first):
            told = [(first, units[-1][1])]
    yield from told
    for _, last in told:
        if last + 1 < len(words) and words[last + 1].text == "or":
            yield from _secret(words, last + 2, 1)


def _is_phrase(words: Sequence[Word], units: Sequence[Place]) -> bool:
    """Whether words may be a passphrase: hardly one of them is talk, and none a cry."""
    said = [words[at].text for at, _ in units]
    talk = sum(is_talk(text) for text in said)
    return len(said) > _SHORT_ANSWER and talk <= 1 and CRIES.isdisjoint(said)


def _spells(words: Sequence[Word], at: int) -> bool:
    """Whether a secret is spelled out: "b l u e", "capital b", "seven"; not "two seconds"."""
    text = words[at].text
    follows = at + 1 < len(words) and _is_said_singly(words[at + 1].text)
    sign = len(text) == 1 or text.isdecimal()
    return _is_said_singly(text) and (
        sign or follows or (is_spelled(text) and ends_at(words, at + 1))
    )


def _units(words: Sequence[Word], first: int) -> list[Place]:
    """The words of an answer until it may end; of a long one as many as show that it is."""
    units: list[Place] = []
    while first < len(words) and len(units) <= _MOST_WORDS:
        if units and ends_at(words, first):
            break
        units.append((first, unit_end(words, first)))
        first = units[-1][1] + 1
    return units


def _most_words(words: Sequence[Word], name: Name) -> int:
    """Words that what is named may have: a maiden name is one, a phrase has many."""
    said = {named(word) for word in words[name.first : name.last + 1]}
    if not said.isdisjoint(("passphrase", "phrase")):
        return _MOST_PHRASE
    return 1 if said.isdisjoint(("password", "pass", "question")) else _MOST_WORDS


def _secret(words: Sequence[Word], first: int, most: int) -> Iterator[Place]:
    """The secret of at most so many words that starts at one; a phrase takes the whole clause."""
    if first >= len(words):
        return
    if words[first].text in _NO_PASSWORD and not is_mixed(words, first):
        return
    last = unit_end(words, first)
    ends = _CLAUSES if most == _MOST_PHRASE else _NO_MORE
    for _ in range(most - 1):
        if last + 1 >= len(words) or not _goes_on(words[last + 1].text, ends):
            break
        last = unit_end(words, last + 1)
    while last + 1 < min(len(words), first + MOST_GLUED):
        if not (_is_said_singly(words[last].text) and _is_said_singly(words[last + 1].text)):
            break
        last += 1
    yield first, last


def _goes_on(text: str, ends: frozenset[str]) -> bool:
    """Whether a word may be one more of a password: "mary's", and not "he's"."""
    spelled = text.replace("’", "'").replace("'", "")
    return spelled.isalnum() and text not in ends and (spelled == text or not is_talk(text))


def _is_said_singly(text: str) -> bool:
    return is_spelled(text) or text in _SPELLING or text in JOINTS
