"""A supervisor without a hard stop: anger that does not pass, a caller back for the same thing."""

from __future__ import annotations

import re

import msgspec

from detectors.mood import Trend
from detectors.reading import Evidence, Finding, Reading, Turn
from detectors.vocabulary import Disposition, Signal, Speaker
from workflow.alerts import AlertStatus, Change
from workflow.asking import cancel
from workflow.callers import for_caller
from workflow.handling import AngerRising, RepeatedContact
from workflow.hearing import heard
from workflow.listening import WORDS_OF_A_TURN
from workflow.precedence import CALLBACK
from workflow.routing import CancelReason
from workflow.work import Work

ANGER_RISING, REPEATED_CONTACT = "anger_rising", "repeated_contact"
"""What these alerts are called, in place of a trigger."""
COOLED = 0.5
"""Share of the heat that opens the alert, below which it is no longer needed."""
QUOTED = 300
"""Characters of a turn that an alert quotes: enough to hear the caller."""

_COMING = frozenset({AlertStatus.CONFIRMED, AlertStatus.ACKNOWLEDGED, AlertStatus.CLAIMED})
_NUMBERS = ("third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_COUNTED = ("three", "four", "five", "six", "seven", "eight", "nine", "ten")
_COUNT = re.compile(
    rf"\b(?:(\d{{1,3}})(?:st|nd|rd|th)?|({'|'.join(_NUMBERS)})|({'|'.join(_COUNTED)}|a\s+dozen))\s+"
    r"(?:\w+\s+){0,2}?(?:times?|calls?|emails?|letters?|people|persons?|agents?|of\s+you|"
    r"different|representatives?|contacts?|complaints?|advisors?|advisers?)\b",
    re.IGNORECASE,
)
"""A number of contacts; other numbers ("three hundred pounds") count nothing here."""


def weigh(work: Work, reading: Reading) -> None:
    """What a final turn of the customer's means to the tiers of the policy."""
    turn = reading.turn
    listening = turn.is_final and reading.monitored and not reading.roles.swapped
    if not listening or turn.speaker is Speaker.AGENT or work.ended:
        return
    rules = work.policy.tiers
    if rules.anger_rising is not None:
        _anger(work, reading, rules.anger_rising)
    if rules.repeated_contact is not None:
        _repeated(work, reading, rules.repeated_contact)


def _anger(work: Work, reading: Reading, rule: AngerRising) -> None:
    mood = reading.mood
    utterance = reading.turn.utterance_id
    if mood is None or len(reading.turn.text.split()) < WORDS_OF_A_TURN:
        return
    if utterance == work.tiers.utterance:
        # Read again, by the classifier that was late: one turn of talk counts once.
        return
    work.tiers = msgspec.structs.replace(work.tiers, utterance=utterance)
    if mood.heat < rule.heat or mood.trend is Trend.FALLING:
        told = tuple(name for name in work.tiers.told if name != ANGER_RISING)
        work.tiers = msgspec.structs.replace(work.tiers, heated=0, told=told)
        if mood.heat < COOLED * rule.heat:
            _cooled(work)
        return
    work.tiers = msgspec.structs.replace(work.tiers, heated=work.tiers.heated + 1)
    if work.tiers.heated < rule.turns or ANGER_RISING in work.tiers.told or _is_coming(work):
        return
    why = f"Angry or frustrated for {work.tiers.heated} turns in a row, and not calming down."
    _tell(work, ANGER_RISING, rule, reading.turn, why, mood.heat)


def _cooled(work: Work) -> None:
    """Nobody need come any more, unless somebody has taken it up already."""
    alert = work.alerts.get(ANGER_RISING)
    if alert is None or alert.status is not AlertStatus.CONFIRMED:
        return
    if alert.acknowledged_by is None and alert.callback_reference is None:
        why = "the caller has calmed down"
        closed = work.alert(
            ANGER_RISING,
            Change.CLOSED,
            status=AlertStatus.CLOSED,
            closed_reason=why,
            ack_due_at=None,
        )
        cancel(work, closed, CancelReason.RESOLVED)


def _repeated(work: Work, reading: Reading, rule: RepeatedContact) -> None:
    if REPEATED_CONTACT in work.tiers.told or _is_coming(work):
        return
    known = work.history.same_matter + 1
    said = _contacts_said(reading) if rule.believe_caller else None
    if known >= rule.contacts:
        why = f"Contact {known} about the same matter."
    elif said is not None and _number(said) >= rule.contacts:
        why = f"Has been in touch about this before, by their own words: “{said[0]}”."
    else:
        return
    _tell(work, REPEATED_CONTACT, rule, reading.turn, why, 1.0)


def _contacts_said(reading: Reading) -> re.Match[str] | None:
    """The highest number that the caller gives, where the words are about earlier contacts."""
    raised = {f.label for f in reading.findings if f.disposition is Disposition.RAISE}
    if Signal.REPEAT_CONTACT not in raised:
        return None
    return max(_COUNT.finditer(reading.turn.text), key=_number, default=None)


def _number(match: re.Match[str]) -> int:
    digits, ordinal, cardinal = match.groups()
    if digits:
        return int(digits)
    if ordinal:
        return 3 + _NUMBERS.index(ordinal.lower())
    return 3 + _COUNTED.index(cardinal.lower()) if cardinal.lower() in _COUNTED else 12


def _is_coming(work: Work) -> bool:
    """Whether this call has a person's attention already: then another alert is only noise."""
    return any(
        alert.status in _COMING and not label.startswith(CALLBACK)
        for label, alert in work.alerts.items()
    )


def _tell(
    work: Work,
    name: str,
    rule: AngerRising | RepeatedContact,
    turn: Turn,
    why: str,
    probability: float,
) -> None:
    told = (*work.tiers.told, name)
    work.tiers = msgspec.structs.replace(work.tiers, told=told)
    quote = turn.text[:QUOTED]
    if len(quote) < len(turn.text):
        quote = quote.rpartition(" ")[0] or quote
    evidence = Evidence(
        utterance_id=turn.utterance_id,
        speaker=turn.speaker,
        quote=quote,
        char_start=0,
        char_end=len(quote),
        start_ms=turn.start_ms,
        spoken_at=turn.spoken_at,
        transcriber=turn.transcriber,
        confidence=turn.confidence,
    )
    finding = Finding(
        label=name,
        disposition=Disposition.RAISE,
        probability=round(min(1.0, probability), 4),
        reason=why,
        rule_id=f"tier.{name}",
        evidence=(evidence,),
    )
    heard(work, name, finding, for_caller(work.policy, work.call, rule), final=True)
