"""How a call's words and people's actions change the complaint register."""

from __future__ import annotations

import msgspec

from detectors.reading import Conversation, Evidence, Reading
from detectors.vocabulary import Disposition, Signal, Speaker
from workflow.actions import ActionKind, ActorRole, Deed, Refused
from workflow.alerts import RecordHandling, gravest
from workflow.call import CallFacts, Mode
from workflow.callbacks import SYSTEM
from workflow.complaint_rules import Applied, ComplaintRules, Ground, ground_of, meets, terms_for
from workflow.complaints import (
    Complaint,
    ComplaintChange,
    ComplaintError,
    ComplaintState,
    ComplaintStep,
    acknowledged,
    answered,
    reference,
    updated,
    withdrawn,
)
from workflow.decision import Versions
from workflow.moments import milliseconds, rfc3339
from workflow.periods import due, period

QUOTES_KEPT = 12
"""The first that were said: they are what the complaint is about."""

QUOTE_CHARS = 1200
"""Of one turn, around the words that count."""

_BEFORE_CHARS = 400

COMPLAINTS = frozenset(
    {
        ActionKind.ACKNOWLEDGE_COMPLAINT,
        ActionKind.UPDATE_COMPLAINT,
        ActionKind.ANSWER_COMPLAINT,
        ActionKind.WITHDRAW_COMPLAINT,
    }
)
"""Deeds on entries of the register."""


class Register(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """The entries of one call, and words of dissatisfaction that pass no test by themselves yet.
    `matters`: how many entries there have been, those included that are kept no more."""

    complaints: tuple[Complaint, ...] = ()
    waiting: tuple[Evidence, ...] = ()
    matters: int = 0

    @property
    def counted(self) -> int:
        """How many entries have been made: no reference is given twice."""
        return max(self.matters, len(self.complaints))

    @property
    def is_open(self) -> bool:
        """Whether an answer is owed to this caller."""
        return any(complaint.is_open for complaint in self.complaints)


class Heard(msgspec.Struct, frozen=True, kw_only=True):
    """One reading of a call, with what the register needs to know around it (`at_ms`: UTC ms).

    `ended`: the call is over, so words that never became final stand as they were last heard.
    """

    reading: Reading
    conversation: Conversation
    call: CallFacts
    at_ms: int
    mode: Mode
    versions: Versions
    handling: RecordHandling = RecordHandling.NORMAL
    ended: bool = False


def after_reading(
    register: Register, heard: Heard, rules: ComplaintRules
) -> tuple[Register, ComplaintChange | None]:
    """Register a complaint, or add to it what else is said. One entry per call and matter: when
    one is closed, only a complaint in so many words opens the next."""
    if not rules.enabled or not (heard.reading.turn.is_final or heard.ended):
        return register, None
    grounds, quotes = _said(heard)
    if not quotes:
        return register, None
    known = register.complaints[-1] if register.complaints else None
    if known is not None and known.is_open:
        return _added(register, known, quotes, heard.handling)
    if register.counted and Ground.EXPLICIT not in grounds:
        return register, None
    quotes = _merged(register.waiting, quotes)
    applied = terms_for(rules, heard.call.jurisdiction)
    if not meets(applied.terms.test, grounds):
        return msgspec.structs.replace(register, waiting=quotes), None
    matter = register.counted + 1
    complaint = _registered(heard, applied, quotes, matter)
    made = Register(complaints=(*register.complaints, complaint), matters=matter)
    return made, ComplaintChange(complaint)


def kept_to(
    register: Register, handling: RecordHandling
) -> tuple[Register, tuple[ComplaintChange, ...]]:
    """Entries are handled as gravely as their call, which may be found out after they were made."""
    changes = []
    for complaint in register.complaints:
        graver = gravest((complaint.handling, handling))
        if graver is complaint.handling:
            continue
        changed = msgspec.structs.replace(
            complaint, handling=graver, revision=complaint.revision + 1
        )
        register = _with(register, changed)
        changes.append(ComplaintChange(changed))
    return register, tuple(changes)


def after_deed(register: Register, deed: Deed, *, at_ms: int) -> tuple[Register, ComplaintChange]:
    """The register after a person's action on an entry. Raises Refused."""
    known = next((c for c in register.complaints if c.reference == deed.reference), None)
    if known is None:
        raise Refused(f"there is no complaint {deed.reference} on this call")
    if deed.expected_revision is not None and deed.expected_revision != known.revision:
        raise Refused("somebody else was faster: the complaint has changed meanwhile")
    by = deed.actor.id
    try:
        match deed.action:
            case ActionKind.ACKNOWLEDGE_COMPLAINT:
                changed = acknowledged(known, by=by, at_ms=at_ms, note=deed.reason)
            case ActionKind.UPDATE_COMPLAINT:
                changed = updated(known, by=by, at_ms=at_ms, note=deed.reason)
            case ActionKind.ANSWER_COMPLAINT:
                changed = answered(known, by=by, at_ms=at_ms, note=deed.reason)
            case _:
                if deed.actor.role is ActorRole.AGENT:
                    raise Refused("a supervisor takes a complaint off the register, not an agent")
                changed = withdrawn(known, by=by, at_ms=at_ms, note=deed.reason)
    except ComplaintError as error:
        raise Refused(str(error)) from error
    return _with(register, changed), ComplaintChange(changed)


def _said(heard: Heard) -> tuple[frozenset[Ground], tuple[Evidence, ...]]:
    """What the customer's words amount to, and those words, in the order of the findings."""
    grounds: set[Ground] = set()
    quotes: tuple[Evidence, ...] = ()
    for finding in heard.reading.findings:
        ground = ground_of(finding.rule_id)
        if (
            finding.label != Signal.COMPLAINT
            or finding.disposition is not Disposition.RAISE
            or ground is Ground.NONE
        ):
            continue
        theirs = [e for e in finding.evidence if e.speaker in (Speaker.CUSTOMER, Speaker.UNKNOWN)]
        if theirs:
            grounds.add(ground)
            quotes = _merged(quotes, tuple(_whole(heard, evidence) for evidence in theirs))
    return frozenset(grounds), quotes


def _whole(heard: Heard, evidence: Evidence) -> Evidence:
    """The whole turn rather than the few words that a rule goes by; of a long one, what is around
    them."""
    turn = heard.reading.turn
    found = (
        turn
        if turn.utterance_id == evidence.utterance_id
        else heard.conversation.turn(evidence.utterance_id)
    )
    if found is None:
        return evidence
    start = max(0, evidence.char_start - _BEFORE_CHARS) if len(found.text) > QUOTE_CHARS else 0
    quote = found.text[start : start + QUOTE_CHARS]
    return msgspec.structs.replace(
        evidence, quote=quote, char_start=start, char_end=start + len(quote)
    )


def _merged(old: tuple[Evidence, ...], new: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    """Old quotes, newly worded where their turn was revised, then the new ones while there is
    room."""
    merged = {quote.utterance_id: quote for quote in old}
    for quote in new:
        if quote.utterance_id in merged or len(merged) < QUOTES_KEPT:
            merged[quote.utterance_id] = quote
    return tuple(merged.values())


def _added(
    register: Register, known: Complaint, quotes: tuple[Evidence, ...], handling: RecordHandling
) -> tuple[Register, ComplaintChange | None]:
    merged = _merged(known.quotes, quotes)
    if merged == known.quotes:
        return register, None
    changed = msgspec.structs.replace(
        known,
        quotes=merged,
        handling=gravest((known.handling, handling)),
        revision=known.revision + 1,
    )
    return _with(register, changed), ComplaintChange(changed, quoted=True)


def _with(register: Register, changed: Complaint) -> Register:
    entries = tuple(changed if c.reference == changed.reference else c for c in register.complaints)
    return msgspec.structs.replace(register, complaints=entries)


def _registered(
    heard: Heard, applied: Applied, quotes: tuple[Evidence, ...], matter: int
) -> Complaint:
    call, terms, at = heard.call, applied.terms, rfc3339(heard.at_ms)
    received_ms = _received(quotes[0], heard)

    def by(allowed: str | None) -> str | None:
        if allowed is None:
            return None
        return rfc3339(due(received_ms, period(allowed), terms.calendar))

    return Complaint(
        reference=reference(call.call_id, matter),
        call_id=call.call_id,
        state=ComplaintState.OPEN,
        jurisdiction=applied.jurisdiction,
        test=terms.test,
        test_basis=terms.test_basis,
        quotes=quotes,
        received_at=rfc3339(received_ms),
        registered_at=at,
        acknowledge_by=rfc3339(due(received_ms, applied.acknowledge, terms.calendar)),
        answer_by=rfc3339(due(received_ms, applied.answer, terms.calendar)),
        basis=applied.basis,
        history=(ComplaintStep(at=at, by=SYSTEM, state=ComplaintState.OPEN),),
        summary_by=by(terms.summary),
        update_by=by(terms.update),
        update_every=terms.update,
        counted_in=terms.calendar if terms.update else None,
        customer_ref=call.customer.ref if call.customer else None,
        queue_id=call.queue_id,
        team_id=call.team_id,
        language=call.language,
        handling=heard.handling,
        mode=heard.mode,
        policy_version=heard.versions.policy,
        rules_version=heard.versions.rules,
    )


def _received(quote: Evidence, heard: Heard) -> int:
    """When it was said: a recording may be read days later, and the period runs all the same. Live
    words are heard as they are said, whatever the clock of their feed shows."""
    if heard.mode in (Mode.LIVE, Mode.SHADOW) or quote.spoken_at is None:
        return heard.at_ms
    try:
        said_ms = milliseconds(quote.spoken_at)
    except (ValueError, OverflowError):
        return heard.at_ms
    return min(max(said_ms, 0), heard.at_ms)
