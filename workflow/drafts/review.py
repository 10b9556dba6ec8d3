"""Whether a situation may go to a model at all, and what is wrong with what came back."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import msgspec

from workflow.drafts.check import Code, Facts, Fault, Length, check, check_sentence, word_count
from workflow.drafts.draft import Draft
from workflow.drafts.grounding import invented
from workflow.drafts.options import rules_out_money
from workflow.drafts.prompt import LEAST_COACHING, MOST_COACHING
from workflow.drafts.situation import Restriction, Situation
from workflow.money import written

_OFFERS_MONEY = re.compile(
    r"\b(?:offer|credit|give|pay|add|apply|issue|send|refund|waive|take\s+off)(?:s|ed|ing)?\b"
    r"[^.!?;\n]{0,50}?\b(?:credits?|refunds?|vouchers?|discounts?|compensation|goodwill|payments?|"
    r"money)\b|\b(?:full|partial)\s+refund\b|[$£€]\s?\d",
    re.IGNORECASE,
)
_SUM = r"(?:[$£€]\s?\d[\d.,]*|\d[\d.,]*\s?(?:dollars?|pounds?|euros?))"
_PROMISES_SUM = re.compile(
    r"\b(?:I|we)(?:\s+(?:will|can|shall|am|are)|['’](?:ll|m|re))\b[^.!?;\n]{0,60}?"
    r"\b(?:refund|credit|pay|give|giv|add|send|offer|compensat|return|transfer)\w*\b"
    rf"[^.!?;\n]{{0,40}}?{_SUM}"
    rf"|\b(?:refund|credit|payment|compensation)\s+of\s+{_SUM}\s+(?:will|is\s+on|goes)\b",
    re.IGNORECASE,
)
_DENIES = re.compile(
    r"\b(?:not|never|no|without|cannot|unable|n't)\b|n['’]t\b|\byou\s+(?:said|told|asked)\b|“",
    re.IGNORECASE,
)
_SENTENCE = re.compile(r"[^.!?\n]+(?:\.(?=\d)[^.!?\n]+)*[.!?]*")


def kept_from_models(situation: Situation) -> str:
    """Why a situation must not be given to any model; empty where it may be."""
    if situation.is_life_stop:
        return "a life may be at stake: a person answers this, no model is asked"
    if situation.restricted:
        grounds = ", ".join(_GROUNDS[each] for each in situation.restricted)
        return f"restricted ({grounds}): it stays with the named desk, no model is asked"
    return ""


_GROUNDS = {
    Restriction.SAFEGUARDING: "a person at risk",
    Restriction.IMPOSTOR: "a suspected impostor",
    Restriction.MISCONDUCT: "conduct of an employee",
}


def review(made: Draft, situation: Situation, requests: Sequence[str] = ()) -> tuple[Fault, ...]:
    """Every fault of a model's draft. `requests`: what the employee asked for and told meanwhile,
    whose figures and names may be used."""
    facts = situation.for_check()
    known = [*_known(situation), *requests]
    found = list(
        check(made.draft, facts=Facts(known=facts.known, said=facts.said, length=Length()))
    )
    found += invented(made.draft, known)
    no_money = rules_out_money(situation.context.constraints)
    found += _offers(made.draft) if no_money else ()
    found += _sums(made.draft, [*_of_employee(situation), *requests])
    limits = _limits(situation)
    for number, option in enumerate(made.options, start=1):
        for text in (option.title, option.detail):
            faults = [*check_sentence(text, facts=facts), *invented(text, [*known, *limits])]
            faults += _offers(text) if no_money else ()
            found += [msgspec.structs.replace(f, part=f"option {number}") for f in faults]
    words = word_count(made.coaching)
    if not LEAST_COACHING <= words <= MOST_COACHING:
        found.append(
            Fault(
                code=Code.LENGTH,
                start=0,
                end=len(made.coaching),
                quote=made.coaching,
                reason=f"has {words} words; {LEAST_COACHING} to {MOST_COACHING} are asked for",
                instead="Explain the choices that matter most, in plain sentences.",
                part="coaching",
            )
        )
    return tuple(found)


def _known(situation: Situation) -> Iterator[str]:
    """Everything that was told: what a draft may take its figures and names from."""
    context = situation.context
    yield from (situation.said, context.history, context.tried, context.constraints, context.tier)
    if context.tenure_months is not None:
        yield f"{context.tenure_months} months, {context.tenure_months // 12} years"


def _limits(situation: Situation) -> tuple[str, ...]:
    """What the employee may promise: figures for the options, which they read alone. In the letter
    a limit would be an offer."""
    own = situation.context.authority
    if own is None:
        return ()
    return (f"{written(own.credit_limit)} {written(own.refund_limit)} {own.currency}",)


def _of_employee(situation: Situation) -> Iterator[str]:
    """What the employee told: a sum named there is theirs to promise, one of the customer's not."""
    context = situation.context
    yield from (context.history, context.tried, context.constraints)


def _sums(text: str, named: Sequence[str]) -> Iterator[Fault]:
    """Promises of a sum that no employee has named, whatever the customer asked for."""
    for match in _PROMISES_SUM.finditer(text):
        if invented(match[0], named):
            yield Fault(
                code=Code.CONSTRAINT,
                start=match.start(),
                end=match.end(),
                quote=match[0],
                reason="promises a sum that you have not named",
                instead="Name the sum yourself in a follow-up if you may give it, or leave it out.",
            )


def _offers(text: str) -> Iterator[Fault]:
    """Offers of money; a sentence that only says that there is none, or quotes, is no offer."""
    for sentence in _SENTENCE.finditer(text):
        match = _OFFERS_MONEY.search(sentence[0])
        if match is None or _DENIES.search(sentence[0]):
            continue
        start = sentence.start() + match.start()
        yield Fault(
            code=Code.CONSTRAINT,
            start=start,
            end=start + len(match[0]),
            quote=match[0],
            reason="offers money, which the constraints rule out",
            instead="Offer something that costs no money, or say who may decide about it.",
        )
