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
from models.kept_apart import known_by
from models.labels import SCORED

_OF_THE_SOURCE = {"cfpb": ("complaint",), "counselchat": ("vulnerable",)}
"""Labels so common in a source that learning them there would be learning the source."""


def annotated(source: str, documents: list[str]) -> Iterator[Example]:
    """The sentences that were read, with what was noted of them. Raises SourceError."""
    first_with = {document: number for number, document, _ in _distinct(source, documents)}
    for place, annotation in notes(source, Annotation):
        document = _document(annotation, documents, place, source)
        text = document[annotation.start : annotation.end]
        must_match(text, annotation, place, source)
        before: tuple[Said, ...] = ()
        if annotation.before is not None:
            first, last = annotation.before
            before = (Said(Speaker.CUSTOMER, document[first:last]),)
        unknown_here = {*annotation.unsure, *_OF_THE_SOURCE[source]}
        feeling = annotation.emotion
        group = f"{source}-{first_with[document]}"
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
    """The other sentences, each once and with the one before it: of no document that is for dev,
    and none whose words were read elsewhere. Raises SourceError."""
    read: dict[int, list[Annotation]] = defaultdict(list)
    told: set[str] = set()
    for place, annotation in notes(source, Annotation):
        read[annotation.document].append(annotation)
        document = _document(annotation, documents, place, source)
        told.add(known_by(document[annotation.start : annotation.end]))
    for _, document, group in _distinct(source, documents):
        if split_of(group) is not Split.TRAIN:
            told.update(known_by(found.group()) for found in _SENTENCE.finditer(document))
    for number, document, group in _distinct(source, documents):
        if split_of(group) is not Split.TRAIN:
            continue
        before: tuple[Said, ...] = ()
        for found in _SENTENCE.finditer(document):
            now, words = Said(Speaker.CUSTOMER, found.group()), known_by(found.group())
            if words in told or any(_overlap(a, found) for a in read[number]):
                before = ()
                continue
            told.add(words)
            if len(now.text.split()) in _SENTENCE_WORDS and not _is_blackened(now.text):
                yield Example(
                    passage=Passage(now=now, before=before),
                    targets=targets(known=()),
                    source=source,
                    group=group,
                    split=Split.TRAIN,
                    kind=Kind.ORDINARY,
                )
            before = (now,)


def _document(annotation: Annotation, documents: list[str], place: str, source: str) -> str:
    if annotation.document >= len(documents):
        raise SourceError(
            f"{place}: there are only {len(documents)} documents; "
            f"this is another edition of {source} than the one annotated"
        )
    return " ".join(documents[annotation.document].split())


def _distinct(source: str, documents: list[str]) -> Iterator[tuple[int, str, str]]:
    """Number, text and group of each document that is there; the same text is one document."""
    seen = set()
    for number, whole in enumerate(documents):
        document = " ".join(whole.split())
        if document and document not in seen:
            seen.add(document)
            yield number, document, f"{source}-{number}"


def _is_blackened(text: str) -> bool:
    """Whether more than a fifth of the words are such as the CFPB made unreadable ("XXXX")."""
    words = text.split()
    return 5 * sum("XX" in word for word in words) > len(words)


def _overlap(annotation: Annotation, found: re.Match[str]) -> bool:
    return annotation.start < found.end() and found.start() < annotation.end


# "n't.After" and "{$8900.00}" are no ends.
_SENTENCE = re.compile(r"\S.*?(?:[.!?]+(?=\s|$)|$)")
_SENTENCE_WORDS = range(3, 41)
