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
LEAST_QUOTED, LEAST_FACT = 9, 14
"""Words that are left of a quote and of a stated fact, while that is possible."""
MOST_SPARED = 3
"""What is left out first: what led up to the words, then an older offer, then a slip."""

STEPS = {
    HeardStep.HEAR: "listened",
    HeardStep.EMPATHIZE: "empathized",
    HeardStep.APOLOGIZE: "apologized",
    HeardStep.RESOLVE: "offered a remedy",
    HeardStep.DIAGNOSE: "asked why",
}
_TRENDS = {Trend.RISING: "rising", Trend.STEADY: "steady", Trend.FALLING: "easing"}


class _Part(msgspec.Struct, frozen=True, kw_only=True):
    """A piece of a line. `quoted`: somebody's words, `focus` those of them that matter most.
    `least`: words that are cut only when cutting everything else was not enough; `spare`: how
    readily it is left out, 0 never."""

    text: str
    before: str = ""
    quoted: bool = False
    focus: str = ""
    least: int = LEAST_QUOTED
    spare: int = 0

    def cut(self, most: int) -> str:
        if not self.quoted:
            return self.before + clipped(self.text, most)
        return f"{self.before}“{around(self.text, self.focus, most)}”"


_Line = tuple[str, list[_Part]]


def told(brief: Brief) -> str:
    """The brief as lines of text, fewer than 120 words."""
    lines = [(label, parts) for label, parts in _lines(brief) if parts]
    for kept in _fewer(lines):
        for most in range(LONGEST_PART, LEAST_QUOTED - 1, -1):
            text = _text(kept, most, share=1.0)
            if len(text.split()) <= MOST_WORDS:
                return text
    for tenths in range(9, -1, -1):
        text = _text(kept, 1, share=tenths / 10)
        if len(text.split()) <= MOST_WORDS:
            break
    return text


def _fewer(lines: list[_Line]) -> Iterator[list[_Line]]:
    """All lines, then without what can best be spared, then without the next."""
    for spared in range(MOST_SPARED, -1, -1):
        kept = [(label, [p for p in parts if p.spare <= spared]) for label, parts in lines]
        yield [(label, parts) for label, parts in kept if parts]


def _text(lines: list[_Line], most: int, *, share: float) -> str:
    """Each part with at most so many words, or with that share of the least it should have."""
    return "\n".join(
        label + "; ".join(part.cut(max(most, int(part.least * share))) for part in parts)
        for label, parts in lines
    )


def _lines(brief: Brief) -> Iterator[_Line]:
    yield "", [_fact(brief.headline)]
    yield "Caller: ", [_fact(brief.caller)]
    quotes = brief.quotes
    yield (
        "Said: ",
        [
            _quote(q, quotes, spare=3 if 0 < n < len(brief.said) - 1 else 0)
            for n, q in enumerate(brief.said)
        ],
    )
    yield "Feels: ", [_fact(feels)] if (feels := _feels(brief)) else []
    yield "Wants: ", [_quote(brief.wants, ())] if brief.wants else []
    yield "Needs: ", [_fact(brief.need.value)] if brief.need else []
    offered = {HeardStep.RESOLVE} if brief.offered else set()
    done = ", ".join(STEPS[step] for step in brief.done if step not in offered)
    tried = [_fact(f"agent {done}")] if done else []
    tried += [
        _quote(q, (), spare=0 if n == len(brief.offered) - 1 else 2)
        for n, q in enumerate(brief.offered)
    ]
    yield "Tried: ", tried
    yield "Promised: ", [_fact(each) for each in brief.promised]
    yield "Before: ", [_fact(each) for each in brief.before]
    careful = [_Part(text=brief.do_not_say.rstrip("."))] if brief.do_not_say.strip() else []
    yield "Careful: ", [*careful, *(_avoid(n, each) for n, each in enumerate(brief.landmines))]
    yield "Open with: ", [_Part(text=brief.opening_line, quoted=True, least=LONGEST_PART)]


def _fact(text: str) -> _Part:
    return _Part(text=text, least=LEAST_FACT)


def _avoid(place: int, text: str) -> _Part:
    return _Part(text=f"avoid {text}", least=LEAST_FACT, spare=min(place, 1))


def _quote(quoted: Quoted, evidence: tuple[str, ...], *, spare: int = 0) -> _Part:
    focus = next((words for words in evidence if words in quoted.quote), "")
    at = f"{quoted.at} " if quoted.at else ""
    return _Part(text=quoted.quote, before=at, quoted=True, focus=focus, spare=spare)


def _feels(brief: Brief) -> str:
    if brief.emotion is None:
        return ""
    if brief.emotion is Emotion.NEUTRAL:
        return "no strong feeling heard"
    return brief.emotion.value + (f", {_TRENDS[brief.trend]}" if brief.trend else "")
