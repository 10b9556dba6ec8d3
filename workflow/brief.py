"""The brief for whoever takes over: facts only, readable in ten seconds."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import msgspec

from detectors.mood import Mood, MoodState, Trend
from detectors.reading import Evidence, Turn
from detectors.vocabulary import LIFE_STOPS, Emotion, Speaker, Trigger
from workflow.alerts import Alert
from workflow.call import CallFacts, Verified
from workflow.callbacks import Callback
from workflow.drafts.cues import cues
from workflow.drafts.situation import Need, Situation, read_turns
from workflow.history import History
from workflow.moments import milliseconds
from workflow.openings import openings, sore_points
from workflow.openings import prepare as prepare_openings
from workflow.picture import NOTHING_KNOWN, CallPicture
from workflow.quotes import Quoted, Said, kept_short, sentence_of, time_into
from workflow.routing import Brief
from workflow.telling import told

AT_RISK = "; a life may be at risk on this call"
MOST_QUOTES = 3
MOST_EVIDENCE = 2
"""Quotes that raised the alert, where the complaint itself is quoted too."""
MOST_OFFERS = 2
LEAST_LEADING = 6
"""Words of a turn that leads up to something: fewer are an answer."""
LEAST_WANTED = 3
"""Words of a demand: "I want" alone was broken off."""
CHARS_READ = 6_000
"""Of the caller's words, the newest, that are read for what they want: a minute or two of talk."""

_VERIFIED = {
    Verified.NONE: "identity not verified",
    Verified.PARTIAL: "identity partly verified",
    Verified.FULL: "identity verified",
}
_LIFE = frozenset(trigger.value for trigger in LIFE_STOPS)
_PRIVATE = frozenset({Trigger.SELF_HARM.value, Trigger.EMERGENCY.value, Trigger.SAFEGUARDING.value})
"""Earlier stops that concern health or safety: told only to those who come for a life."""
_WANTS = re.compile(
    r"\bI(?:'d| would)(?: just| only| really)? like\b"
    r"|\bI(?: just| only| really| do| don't| do not)* (?:want|need|demand|expect)\b"
    r"|\b(?:give|get|send|pay|refund|connect) (?:me|it|my)\b|\bcancel (?:it|my|the)\b"
    r"|\b(?:can|could|will) (?:you|somebody|someone) (?:please |just )*"
    r"(?:get|give|send|cancel|refund|fix|explain|tell|stop|put|call|check|change|sort)\b",
    re.IGNORECASE,
)
_PLAIN = str.maketrans({"’": "'", "‘": "'"})
_SENTENCE = re.compile(r"[^.!?\n]+(?:\.(?=\d)[^.!?\n]+)*[.!?]*")


def prepare() -> None:
    """Have all words ready: the first brief is wanted at the worst moment to compile patterns."""
    prepare_openings()
    cues()


def write_brief(
    alert: Alert,
    call: CallFacts,
    desk: str,
    *,
    receiver: str | None = None,
    picture: CallPicture = NOTHING_KNOWN,
    history: History = History(),  # noqa: B008
    callbacks: Sequence[Callback] = (),
    at_risk: bool = False,
) -> Brief:
    """Who is calling, what they said in their own words, what was done, and how to open.

    `desk` and `receiver` are names. Where a life is at stake nothing of the business stands in it.
    `at_risk`: somebody else comes for a life on this call; whoever comes for a matter must know.
    """
    life = alert.trigger in _LIFE
    kind = alert.trigger.replace("_", " ")
    more = alert.subtype if alert.subtype != alert.trigger else None
    subtype = f" ({more.replace('_', ' ')})" if more else ""
    now = ", imminent" if alert.imminent else ""
    situation = None if life else _situation(alert, picture)
    mood, feeling = picture.mood, _feeling(picture)
    wants = None if life else _wants(picture)
    brief = Brief(
        headline=f"{desk}: {kind}{subtype}{now}{AT_RISK if at_risk else ''}",
        caller=_caller(call),
        quotes=tuple(evidence.quote for evidence in alert.evidence[-3:]),
        opening_line=openings(call.language).opening(
            alert.trigger,
            alert.subtype,
            feeling or Emotion.NEUTRAL,
            receiver,
            at_risk=at_risk,
        ),
        do_not_say=alert.do_not_say,
        said=_said(alert, picture, situation, wants),
        # Calm words at such a moment say nothing that a receiver should go by.
        emotion=None if life and feeling is Emotion.NEUTRAL else feeling,
        trend=_trend(mood),
        wants=wants,
        need=_need(situation),
        done=() if life else picture.steps,
        offered=() if life else tuple(each.quoted for each in picture.remedies[-MOST_OFFERS:]),
        promised=() if life else tuple(_promises(callbacks)),
        before=tuple(_before(history, life=life)),
        landmines=() if life else _landmines(call, picture),
    )
    return msgspec.structs.replace(brief, text=told(brief))


def _caller(call: CallFacts) -> str:
    customer = call.customer
    if customer is None:
        return "caller not known, identity not verified"
    parts = [customer.name or "name not known", _VERIFIED[customer.verified]]
    if customer.tier:
        parts.append(f"{customer.tier} customer")
    if customer.tenure_months is not None:
        parts.append(f"with us {_tenure(customer.tenure_months)}")
    return ", ".join(parts)


def _situation(alert: Alert, picture: CallPicture) -> Situation | None:
    """What the writer of answers makes of the caller's words; None where they tell too little."""
    turns: list[tuple[Speaker, str]] = []
    chars = 0
    for turn in reversed(picture.words):
        chars += len(turn.text)
        if chars > CHARS_READ:
            break
        turns.append((Speaker.CUSTOMER, turn.text))
    read = read_turns(turns[::-1], heard=[alert.trigger])
    return read if isinstance(read, Situation) else None


def _feeling(picture: CallPicture) -> Emotion | None:
    if picture.mood is None:
        return None
    return Emotion.NEUTRAL if picture.mood.state is MoodState.CALM else _strongest(picture)


def _strongest(picture: CallPicture) -> Emotion:
    """The feeling that the coach goes by; until it has one, that of the mood."""
    mood = picture.mood
    low = mood is not None and mood.state is MoodState.DISTRESS
    known = (Emotion.DISTRESS, Emotion.SADNESS) if low else (Emotion.ANGER, Emotion.FRUSTRATION)
    return picture.feeling if picture.feeling in known else known[0]


def _trend(mood: Mood | None) -> Trend | None:
    """Where anger is going; distress has no trend of its own."""
    if mood is None or mood.state in (MoodState.CALM, MoodState.DISTRESS):
        return None
    return mood.trend


def _said(
    alert: Alert, picture: CallPicture, situation: Situation | None, wants: Quoted | None
) -> tuple[Quoted, ...]:
    """What happened as the caller puts it, then the words that raised the alert; in order."""
    found: dict[str, int | None] = {}
    if (complaint := _complaint(alert, picture, situation)) is not None:
        found[complaint.quote] = complaint.start_ms
    most = MOST_EVIDENCE if found else MOST_QUOTES
    for evidence in alert.evidence[-most:]:
        found.setdefault(_sentence(evidence, picture), evidence.start_ms)
    if not found:
        # Nothing raised it but a person's wish: the last thing said tells most.
        found = {turn.text.strip(): turn.start_ms for turn in picture.words[-1:]}
    lead = _leading_up(alert, picture)
    # What the caller wants has a line of its own.
    if lead is not None and (wants is None or wants.quote not in lead.text):
        found.setdefault(lead.text.strip(), lead.start_ms)
    # Several findings may rest on one sentence, or on parts of it.
    whole = {
        quote: at
        for quote, at in found.items()
        if not any(quote != other and quote in other for other in found)
    }
    ordered = sorted(whole.items(), key=lambda each: _moment_said(each[0], each[1], picture))
    raised = [evidence.quote for evidence in alert.evidence]
    return tuple(
        Quoted(quote=kept_short(quote, raised), at=time_into(at))
        for quote, at in ordered[-MOST_QUOTES:]
    )


def _moment_said(quote: str, at: int | None, picture: CallPicture) -> tuple[int, int]:
    """When something was said: by its turn, where that is remembered; else before all of them."""
    for place, turn in enumerate(picture.words):
        if quote in turn.text:
            return place + 1, turn.text.index(quote)
    return 0, at or 0


def _leading_up(alert: Alert, picture: CallPicture) -> Turn | None:
    """What the caller said right before the words that raised the alert: it often holds the why."""
    last = alert.evidence[-1].utterance_id if alert.evidence else None
    ids = [turn.utterance_id for turn in picture.words]
    if last not in ids or ids.index(last) == 0:
        return None
    turn = picture.words[ids.index(last) - 1]
    return turn if len(turn.text.split()) >= LEAST_LEADING else None


def _complaint(alert: Alert, picture: CallPicture, situation: Situation | None) -> Said | None:
    """The sentence that states what went wrong: the plainest that is remembered, else the first.

    What is remembered may state nothing of the kind any more; then the first stands.
    """
    if alert.trigger in _LIFE:
        return None
    states_it = situation is not None and cues().complaint(situation.complaint)[1]
    if situation is not None and (states_it or picture.complaint is None):
        for turn in picture.words:
            if situation.complaint in turn.text:
                return Said(quote=situation.complaint, start_ms=turn.start_ms)
    return picture.complaint


def _sentence(evidence: Evidence, picture: CallPicture) -> str:
    turn = picture.turn(evidence.utterance_id)
    return evidence.quote if turn is None else sentence_of(turn, evidence)


def _wants(picture: CallPicture) -> Quoted | None:
    """The last words in which the caller says what they want, to the end of the sentence."""
    for turn in reversed(picture.words):
        for sentence in reversed([match[0] for match in _SENTENCE.finditer(turn.text)]):
            found = list(_WANTS.finditer(sentence.translate(_PLAIN)))
            if found and len(sentence[found[-1].start() :].split()) >= LEAST_WANTED:
                quote = sentence[found[-1].start() :].strip()
                return Quoted(quote=kept_short(quote), at=time_into(turn.start_ms))
    return None


def _need(situation: Situation | None) -> Need | None:
    """None where no words speak of one and no feeling tells: a guess would send people wrong."""
    if situation is None:
        return None
    spoken = cues().spans("need", situation.need.value, situation.said)
    return situation.need if spoken or situation.emotion is not Emotion.NEUTRAL else None


def _promises(callbacks: Sequence[Callback]) -> Iterator[str]:
    for callback in callbacks:
        if callback.is_open:
            when = _moment(callback.window_start, callback.time_zone)
            yield f"callback by {callback.owner.name}{when}, {callback.state.value}"


def _before(history: History, *, life: bool) -> Iterator[str]:
    stops = [
        stop
        for stop in history.hard_stops
        if (stop.trigger in _LIFE if life else stop.trigger not in _PRIVATE)
    ]
    if not life:
        calls = f"{history.contacts} earlier call{'' if history.contacts == 1 else 's'}"
        same = f", {history.same_matter} about this" if history.same_matter else ""
        if history.contacts or history.same_matter:
            yield calls + same
    for stop in stops[-2:]:
        yield f"{stop.trigger.replace('_', ' ')} on {stop.at[:10]}"
    if not life:
        for owed in history.open_callbacks[-1:]:
            since = f" since {owed.window_start[:10]}" if owed.window_start else ""
            yield f"callback owed by {owed.owner}{since}"


def _landmines(call: CallFacts, picture: CallPicture) -> tuple[str, ...]:
    """What this caller told us hurts, and what the agent has said once too often."""
    sore = sore_points(call.language, (turn.text for turn in picture.words))
    slips = tuple(f"“{slip.quote}” (said already)" for slip in picture.landmines[-1:])
    return (*sore, *slips)


def _moment(start: str | None, zone: str | None) -> str:
    """A moment as people at the caller's end read it; nothing where it cannot be told."""
    if start is None:
        return ""
    try:
        moment = datetime.fromtimestamp(milliseconds(start) / 1000, UTC)
        local = moment.astimezone(ZoneInfo(zone)) if zone else moment
    except (ValueError, OSError, OverflowError, KeyError):
        return ""
    return f", {local:%Y-%m-%d %H:%M} {zone or 'UTC'}"


def _tenure(months: int) -> str:
    if months < 24:
        return f"{months} month{'' if months == 1 else 's'}"
    return f"{months // 12} years"
