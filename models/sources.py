"""Public data as examples: read from the folder a user points to, never committed.

docs/detection.md says where each set comes from and under what licence. A set that is not there
is left out, and `present` says which are.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec

from detectors.rules import rule_book
from detectors.scoring import Passage, Said
from detectors.vocabulary import Speaker
from models.annotations import CommentAnnotation, SourceError, must_match, notes
from models.corpus import Kind, Split
from models.examples import TRIGGERS, Example, kind_of, split_of, targets
from models.kept_apart import kept_apart
from models.labels import SCORED
from models.sentences import annotated, unread


def goemotions(folder: Path) -> Iterator[Example]:
    """Reddit comments with emotions (Demszky et al., 2020), mapped to ours.

    Comments that touch our matters were read for the hard stops where annotations say so.
    """
    read = {note.comment: (place, note) for place, note in _comments()}
    names = (folder / "labels.txt").read_text(encoding="utf-8").split()
    for split in Split:
        file = folder / f"{split.value}.tsv"
        with file.open(encoding="utf-8", newline="") as lines:
            rows = csv.reader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
            for number, row in enumerate(rows, start=1):
                try:
                    finer = tuple(int(index) for index in row[1].split(","))
                    felt = {_OURS.get(names[place], "positive") for place in finer}
                except (IndexError, ValueError) as error:
                    raise SourceError(f"{file.name}:{number}: not a GoEmotions row") from error
                if len(felt) > 1:
                    felt.discard("neutral")
                group = row[2] if len(row) > 2 else str(number)
                labels: tuple[str, ...] = ()
                # Chat that touches none of our matters is ordinary talk; of the rest nobody knows.
                known: Iterable[str] = () if _OUR_MATTERS.search(row[0]) else TRIGGERS
                if group in read:
                    place, note = read[group]
                    must_match(row[0], note, place, "goemotions")
                    labels, known = note.labels, set(TRIGGERS) - set(note.unsure)
                yield _example(
                    row[0],
                    targets(labels, known=known, emotions=felt),
                    source="goemotions",
                    group=group,
                    split=split,
                    finer=finer,
                )


def _comments() -> Iterator[tuple[str, CommentAnnotation]]:
    return notes("goemotions", CommentAnnotation)


_OURS = {
    **dict.fromkeys(("anger", "disgust"), "anger"),
    **dict.fromkeys(("annoyance", "disapproval", "disappointment"), "frustration"),
    **dict.fromkeys(("fear", "nervousness"), "distress"),
    **dict.fromkeys(("sadness", "grief", "remorse", "embarrassment"), "sadness"),
    **dict.fromkeys(("neutral", "confusion", "curiosity", "realization", "surprise"), "neutral"),
}
"""GoEmotions to ours; what is not named is positive."""


_MATTERS = (
    "sue suing law legal court judge polic cop report complain ombud regulat scam fraud steal "
    "stole hack money bank pay post media news viral journal expos tweet kill die dead death "
    "dying shoot shot gun hurt harm stab suicid bomb burn beat punch fight threat help fire "
    "blood ambulanc 911 999 emergenc abus hit child kid rape attack violen knife weapon "
    "murder hang jump pain life live alone goodbye sorry control afraid scared safe danger "
)
"""Beginnings of words that may have to do with a hard stop."""
_OUR_MATTERS = re.compile(rf"\b(?:{'|'.join(_MATTERS.split())})", re.IGNORECASE)


def multidogo(folder: Path) -> Iterator[Example]:
    """Customers' turns in service chats (Peskov et al., 2019): routine talk.

    Of its finance chats none is used: disputes there mix fraud with what is none. Its own dev
    file is for evaluation and is not read.
    """
    for row in _lines(folder / "train.jsonl"):
        if row["domain"] != "finance":
            yield _example(row["text"], _NOTHING, source="multidogo", group=row["conversation"])


def natcs(folder: Path) -> Iterator[Example]:
    """Spoken-style requests (Gung et al., 2023): routine talk."""
    for file in sorted(folder.glob("*.jsonl")):
        for row in _lines(file):
            if row["intent"] in _NATCS_DOUBTFUL:
                continue
            yield _example(
                row["utterance"], _NOTHING, source="natcs_utts", group=row["utterance_id"]
            )


_NATCS_DOUBTFUL = frozenset(
    {"ReportLostStolenCard", "DisputeCharge", "ReportAutomobileAccident", "FileClaim"}
)


def banking77(folder: Path) -> Iterator[Example]:
    """Questions to a bank (Casanueva et al., 2020): fraud by their intent, routine talk."""
    file = folder / "train.csv"
    with file.open(encoding="utf-8", newline="") as lines:
        for number, row in enumerate(csv.DictReader(lines)):
            intent = row["category"].strip()
            if intent in _BANKING_DOUBTFUL:
                continue
            fraud = intent in _BANKING_FRAUD
            yield _example(
                row["text"],
                _FRAUD if fraud else _NOTHING,
                source="banking77",
                group=f"banking77-{number}",
            )


_BANKING_FRAUD = frozenset(
    {
        "card_payment_not_recognised",
        "cash_withdrawal_not_recognised",
        "compromised_card",
        "direct_debit_payment_not_recognised",
    }
)
_BANKING_DOUBTFUL = frozenset({"lost_or_stolen_card", "lost_or_stolen_phone"})


def cfpb(folder: Path) -> Iterator[Example]:
    """Sentences of complaint narratives to the CFPB, as annotated for this project."""
    yield from annotated("cfpb", _narratives(folder))


def cfpb_unread(folder: Path) -> Iterator[Example]:
    """The other sentences of these narratives: what they hold, only a teacher tells."""
    rows = _lines(folder / "narratives.jsonl")
    # Of narratives with sentences that are kept for evaluation not even pieces are learned.
    yield from unread("cfpb", ["" if row.get("in_mined_dev") else row["narrative"] for row in rows])


def counselchat(folder: Path) -> Iterator[Example]:
    """Sentences of questions to counsellors (Bertagnolli, 2020), as annotated for this project."""
    yield from annotated("counselchat", _questions(folder))


def counselchat_unread(folder: Path) -> Iterator[Example]:
    """The other sentences of these questions: what they hold, only a teacher tells."""
    yield from unread("counselchat", _questions(folder))


def _narratives(folder: Path) -> list[str]:
    return [row["narrative"] for row in _lines(folder / "narratives.jsonl")]


def _questions(folder: Path) -> list[str]:
    with (folder / "counsel_chat.csv").open(encoding="utf-8", newline="") as lines:
        return [row["questionText"] or "" for row in csv.DictReader(lines)]


def rule_examples() -> Iterator[Example]:
    """The examples of the rule files: the plain phrasings, and their innocent twins."""
    for read in rule_book("en").rules:
        label = read.label
        if label not in SCORED:
            continue
        for text in read.rule.examples:
            # A rule's example is evidence for its own label; nobody said it is for no other.
            yield _example(
                text, targets([label], known=()), source="rules", group=read.rule.id, labelled=True
            )
        for text in read.rule.counter_examples:
            yield _example(
                text,
                targets((), known=(label,)),
                source="rules",
                group=read.rule.id,
                resembles=(label,),
            )


Source = Callable[[Path], Iterator[Example]]


def _to_learn(source: Source) -> Source:
    """The same set without the rows that are kept for evaluation."""
    return lambda folder: (row for row in source(folder) if not kept_apart(row))


SOURCES: dict[str, Source] = {
    "goemotions": _to_learn(goemotions),
    "multidogo": _to_learn(multidogo),
    "natcs_utts": _to_learn(natcs),
    "banking77": _to_learn(banking77),
    "cfpb": _to_learn(cfpb),
    "counselchat": _to_learn(counselchat),
    "cfpb_unread": _to_learn(cfpb_unread),
    "counselchat_unread": _to_learn(counselchat_unread),
}
"""What is learned from, by its name: that of the folder that each is read from."""

UNREAD = "_unread"
"""Ends the names of sets without a label."""


def folder_of(name: str, data: Path) -> Path:
    """Where a set lies in a folder of public sets."""
    return data / name.removesuffix(UNREAD)


def present(folder: Path) -> list[str]:
    """The public sets that lie in a folder."""
    return [name for name in SOURCES if folder_of(name, folder).is_dir()]


_NOTHING = targets()
_FRAUD = targets(["fraud"], known=TRIGGERS)


def _example(
    text: str,
    row: tuple[float, ...],
    *,
    source: str,
    group: str,
    split: Split | None = None,
    resembles: tuple[str, ...] = (),
    labelled: bool = False,
    finer: tuple[int, ...] | None = None,
) -> Example:
    positive = labelled or 1.0 in row[: len(SCORED)]
    return Example(
        passage=Passage(now=Said(Speaker.CUSTOMER, text)),
        targets=row,
        source=source,
        group=group,
        split=split_of(group) if split is None else split,
        kind=Kind.POSITIVE if positive else kind_of((), resembles),
        resembles=resembles,
        finer=finer,
    )


def _lines(file: Path) -> Iterator[dict[str, Any]]:
    with file.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                yield msgspec.json.decode(line)
            except msgspec.DecodeError as error:
                raise SourceError(f"{file.name}:{number}: {error}") from error
