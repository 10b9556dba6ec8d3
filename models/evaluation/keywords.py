"""The baseline: keyword categories, as an administrator types them into a platform of today."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

from detectors.vocabulary import Speaker
from models.evaluation.samples import Sample
from models.evaluation.systems import Answer
from models.noise import spoken


class KeywordSystem:
    """Any phrase of a category in the customer's words raises it. Knows no context."""

    name = "keywords"

    def answer(self, sample: Sample, *, final: bool = True) -> Answer:
        """What the categories of `keywords.toml` match, words compared whole and without case."""
        if sample.speaker is Speaker.AGENT:
            return Answer(frozenset())
        text = spoken(sample.text)
        found = {
            label: match
            for label, pattern in _patterns().items()
            if (match := pattern.search(text))
        }
        return Answer(
            raised=frozenset(found),
            because={label: match.group() for label, match in found.items()},
            complete_at={
                label: _words_until(sample.text, len(text[: match.end()].split()))
                for label, match in found.items()
            },
        )


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    text = files("models.evaluation").joinpath("keywords.toml").read_text(encoding="utf-8")
    return {
        label: re.compile(
            r"(?<!\w)(?:" + "|".join(re.escape(spoken(p)) for p in phrases) + r")(?!\w)"
        )
        for label, phrases in tomllib.loads(text).items()
    }


def _words_until(text: str, spoken_words: int) -> int:
    """How many words of a text hold this many as spoken: marks and signs alone are not spoken."""
    passed = 0
    words = text.split()
    for count, word in enumerate(words, start=1):
        passed += len(spoken(word).split())
        if passed >= spoken_words:
            return count
    return len(words)
