"""The bodies callers name: the file is whole, and an ambiguous name needs words of going there."""

import tomllib
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import msgspec
import pytest

from detectors.bodies import AMBIGUOUS, Body, BodyFile, BodyKind
from detectors.detector import Detector, Heard
from detectors.normalise import normalise
from detectors.rules import BODIES_FILE, RULES, RuleError, read_book, rule_book

Say = Callable[..., Heard]

FILE = msgspec.convert(
    tomllib.loads((RULES / "en" / BODIES_FILE).read_text(encoding="utf-8")), BodyFile
)
COUNTRIES = {"US", "UK", "CA", "AU", "IE", "EU"}
BEST_KNOWN = {"NZ", "IN", "ZA"}
"""Where bodies.toml names the best known bodies alone."""


def test_there_are_bodies_of_every_kind_in_every_country() -> None:
    assert len(FILE.body) >= 120
    assert {body.kind for body in FILE.body} == set(BodyKind)
    for country in COUNTRIES:
        kinds = {body.kind for body in FILE.body if country in body.countries}
        assert kinds >= {BodyKind.REGULATOR, BodyKind.OMBUDSMAN, BodyKind.ELECTED}, country
    for country in BEST_KNOWN:
        kinds = {body.kind for body in FILE.body if country in body.countries}
        assert kinds >= {BodyKind.REGULATOR, BodyKind.OMBUDSMAN, BodyKind.PRESS}, country


@pytest.mark.parametrize("body", FILE.body, ids=lambda body: body.name)
def test_a_body_is_named_placed_and_sourced(body: Body) -> None:
    assert body.aliases or body.ambiguous
    assert set(body.countries) <= COUNTRIES | BEST_KNOWN
    address = urlsplit(body.source)
    assert address.scheme == "https"
    assert "." in address.netloc
    for alias in (*body.aliases, *body.ambiguous):
        spelled = " ".join(token.norm for token in normalise(alias))
        assert spelled == alias, "an alias is written as it is matched"


def test_no_body_and_no_alias_stands_twice() -> None:
    assert not [name for name, n in Counter(body.name for body in FILE.body).items() if n > 1]
    for kind in BodyKind:
        own = [body for body in FILE.body if body.kind is kind]
        said = Counter(alias for body in own for alias in (*body.aliases, *body.ambiguous))
        said.update(FILE.unnamed.get(kind, ()))
        said.update(FILE.unnamed_ambiguous.get(kind, ()))
        assert not [alias for alias, n in said.items() if n > 1], kind


def test_every_kind_is_a_word_list_of_the_rules() -> None:
    lists = rule_book("en").lists
    for kind in BodyKind:
        assert lists[kind.value]
    assert ("cfpb",) in lists["regulator"]
    assert ("the", "times") in lists[AMBIGUOUS + "press"]
    assert ("the", "times") not in lists["press"]


def test_a_broken_body_is_refused_with_its_line(folder: Path) -> None:
    text = '[[body]]\nname = "A"\ncountries = ["UK"]\nkind = "press"\nsource = "https://a.uk"\n\n'
    (folder / BODIES_FILE).write_text(text + text.replace("press", "newspaper"), encoding="utf-8")
    with pytest.raises(RuleError, match=r"en/bodies.toml:7: .*newspaper"):
        read_book(folder)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("i'll write to the times", "media"),
        ("i'm going to ring the sun about this", "media"),
        ("i'll take this to the sec", "regulator"),
        ("i'm going to report you to the acc", "regulator"),
        ("i'll tell which about this", "regulator"),
        ("i'm filing a complaint with the c f p b", "regulator"),
        ("i'll be ringing off com", "regulator"),
    ],
)
def test_going_to_a_body_is_heard(shipped: Detector, say: Say, text: str, label: str) -> None:
    assert label in say(shipped, text).reading.raised()


@pytest.mark.parametrize(
    "text",
    [
        "i read in the times that you put prices up",
        "hang on a sec",
        "tell me which one it is",
        "i'll tell you the times i can do",
        "we sat out in the sun all day",
        "i'm going to africa next week",
        "the mayor opened the fair",
    ],
)
def test_an_ordinary_word_is_no_body(shipped: Detector, say: Say, text: str) -> None:
    assert say(shipped, text).reading.raised() == []
