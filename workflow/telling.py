"""A brief as plain text that is read in ten seconds: under 120 words, whatever comes in.

Where there is too much, the longest things are cut first, at a word boundary and with an ellipsis;
the sentence to open with is the last to be touched.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from detectors.mood import Trend
from detectors.vocabulary import Emotion, HeardStep
from workflow.quotes import Quoted, around, clipped
from workflow.routing import Brief

MOST_WORDS = 119
LONGEST_PART = 40
"""Words of any one part to begin with."""

STEPS = {
    HeardStep.HEAR: "listened",
    HeardStep.EMPATHIZE: "empathized",
    HeardStep.APOLOGIZE: "apologized",
    HeardStep.RESOLVE: "offered a remedy",
    HeardStep.DIAGNOSE: "asked why",
}
_TRENDS = {Trend.RISING: "rising", Trend.STEADY: "steady", Trend.FALLING: "easing"}


class _Part(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a line. `quoted`: somebody's words, `focus` those of them that matter most."""

    text: str
    before: str = ""
    quoted: bool = False
    focus: str = ""
    last: bool = False

    def cut(self, most: int) -> str:
        if not self.quoted:
            return self.before + clipped(self.text, most)
        return f"{self.before}“{around(self.text, self.focus, most)}”"


def told(brief: Brief) -> str:
    """The brief as lines of text, fewer than 120 words."""
    lines = [(label, parts) for label, parts in _lines(brief) if parts]
    for most in range(LONGEST_PART, 0, -1):
        text = _text(lines, most, opening=LONGEST_PART)
        if len(text.split()) <= MOST_WORDS:
            return text
    for most in range(LONGEST_PART, 0, -1):
        text = _text(lines, 1, opening=most)
        if len(text.split()) <= MOST_WORDS:
            break
    return text


def _text(lines: list[tuple[str, list[_Part]]], most: int, *, opening: int) -> str:
    return "\n".join(
        label + "; ".join(part.cut(opening if part.last else most) for part in parts)
        for label, parts in lines
    )


def _lines(brief: Brief) -> Iterator[tuple[str, list[_Part]]]:
    yield "", [_Part(text=brief.headline)]
    yield "Caller: ", [_Part(text=brief.caller)]
    quotes = brief.quotes
    yield "Said: ", [_quote(quoted, quotes) for quoted in brief.said]
    yield "Feels: ", [_Part(text=feels)] if (feels := _feels(brief)) else []
    yield "Wants: ", [_quote(brief.wants, ())] if brief.wants else []
    yield "Needs: ", [_Part(text=brief.need.value)] if brief.need else []
    done = ", ".join(STEPS[step] for step in brief.done)
    tried = [_Part(text=f"agent {done}")] if done else []
    tried += [_quote(quoted, ()) for quoted in brief.offered]
    yield "Tried: ", tried
    yield "Promised: ", [_Part(text=each) for each in brief.promised]
    yield "Before: ", [_Part(text=each) for each in brief.before]
    careful = [_Part(text=brief.do_not_say.rstrip("."))] if brief.do_not_say.strip() else []
    yield "Careful: ", [*careful, *(_Part(text=f"avoid {each}") for each in brief.landmines)]
    yield "Open with: ", [_Part(text=brief.opening_line, quoted=True, last=True)]


def _quote(quoted: Quoted, evidence: tuple[str, ...]) -> _Part:
    focus = next((words for words in evidence if words in quoted.quote), "")
    at = f"{quoted.at} " if quoted.at else ""
    return _Part(text=quoted.quote, before=at, quoted=True, focus=focus)


def _feels(brief: Brief) -> str:
    if brief.emotion is None:
        return ""
    if brief.emotion is Emotion.NEUTRAL:
        return "no strong feeling in the words"
    return brief.emotion.value + (f", {_TRENDS[brief.trend]}" if brief.trend else "")
