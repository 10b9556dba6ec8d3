"""Who really speaks on which channel: where the two are mixed up, nobody hears the caller."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from functools import cache

import msgspec

from detectors.normalise import SENTENCE_ENDS
from detectors.rules import ROLES_FILE, RULES, RuleError
from detectors.vocabulary import Speaker

ENOUGH = 3
"""Phrases on the wrong channels from which they are taken to be swapped."""
OUTWEIGHS = 3
"""Times as many as on the right ones."""
CLEAR = 2
"""Phrases on the right channels from which it is clear who is who: the call is then read as it is
labelled, and the agent's words cost no more. On swapped channels next to none is ever right."""

EXCHANGED = {Speaker.AGENT: Speaker.CUSTOMER, Speaker.CUSTOMER: Speaker.AGENT}
"""Who speaks on whose channel where the two are mixed up."""

FILLERS = 2
"""Words of a turn that may be nothing but fillers; whoever says more of them means something."""


class Roles(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Phrases heard so far that fit the channel they came on, and that fit the other one."""

    right: int = 0
    wrong: int = 0

    @property
    def swapped(self) -> bool:
        """Whether what is labelled the agent's is the caller's, and the other way round."""
        return self.wrong >= ENOUGH and self.wrong >= OUTWEIGHS * self.right

    @property
    def clear(self) -> bool:
        """Whether it is clear who is who: enough fits one way, and next to nothing the other."""
        return self.swapped or (self.right >= CLEAR and self.right >= OUTWEIGHS * self.wrong)

    def __add__(self, more: Roles) -> Roles:
        return Roles(right=self.right + more.right, wrong=self.wrong + more.wrong)

    def __sub__(self, less: Roles) -> Roles:
        return Roles(right=self.right - less.right, wrong=self.wrong - less.wrong)

    def after(self, speaker: Speaker, employee: int, caller: int) -> Roles:
        """With one more turn: how many phrases of each kind were in it."""
        if speaker is Speaker.AGENT:
            return Roles(right=self.right + employee, wrong=self.wrong + caller)
        if speaker is Speaker.CUSTOMER:
            return Roles(right=self.right + caller, wrong=self.wrong + employee)
        return self


class _File(msgspec.Struct, forbid_unknown_fields=True):
    file: dict[str, str]
    said: dict[str, list[str]]
    turns: dict[str, list[str]]


class RoleBook:
    """The phrases of a language. One that has none tells nothing."""

    def __init__(
        self,
        employee: Sequence[str] = (),
        caller: Sequence[str] = (),
        *,
        asking: Sequence[str] = (),
        filling: Sequence[str] = (),
    ) -> None:
        self._employee, self._caller = _by_first(employee), _by_first(caller)
        self._asking, self._filling = _by_first(asking), frozenset(filling)

    def count(self, words: Sequence[str]) -> tuple[int, int]:
        """Employees' and callers' phrases among normalised words; each counts once."""
        return _found(self._employee, words), _found(self._caller, words)

    def asks(self, words: Sequence[str]) -> bool:
        """Whether normalised words ask something, with a question mark or without."""
        return "?" in words or _found(self._asking, words) > 0

    def only_fills(self, words: Sequence[str]) -> bool:
        """Whether normalised words only fill a pause: they answer nothing and say nothing."""
        said = [word for word in words if word not in SENTENCE_ENDS]
        return len(said) <= FILLERS and self._filling.issuperset(said)


@cache
def role_book(language: str) -> RoleBook:
    """The book of a language, read once. Raises RuleError."""
    path = RULES / language / ROLES_FILE
    if not path.is_file():
        return RoleBook()
    try:
        content = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _File)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise RuleError(str(error), path) from error
    if set(content.said) != {"employee", "caller"}:
        raise RuleError("[said] needs `employee` and `caller`, and nothing else", path)
    if set(content.turns) != {"asking", "filling"}:
        raise RuleError("[turns] needs `asking` and `filling`, and nothing else", path)
    return RoleBook(
        content.said["employee"],
        content.said["caller"],
        asking=content.turns["asking"],
        filling=content.turns["filling"],
    )


_Phrases = dict[str, list[tuple[str, ...]]]


def _by_first(phrases: Sequence[str]) -> _Phrases:
    found: _Phrases = {}
    for phrase in phrases:
        words = tuple(phrase.split())
        found.setdefault(words[0], []).append(words)
    return found


def _found(phrases: _Phrases, words: Sequence[str]) -> int:
    heard = {
        phrase
        for place, word in enumerate(words)
        for phrase in phrases.get(word, ())
        if tuple(words[place : place + len(phrase)]) == phrase
    }
    return len(heard)
