"""Mistakes in a policy file, each with its line, so that whoever wrote it finds them."""

from __future__ import annotations

import re
import tomllib
from typing import Any

import msgspec

from detectors.vocabulary import Signal
from workflow.authority import Authority
from workflow.caller_tiers import CallerTier
from workflow.calling import CallingHours
from workflow.complaint_rules import OwnTerms
from workflow.duty import Desk, Person, PersonRole
from workflow.handling import TRIGGER_NAMES, Handling
from workflow.hours import OpeningHours
from workflow.toml_lines import line_of


class PolicyMistake(msgspec.Struct, frozen=True):
    """One thing wrong with a policy file, and where. `line` is 1-based; 0 when unknown."""

    line: int
    where: str
    problem: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.where}: {self.problem}" if self.line else self.problem


class PolicyError(ValueError):
    """The policy cannot be used. `mistakes` says what is wrong and on which lines."""

    def __init__(self, source: str, mistakes: list[PolicyMistake]) -> None:
        self.source = source
        self.mistakes = mistakes
        super().__init__("\n".join(f"{source}: {mistake}" for mistake in mistakes))


_Section = tuple[str, ...]
_NAMES: dict[_Section, frozenset[str]] = {
    ("authority",): frozenset(role.value for role in PersonRole),
    ("triggers",): TRIGGER_NAMES,
    ("signals",): frozenset(signal.value for signal in Signal),
}
_KINDS: dict[_Section, type[msgspec.Struct]] = {
    ("authority",): Authority,
    ("callbacks", "calling_hours"): CallingHours,
    ("caller_tiers",): CallerTier,
    ("complaints", "terms"): OwnTerms,
    ("desks",): Desk,
    ("hours",): OpeningHours,
    ("people",): Person,
    ("signals",): Handling,
    ("triggers",): Handling,
}


def syntax_mistake(error: tomllib.TOMLDecodeError, text: str) -> PolicyMistake:
    """What keeps a text from being TOML."""
    message = str(error)
    line = 0
    if "(at line " in message:
        message, _, place = message.partition(" (at line ")
        line = int(place.split(",")[0])
    elif "(at end of document)" in message:
        line = text.count("\n") + 1
    return PolicyMistake(line, "not valid TOML", message)


def type_mistake(
    message: str, data: dict[str, Any], text: str, *, within: tuple[str, ...] = ()
) -> PolicyMistake:
    """What msgspec found wrong with `data`, which is the part of the text that `within` names."""
    problem, _, path = message.partition(" - at `")
    in_key = path.startswith("key` in `")
    path = path.removeprefix("key` in `").removeprefix("$")
    where = [part for part in path.rstrip("`").replace("[...]", "").split(".") if part]
    if problem.startswith("Object contains unknown field"):
        where.append(problem.split("`")[1])
        problem = "unknown setting"
    elif in_key:
        problem = problem.replace("Invalid enum value", "no such name:")
    where = [*within, *_resolve_wildcards(where, problem, data)]
    keys = tuple(re.sub(r"\[\d+\]$", "", part) for part in where)
    return PolicyMistake(line_of(text, keys), ".".join(where) or "policy", problem)


def _resolve_wildcards(where: list[str], problem: str, data: dict[str, Any]) -> list[str]:
    # msgspec names a dict's key only as [...]: find the first entry that fails by itself.
    section = next((s for s in (tuple(where[:1]), tuple(where[:2])) if s in _KINDS), None)
    if section is None:
        return where
    table: object = data
    for name in section:
        table = table.get(name) if isinstance(table, dict) else None
    if not isinstance(table, dict):
        return where
    kind = _KINDS[section]
    names = _NAMES.get(section)
    for name, entry in table.items():
        if names is not None and name not in names:
            return [*section, name]
        try:
            msgspec.convert(entry, kind)
        except msgspec.ValidationError:
            return [*section, name, *where[len(section) :]]
    return where
