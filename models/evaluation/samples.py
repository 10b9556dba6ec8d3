"""What is evaluated on: utterances, with what a person says they are evidence for."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import msgspec

from detectors.scoring import Said
from detectors.vocabulary import Speaker, Trigger

TURNS_BEFORE = 12
"""Turns of a call given with an utterance: as many as a detector remembers."""

LANGUAGE = "en"
"""Of rows that name none, as of chunks that name none."""

_STOPS = frozenset(trigger.value for trigger in Trigger)


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """One utterance. `labels` is None where nobody labelled it: only its alerts are counted.

    `group` is what varies together (a writer, a call): intervals are drawn over groups. `call_id`
    is None for rows that do not add up to calls; two files may number theirs alike, and `of_call`
    tells them apart. `about` names the labels that a hard negative sounds like, or that an
    ambiguous row is ambiguous in. `evidence` are the words, within the text, with which the trigger
    is complete.

    Without `signals_read` it was read for the labels that it names, and of other signals nothing is
    known; without `stops_read` of other hard stops neither.

    `language`: its tag, as in a transcript ("en-GB"); nothing is heard in one without rules.

    To learn from: `call` is what varies together by the row's own word, whichever file it is in;
    `split` the one that it names.
    """

    id: str
    text: str
    speaker: Speaker = Speaker.CUSTOMER
    language: str = LANGUAGE
    labels: frozenset[str] | None = None
    before: tuple[Said, ...] = ()
    group: str
    source: str
    call_id: str | None = None
    file: str = ""
    hard_negative: bool = False
    ambiguous: bool = False
    about: frozenset[str] = frozenset()
    emotion: str | None = None
    evidence: str | None = None
    call: str | None = None
    split: str | None = None
    signals_read: bool = True
    stops_read: bool = True

    @property
    def judged(self) -> bool:
        """Whether it is known what is right."""
        return self.labels is not None and not self.ambiguous

    def known(self, labels: Iterable[str]) -> frozenset[str]:
        """Those of these labels that somebody looked for; all where nobody labelled the row."""
        if self.labels is None:
            return frozenset(labels)
        named = self.labels | self.about
        return frozenset(
            label
            for label in labels
            if label in named or (self.stops_read if label in _STOPS else self.signals_read)
        )

    @property
    def of_call(self) -> tuple[str, str] | None:
        """The call, among all files."""
        return None if self.call_id is None else (self.file, self.call_id)

    def heard_as(self, hear: Callable[[str], str]) -> Sample:
        """The same utterance and the turns before it as something else transcribes them."""
        before = tuple(Said(turn.speaker, hear(turn.text)) for turn in self.before)
        return msgspec.structs.replace(self, text=hear(self.text), before=before)


def limited(samples: Sequence[Sample], most: int) -> list[Sample]:
    """About `most` samples: whole groups, at least one, spread evenly over the data, order kept."""
    if len(samples) <= most:
        return list(samples)
    sizes: dict[str, int] = {}
    for sample in samples:
        sizes[sample.group] = sizes.get(sample.group, 0) + 1
    share = most / len(samples)
    kept: set[str] = set()
    wanted = 0.0
    for group, size in sizes.items():
        wanted += share * size
        if wanted >= size / 2:
            kept.add(group)
            wanted -= size
    if not kept:
        kept.add(min(sizes, key=lambda group: sizes[group]))
    return [sample for sample in samples if sample.group in kept]
