"""What the coach remembers of a call: mood, steps, hints given, and what became of them."""

from __future__ import annotations

import msgspec

from detectors.mood import Mood, MoodState
from detectors.reading import Reading
from detectors.vocabulary import Disposition, Emotion, HeardStep, Signal, Speaker
from workflow.actions import ActionKind, Deed, Refused
from workflow.drafts.cues import cues
from workflow.heard import Heard
from workflow.hints import BEREAVED, VULNERABLE, HintKind
from workflow.quotes import Said, clipped, sentence_of

WORDS_OF_A_TURN = 4
"""Fewer are a murmur ("right, okay"), and no answer."""
COMPLAINS = "complaint.formal"
"""The rule for a caller who says that they complain; being dissatisfied asks for no reference."""
ACKNOWLEDGES = "hear.complaint"
LANDMINE = "landmine."
"""How the ids of rules begin for what an agent should not say to an upset caller."""

LOSS = "vulnerable.bereaved"
"""The rule for a caller who tells of a death."""

SAID_KEPT = 4
"""Offers, and slips, of the agent's that are remembered: whoever takes over reads no more."""
SAID_WORDS = 30
"""Words of one of them."""

STIRRED = 0.5
"""Intensity of one turn from which an agent should mind their words, before the mood follows."""

_HOT = (Emotion.ANGER, Emotion.FRUSTRATION)
_LOW = (Emotion.DISTRESS, Emotion.SADNESS)


class Given(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A hint that was given, and what the agent did with it."""

    kind: HintKind
    shown: bool = False
    used: bool = False
    dismissed: bool = False


class Screen(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The hint that the agent has before them, until it lapses (UTC ms)."""

    hint_id: str
    kind: HintKind
    until_ms: int
    step: HeardStep | None = None


class CoachState(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the coach remembers of one call. `given` is by hint id; `feeling` the strongest that a
    customer's words last had; `stirred`: their last turn was strong by itself, whatever the mood so
    far; `unanswered` the agent's turns since an unacknowledged complaint; `remedies` and
    `landmines` the last that the agent offered, and slipped on, in their own words; `complaint` the
    first sentence in which the caller plainly states what went wrong; `silent`: a life stop was
    heard on a line that is there for it, and whoever works there is not coached through it."""

    heard: Heard = Heard()
    mood: Mood = Mood()
    feeling: Emotion = Emotion.NEUTRAL
    stirred: bool = False
    given: dict[str, Given] = {}
    screen: Screen | None = None
    unanswered: int | None = None
    remedies: tuple[Said, ...] = ()
    landmines: tuple[Said, ...] = ()
    complaint: Said | None = None
    silent: bool = False

    @property
    def gives_way(self) -> bool:
        """Whether what is on the screen, if anything, may wait: it is but a next step."""
        return self.screen is None or self.screen.kind is HintKind.NEXT_STEP

    @property
    def spent(self) -> int:
        """Hints that count towards the three of a call."""
        return sum(hint.kind is not HintKind.GUARDRAIL for hint in self.given.values())

    def counted(self) -> dict[str, int]:
        """How many hints were given, shown, used and dismissed."""
        hints = self.given.values()
        return {
            "given": len(hints),
            "shown": sum(hint.shown for hint in hints),
            "used": sum(hint.used for hint in hints),
            "dismissed": sum(hint.dismissed for hint in hints),
        }


def after_deed(state: CoachState, deed: Deed) -> CoachState:
    """What the agent did with a hint is kept; used or dismissed, it leaves the screen.

    Raises Refused for a hint that was never given on this call, and for any other action.
    """
    given = state.given.get(deed.hint_id or "")
    if given is None:
        raise Refused("this hint is not there: it is of another call, or was never given")
    match deed.action:
        case ActionKind.HINT_SHOWN:
            given = msgspec.structs.replace(given, shown=True)
        case ActionKind.HINT_USED:
            given = msgspec.structs.replace(given, shown=True, used=True)
        case ActionKind.HINT_DISMISSED:
            given = msgspec.structs.replace(given, shown=True, dismissed=True)
        case _:
            raise Refused("a hint can be shown, used or dismissed")
    done_with = given.used or given.dismissed
    on_screen = state.screen is not None and state.screen.hint_id == deed.hint_id
    return msgspec.structs.replace(
        state,
        given={**state.given, deed.hint_id or "": given},
        screen=None if done_with and on_screen else state.screen,
    )


def listened(state: CoachState, reading: Reading, at_ms: int) -> CoachState:
    """The state once a final turn is known, before anything is said about it."""
    screen = state.screen
    if screen is not None and at_ms >= screen.until_ms:
        screen = None
    if reading.turn.speaker is not Speaker.AGENT:
        mood = reading.mood or state.mood
        return msgspec.structs.replace(
            state,
            mood=mood,
            feeling=_feeling(state, reading, mood),
            stirred=_stirred(state, reading),
            unanswered=0 if _complains(reading) and state.unanswered is None else state.unanswered,
            screen=screen,
            complaint=state.complaint or _complaint(reading),
        )
    heard = state.heard.after(reading)
    if screen is not None and screen.step in heard.done:
        # The step was taken: what is on the screen is done with.
        screen = None
    unanswered = state.unanswered
    if any(taken.rule_id == ACKNOWLEDGES for taken in reading.steps):
        unanswered = None
    elif unanswered is not None and len(reading.turn.text.split()) >= WORDS_OF_A_TURN:
        unanswered += 1
    return msgspec.structs.replace(
        state,
        heard=heard,
        unanswered=unanswered,
        screen=screen,
        remedies=_kept(state.remedies, _offers(reading)),
        landmines=_kept(state.landmines, _slips(reading)),
    )


def circumstance(reading: Reading) -> str | None:
    """What the caller tells of themselves that asks for more care, as hints are about it."""
    told = {
        finding.rule_id
        for finding in reading.findings
        if finding.label == Signal.VULNERABLE and finding.disposition is Disposition.RAISE
    }
    if LOSS in told:
        return BEREAVED
    return VULNERABLE if told else None


def _complaint(reading: Reading) -> Said | None:
    sentence, fit = cues().complaint(reading.turn.text)
    if not fit:
        return None
    return Said(quote=clipped(sentence, SAID_WORDS), start_ms=reading.turn.start_ms)


def _offers(reading: Reading) -> tuple[Said, ...]:
    """What the agent offers in this turn, each sentence once."""
    said = [
        Said(
            quote=clipped(sentence_of(reading.turn, evidence), SAID_WORDS),
            start_ms=evidence.start_ms,
            about=taken.rule_id,
        )
        for taken in reading.steps
        if taken.step is HeardStep.RESOLVE
        for evidence in taken.evidence[-1:]
    ]
    return tuple({each.quote: each for each in said}.values())


def _slips(reading: Reading) -> tuple[Said, ...]:
    return tuple(
        Said(
            quote=clipped(evidence.quote, SAID_WORDS),
            start_ms=evidence.start_ms,
            about=finding.rule_id,
        )
        for finding in reading.findings
        if finding.rule_id.startswith(LANDMINE) and finding.disposition is Disposition.RAISE
        for evidence in finding.evidence[-1:]
    )


def _kept(before: tuple[Said, ...], new: tuple[Said, ...]) -> tuple[Said, ...]:
    known = {each.quote for each in before}
    return (*before, *(each for each in new if each.quote not in known))[-SAID_KEPT:]


def _feeling(state: CoachState, reading: Reading, mood: Mood) -> Emotion:
    """What to answer to: within the mood of the call, the last feeling that was of its kind."""
    if mood.state is MoodState.CALM:
        return Emotion.NEUTRAL
    kind = _LOW if mood.state is MoodState.DISTRESS else _HOT
    scores = {} if reading.emotion is None else reading.emotion.scores
    felt = max(kind, key=lambda feeling: scores.get(feeling.value, 0.0))
    if scores.get(felt.value, 0.0) > 0.0:
        return felt
    return state.feeling if state.feeling in kind else kind[0]


def _stirred(state: CoachState, reading: Reading) -> bool:
    felt = reading.emotion
    if felt is None or len(reading.turn.text.split()) < WORDS_OF_A_TURN:
        return state.stirred
    return felt.label in (*_HOT, *_LOW) and felt.intensity >= STIRRED


def _complains(reading: Reading) -> bool:
    return any(
        finding.label == Signal.COMPLAINT
        and finding.rule_id == COMPLAINS
        and finding.disposition is Disposition.RAISE
        for finding in reading.findings
    )
