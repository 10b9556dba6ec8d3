"""E-mail addresses as spoken, whole or in pieces: "jane dot doe at example dot com"."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from detectors.digits import DIGITS, LARGE, TEENS, TENS, Word, word_set
from detectors.markers import MARKER, Kind

Place = tuple[int, int]
"""The first and the last word of something."""

_NUMBERS = frozenset({*DIGITS, *TEENS, *TENS, *LARGE})
_DOMAIN_ENDS = word_set(
    "com org net edu gov uk ie eu ca au us de fr nz io co me info biz es it nl in scot wales"
)
MAIL_HOSTS = word_set("gmail googlemail hotmail btinternet protonmail ymail")
"""Hosts that are known for mail alone: "jane at gmail" needs no "dot com"."""
_OTHER_HOSTS = word_set("icloud yahoo outlook aol msn")
"""Hosts that are other things too: so only where an address is awaited."""
JOINTS = frozenset({"dot", "underscore", "dash", "hyphen", ".", "_", "-", "plus"})
_SURE_JOINTS = frozenset({"dot", "underscore", ".", "_"})
"""Joints that hardly stand in other words; a dash does."""
# "look at bigbank dot com" is a web page.
_NOT_A_MAILBOX = word_set(
    "look looking looked site website page online am is are it was me you us here there go "
    "shop shopping bought order ordered account and or works working them people that this "
    "in out into up log logged sign signed work worked meet meeting met "
    "i'm we're he's she's they're"
)
_MAILBOX_FOLLOWS = word_set("email email's e-mail is it's that's address")
_NO_NAME = word_set(
    "yes yeah yep sure ok okay um uh er so and well to it me my on just case lowercase "
    "uppercase word"
)
"""Words before an address in an answer that are none of it."""
_MOST_NAME = 3
"""Words of a mailbox said as a name: "my email is mary jane smith at"."""
_MOST_MAILBOX = 40
"""Words an address may have before "at": spelled out letter by letter."""
_SAID_OF_IT = word_set(
    "all one word lower upper case lowercase uppercase small capital capitals letters no spaces in "
    "with together joined up that's and"
)
"""Words on how a mailbox is written, between it and "at": "all one word"."""
_MOST_SAID_OF_IT = 6
_COUNTED = word_set("number letter figure digit")
"""Words before what is spelled: "the number seven"."""
_SPELLING_OUT = word_set("so that's thats spelled spelt which is , - and it's")
"""Words between a name and its spelling: "walton so w a l t o n"."""
_MOST_SPELLED_OUT = 8
"""Words of a name, and of those before its spelling, that are looked at."""
_DASHES = word_set("- – dash hyphen")
_LEAST_SPELLED = 3
"""Letters in a row that spell a piece of an address: fewer are an initial, or "ok"."""

_ASKED = re.compile(r"\be[ -]?mails?\b", re.IGNORECASE)
_BEGUN = re.compile(r"\be[ -]?mails?\b|\[email\]", re.IGNORECASE)
_ASKED_CHARACTERS = 400
_BEGUN_CHARACTERS = 60
"""How far back an address is asked for, or begun, that now goes on."""


def is_awaited(agent_said: str, said_before: str) -> bool:
    """Whether an address may come, or go on: e-mail was spoken of just before."""
    return bool(
        _ASKED.search(agent_said[-_ASKED_CHARACTERS:])
        or _BEGUN.search(said_before[-_BEGUN_CHARACTERS:])
    )


def emails(words: Sequence[Word], awaited: bool) -> Iterator[Place]:
    """Addresses; where one is `awaited`, also the pieces that transcribers cut it into.

    A name that is spelled out in one goes with it.
    """
    for at, word in enumerate(words):
        if word.text in ("at", "@"):
            place = _address(words, at, awaited)
            if place:
                yield place
                yield from _spelled_out(words, place[0])
    if awaited:
        for first, last in _pieces(words):
            yield first, last
            yield from _spelled_out(words, first)


def _spelled_out(words: Sequence[Word], first: int) -> Iterator[Place]:
    """The name whose spelling starts at a word: "s walton so s w a l t o n"."""
    letters = ""
    while first + len(letters) < len(words) and len(letters) < _MOST_MAILBOX:
        letter = words[first + len(letters)].text
        if len(letter) > 1 or not letter.isalpha():
            break
        letters += letter
    last = first - 1
    while last >= 0 and first - last <= _MOST_SPELLED_OUT and words[last].text in _SPELLING_OUT:
        last -= 1
    name = ""
    for at in range(last, max(last - _MOST_SPELLED_OUT, -1), -1):
        name = words[at].text + name
        if len(name) >= _LEAST_SPELLED and letters.startswith(name):
            yield at, last
        if len(name) > len(letters):
            return


def _address(words: Sequence[Word], at: int, awaited: bool) -> Place | None:
    """The address around an "at"."""
    last = _domain_end(words, at + 1)
    host = words[at + 1].text if at + 1 < len(words) else ""
    mailed = host in MAIL_HOSTS or (awaited and host in _OTHER_HOSTS)
    if at == 0 or MARKER.fullmatch(words[at - 1].text):
        return (at, last or at + 1) if mailed or (awaited and last) else None
    end = _mailbox_end(words, at - 1)
    if words[end].text in _NOT_A_MAILBOX:
        return None
    first = _mailbox_start(words, end, awaited)
    if last:
        return first, last
    said = {word.text for word in words[first:at]}
    joined = awaited and host.isalnum() and words[at - 1].text.isalnum()
    sure = mailed or (joined and not _SURE_JOINTS.isdisjoint(said))
    return (first, at + 1) if sure else None


def _domain_end(words: Sequence[Word], at: int) -> int:
    """The last word of a domain that starts at `at`, 0 if none does."""
    last = 0
    steps = 0
    while at + 2 < len(words) and steps < 5:
        if _is_dot(words, at + 1):
            if words[at + 2].text in _DOMAIN_ENDS:
                last = at + 2
            at += 2
        elif words[at + 1].text in _DASHES and words[at + 2].text.isalnum():
            at += 2
        elif last or not (words[at].text.isalnum() and words[at + 1].text.isalnum()):
            break
        else:
            at += 1
        steps += 1
    return last


def _is_dot(words: Sequence[Word], at: int) -> bool:
    """Whether a word is the dot of a domain: said, or written with no space after it."""
    word = words[at]
    return word.text == "dot" or (word.text == "." and word.end == words[at + 1].start)


def _mailbox_end(words: Sequence[Word], last: int) -> int:
    """The last word of a mailbox, before what is said of how it is written."""
    end = last
    while end and last - end < _MOST_SAID_OF_IT and words[end].text in _SAID_OF_IT:
        end -= 1
    return end if words[end].text not in _SAID_OF_IT else last


def _mailbox_start(words: Sequence[Word], last: int, awaited: bool) -> int:
    first = last
    while first > 0 and last - first < _MOST_MAILBOX:
        before, text = words[first - 1].text, words[first].text
        if before in JOINTS and first > 1 and words[first - 2].text.isalnum():
            first -= 2
        elif is_spelled(before) and (is_spelled(text) or text in _NUMBERS):
            first -= 1
        elif before in _COUNTED and is_spelled(text) and first > 2:
            first -= 2 if words[first - 2].text == "the" else 1
        elif text in ("the", *_COUNTED) and is_spelled(before):
            first -= 1
        elif _stands_for(words, first - 1):
            first -= 3
        else:
            break
    for at in range(first - 1, max(first - _MOST_NAME - 2, -1), -1):
        if words[at].text in _MAILBOX_FOLLOWS or (awaited and words[at].text in _NO_NAME):
            return at + 1
        if not words[at].text.isalpha():
            return at + 1 if awaited and words[at].text == "," else first
    return 0 if awaited and first <= _MOST_NAME else first


def _stands_for(words: Sequence[Word], last: int) -> bool:
    """Whether a letter is spelled up to a word: "n for november"."""
    if last < 2 or words[last - 1].text != "for":
        return False
    return len(words[last - 2].text) == 1 and words[last].text.startswith(words[last - 2].text)


def is_spelled(text: str) -> bool:
    """Whether a word is a letter or a number: what things are spelled with."""
    return (len(text) == 1 and text.isalnum()) or text.isdecimal() or text in _NUMBERS


def _pieces(words: Sequence[Word]) -> Iterator[Place]:
    """Parts of an address: "jane dot doe", "j a n e", "dot com" where it goes on."""
    at = 0
    while at < len(words):
        last = at
        sure = False
        if _is_joint(words, at) and (at == 0 or words[at - 1].text == Kind.EMAIL.marker):
            last, sure = at + 1, True
        while last + 1 < len(words):
            if last + 2 < len(words) and _is_joint(words, last + 1):
                around = words[last].text + words[last + 2].text
                sure = sure or (words[last + 1].text in _SURE_JOINTS and len(around) > 2)
                last += 2
            elif is_spelled(words[last].text) and is_spelled(words[last + 1].text):
                last += 1
            else:
                break
        said = [word.text for word in words[at : last + 1]]
        letters = sum(len(text) == 1 and text.isalpha() for text in said)
        if letters >= _LEAST_SPELLED or (sure and not _is_other(said)):
            yield at, last
        at = last + 1


def _is_joint(words: Sequence[Word], at: int) -> bool:
    """Whether a word joins the next to what is before it: a sign stands close, a word is said."""
    if at + 1 >= len(words) or words[at].text not in JOINTS or not words[at + 1].text.isalnum():
        return False
    close = words[at].end == words[at + 1].start and (at == 0 or _touch(words, at))
    return close or words[at].text.isalpha()


def _touch(words: Sequence[Word], at: int) -> bool:
    return words[at - 1].end == words[at].start or words[at - 1].text == Kind.EMAIL.marker


def _is_other(said: Sequence[str]) -> bool:
    """Whether joined words are an amount ("3.50") or a web page ("bigbank dot com")."""
    goes_on = said[0] in JOINTS or said[0] == Kind.EMAIL.marker
    page = not goes_on and said[-1] in _DOMAIN_ENDS
    return page or all(text.isdecimal() or text in JOINTS for text in said)
