"""The pattern language: docs/rules.md, "Patterns"."""

from collections.abc import Callable

import pytest

from detectors.detector import Detector, Heard
from detectors.patterns import PatternError, read_list, read_pattern

Build = Callable[..., Detector]
Say = Callable[..., Heard]
Quotes = Callable[[Heard], list[str]]


@pytest.mark.parametrize(
    ("pattern", "text", "quote"),
    [
        ("sue you", "I'll sue you", "sue you"),
        ("sue|suing you", "I am suing you", "suing you"),
        ("threat* you", "I'm threatening you", "threatening you"),
        ("take you to {court}", "I'd take you to small claims then", "take you to small claims"),
        ("take you to {court}", "take you to a tribunal", "take you to a tribunal"),
        ("call my? lawyer", "I'll call lawyer", "call lawyer"),
        ("call my? lawyer", "I'll call my lawyer", "call my lawyer"),
        ("take ..2 to court", "take to court", "take to court"),
        ("take ..2 to court", "take your bank to court", "take your bank to court"),
        ("i !not|never sue", "I will sue", "I will sue"),
        ("in # days", "in 14 days", "in 14 days"),
        ("in # days", "in fourteen days", "in fourteen days"),
        ("#|several lawyers", "2 lawyers", "2 lawyers"),
        ("^ lawyer", "Lawyer. Now", "Lawyer"),
        ("^ ..1 lawyer", "My lawyer", "lawyer"),
        ("lawyer $", "I want a lawyer!", "lawyer"),
        ("lawyer ..2 $", "I want a lawyer right now.", "lawyer"),
        ("can't sue", "I cannot sue", "cannot sue"),
        ("c f p b", "the C.F.P.B. said", "C.F.P.B."),
        ("see you in court", "see, um, you, in court", "see, um, you, in court"),
        ("my? old? lawyer", "lawyer", "lawyer"),
        ("take ..1 really? ..1 {court}", "take them to small claims", "take them to small claims"),
    ],
)
def test_a_pattern_finds_its_words(
    build: Build, say: Say, quotes: Quotes, pattern: str, text: str, quote: str
) -> None:
    detector = build(pattern, extra="ignores = ['negated', 'conditional', 'hypothetical']")
    assert quotes(say(detector, text)) == [quote]


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("sue you", "you sue"),
        ("threat* you", "I thread you"),
        ("take ..2 to court", "take one two three to court"),
        ("take ..2 to court", "take it. To court"),
        ("take you to {court}", "take you to small"),
        ("i !not|never sue", "I never sue"),
        ("i !not|never sue", "I. sue"),
        ("in # days", "in some days"),
        ("^ lawyer", "my lawyer"),
        ("^ ..1 lawyer", "oh. Lawyer"),
        ("lawyer $", "the lawyer said"),
        ("see you in court", "see you. In court"),
    ],
)
def test_a_pattern_finds_nothing_else(build: Build, say: Say, pattern: str, text: str) -> None:
    assert not say(build(pattern), text).hits


def test_of_overlapping_matches_the_longest_is_quoted(
    build: Build, say: Say, quotes: Quotes
) -> None:
    detector = build("take you to {court}", "take you to small claims court")
    assert quotes(say(detector, "I'll take you to small claims court")) == [
        "take you to small claims court"
    ]


def test_a_pattern_is_found_far_into_a_long_text(build: Build, say: Say, quotes: Quotes) -> None:
    text = "and so on " * 500 + "I will take your bank to small claims " + "and so on " * 500
    assert quotes(say(build("take|taking ..2 to {court}"), text)) == [
        "take your bank to small claims"
    ]


@pytest.mark.parametrize(
    ("pattern", "says"),
    [
        ("", "empty"),
        ("my? our?", "not optional"),
        ("..2 sue", "a gap stands between"),
        ("sue ..2", "a gap stands between"),
        ("sue ..99 you", "1 to 12"),
        ("sue {nobody}", "no list is called 'nobody'"),
        ("sue a||b", "alternative is empty"),
        ("sue (you)", "not an item"),
        ("!not", "not optional"),
        ("sue !{court}", "single words"),
        ("um sue|um", "no words once normalised"),
        ("s*", "two or more letters"),
        ("^", "no words"),
    ],
)
def test_a_broken_pattern_is_refused_with_what_is_wrong(pattern: str, says: str) -> None:
    with pytest.raises(PatternError, match=says):
        read_pattern(pattern, {"court": read_list(["court", "small claims"])})
