"""What somebody said, word for word, and when: cut at word boundaries where it is too long."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from detectors.reading import Evidence, Turn

ELLIPSIS = "…"
LONGEST_WORD = 40
"""Characters of one word: what is longer was not spoken, and fills a screen."""

CHARS_QUOTED, WORDS_QUOTED = 400, 60
"""Of one quote in the fields: a route is kept in the state of the call, which has to stay small."""

_ENDS = ".!?\n"


class Quoted(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Words as transcribed, with their time into the call as people read it ("02:13")."""

    quote: str
    at: str | None = None


class Said(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Words as transcribed (redacted) and when they began: `start_ms` in the call, None where
    the transcriber does not say. `about` names the rule that made them worth keeping."""

    quote: str
    start_ms: int | None = None
    about: str = ""

    @property
    def quoted(self) -> Quoted:
        """As a reader sees it."""
        return Quoted(quote=self.quote, at=time_into(self.start_ms))


def time_into(start_ms: int | None) -> str | None:
    """A time into the call: "02:13", "1:02:13" after an hour; None where there is none."""
    if start_ms is None or start_ms < 0:
        return None
    minutes, seconds = divmod(start_ms // 1000, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes:02d}:{seconds:02d}"


def sentence_of(turn: Turn, evidence: Evidence) -> str:
    """The sentence around a piece of evidence, or the evidence alone if the turn is another."""
    text, start, end = turn.text, evidence.char_start, evidence.char_end
    if text[start:end] != evidence.quote:
        return evidence.quote
    while start > 0 and not _is_end(text, start - 1):
        start -= 1
    while end < len(text) and not _is_end(text, end - 1):
        end += 1
    return text[start:end].strip()


def _is_end(text: str, at: int) -> bool:
    """Whether a sentence ends here: a full stop within a number does not count."""
    return text[at] in _ENDS and (at + 1 == len(text) or text[at + 1].isspace())


def clipped(text: str, most: int) -> str:
    """At most `most` words of a text, with an ellipsis in place of the rest."""
    words = [_short(word) for word in text.split()]
    if len(words) <= most:
        return " ".join(words)
    return " ".join(words[:most]).rstrip(",;:–-") + ELLIPSIS


def around(text: str, quote: str, most: int) -> str:
    """At most `most` words of a sentence, those around the words that matter."""
    words = text.split()
    if len(words) <= most or not quote or quote not in text:
        return clipped(text, most)
    before = len(text.partition(quote)[0].split())
    wanted = min(len(quote.split()), most)
    first = max(0, min(before - (most - wanted) // 2, len(words) - most))
    cut = clipped(" ".join(words[first:]), most)
    return f"{ELLIPSIS}{cut}" if first else cut


def _short(word: str) -> str:
    return word if len(word) <= LONGEST_WORD else word[: LONGEST_WORD - 1] + ELLIPSIS


def kept_short(quote: str, raised: Sequence[str] = ()) -> str:
    """Word for word, unless somebody talked without a stop: then what is around the evidence."""
    if len(quote) <= CHARS_QUOTED:
        return quote
    return around(quote, next((words for words in raised if words in quote), ""), WORDS_QUOTED)
