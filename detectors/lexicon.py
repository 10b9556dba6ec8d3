"""The words that rules speak of, and texts written in them for spaCy's matchers."""

from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cached_property

from spacy.tokens import Doc
from spacy.util import get_lang_class
from spacy.vocab import create_vocab

from detectors.normalise import NUMBER_WORDS, SENTENCE_ENDS, is_number, normalise
from detectors.patterns import ANY_NUMBER, Pattern

# Every word no rule speaks of becomes one symbol: spaCy's string store never forgets a string,
# so a worker that fed it every word it heard would grow without end, and keep what callers said.
UNKNOWN = "<unknown>"
NUMBER = "<number>"
STOP_WORD = 30.0
"""Times a stop word is taken to be heard at least: examples are too few to show them all."""


class Passage:
    """One or more turns as symbols of a lexicon, ready to be matched.

    `begins` are the word positions where a turn begins whose first words are here.
    """

    def __init__(
        self, symbols: list[str], turn_starts: Sequence[int], begins: Sequence[int], doc: Doc
    ) -> None:
        self.symbols = symbols
        self.doc = doc
        self.present = frozenset(symbols)
        self.begins = frozenset(begins)
        self._turn_ends = (*turn_starts[1:], len(symbols))
        self.phrase_spans: dict[object, dict[int, list[int]]] = {}

    def starts_within(self, words: int) -> frozenset[int]:
        """Positions at most this many words into a turn, in its first sentence."""
        found = set()
        for begin in self.begins:
            for at in range(begin, min(begin + words + 1, len(self.symbols))):
                found.add(at)
                if self.symbols[at] in SENTENCE_ENDS:
                    break
        return frozenset(found)

    def ends_within(self, words: int) -> frozenset[int]:
        """Positions at most this many words before the end of a turn, its last stops aside."""
        found = set()
        for at in self._turn_ends:
            while at and self.symbols[at - 1] in SENTENCE_ENDS:
                found.add(at)
                at -= 1
            found.add(at)
            for _ in range(words):
                if not at or self.symbols[at - 1] in SENTENCE_ENDS:
                    break
                at -= 1
                found.add(at)
        return frozenset(found)

    @cached_property
    def positions(self) -> dict[str, list[int]]:
        """Where each symbol stands."""
        where: dict[str, list[int]] = {}
        for position, symbol in enumerate(self.symbols):
            where.setdefault(symbol, []).append(position)
        return where


class Lexicon:
    """All words and word beginnings of a set of patterns, closed once built.

    `speech` is how people talk (the rules' own examples): it tells common words from rare ones.
    """

    def __init__(
        self, patterns: Iterable[Pattern], language: str, speech: Iterable[str] = ()
    ) -> None:
        atoms = {
            atom
            for pattern in patterns
            for item in pattern.items
            for phrase in item.phrases
            for atom in phrase
        }
        self.words = frozenset(
            {atom for atom in atoms if not atom.endswith("*") and atom != ANY_NUMBER}
            | NUMBER_WORDS
            | SENTENCE_ENDS
        )
        self._beginnings = frozenset(atom[:-1] for atom in atoms if atom.endswith("*"))
        self._lengths = sorted({len(beginning) for beginning in self._beginnings}, reverse=True)
        defaults = get_lang_class(language).Defaults
        self.vocab = create_vocab(language, defaults)
        self._matched: dict[str, frozenset[str]] = {}
        self._rarity: dict[frozenset[str], float] = {}
        # All of it now: the first chunk is then no slower than the rest, and none adds a string.
        for symbol in (*self.words, *(b + "*" for b in self._beginnings), NUMBER, UNKNOWN):
            self.vocab[symbol]
        self._stop_words: frozenset[str] = frozenset(defaults.stop_words)
        self._heard = Counter(
            self.symbol(token.norm) for text in speech for token in normalise(text, self.words)
        )

    def symbol(self, word: str) -> str:
        """The symbol a normalised word is matched as."""
        if word in self.words:
            return word
        if word[:1].isdigit() and is_number(word):
            return NUMBER
        for length in self._lengths:
            if word[:length] in self._beginnings:
                return word[:length] + "*"
        return UNKNOWN

    def symbols(self, atom: str) -> frozenset[str]:
        """The symbols that a word of a pattern matches; several for `threat*` and `#`."""
        if atom == ANY_NUMBER:
            return self._numbers
        matched = self._matched.get(atom)
        if matched is None:
            matched = self._matched[atom] = frozenset(self._that_start(atom) or {atom})
        return matched

    def _that_start(self, atom: str) -> set[str]:
        if not atom.endswith("*"):
            return set()
        stem = atom[:-1]
        known = {word for word in self.words if word.startswith(stem)}
        return known | {other + "*" for other in self._beginnings if other.startswith(stem)}

    @cached_property
    def _numbers(self) -> frozenset[str]:
        return frozenset({NUMBER} | {word for word in self.words if is_number(word)})

    def passage(
        self, words: Sequence[str], turn_starts: Sequence[int] = (0,), begins: Sequence[int] = (0,)
    ) -> Passage:
        """The passage of these normalised words (no commas or colons)."""
        symbols = [self.symbol(word) for word in words]
        return Passage(symbols, turn_starts, begins, Doc(self.vocab, words=symbols))

    def rarity(self, symbols: frozenset[str]) -> float:
        """How seldom any of these is heard: higher is rarer."""
        rarity = self._rarity.get(symbols)
        if rarity is None:
            rarity = self._rarity[symbols] = 1.0 / (1.0 + sum(map(self._weight, symbols)))
        return rarity

    def _weight(self, symbol: str) -> float:
        stop = symbol in self._stop_words or symbol == NUMBER
        return 1.0 + self._heard[symbol] + (STOP_WORD if stop else 0.0)
