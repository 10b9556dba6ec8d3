"""Compiled patterns: found through their rarest word, matched by spaCy, joined over gaps."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import product
from typing import Generic, NamedTuple, TypeVar

from spacy.matcher import Matcher, PhraseMatcher
from spacy.tokens import Doc

from detectors.lexicon import Lexicon, Passage
from detectors.normalise import SENTENCE_ENDS
from detectors.patterns import Item, Kind, Pattern, Phrase

Key = TypeVar("Key")

SHORT = 64
"""Words up to which a whole passage is matched at once; a longer one only around rare words."""
PLAIN_PATTERNS = 24
"""Alternations are spelled out as plain spaCy patterns up to this many: those match without
calling back into Python, which `IN` does for every word."""


class Match(NamedTuple):
    """A pattern found: words `start` to `end` (exclusive), those in `own` by name, not in a gap."""

    start: int
    end: int
    own: frozenset[int]


class _Partial(NamedTuple):
    """A pattern matched so far; `slack` is the gap that skipped optional steps left open."""

    start: int
    own: tuple[int, ...]
    slack: int = 0


Spans = dict[int, list[int]]
"""Where a step matches: word position → the positions where it may end."""


@dataclass(frozen=True, slots=True)
class _Step:
    """A piece of a pattern found as one, and the gap allowed before it.

    Without a matcher it is a single word: where its symbols stand is known already.
    """

    matcher: Matcher | PhraseMatcher | None
    key: object
    symbols: frozenset[str]
    gap: int
    optional: bool

    def spans(self, passage: Passage, around: list[tuple[int, int]] | None) -> Spans:
        cached = passage.phrase_spans.get(self.key)
        if cached is not None:
            return cached
        found: Spans = {}
        if self.matcher is None:
            for symbol in self.symbols & passage.present:
                for position in passage.positions[symbol]:
                    found[position] = [position + 1]
            return found
        if around is None or isinstance(self.matcher, PhraseMatcher):
            for _, start, end in self.matcher(passage.doc):
                found.setdefault(start, []).append(end)
            passage.phrase_spans[self.key] = found
            return found
        for first, last in around:
            for _, start, end in self.matcher(passage.doc[first:last]):
                found.setdefault(first + start, []).append(first + end)
        return found


class CompiledPattern:
    """One pattern over one lexicon."""

    def __init__(self, pattern: Pattern, lexicon: Lexicon, phrases: PhraseMatchers) -> None:
        self.pattern = pattern
        self._lexicon = lexicon
        self._phrases = phrases
        required = [
            phrases.heard(item.phrases)
            for item in pattern.items
            if item.kind is Kind.WORDS and not item.optional
        ]
        required.sort(key=lexicon.rarity, reverse=True)
        self.anchors = required[0]
        self.required = tuple(dict.fromkeys(required[1:]))
        self.width = sum(_width(item) for item in pattern.items)

    @cached_property
    def steps(self) -> tuple[_Step, ...]:
        """Its pieces, compiled when a passage first holds its words.

        Most patterns are never tried in a worker's life: compiled at the start, they would be half
        of the time a cold worker takes to be ready. One costs a third of a millisecond.
        """
        return tuple(_steps(self.pattern, self._lexicon, self._phrases))

    def matches(self, passage: Passage) -> list[Match]:
        """Every place where the pattern matches: for each end, the shortest match.

        The passage must hold `anchors` and `required`; PatternIndex sees to that.
        """
        around = self._around(passage) if len(passage.symbols) > SHORT else None
        partial: dict[int, _Partial] = {}
        may_begin = True
        for step in self.steps:
            spans = step.spans(passage, around)
            reached = self._begun(spans, passage) if may_begin else {}
            for end, (start, own, slack) in partial.items():
                for at in _positions(passage.symbols, end, slack + step.gap):
                    for to in spans.get(at, ()):
                        _keep(reached, to, _Partial(start, (*own, *range(at, to))))
                if step.optional:
                    _keep(reached, end, _Partial(start, own, slack + step.gap))
            may_begin = may_begin and step.optional
            if not reached and not may_begin:
                return []
            partial = reached
        if partial and self.pattern.at_end is not None:
            ends = passage.ends_within(self.pattern.at_end)
            partial = {end: way for end, way in partial.items() if end in ends}
        return [
            Match(start, end, frozenset(own)) for end, (start, own, _) in sorted(partial.items())
        ]

    def _begun(self, spans: Spans, passage: Passage) -> dict[int, _Partial]:
        begun: dict[int, _Partial] = {}
        within = self.pattern.at_start
        allowed = passage.starts_within(within) if spans and within is not None else spans
        for start in sorted(spans):
            if start in allowed:
                for end in spans[start]:
                    begun.setdefault(end, _Partial(start, tuple(range(start, end))))
        return begun

    def _around(self, passage: Passage) -> list[tuple[int, int]]:
        """Stretches of the passage that hold an anchor and all that could match with it."""
        where = sorted(
            position
            for symbol in self.anchors & passage.present
            for position in passage.positions[symbol]
        )
        stretches: list[tuple[int, int]] = []
        for position in where:
            first = max(0, position - self.width)
            last = min(len(passage.symbols), position + self.width + 1)
            if stretches and first <= stretches[-1][1]:
                stretches[-1] = (stretches[-1][0], last)
            else:
                stretches.append((first, last))
        return stretches


class PhraseMatchers:
    """What patterns share: for each word list one phrase matcher, and its rarest words."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._lexicon = lexicon
        self._built: dict[frozenset[Phrase], PhraseMatcher] = {}
        self._heard: dict[frozenset[Phrase], frozenset[str]] = {}

    def of(self, phrases: frozenset[Phrase]) -> PhraseMatcher:
        """The matcher that finds any of these phrases."""
        matcher = self._built.get(phrases)
        if matcher is None:
            vocab = self._lexicon.vocab
            matcher = PhraseMatcher(vocab, attr="ORTH")
            matcher.add(
                "phrase",
                [
                    Doc(vocab, words=list(words))
                    for phrase in sorted(phrases)
                    for words in product(*(sorted(self._lexicon.symbols(a)) for a in phrase))
                ],
            )
            self._built[phrases] = matcher
        return matcher

    def heard(self, phrases: frozenset[Phrase]) -> frozenset[str]:
        """Symbols of which a passage must hold one to hold a phrase: the rarest of each."""
        heard = self._heard.get(phrases)
        if heard is None:
            lexicon = self._lexicon
            heard = self._heard[phrases] = frozenset().union(
                *(
                    max((lexicon.symbols(atom) for atom in phrase), key=lexicon.rarity)
                    for phrase in phrases
                )
            )
        return heard


_Row = tuple[int, tuple[frozenset[str], ...], Key, CompiledPattern]
"""A pattern's number, what a passage must hold besides the anchor, its key and itself."""


class PatternIndex(Generic[Key]):
    """Patterns under keys; a passage is tried only against those whose rarest word it holds."""

    def __init__(self, patterns: Iterable[tuple[Key, CompiledPattern]]) -> None:
        self._by_word: dict[str, list[_Row[Key]]] = {}
        for number, (key, pattern) in enumerate(patterns):
            for symbol in pattern.anchors:
                row = (number, pattern.required, key, pattern)
                self._by_word.setdefault(symbol, []).append(row)

    def find(
        self, passage: Passage, among: Container[Key] | None = None
    ) -> Iterator[tuple[Key, CompiledPattern, Match]]:
        """Every match of every pattern (of those `among` a set of keys) in the passage."""
        present = passage.present
        tried: set[int] = set()
        for symbol in present:
            for number, required, key, pattern in self._by_word.get(symbol, ()):
                if among is not None and key not in among:
                    continue
                for needed in required:
                    if needed.isdisjoint(present):
                        break
                else:
                    if number not in tried:
                        tried.add(number)
                        for match in pattern.matches(passage):
                            yield key, pattern, match

    def any(self, passage: Passage) -> bool:
        """Whether any pattern matches."""
        return next(self.find(passage), None) is not None


def _positions(symbols: Sequence[str], end: int, gap: int) -> Iterator[int]:
    """Where the next step may start after `end`, skipping up to `gap` words of one sentence."""
    for at in range(end, min(end + gap + 1, len(symbols))):
        yield at
        if symbols[at] in SENTENCE_ENDS:
            return


def _keep(reached: dict[int, _Partial], end: int, new: _Partial) -> None:
    """Of two ways to the same end, the one that starts later skips fewer words."""
    known = reached.get(end)
    if known is None or (new.start, new.slack) > (known.start, known.slack):
        reached[end] = new


def _steps(pattern: Pattern, lexicon: Lexicon, phrases: PhraseMatchers) -> Iterator[_Step]:
    run: list[Item] = []
    gap = 0

    def close() -> Iterator[_Step]:
        nonlocal gap
        optional = all(item.optional for item in run)
        for items in [[item] for item in run] if optional else [run]:
            if len(items) == 1 and items[0].kind is Kind.WORDS:
                symbols = _symbols(items[0], lexicon)
                yield _Step(None, symbols, symbols, gap, optional)
            else:
                matcher = _run_matcher(items, lexicon, optional)
                yield _Step(matcher, object(), frozenset(), gap, optional)
            gap = 0

    for item in pattern.items:
        if item.kind is Kind.GAP:
            yield from close()
            run, gap = [], gap + item.most
        elif any(len(phrase) > 1 for phrase in item.phrases):
            yield from close()
            yield _Step(phrases.of(item.phrases), item.phrases, frozenset(), gap, item.optional)
            run, gap = [], 0
        else:
            run.append(item)
    yield from close()


def _run_matcher(items: list[Item], lexicon: Lexicon, alone: bool) -> Matcher:
    """A matcher for single words in a row. An item `alone` is made required: its step may go."""
    choices: list[list[dict[str, object]]] = []
    plain = 1
    for item in items:
        symbols = _symbols(item, lexicon)
        plain *= len(symbols)
        specs: list[dict[str, object]]
        if item.kind is Kind.NOT:
            specs = [{"ORTH": {"NOT_IN": sorted(symbols)}, "IS_PUNCT": False}]
        elif plain <= PLAIN_PATTERNS:
            specs = [{"ORTH": symbol} for symbol in sorted(symbols)]
        else:
            specs = [{"ORTH": {"IN": sorted(symbols)}}]
        if item.optional and not alone:
            specs = [{**spec, "OP": "?"} for spec in specs]
        choices.append(specs)
    matcher = Matcher(lexicon.vocab, validate=False)
    matcher.add("run", [list(specs) for specs in product(*choices)])
    return matcher


def _symbols(item: Item, lexicon: Lexicon) -> frozenset[str]:
    return frozenset(s for (atom,) in item.phrases for s in lexicon.symbols(atom))


def _width(item: Item) -> int:
    if item.kind is Kind.GAP:
        return item.most
    return max((len(phrase) for phrase in item.phrases), default=1)
