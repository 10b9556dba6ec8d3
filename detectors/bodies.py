"""Bodies that callers say they will go to: the file of them, and the word lists it makes."""

from __future__ import annotations

from enum import StrEnum

import msgspec

AMBIGUOUS = "ambiguous_"
"""Before a kind: the list of names too weak alone, for rules with words of going there."""
NAMED = "named_"
"""Before a kind: the list of all names of its bodies, without words that name none."""


class BodyKind(StrEnum):
    """What a body is; its word list has the same name."""

    REGULATOR = "regulator"
    OMBUDSMAN = "ombudsman"
    CONSUMER_BODY = "consumer_body"
    ELECTED = "elected"
    POLICE = "police"
    PRESS = "press"
    PUBLIC_POST = "public_post"


class Body(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One body. `countries` are ISO 3166 codes, UK and EU as callers say them.

    `aliases` are names as spoken; `ambiguous` those that are ordinary words too. `source` is the
    body's own page.
    """

    name: str
    countries: tuple[str, ...]
    kind: BodyKind
    source: str
    aliases: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()


class BodyFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of bodies. `unnamed` holds words for a body of a kind that name none."""

    body: tuple[Body, ...]
    unnamed: dict[BodyKind, list[str]] = {}
    unnamed_ambiguous: dict[BodyKind, list[str]] = {}

    def lists(self) -> dict[str, list[str]]:
        """The word lists of the file, by name; no list is empty."""
        lists: dict[str, list[str]] = {}
        for kind in BodyKind:
            own = [body for body in self.body if body.kind is kind]
            plain = [alias for body in own for alias in body.aliases]
            weak = [alias for body in own for alias in body.ambiguous]
            lists[kind.value] = [*self.unnamed.get(kind, ()), *plain]
            lists[NAMED + kind.value] = [*plain, *weak]
            lists[AMBIGUOUS + kind.value] = [*self.unnamed_ambiguous.get(kind, ()), *weak]
        return {name: list(dict.fromkeys(entries)) for name, entries in lists.items() if entries}
