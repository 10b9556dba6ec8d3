"""Rule files: what ships is borne out by its own examples; what is broken is refused by name."""

from collections.abc import Callable
from pathlib import Path

import pytest

from detectors.check import faults_of, main
from detectors.detector import Detector, Heard
from detectors.rules import RULES, RuleError, read_book, rule_book

Build = Callable[..., Detector]
Say = Callable[..., Heard]
Quotes = Callable[[Heard], list[str]]


@pytest.mark.parametrize("language", sorted(p.name for p in RULES.iterdir() if p.is_dir()))
def test_every_rule_bears_out_its_own_examples(language: str) -> None:
    faults, failures, book = faults_of(RULES / language)
    assert not [str(fault) for fault in (*faults, *failures)]
    assert book.rules


def test_no_rule_is_without_examples_of_both_kinds() -> None:
    for read in rule_book("en").rules:
        assert read.rule.examples, read.rule.id
        assert read.rule.counter_examples, read.rule.id


def broken(folder: Path, text: str) -> str:
    (folder / "legal_threat.toml").write_text(text, encoding="utf-8")
    with pytest.raises(RuleError) as error:
        read_book(folder)
    return str(error.value)


@pytest.mark.parametrize(
    ("change", "to", "says"),
    [
        ('language = "en"', 'language = "fr"', "the folder says 'en'"),
        ('label = "legal_threat"', 'label = "legal"', "no trigger, signal or emotion"),
        ("probability = 0.9", "probability = 1.9", "not between 0 and 1"),
        ("probability = 0.9", "probability = 'high'", "Expected `float`"),
        ("says =", "sais =", "sais"),
        ('examples = ["x"]', "examples = []", "there are no examples"),
        ('counter_examples = ["y"]', "counter_examples = []", "there are no counter_examples"),
        ("['sue you']", "['sue {them}']", "no list is called 'them'"),
        ("['sue you']", "[]", "there are no patterns"),
        ("legal_threat.test", "Legal", "not dotted lower case"),
        ('examples = ["x"]', 'examples = ["x"]\nsubtype = "press"', "none of legal_threat's"),
        ('examples = ["x"]', 'examples = ["x"]\nignores = ["doubt"]', "no kind of context"),
        ('examples = ["x"]', 'examples = ["x"]\nnot_after_agent = ["y"]', "with after_agent"),
        ("[[rule]]", "[[rule", "not readable as TOML"),
        ('court = ["court"', 'court = ["?"', "no words once normalised"),
    ],
)
def test_a_broken_rule_is_refused_with_its_place(
    folder: Path, rule_text: str, change: str, to: str, says: str
) -> None:
    assert change in rule_text
    message = broken(folder, rule_text.replace(change, to, 1))
    assert message.startswith("en/legal_threat.toml")
    assert says in message


def test_an_id_used_twice_is_refused_with_its_line(folder: Path, rule_text: str) -> None:
    message = broken(folder, rule_text + rule_text[rule_text.index("[[rule]]") :])
    assert "id is used twice" in message
    assert "legal_threat.toml:10" in message


def test_a_language_without_rules_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="no rules for this language"):
        read_book(tmp_path / "xx")


def test_life_stops_may_not_be_cleared_by_negation(build: Build, context_text: str) -> None:
    cleared = context_text.replace('[effect.self_harm]\nnegated = "review"', "[effect.self_harm]")
    assert cleared != context_text
    with pytest.raises(RuleError, match="self_harm"):
        build("kill myself", label="self_harm", context=cleared)


def test_shared_lists_serve_every_file(
    folder: Path, build: Build, say: Say, quotes: Quotes
) -> None:
    (folder / "lists.toml").write_text('[lists]\nfoes = ["you", "your bank"]', encoding="utf-8")
    assert quotes(say(build("sue {foes}"), "I'll sue your bank")) == ["sue your bank"]


def test_the_check_names_examples_that_fail(
    folder: Path, rule_text: str, context_text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "context.toml").write_text(context_text, encoding="utf-8")
    text = rule_text.replace('"x"', '"sue you", "no lawyers"').replace('"y"', '"I will sue you"')
    (folder / "legal_threat.toml").write_text(text, encoding="utf-8")
    assert main([str(folder)]) == 1
    printed = capsys.readouterr().out
    assert "no pattern finds the example\n    no lawyers" in printed
    assert "counter-example is found in “sue you”\n    I will sue you" in printed


def test_the_check_passes_what_holds(
    folder: Path, rule_text: str, context_text: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "context.toml").write_text(context_text, encoding="utf-8")
    (folder / "legal_threat.toml").write_text(
        rule_text.replace('"x"', '"sue you"'), encoding="utf-8"
    )
    assert main([str(folder)]) == 0
    assert "1 rules, 1 patterns, 2 examples: 0 faults" in capsys.readouterr().out
