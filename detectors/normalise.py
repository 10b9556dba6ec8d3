"""Text as rules see it: lower case, contractions opened, each word with its place in the text."""

import re
import unicodedata
from collections.abc import Set
from functools import lru_cache
from typing import NamedTuple

from detectors.letters import SURE, by_ear


class Token(NamedTuple):
    """A normalised word, and the characters of the original (end exclusive) that it stands for."""

    norm: str
    start: int
    end: int


SENTENCE_ENDS = frozenset(".?!;")
PAUSES = frozenset(",:")
PUNCTUATION = SENTENCE_ENDS | PAUSES

_NUMBER_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen"
    " sixteen seventeen eighteen nineteen twenty thirty forty fifty sixty seventy eighty ninety"
    " hundred thousand million billion"
)
NUMBER_WORDS = frozenset(_NUMBER_WORDS.split())

# An abbreviation with dots ends no sentence; "example.com" and "1.5" hold no full stop at all.
# A title that was joined to its text loses the space between: "end my lifeI just need".
_TOKEN = re.compile(
    r"(?P<dotted>(?<![^\W_])(?:[^\W\d_]\.)+[^\W\d_](?![^\W_])\.?)"
    r"|(?P<glued>[^\W\d_]*[a-z](?=I(?:['’][a-z]+)?(?:\s|$)))"
    r"|(?P<number>\d+(?:[.,:]\d+)*[^\W\d_]*)"
    r"|(?P<word>[^\W_]+(?:['’‘][^\W_]+)*(?:['’](?![^\W_]))?)(?P<cut>-(?=[\s,]|$))?"
    r"|(?P<clitic>['’][^\W_]+)"
    r"|(?P<ellipsis>\.{2,})"
    r"|(?P<punct>[.?!,;:]+)"
)

_MURMUR = re.compile(r"[^\W_]+")
_FILLER = re.compile(r"u+h+|u+h*m+|e+r+m*|h+m+|m{2,}h*m*|mh+m+")
# "the ER" is a place, and with "uh" or "mm" before it "huh" or "hmm" is a yes.
_BEFORE_ER = frozenset(("the", "an", "to", "in"))
_YES_HEAD = frozenset(("uh", "mm", "um", "mmm", "hm"))
_YES_TAIL = frozenset(("huh", "hm", "hmm"))

# Said alone, as an answer: "mm", "mhm", "uh huh". "Um", "er" and "hmm" think, they do not agree.
_YES_ALONE = re.compile(r"m{2,}|m+h+m+")

_WHOLE = {
    "won't": ("will", "not"),
    "wont": ("will", "not"),
    "can't": ("can", "not"),
    "cant": ("can", "not"),
    "cannot": ("can", "not"),
    "shan't": ("shall", "not"),
    "ain't": ("is", "not"),
    "aint": ("is", "not"),
    "gonna": ("going", "to"),
    "gunna": ("going", "to"),
    "wanna": ("want", "to"),
    "gotta": ("got", "to"),
    "hafta": ("have", "to"),
    "tryna": ("trying", "to"),
    "imma": ("i", "am", "going", "to"),
    "gimme": ("give", "me"),
    "lemme": ("let", "me"),
    "dunno": ("do", "not", "know"),
    "kinda": ("kind", "of"),
    "outta": ("out", "of"),
    "coulda": ("could", "have"),
    "woulda": ("would", "have"),
    "shoulda": ("should", "have"),
    "let's": ("let", "us"),
    "y'all": ("you", "all"),
    "yall": ("you", "all"),
    "'em": ("them",),
    "'cause": ("because",),
    "cos": ("because",),
    "cuz": ("because",),
    "'m": ("am",),
    "'re": ("are",),
    "'ll": ("will",),
    "'ve": ("have",),
    "'d": ("would",),
    "'s": (),
    "n't": ("not",),
    "im": ("i", "am"),
    "ive": ("i", "have"),
    "youre": ("you", "are"),
    "youve": ("you", "have"),
    "youll": ("you", "will"),
    "theyre": ("they", "are"),
    "theyve": ("they", "have"),
    "weve": ("we", "have"),
    "thats": ("that", "is"),
    "whats": ("what", "is"),
    "hes": ("he", "is"),
    "shes": ("she", "is"),
    "theres": ("there", "is"),
}
_NEGATED = "do does did is are was were have has had would could should must need might"
_WHOLE |= {verb + "nt": (verb, "not") for verb in _NEGATED.split()}
_SUFFIXES = {
    "'m": ("am",),
    "'re": ("are",),
    "'ll": ("will",),
    "'ve": ("have",),
    "'d": ("would",),
}
# After these "'s" is "is"; after any other word it is possessive and dropped.
_IS = "it that he she what who there here where how when why this"
_IS_AFTER = frozenset(_IS.split())


def normalise(text: str, known: Set[str] = frozenset()) -> list[Token]:
    """The tokens of a text in order, each with its character span.

    `known` holds words that rules speak of: they decide where letters spelled out begin and end
    ("a c f p b" is "a", "cfpb" when "cfpb" is known), by name too ("see eff pee bee"). The words
    of an opened contraction share its span, so a quote never cuts a word. Linear in the length of
    the text; never raises.
    """
    tokens: list[Token] = []
    filler: Token | None = None
    cut_at = -1
    letters = 0
    named = False
    for match in _TOKEN.finditer(text):
        kind = match.lastgroup
        start, end = match.span()
        if kind == "punct":
            tokens.extend(_punctuation(text, start, end))
            filler = None
            continue
        if kind == "ellipsis":
            continue
        if kind == "dotted":
            words: tuple[str, ...] = (match.group().replace(".", "").lower(),)
        elif kind == "cut":
            words = _opened(match.group("word"))
        else:
            words = _opened(match.group())
        if len(words) == 1:
            word = words[0]
            if filler is not None and word in _YES_TAIL and filler.norm in _YES_HEAD:
                tokens.append(Token("yes", filler.start, end))
                filler = None
                continue
            if _FILLER.fullmatch(word) and not _is_place(word, tokens):
                filler = Token(word, start, end)
                continue
            if len(word) == 1 and kind != "number":
                letters += 1
        elif not words and kind == "clitic" and tokens and tokens[-1].norm in _IS_AFTER:
            words = ("is",)
        filler = None
        if cut_at >= 0 and words and words[0].startswith(tokens[cut_at].norm):
            del tokens[cut_at:]
        cut_at = -1
        for word in words:
            named = named or word in SURE
            _append(tokens, Token(word, start, end))
        if kind == "cut" and words:
            cut_at = len(tokens) - 1
    if not any(token.norm not in PUNCTUATION for token in tokens):
        tokens = _murmured(text) or tokens
    if named and known:
        tokens = _heard_as_letters(tokens, known)
    return _spelled(tokens, known) if letters > 1 else tokens


def _heard_as_letters(tokens: list[Token], known: Set[str]) -> list[Token]:
    for first, last, word in reversed(by_ear([token.norm for token in tokens], known)):
        tokens[first:last] = [Token(word, tokens[first].start, tokens[last - 1].end)]
    return tokens


def _murmured(text: str) -> list[Token]:
    """The yes of a text that says nothing but "mm" or "mhm"."""
    words = list(_MURMUR.finditer(text))
    if words and all(_YES_ALONE.fullmatch(word.group().lower()) for word in words):
        return [Token("yes", words[0].start(), words[-1].end())]
    return []


def is_number(word: str) -> bool:
    """Whether a normalised word is a number, in digits (with k or m for thousands) or words."""
    return word in NUMBER_WORDS or (
        word[:1].isdigit() and word.rstrip("km").replace(".", "").replace(",", "").isdigit()
    )


def _punctuation(text: str, start: int, end: int) -> list[Token]:
    marks = text[start:end]
    if marks == "." and text[end : end + 1].isalnum():
        return []
    for mark in "?!.;":
        if mark in marks:
            return [Token(mark, start, end)]
    return [Token(marks[0], start, end)]


def _is_place(word: str, tokens: list[Token]) -> bool:
    return word == "er" and bool(tokens) and tokens[-1].norm in _BEFORE_ER


def _append(tokens: list[Token], token: Token) -> None:
    """Add a token, unless it only repeats the word before it: a stutter is one word."""
    norm = token.norm
    if tokens and (len(norm) > 1 or norm == "i") and norm not in SURE and not is_number(norm):
        before = -2 if tokens[-1].norm == "," and len(tokens) > 1 else -1
        previous = tokens[before]
        if previous.norm == norm and previous.start < token.start:
            tokens[before:] = [Token(norm, previous.start, token.end)]
            return
    tokens.append(token)


@lru_cache(maxsize=16_384)
def _opened(word: str) -> tuple[str, ...]:
    """The words that one written word stands for."""
    lower = word.lower()
    if not lower.isascii():
        lower = unicodedata.normalize("NFKC", lower).lower().replace("’", "'").replace("‘", "'")
        if not lower.strip("'"):
            return ()
    whole = _WHOLE.get(lower)
    if whole is not None:
        return whole
    if "'" not in lower:
        return (lower,)
    if lower.endswith("n't") and len(lower) > 3:
        return (lower[:-3], "not")
    if lower.endswith("in'") and len(lower) > 4:
        return (lower[:-1] + "g",)
    stem, _, rest = lower.rpartition("'")
    if "'" + rest in _SUFFIXES and stem:
        return (*_opened(stem), *_SUFFIXES["'" + rest])
    if rest == "s" and stem:
        return (stem, "is") if stem in _IS_AFTER else (stem,)
    stripped = lower.strip("'")
    return (stripped,) if stripped else ()


def _spelled(tokens: list[Token], known: Set[str]) -> list[Token]:
    """Join letters spelled out, "c f p b" or "c, f, p, b", into one word."""
    joined: list[Token] = []
    at = 0
    while at < len(tokens):
        run, after = _letters_from(tokens, at)
        if len(run) > 1:
            joined.extend(_join(run, known))
            at = after
        else:
            joined.append(tokens[at])
            at += 1
    return joined


def _letters_from(tokens: list[Token], at: int) -> tuple[list[Token], int]:
    run: list[Token] = []
    after = at
    while at < len(tokens):
        norm = tokens[at].norm
        if len(norm) == 1 and norm.isalpha():
            run.append(tokens[at])
            after = at + 1
        elif norm != "," or not run:
            break
        at += 1
    return run, after


def _join(run: list[Token], known: Set[str]) -> list[Token]:
    """One word of a run of letters, leaving a leading or trailing "a" or "i" that is a word."""
    text = "".join(token.norm for token in run)
    first, last = 0, len(run)
    while last and text[last - 1] in "ai":
        last -= 1
    while first < last and text[first] in "ai":
        first += 1
    if first == last:
        return run
    for begin in range(first + 1):
        for end in range(len(run), last - 1, -1):
            if text[begin:end] in known:
                return [*run[:begin], _one(run[begin:end]), *run[end:]]
    if len(run) == 2 and last - first == 1:
        return run
    return [_one(run)]


def _one(run: list[Token]) -> Token:
    return Token("".join(token.norm for token in run), run[0].start, run[-1].end)
