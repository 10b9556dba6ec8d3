"""Rules applied to a window: every hit, the context around it, and what that leaves of it."""

from __future__ import annotations

from collections.abc import Set

import msgspec

from detectors.context import (
    REVIEW,
    REVIEW_FACTOR,
    UNLESS,
    ContextBook,
    ContextFinder,
    Modifier,
    PassageContext,
)
from detectors.lexicon import Lexicon
from detectors.matching import CompiledPattern, Match, PatternIndex, PhraseMatchers
from detectors.normalise import PAUSES, normalise
from detectors.patterns import Pattern
from detectors.rules import ReadRule, RuleBook
from detectors.vocabulary import LIFE_STOPS
from detectors.window import Window

UNLESS_WITHIN = 4
"""Words between a hit and an `unless` that drops it: figures of speech stand close together."""
STANDS = 0.5
"""Share of a rule's probability that context must leave for the hit to stand as evidence."""
MOST_LIKELY = 0.99
"""The most that context may raise a hit to: rules are never certain."""
UNDONE = frozenset({"negated", "hypothetical", "question"})
"""What `affirmed` undoes."""
_LIFE = frozenset(trigger.value for trigger in LIFE_STOPS)


class Hit(msgspec.Struct, frozen=True, kw_only=True):
    """A rule found at words `start` to `end` of a window. `probability` is what context leaves.

    `dropped` says why it does not count at all ("" when it does); `review` that a person should
    look, whatever the probability; `doubted` that this is because of an `unless` near by.
    """

    rule: ReadRule
    start: int
    end: int
    probability: float
    context: tuple[Modifier, ...] = ()
    review: bool = False
    dropped: str = ""
    doubted: str = ""

    @property
    def stands(self) -> bool:
        """Whether the context leaves the hit as evidence for its label."""
        return self.undisputed and not self.rule.rule.names

    @property
    def undisputed(self) -> bool:
        """Whether the context leaves the hit as what its rule is for."""
        return (
            not self.dropped
            and not self.review
            and self.probability >= STANDS * self.rule.rule.probability
        )


class HitFinder:
    """The compiled rules of one language."""

    def __init__(self, book: RuleBook, context: ContextBook) -> None:
        self.language = book.language
        every = [
            pattern
            for read in book.rules
            for pattern in (
                *read.patterns,
                *read.unless,
                *read.after_agent,
                *read.not_after_agent,
            )
        ]
        speech = [
            text
            for read in book.rules
            for text in (*read.rule.examples, *read.rule.counter_examples)
        ]
        self.lexicon = Lexicon((*every, *context.patterns()), book.language, speech)
        phrases = PhraseMatchers(self.lexicon)
        self._rules = book.rules
        self._index = PatternIndex(
            (number, CompiledPattern(pattern, self.lexicon, phrases))
            for number, read in enumerate(book.rules)
            for pattern in read.patterns
        )
        self._unless = [_index(read.unless, self.lexicon, phrases) for read in book.rules]
        self._questions = PatternIndex(
            (number, CompiledPattern(pattern, self.lexicon, phrases))
            for number, read in enumerate(book.rules)
            for pattern in read.after_agent
        )
        self._turned = PatternIndex(
            (number, CompiledPattern(pattern, self.lexicon, phrases))
            for number, read in enumerate(book.rules)
            for pattern in read.not_after_agent
        )
        self._by_labels: dict[frozenset[str], frozenset[int]] = {}
        self._context = ContextFinder(context, self.lexicon, phrases)

    def hits(self, window: Window, labels: Set[str], agent_said: str) -> list[Hit]:
        """Every hit of rules for these labels that the window's current turn takes part in."""
        if not window.words:
            return []
        passage = self.lexicon.passage(window.words, window.starts, window.begins)
        found: dict[int, list[Match]] = {}
        among = self._of(frozenset(labels)) | self._answering(agent_said, labels)
        for number, _, match in self._index.find(passage, among):
            found.setdefault(number, []).append(match)
        found = {n: new for n, matches in found.items() if (new := _new(matches, window.current))}
        if not found:
            return []
        context = self._context.in_passage(passage)
        hits = []
        for number in sorted(found):
            read = self._rules[number]
            unless = self._unless[number]
            exceptions = list(unless.find(passage)) if unless is not None else []
            for match in _apart(found[number]):
                near = [(text, other) for text, _, other in exceptions if _near(match, other)]
                if read.label in _LIFE:
                    dropped, doubted = _spared(match, near, context)
                else:
                    dropped, doubted = (near[0][0] if near else ""), ""
                modifiers = context.of(match.start, match.end, match.own)
                hits.append(self._weigh(read, match, modifiers, dropped, doubted))
        return hits

    def _of(self, labels: frozenset[str]) -> frozenset[int]:
        """The rules for these labels that wait for no question of the agent's."""
        numbers = self._by_labels.get(labels)
        if numbers is None:
            numbers = self._by_labels[labels] = frozenset(
                number
                for number, read in enumerate(self._rules)
                if read.label in labels and not read.after_agent
            )
        return numbers

    def _answering(self, agent_said: str, labels: Set[str]) -> frozenset[int]:
        """The rules for these labels whose question the agent has just asked."""
        if not agent_said:
            return frozenset()
        said = [token.norm for token in normalise(agent_said, self.lexicon.words)]
        agent = self.lexicon.passage([word for word in said if word not in PAUSES])
        asked = frozenset(
            number
            for number, _, _ in self._questions.find(agent)
            if self._rules[number].label in labels
        )
        return asked - {number for number, _, _ in self._turned.find(agent, asked)}

    def _weigh(
        self,
        read: ReadRule,
        match: Match,
        modifiers: list[Modifier],
        dropped: str,
        doubted: str,
    ) -> Hit:
        counted = [m for m in modifiers if m.category not in read.rule.ignores]
        if any(m.category == "affirmed" for m in counted):
            counted = [m for m in counted if m.category not in UNDONE]
        probability = read.rule.probability
        review = read.rule.review is not None
        for modifier in counted:
            effect = self._context.effect(read.label, modifier.category)
            if effect == REVIEW:
                review = True
            else:
                probability *= float(effect)
        probability = min(MOST_LIKELY, probability)
        if review:
            doubted = ""
        elif doubted:
            review = True
        return Hit(
            rule=read,
            start=match.start,
            end=match.end,
            probability=probability * REVIEW_FACTOR if review else probability,
            context=tuple(counted),
            review=review,
            dropped=f'unless "{dropped}"' if dropped else "",
            doubted=f'unless "{doubted}"' if doubted else "",
        )


def _near(match: Match, exception: Match) -> bool:
    return (
        exception.start <= match.end + UNLESS_WITHIN
        and exception.end >= match.start - UNLESS_WITHIN
    )


def _spared(
    match: Match, near: list[tuple[str, Match]], context: PassageContext
) -> tuple[str, str]:
    """The exception that drops a life stop, and the one for which a person looks at it.

    Dropped is what makes other words of the hit's own ("killing myself laughing") or follows at
    once ("collapsed last week"). What stands apart may be about something else: it casts doubt at
    most, and none at all from another clause ("... having a stroke, he survived one before").
    """
    dropped = doubted = ""
    for text, other in near:
        inside = other.start < match.end and match.start < other.end
        if not match.own.isdisjoint(other.own) if inside else other.start == match.end:
            dropped = dropped or text
        elif inside or not context.parted(UNLESS, match.start, match.end, other.start, other.end):
            doubted = doubted or text
    return dropped, "" if dropped else doubted


def _index(
    patterns: tuple[Pattern, ...], lexicon: Lexicon, phrases: PhraseMatchers
) -> PatternIndex[str] | None:
    if not patterns:
        return None
    return PatternIndex((p.text, CompiledPattern(p, lexicon, phrases)) for p in patterns)


def _new(matches: list[Match], current: int) -> list[Match]:
    """The matches that end in the current turn, less those that only prolong an earlier one."""
    old = [match for match in matches if match.end <= current]
    reach = max((match.end for match in old), default=-1)
    return [
        match
        for match in matches
        if match.end > current and max(match.own) >= current and match.start >= reach
    ]


def _apart(matches: list[Match]) -> list[Match]:
    """Of matches that overlap, the longest."""
    apart: list[Match] = []
    for match in sorted(matches, key=lambda m: (m.start, -m.end)):
        if apart and match.start < apart[-1].end:
            if match.end - match.start > apart[-1].end - apart[-1].start:
                apart[-1] = match
        else:
            apart.append(match)
    return apart
