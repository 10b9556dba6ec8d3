"""The baseline: keyword categories, as an administrator types them into a platform of today."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files

import msgspec

from detectors.vocabulary import Speaker
from models.evaluation.samples import Sample
from models.evaluation.systems import Answer, prefixes
from models.noise import spoken

_APOSTROPHES = re.compile("[\u2018\u2019\u02bc\u2032`\u00b4]")
_HYPHENS = re.compile("[-\u2010\u2011]")


class KeywordSystem:
    """Any phrase of a category in the customer's words raises it. Knows no context."""

    name = "keywords"

    def answer(self, sample: Sample) -> Answer:
        """What the categories of `keywords.toml` match, words compared whole and without case."""
        if sample.speaker is Speaker.AGENT:
            return Answer(frozenset())
        text = _folded(sample.text)
        found = {
            label: match
            for label, pattern in _patterns().items()
            if (match := pattern.search(text))
        }
        return Answer(
            raised=frozenset(found),
            because={label: match.group() for label, match in found.items()},
        )

    def as_spoken(self, sample: Sample) -> list[frozenset[str]]:
        """What they match after each word."""
        return [
            self.answer(msgspec.structs.replace(sample, text=part)).raised
            for part in prefixes(sample.text)
        ]


def _folded(text: str) -> str:
    """The text as spoken, whichever apostrophe it is typed with, and hyphens as spaces."""
    return spoken(_HYPHENS.sub(" ", _APOSTROPHES.sub("'", text)))


@cache
def _patterns() -> dict[str, re.Pattern[str]]:
    text = files("models.evaluation").joinpath("keywords.toml").read_text(encoding="utf-8")
    return {
        label: re.compile(
            r"(?<!\w)(?:" + "|".join(re.escape(_folded(p)) for p in phrases) + r")(?!\w)"
        )
        for label, phrases in tomllib.loads(text).items()
    }
