"""Checks rule files: `python -m detectors.check [folder]`, a folder named by its language.

Reads every file, compiles every pattern, and runs every rule's examples and counter-examples
through the whole detector. An example must leave a standing hit of its rule (one to look at, if
the rule is for review), a counter-example none. An example may hold the turns before it:
"agent: are you safe / customer: no".
"""

from __future__ import annotations

import re
import sys
from pathlib import Path

import msgspec

from detectors.chunk import Chunk
from detectors.context import read_context
from detectors.detector import Detector, Heard
from detectors.hits import Hit, HitFinder
from detectors.parts import OF_AGENTS
from detectors.reading import Conversation
from detectors.rules import CONTEXT_FILE, RULES, ReadRule, RuleBook, RuleError, try_book
from detectors.settings import DetectionSettings
from detectors.vocabulary import Speaker


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """An example that the rules do not bear out."""

    rule: ReadRule
    text: str
    problem: str

    def __str__(self) -> str:
        place = f"{self.rule.path.parent.name}/{self.rule.path.name}:{self.rule.line or '?'}"
        return f"{place}: rule {self.rule.rule.id}: {self.problem}\n    {self.text}"


def faults_of(folder: Path) -> tuple[list[RuleError], list[Failure], RuleBook]:
    """Every fault of the rule files in a folder, and every example they do not bear out."""
    book, faults = try_book(folder)
    try:
        context = read_context(folder / CONTEXT_FILE, book.lists)
    except RuleError as fault:
        return [*faults, fault], [], book
    settings = DetectionSettings(languages=(book.language,))
    detector = Detector(settings, {book.language: HitFinder(book, context)})
    return faults, [f for rule in book.rules for f in _failures(detector, rule, book)], book


def _failures(detector: Detector, read: ReadRule, book: RuleBook) -> list[Failure]:
    failures = []
    for text in read.rule.examples:
        problem = _missing(hear(detector, text, read, book.language), read)
        if problem:
            failures.append(Failure(rule=read, text=text, problem=problem))
    for text in read.rule.counter_examples:
        heard = hear(detector, text, read, book.language)
        for hit in heard.hits:
            if hit.rule is read and _counts(hit):
                quote = heard.window.quote(hit.start, hit.end)
                problem = f"the counter-example is found in “{quote}”"
                failures.append(Failure(rule=read, text=text, problem=problem))
    return failures


def _missing(heard: Heard, read: ReadRule) -> str:
    hits = [hit for hit in heard.hits if hit.rule is read]
    if any(map(_counts, hits)):
        return ""
    if not hits:
        return "no pattern finds the example"
    hit = hits[0]
    if hit.dropped:
        return f"the example is found, then dropped: {hit.dropped}"
    context = ", ".join(f"{m.category} “{heard.window.quote(m.start, m.end)}”" for m in hit.context)
    return f"the example is found, then cleared by its context: {context}"


def _counts(hit: Hit) -> bool:
    """Whether a hit is what its rule is for: evidence, a name, or for a person to look at."""
    return hit.undisputed or (hit.rule.rule.review is not None and not hit.dropped)


def hear(detector: Detector, example: str, read: ReadRule, language: str) -> Heard:
    """Read an example as a call: every turn but the last is only remembered."""
    usual = Speaker.AGENT if read.label in OF_AGENTS else Speaker.CUSTOMER
    turns = re.split(r" / ", example) if re.match(r"(agent|customer):", example) else [example]
    conversation = Conversation()
    for number, turn in enumerate(turns):
        named = re.match(r"(agent|customer):\s*", turn)
        chunk = Chunk(
            call_id="example",
            sequence=number,
            utterance_id=str(number),
            text=turn[named.end() :] if named else turn,
            speaker=Speaker(named.group(1)) if named else usual,
            language=language,
        )
        heard = detector.hear(chunk, conversation)
        conversation = conversation.after(heard.reading)
    return heard


def main(arguments: list[str]) -> int:
    """Print every fault; 0 when there is none."""
    folder = Path(arguments[0]) if arguments else RULES / "en"
    faults, failures, book = faults_of(folder)
    for fault in (*faults, *failures):
        print(fault)
    patterns = sum(len(read.patterns) for read in book.rules)
    examples = sum(len(r.rule.examples) + len(r.rule.counter_examples) for r in book.rules)
    print(
        f"{len(book.rules)} rules, {patterns} patterns, {examples} examples:"
        f" {len(faults)} faults in files, {len(failures)} examples not borne out"
    )
    return 1 if faults or failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
