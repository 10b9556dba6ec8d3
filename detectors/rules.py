"""Rule files: read once, checked whole, told apart by their label (docs/rules.md)."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Literal, TypeVar

import msgspec

from detectors.bodies import BodyFile
from detectors.patterns import Lists, Pattern, PatternError, read_list, read_pattern
from detectors.vocabulary import LABELS, SUBTYPES, Emotion, HeardStep, Signal, Trigger

RULES = Path(__file__).parent / "rules"
CONTEXT_FILE = "context.toml"
BODIES_FILE = "bodies.toml"
ROLES_FILE = "roles.toml"
SAYINGS = ("guardrail.", "landmine.")
"""How ids of what an agent must not say begin: not theirs to say, or making it worse."""

CATEGORIES = (
    "negated",
    "hypothetical",
    "conditional",
    "historical",
    "other_person",
    "quoted",
    "occupation",
    "question",
    "settled",
    "ongoing",
    "affirmed",
)
"""Kinds of context. `affirmed` undoes a negation or hypothesis ("not only", "but I will")."""


class RuleError(ValueError):
    """A rule file that cannot be used. Says which file, where in it, and what is wrong."""

    def __init__(self, problem: str, path: Path, where: str = "", line: int | None = None) -> None:
        place = f"{path.parent.name}/{path.name}" + (f":{line}" if line else "")
        super().__init__(f"{place}: {where}: {problem}" if where else f"{place}: {problem}")


class Rule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One rule as written in its file. `probability` is 0–1. `instead`: what an agent may say.

    `plain`: said in so many words of now, so that no low score of the classifier's takes it back.
    `names`: its words name what the label is about and are no evidence of it; beside them the
    classifier is believed sooner.
    `review`: never raised; a person looks, always or where the classifier hears the label in it.
    `not_after_agent`: questions among those of `after_agent` that turn the answer round.
    """

    id: str
    says: str
    probability: float
    patterns: tuple[str, ...]
    examples: tuple[str, ...]
    counter_examples: tuple[str, ...]
    subtype: str | None = None
    imminent: bool = False
    plain: bool = False
    names: bool = False
    review: Literal["always", "if_heard"] | None = None
    ignores: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    after_agent: tuple[str, ...] = ()
    not_after_agent: tuple[str, ...] = ()
    source: str | None = None
    instead: str | None = None


class Header(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a rule file is about."""

    language: str
    label: str


class _RuleFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    rule: tuple[Rule, ...]
    file: Header
    lists: dict[str, list[str]] = {}


class _ListFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    lists: dict[str, list[str]]


class ReadRule(msgspec.Struct, frozen=True, kw_only=True):
    """A rule with its label and its patterns read."""

    label: str
    rule: Rule
    patterns: tuple[Pattern, ...]
    unless: tuple[Pattern, ...]
    after_agent: tuple[Pattern, ...]
    not_after_agent: tuple[Pattern, ...]
    path: Path
    line: int | None


class RuleBook(msgspec.Struct, frozen=True, kw_only=True):
    """Every rule of one language, and the lists that all of its files share."""

    language: str
    rules: tuple[ReadRule, ...]
    lists: dict[str, frozenset[tuple[str, ...]]]


FileT = TypeVar("FileT", _RuleFile, _ListFile, BodyFile)


@cache
def rule_book(language: str) -> RuleBook:
    """The rules that come with hardstop for a language ("en"). Raises RuleError."""
    return read_book(RULES / language)


def languages() -> tuple[str, ...]:
    """The languages that rules exist for."""
    return tuple(sorted(path.name for path in RULES.iterdir() if any(path.glob("*.toml"))))


def read_book(folder: Path) -> RuleBook:
    """Read every rule file of a folder named by its language. Raises the first fault found."""
    book, faults = try_book(folder)
    if faults:
        raise faults[0]
    return book


def try_book(folder: Path) -> tuple[RuleBook, list[RuleError]]:
    """Read what can be read of a folder, and every fault found on the way."""
    faults: list[RuleError] = []
    shared: dict[str, frozenset[tuple[str, ...]]] = {}
    files: list[tuple[Path, str, _RuleFile]] = []
    if not folder.is_dir():
        faults.append(RuleError("there are no rules for this language", folder))
    for path in sorted(folder.glob("*.toml")):
        if path.name in (CONTEXT_FILE, ROLES_FILE):
            continue
        try:
            text = read_text(path)
            data = read_toml(path, text)
            if path.name == BODIES_FILE:
                shared |= _lists(path, _convert(path, text, data, BodyFile).lists(), shared)
            elif "rule" not in data and "file" not in data:
                shared |= _lists(path, _convert(path, text, data, _ListFile).lists, shared)
            else:
                files.append((path, text, _convert(path, text, data, _RuleFile)))
        except RuleError as fault:
            faults.append(fault)
    rules: list[ReadRule] = []
    ids: set[str] = set()
    for path, text, file in files:
        try:
            _check_header(path, file.file, folder.name)
            lists = shared | _lists(path, file.lists, {})
        except RuleError as fault:
            faults.append(fault)
            continue
        for rule in file.rule:
            line = _line_of(text, rule.id)
            try:
                _check_rule(path, rule, file.file.label, line, ids)
                rules.append(_read(path, rule, file.file.label, line, lists))
            except RuleError as fault:
                faults.append(fault)
            ids.add(rule.id)
    return RuleBook(language=folder.name, rules=tuple(rules), lists=shared), faults


def read_text(path: Path) -> str:
    """The text of a rule file. Raises RuleError where it is no UTF-8."""
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise RuleError(f"not UTF-8 text (byte {error.start}); save as UTF-8", path) from error


def read_toml(path: Path, text: str) -> dict[str, object]:
    """The data of a TOML file. Raises RuleError with the line that cannot be read."""
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise RuleError(f"not readable as TOML: {error}", path) from error


def read_patterns(
    path: Path, where: str, line: int | None, texts: tuple[str, ...], lists: Lists
) -> tuple[Pattern, ...]:
    """Read patterns of a file. Raises RuleError naming the pattern at fault."""
    patterns = []
    for text in texts:
        try:
            patterns.append(read_pattern(text, lists))
        except PatternError as error:
            raise RuleError(f'pattern "{text}": {error}', path, where, line) from error
    return tuple(patterns)


def _read(path: Path, rule: Rule, label: str, line: int | None, lists: Lists) -> ReadRule:
    where = f"rule {rule.id}"
    return ReadRule(
        label=label,
        rule=rule,
        patterns=read_patterns(path, where, line, rule.patterns, lists),
        unless=read_patterns(path, f"{where}, unless", line, rule.unless, lists),
        after_agent=read_patterns(path, f"{where}, after_agent", line, rule.after_agent, lists),
        not_after_agent=read_patterns(
            path, f"{where}, not_after_agent", line, rule.not_after_agent, lists
        ),
        path=path,
        line=line,
    )


def _convert(path: Path, text: str, data: object, kind: type[FileT]) -> FileT:
    try:
        return msgspec.convert(data, kind)
    except msgspec.ValidationError as error:
        number = re.search(r"\$\.(rule|body)\[(\d+)\]", str(error))
        line = None
        if number:
            table = rf"^\[\[{number.group(1)}\]\]"
            starts = [m.start() for m in re.finditer(table, text, re.MULTILINE)]
            if int(number.group(2)) < len(starts):
                line = text.count("\n", 0, starts[int(number.group(2))]) + 1
        raise RuleError(str(error), path, line=line) from error


def _check_header(path: Path, header: Header, language: str) -> None:
    if header.language != language:
        raise RuleError(f"language is '{header.language}', the folder says '{language}'", path)
    if header.label not in {*LABELS, *Emotion, *HeardStep}:
        raise RuleError(f"'{header.label}' is no trigger, signal or emotion, nor a step", path)


def _check_rule(path: Path, rule: Rule, label: str, line: int | None, ids: set[str]) -> None:
    subtypes = SUBTYPES.get(Trigger(label), frozenset()) if label in set(Trigger) else frozenset()
    of_agents = label == Signal.AGENT_GUARDRAIL
    for wrong, problem in (
        (not re.fullmatch(r"[a-z0-9_]+(\.[a-z0-9_]+)+", rule.id), "id is not dotted lower case"),
        (rule.id in ids, "id is used twice"),
        (not 0.0 < rule.probability < 1.0, "probability is not between 0 and 1"),
        (not rule.says.strip(), "says is empty"),
        (not rule.patterns, "there are no patterns"),
        (
            bool(rule.not_after_agent) and not rule.after_agent,
            "not_after_agent is for rules with after_agent",
        ),
        (not rule.examples, 'there are no examples (a reply is written "agent: … / customer: …")'),
        (not rule.counter_examples, "there are no counter_examples"),
        (
            rule.subtype is not None and rule.subtype not in subtypes,
            f"subtype '{rule.subtype}' is none of {label}'s: {', '.join(sorted(subtypes)) or '-'}",
        ),
        (of_agents and not rule.instead, "instead is missing: what an agent may say in its place"),
        (
            of_agents and not rule.id.startswith(SAYINGS),
            f"id begins with neither {' nor '.join(SAYINGS)}",
        ),
        (
            not set(rule.ignores) <= set(CATEGORIES),
            f"ignores names no kind of context: {sorted(set(rule.ignores) - set(CATEGORIES))}",
        ),
    ):
        if wrong:
            raise RuleError(problem, path, f"rule {rule.id}", line)


def _lists(
    path: Path, lists: dict[str, list[str]], known: dict[str, frozenset[tuple[str, ...]]]
) -> dict[str, frozenset[tuple[str, ...]]]:
    read = {}
    for name, entries in lists.items():
        if name in known:
            raise RuleError("a shared list of this name exists already", path, f"list {name}")
        if not entries:
            raise RuleError("the list is empty", path, f"list {name}")
        try:
            read[name] = read_list(entries)
        except PatternError as error:
            raise RuleError(str(error), path, f"list {name}") from error
    return read


def _line_of(text: str, rule_id: str) -> int | None:
    found = re.search(rf"^\s*id\s*=\s*[\"']{re.escape(rule_id)}[\"']", text, re.MULTILINE)
    return text.count("\n", 0, found.start()) + 1 if found else None
