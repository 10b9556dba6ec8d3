"""An escalated situation as far as it was told: what happened, the feeling, the need, the facts."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

import msgspec

from detectors.vocabulary import LIFE_STOPS, Emotion, Speaker, Trigger
from workflow.authority import Authority
from workflow.drafts.check import Facts, Known
from workflow.drafts.cues import cues


class Need(StrEnum):
    """What the customer wants beneath what is demanded."""

    ACKNOWLEDGMENT = "acknowledgment"
    SPEED = "speed"
    FAIRNESS = "fairness"
    CONTROL = "control"


class Channel(StrEnum):
    """How the answer reaches the customer."""

    CALL = "call"
    EMAIL = "email"
    PUBLIC = "public"


class FactKind(StrEnum):
    """What a fact found in the words is."""

    AMOUNT = "amount"
    DATE = "date"
    COUNT = "count"
    DURATION = "duration"
    FAILED = "failed"
    COST = "cost"
    TRIED = "tried"


class Restriction(StrEnum):
    """Why only the named desk may handle something."""

    SAFEGUARDING = "safeguarding"
    IMPOSTOR = "impostor"
    MISCONDUCT = "misconduct"


class Required(StrEnum):
    """What must be known before anything can be written."""

    WHAT_HAPPENED = "what_happened"
    COMPLAINT = "complaint"
    EMOTION = "emotion"


BEREAVEMENT = "bereavement"
"""The topic of a letter to somebody who has lost a person."""

ASK_FOR = {
    Required.WHAT_HAPPENED: "what happened: a few sentences, or the call",
    Required.COMPLAINT: "the complaint: what went wrong, in the customer's words",
    Required.EMOTION: "how the customer feels: for example 'she is furious', 'he was polite'",
}


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What is known besides the words; everything may be missing. `tenure_months` is whole.
    `authority`: what whoever answers may promise, by the policy."""

    tenure_months: int | None = None
    tier: str = ""
    history: str = ""
    tried: str = ""
    constraints: str = ""
    channel: Channel = Channel.CALL
    authority: Authority | None = None


NO_CONTEXT = Context()


class Felt(msgspec.Struct, frozen=True, kw_only=True):
    """A feeling, and the customer's words that tell of it."""

    emotion: Emotion
    quote: str


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A fact quoted exactly from the words: `said[start:end] == quote` (Python offsets)."""

    kind: FactKind
    quote: str
    start: int
    end: int


class Situation(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a draft is written from. `said`: the words read; `complaint`: the sentence of them
    that states it; `quotable`: whether that sentence is the customer's own and fit to be quoted
    back. `trigger`: the hard stop in it, if any. `topic`: what it is about, by its id.
    `restricted`: why it goes to the named desk alone, if it does."""

    said: str
    complaint: str
    quotable: bool
    emotion: Emotion
    emotion_reason: str
    need: Need
    need_reason: str
    topic: str = ""
    trigger: str | None = None
    facts: tuple[Found, ...] = ()
    context: Context = NO_CONTEXT
    restricted: tuple[Restriction, ...] = ()

    @property
    def is_life_stop(self) -> bool:
        """Whether a life may be at stake: then a person takes over, and nothing is drafted."""
        return self.trigger in LIFE_STOPS

    def of(self, kind: FactKind) -> str:
        """The first fact of a kind, as it was said; empty where none was."""
        return next((fact.quote for fact in self.facts if fact.kind is kind), "")

    def for_check(self) -> Facts:
        """What the draft check needs to know of it."""
        known = {Known.WHAT_HAPPENED}
        if cues().spans("words", "reference", self.said):
            known.add(Known.REFERENCE)
        return Facts(known=frozenset(known), said=self.said)


class Missing(msgspec.Struct, frozen=True, kw_only=True):
    """A situation of which too little was told, and what to add."""

    fields: tuple[Required, ...]

    @property
    def message(self) -> str:
        """What to add, in one sentence."""
        return "this is missing: " + "; ".join(ASK_FOR[field] for field in self.fields)


LEAST_WORDS = 4
"""Fewer say that something is wrong, not what happened."""


def read_description(
    text: str,
    context: Context = NO_CONTEXT,
    *,
    heard: Sequence[str] | None = None,
    felt: Felt | None = None,
    restricted: Sequence[Restriction] = (),
) -> Situation | Missing:
    """Read a pasted description. `heard`, `felt` and `restricted`: what a detector made of the same
    words."""
    return _restricted(_read(text.strip(), context, heard, felt, at_rest=None), restricted)


def read_turns(
    turns: Sequence[tuple[Speaker, str]],
    context: Context = NO_CONTEXT,
    *,
    heard: Sequence[str] | None = None,
    felt: Felt | None = None,
    restricted: Sequence[Restriction] = (),
) -> Situation | Missing:
    """Read a call's final turns. Only what was not said by the agent is read; a caller whose words
    show no feeling is neutral, for the words were there to show it. With `heard`, hard stops are
    those alone that the detector raised."""
    said = "\n".join(text.strip() for who, text in turns if who is not Speaker.AGENT)
    return _restricted(_read(said, context, heard, felt, at_rest=Emotion.NEUTRAL), restricted)


def _restricted(read: Situation | Missing, known: Sequence[Restriction]) -> Situation | Missing:
    """The situation with every ground for keeping it to one desk: those known, those in a note."""
    if isinstance(read, Missing):
        return read
    found = {*known}
    for restriction in (Restriction.IMPOSTOR, Restriction.MISCONDUCT):
        if cues().spans("restricted", restriction.value, read.said):
            found.add(restriction)
    if read.trigger == Trigger.SAFEGUARDING:
        found.add(Restriction.SAFEGUARDING)
    return msgspec.structs.replace(read, restricted=tuple(sorted(found)))


def _read(
    said: str,
    context: Context,
    heard: Sequence[str] | None,
    felt: Felt | None,
    *,
    at_rest: Emotion | None,
) -> Situation | Missing:
    book = cues()
    # A detector is made for speech; notes in the third person it was not made for.
    noted = at_rest is None or heard is None
    life = book.first("life", said) if noted else None
    known = heard or ()
    trigger = next((h for h in known if h in LIFE_STOPS), None) or (life.name if life else None)
    if trigger is None:
        told = book.first("trigger", said) if noted else None
        trigger = known[0] if known else told.name if told else None
    cue = book.first("emotion", said)
    feeling = Felt(emotion=Emotion(cue.name), quote=cue.quote) if cue else felt
    complaint, quotable = book.complaint(said)
    missing = []
    if len(said.split()) < LEAST_WORDS:
        missing.append(Required.WHAT_HAPPENED)
    if not complaint:
        missing.append(Required.COMPLAINT)
    if feeling is None and at_rest is None:
        missing.append(Required.EMOTION)
    if missing and trigger not in LIFE_STOPS:
        return Missing(fields=tuple(missing))
    emotion, why_emotion = _emotion(feeling, at_rest)
    topic = book.topic(complaint) or book.topic(said)
    need, why_need = _need(said, emotion, topic)
    return Situation(
        said=said,
        complaint=complaint or said,
        quotable=quotable,
        emotion=emotion,
        emotion_reason=why_emotion,
        need=need,
        need_reason=why_need,
        topic=topic,
        trigger=trigger,
        facts=_facts(said),
        context=context,
    )


def _emotion(feeling: Felt | None, at_rest: Emotion | None) -> tuple[Emotion, str]:
    if feeling is not None:
        return feeling.emotion, f"the words “{feeling.quote}” tell of {feeling.emotion.value}"
    if at_rest is not None:
        return at_rest, "nothing in the customer's words tells of a stronger feeling"
    return Emotion.DISTRESS, "taken as distress, because a life may be at stake"


_BY_EMOTION = {
    Emotion.ANGER: Need.FAIRNESS,
    Emotion.FRUSTRATION: Need.SPEED,
    Emotion.DISTRESS: Need.CONTROL,
}


def _need(said: str, emotion: Emotion, topic: str) -> tuple[Need, str]:
    """The need that most words speak of; of two that are spoken of alike, the first named."""
    if topic == BEREAVEMENT:
        return Need.ACKNOWLEDGMENT, "somebody has died, and that is acknowledged before all else"
    counted = {need: cues().all("need", need.value, said) for need in Need}
    best = max(Need, key=lambda need: len(counted[need]))
    if counted[best]:
        words = ", ".join(dict.fromkeys(f"“{quote}”" for quote in counted[best][:3]))
        return best, f"{words} point to {best.value} more than to any other need"
    need = _BY_EMOTION.get(emotion, Need.ACKNOWLEDGMENT)
    return need, f"no words name a need; {emotion.value} most often asks for {need.value}"


def _facts(said: str) -> tuple[Found, ...]:
    found = [
        Found(kind=kind, quote=said[start:end], start=start, end=end)
        for kind in FactKind
        for start, end in cues().spans("facts", kind.value, said)
    ]
    return tuple(sorted(found, key=lambda fact: (fact.start, fact.end)))
