"""Whom a caller at risk can ring, by country: emergency number and crisis line, with sources."""

from __future__ import annotations

import re
import tomllib
from datetime import date
from functools import cache
from importlib.resources import files
from typing import Annotated

import msgspec

from workflow.countries import country as country_code

Number = Annotated[str, msgspec.Meta(pattern=r"^[0-9+][0-9 -]*$", max_length=30)]
_SENTENCE = re.compile(r"(?<=[.?!])\s+")


class CrisisLine(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Somebody to talk to. `source`: where to look it up; `checked`: when that was last done."""

    name: Annotated[str, msgspec.Meta(min_length=1, max_length=100)]
    numbers: Annotated[tuple[Number, ...], msgspec.Meta(min_length=1)]
    source: str
    checked: date


class CrisisNumbers(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The numbers of one country: `emergency` for danger now, `line` to talk where there is one."""

    emergency: Annotated[tuple[Number, ...], msgspec.Meta(min_length=1)]
    source: str
    checked: date
    line: CrisisLine | None = None


class CrisisRules(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What the policy says about it: `ask_country` is added to what the agent says while the
    country is not known; `lines` take the place of the table's, by country (ISO 3166)."""

    ask_country: Annotated[str, msgspec.Meta(min_length=1, max_length=300)] = (
        "Which country are you in right now? I will find the right number to ring."
    )
    lines: dict[str, CrisisNumbers] = {}

    def numbers(self, country: str | None, jurisdiction: str | None = None) -> CrisisNumbers | None:
        """The numbers of a country, else of the country of a jurisdiction ("US-CA"); None: ask."""
        for place in (country, jurisdiction):
            code = country_code(place) or ""
            found = self.lines.get(code) or crisis_table().get(code)
            if found is not None:
                return found
        return None

    def filled(self, text: str, numbers: CrisisNumbers | None) -> str:
        """A text with `{emergency}` and `{crisis_line}` filled in.

        A sentence that needs what is not known is left out; without a country it is asked for.
        """
        known: dict[str, str] = {}
        if numbers is not None:
            known["emergency"] = " or ".join(numbers.emergency)
            if numbers.line is not None:
                known["crisis_line"] = f"{numbers.line.name} on {' or '.join(numbers.line.numbers)}"
        wanted = [name for name in PLACES if f"{{{name}}}" in text]
        if not wanted:
            return text
        kept = [_put(sentence, known) for sentence in _SENTENCE.split(text)]
        said = [sentence for sentence in kept if sentence]
        if numbers is None:
            said.append(self.ask_country)
        return " ".join(said)


PLACES = ("emergency", "crisis_line")
"""What a text of a life stop may leave open in braces."""


def unknown_places(text: str) -> tuple[str, ...]:
    """What stands in braces and is none of PLACES."""
    return tuple(found for found in re.findall(r"\{([^}]*)\}", text) if found not in PLACES)


@cache
def crisis_table() -> dict[str, CrisisNumbers]:
    """The numbers that come with hardstop, by country."""
    text = files("workflow").joinpath("crisis_lines.toml").read_text(encoding="utf-8")
    return msgspec.convert(tomllib.loads(text), dict[str, CrisisNumbers])


def _put(sentence: str, known: dict[str, str]) -> str:
    for name in PLACES:
        place = f"{{{name}}}"
        if place in sentence:
            if name not in known:
                return ""
            sentence = sentence.replace(place, known[name])
    return sentence
