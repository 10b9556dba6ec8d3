"""Who, when, whether: the context around a hit that makes it more or less of a finding.

After ConText (Harkema, Dowling, Thornblade and Chapman, 2009, J. Biomed. Inform. 42) and NegEx
(Chapman et al., 2001): modifiers reach over words of the same sentence until a terminator.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import cache
from pathlib import Path
from typing import Literal

import msgspec

from detectors.lexicon import Lexicon, Passage
from detectors.matching import CompiledPattern, PatternIndex, PhraseMatchers
from detectors.normalise import SENTENCE_ENDS
from detectors.patterns import Lists, Pattern, read_list
from detectors.rules import (
    CATEGORIES,
    CONTEXT_FILE,
    RULES,
    RuleError,
    read_patterns,
    read_text,
    read_toml,
    rule_book,
)
from detectors.vocabulary import LABELS, LIFE_STOPS, Emotion, HeardStep, Trigger

REVIEW = "review"
UNLESS = "unless"
"""What a terminator names in `ends` where a new clause begins, to which no `unless` reaches."""
LEAST_SELF_HARM = 0.8
"""The least that context may leave of self-harm: below it a caller at risk would be cleared."""
MOST_SCOPE = 20
"""Words a modifier may reach: a spoken sentence is seldom longer."""
REVIEW_FACTOR = 0.4
"""What `review` leaves of a probability: below any sensible threshold; a person looks instead."""

MOST_EFFECT = 1.5
"""What context may raise a probability by: a condition makes a threat of what was a mention."""

Effect = float | Literal["review"]


class ModifierRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A modifier as written: where its words reach (`direction`), and how many words far."""

    category: str
    direction: Literal["forward", "backward", "both"]
    scope: int
    patterns: tuple[str, ...]


class TerminatorRule(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """Words that end the scope of the categories in `ends` (of all, where it is empty).

    With a `direction`, only of what reaches that way. `ends` may name "unless" too.
    """

    patterns: tuple[str, ...]
    ends: tuple[str, ...] = ()
    direction: Literal["forward", "backward", "both"] = "both"


class _ContextFile(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    modifier: tuple[ModifierRule, ...]
    effect: dict[str, dict[str, Effect]]
    terminator: tuple[TerminatorRule, ...] = ()
    lists: dict[str, list[str]] = {}


class ContextBook(msgspec.Struct, frozen=True, kw_only=True):
    """The context rules of one language, their patterns read."""

    modifiers: tuple[tuple[ModifierRule, tuple[Pattern, ...]], ...]
    terminators: tuple[tuple[TerminatorRule, tuple[Pattern, ...]], ...]
    effects: dict[str, dict[str, Effect]]

    def patterns(self) -> list[Pattern]:
        """Every pattern of every modifier and terminator."""
        rows = (*self.modifiers, *self.terminators)
        return [pattern for _, patterns in rows for pattern in patterns]


@cache
def context_book(language: str) -> ContextBook:
    """The context rules that come with hardstop for a language. Raises RuleError."""
    return read_context(RULES / language / CONTEXT_FILE, rule_book(language).lists)


def read_context(path: Path, shared: Lists) -> ContextBook:
    """Read a context file. `shared` are the lists of the language. Raises RuleError."""
    if not path.is_file():
        raise RuleError("there is no such file", path)
    try:
        file = msgspec.convert(read_toml(path, read_text(path)), _ContextFile)
    except msgspec.ValidationError as error:
        raise RuleError(str(error), path) from error
    for number, modifier in enumerate(file.modifier, 1):
        where = f"modifier {number}"
        if modifier.category not in CATEGORIES:
            raise RuleError(f"'{modifier.category}' is no kind of context", path, where)
        if not 0 <= modifier.scope <= MOST_SCOPE:
            raise RuleError(f"scope is not 0 to {MOST_SCOPE} words", path, where)
    for label, effects in file.effect.items():
        where = f"effect.{label}"
        if label != "default" and label not in {*LABELS, *Emotion, *HeardStep}:
            raise RuleError(f"'{label}' is no trigger, signal or emotion, nor a step", path, where)
        for category, effect in effects.items():
            factor = 0.0 if effect == REVIEW else float(effect)
            if category not in CATEGORIES or not 0.0 <= factor <= MOST_EFFECT:
                problem = f"{category} = {effect}: a kind of context, 0 to {MOST_EFFECT}"
                raise RuleError(problem, path, where)
    default = file.effect.get("default", {})
    if missing := set(CATEGORIES) - {"affirmed"} - set(default):
        raise RuleError(f"no effect for {sorted(missing)}", path, "effect.default")
    for number, terminator in enumerate(file.terminator, 1):
        if unknown := set(terminator.ends) - {*CATEGORIES, UNLESS}:
            problem = f"ends names no kind of context: {sorted(unknown)}"
            raise RuleError(problem, path, f"terminator {number}")
    for label in LIFE_STOPS:
        if file.effect.get(label, default).get("negated") != REVIEW:
            problem = 'negation never clears a life stop: negated must be "review"'
            raise RuleError(problem, path, f"effect.{label}")
    own = {**default, **file.effect.get(Trigger.SELF_HARM, {})}
    for category, effect in own.items():
        if effect != REVIEW and float(effect) < LEAST_SELF_HARM:
            problem = f'{category} = {effect} would clear self-harm: "review", or {LEAST_SELF_HARM}'
            raise RuleError(f"{problem} or more", path, f"effect.{Trigger.SELF_HARM}")
    lists = {**shared, **{name: read_list(entries) for name, entries in file.lists.items()}}
    return ContextBook(
        modifiers=tuple(
            (m, read_patterns(path, f"modifier {n}", None, m.patterns, lists))
            for n, m in enumerate(file.modifier, 1)
        ),
        terminators=tuple(
            (t, read_patterns(path, f"terminator {n}", None, t.patterns, lists))
            for n, t in enumerate(file.terminator, 1)
        ),
        effects=file.effect,
    )


class Modifier(msgspec.Struct, frozen=True):
    """A modifier found: its kind, its words' positions (end exclusive), those its pattern names."""

    category: str
    start: int
    end: int
    own: frozenset[int]
    rule: ModifierRule


class Terminator(msgspec.Struct, frozen=True):
    """Where scopes end: of the kinds in `ends` (of all, where empty) that reach `direction`.

    `is_stop`: the end of a sentence.
    """

    at: int
    ends: frozenset[str]
    direction: str
    is_stop: bool = False


class ContextFinder:
    """Finds context over one lexicon."""

    def __init__(self, book: ContextBook, lexicon: Lexicon, phrases: PhraseMatchers) -> None:
        self._effects = book.effects
        self._modifiers = PatternIndex(
            (rule, CompiledPattern(pattern, lexicon, phrases))
            for rule, patterns in book.modifiers
            for pattern in patterns
        )
        self._terminators = PatternIndex(
            (rule, CompiledPattern(pattern, lexicon, phrases))
            for rule, patterns in book.terminators
            for pattern in patterns
        )

    def in_passage(self, passage: Passage) -> PassageContext:
        """All context of a passage, to be asked hit by hit."""
        found = [
            Modifier(rule.category, match.start, match.end, match.own, rule)
            for rule, _, match in self._modifiers.find(passage)
        ]
        terminators = [
            Terminator(match.start, frozenset(rule.ends), rule.direction)
            for rule, _, match in self._terminators.find(passage)
        ]
        terminators += [
            Terminator(position, frozenset(), "both", is_stop=True)
            for position, symbol in enumerate(passage.symbols)
            if symbol in SENTENCE_ENDS
        ]
        return PassageContext(_longest(found), sorted(terminators, key=lambda t: t.at))

    def effect(self, label: str, category: str) -> Effect:
        """What a kind of context does to a label: a factor on its probability, or "review"."""
        own = self._effects.get(label, {})
        return own.get(category, self._effects["default"].get(category, 1.0))


class PassageContext:
    """The modifiers and terminators of one passage."""

    def __init__(self, modifiers: list[Modifier], terminators: list[Terminator]) -> None:
        self.modifiers = modifiers
        self._starts = [modifier.start for modifier in modifiers]
        self._terminators = terminators
        self._ends_at = [terminator.at for terminator in terminators]

    def of(self, start: int, end: int, own: frozenset[int]) -> list[Modifier]:
        """The modifiers whose scope holds the words `start` to `end`, one for each category.

        Words in `own` are the hit's, named by its pattern: they modify nothing.
        """
        first = bisect_left(self._starts, start - 2 * MOST_SCOPE)
        last = bisect_left(self._starts, end + MOST_SCOPE)
        found: dict[str, Modifier] = {}
        for modifier in self.modifiers[first:last]:
            if modifier.category not in found and self._reaches(modifier, start, end, own):
                found[modifier.category] = modifier
        return list(found.values())

    def _reaches(self, modifier: Modifier, start: int, end: int, own: frozenset[int]) -> bool:
        if modifier.start >= start and modifier.end <= end:
            # "not going to" denies also where the hit's pattern names "going to": what counts is
            # whether any word that makes the modifier stands outside the pattern's own.
            return not modifier.own <= own
        rule = modifier.rule
        if modifier.start < start:
            return (
                rule.direction != "backward"
                and start - modifier.end <= rule.scope
                and not self._ended(modifier, "forward", modifier.end, start + 1)
            )
        return (
            rule.direction != "forward"
            and modifier.start - end <= rule.scope
            and not self._ended(modifier, "backward", end, modifier.start)
        )

    def _ended(self, modifier: Modifier, way: str, after: int, before: int) -> bool:
        return any(
            not t.ends or modifier.category in t.ends
            for t in self._between(after, before)
            if t.direction in (way, "both")
        )

    def parted(self, kind: str, start: int, end: int, other_start: int, other_end: int) -> bool:
        """Whether a new clause for `kind` begins between words `start` to `end` and others."""
        backward = other_start >= end
        way = "backward" if backward else "forward"
        after, before = (end, other_start) if backward else (other_end, start + 1)
        return any(
            t.is_stop or kind in t.ends
            for t in self._between(after, before)
            if t.direction in (way, "both")
        )

    def _between(self, after: int, before: int) -> list[Terminator]:
        first = bisect_left(self._ends_at, after)
        return self._terminators[first : bisect_left(self._ends_at, before)]


def _longest(found: list[Modifier]) -> list[Modifier]:
    """Without modifiers inside a longer one reaching the same way: "not only" denies nothing."""
    kept: list[Modifier] = []
    reach: dict[str, tuple[int, int]] = {}
    for modifier in sorted(found, key=lambda m: (m.start, -m.end)):
        way = modifier.rule.direction
        place = (modifier.start, modifier.end)
        longer = [reach[other] for other in (way, "both") if other in reach]
        if all(modifier.end > end or place == (start, end) for start, end in longer):
            kept.append(modifier)
            reach[way] = place
    return kept
