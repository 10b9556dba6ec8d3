"""Sentences of public documents: those that the project read and labelled, and all the others."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from detectors.scoring import Passage, Said
from detectors.vocabulary import Speaker
from models.annotations import Annotation, SourceError, must_match, notes
from models.corpus import Kind, Split
from models.examples import Example, kind_of, split_of, targets
from models.labels import SCORED

_OF_THE_SOURCE = {"cfpb": ("complaint",), "counselchat": ("vulnerable",)}
"""Labels so common in a source that learning them there would be learning the source."""


def annotated(source: str, documents: list[str]) -> Iterator[Example]:
    """The sentences that were read, with what was noted of them. Raises SourceError."""
    for place, annotation in notes(source, Annotation):
        if annotation.document >= len(documents):
            raise SourceError(
                f"{place}: there are only {len(documents)} documents; "
                f"this is another edition of {source} than the one annotated"
            )
        document = " ".join(documents[annotation.document].split())
        text = document[annotation.start : annotation.end]
        must_match(text, annotation, place, source)
        before: tuple[Said, ...] = ()
        if annotation.before is not None:
            first, last = annotation.before
            before = (Said(Speaker.CUSTOMER, document[first:last]),)
        unknown_here = {*annotation.unsure, *_OF_THE_SOURCE[source]}
        feeling = annotation.emotion
        group = f"{source}-{annotation.document}"
        yield Example(
            passage=Passage(now=Said(Speaker.CUSTOMER, text), before=before),
            targets=targets(
                set(annotation.labels) - unknown_here,
                known=set(SCORED) - unknown_here,
                emotions=None if feeling is None else [feeling.value],
            ),
            source=source,
            group=group,
            split=split_of(group),
            kind=kind_of(annotation.labels, annotation.resembles),
            resembles=annotation.resembles,
        )


def unread(source: str, documents: list[str]) -> Iterator[Example]:
    """The other sentences, each after the one before it; none of the documents that are for dev."""
    read: dict[int, list[Annotation]] = defaultdict(list)
    for _, annotation in notes(source, Annotation):
        read[annotation.document].append(annotation)
    for number, whole in enumerate(documents):
        group = f"{source}-{number}"
        if split_of(group) is not Split.TRAIN:
            continue
        document = " ".join(whole.split())
        before: tuple[Said, ...] = ()
        for found in _SENTENCE.finditer(document):
            now = Said(Speaker.CUSTOMER, found.group())
            known = any(a.start < found.end() and found.start() < a.end for a in read[number])
            if not known and len(now.text.split()) in _SENTENCE_WORDS:
                yield Example(
                    passage=Passage(now=now, before=before),
                    targets=targets(known=()),
                    source=source,
                    group=group,
                    split=Split.TRAIN,
                    kind=Kind.ORDINARY,
                )
            before = (now,)


_SENTENCE = re.compile(r"[^\s.!?][^.!?]*[.!?]*")
_SENTENCE_WORDS = range(3, 41)
